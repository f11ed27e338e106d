"""A customer's documents: upload, duplicates, password, decision, correction, and who may look.

Every upload goes through the intake and the real jobs; the statement's figures are the
constructed ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from core.access.actor import Actor
from core.bank_statement import service as statement_service
from core.bank_statement import store as statement_store
from core.bank_statement.tables import StatementAnalysis
from core.brand.tables import Brand
from core.db.tables import AuditEvent, Transition
from core.db.unit_of_work import run_command
from core.document import service, store
from core.document.reading_process import ReaderRefused
from core.document.service import DuplicateUpload, UploadDocument
from core.document.tables import Document
from core.kernel.errors import Conflict, Forbidden, IllegalTransition, Invalid, NotFound
from integrations.blob_store.choice import local_store
from jobs.app import load_jobs
from jobs.task import drain
from tests.core.application.world import applicant, applied, stock
from tests.document_world import received, use_blob_folder
from tests.documents import paper


@pytest.fixture(autouse=True)
def _blobs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database: object) -> None:
    use_blob_folder(monkeypatch, tmp_path)
    load_jobs()


@dataclass(frozen=True, slots=True)
class Case:
    """An application and the customer whose it is."""

    brand: Brand
    customer: Actor
    application_id: int

    def upload(self, name: str, *, password: str = "", as_name: str = "") -> Document:
        """Upload a paper as this case's bank statement, as the customer."""
        file = received(self.brand, name, password=password, as_name=as_name)
        command = UploadDocument("bank_statement", file, application_id=self.application_id)
        return run_command(self.customer, "upload", lambda uow: service.upload(uow, command))

    def read(self, name: str, **how: str) -> Document:
        """Upload and let the jobs work."""
        document = self.upload(name, **how)
        drain(self.brand.id)
        return self.look(lambda uow: uow.get(Document, document.id))

    def look(self, question: Callable[[Any], Any]) -> Any:
        """Ask the database as the product itself."""
        return run_command(Actor.system(self.brand.id, "test"), "look", question)

    def analysis(self, document: Document) -> StatementAnalysis:
        """The document's analysis."""
        found = self.look(lambda uow: statement_store.analysis_of_document(uow, document.id))
        assert found is not None
        return found


@pytest.fixture
def case(brand: Brand) -> Case:
    customer = applicant(brand)
    return Case(brand, customer, applied(customer, stock(brand).bullet_id))


def test_a_statement_is_read_proven_and_analysed(case: Case) -> None:
    document = case.read("salaried_6m.pdf")
    found = case.analysis(document)
    assert document.reading_state == "read"
    assert (found.row_count, found.proven, found.reason) == (78, True, "")
    assert (found.average_salary_paise, found.salary_months) == (5_350_000, 6)
    assert (found.monthly_obligation_paise, found.obligation_count) == (1_165_000, 2)
    assert found.inward_bounces == 1
    assert (found.opening_paise, found.closing_paise) == (1_845_025, 14_976_725)
    assert found.application_id == case.application_id


def test_a_statement_that_does_not_add_up_is_kept_and_its_lines_are_named(case: Case) -> None:
    document = case.read("salaried_6m_TAMPERED.pdf")
    found = case.analysis(document)
    assert document.reading_state == "read"
    assert (found.proven, found.reason) == (False, "The running balance does not add up.")
    assert found.broken_links[0] == {
        "row": 0,
        "date": "2026-01-01",
        "expected_paise": 10_045_025,
        "printed_paise": 7_045_025,
    }


def test_a_protected_statement_is_opened_once_and_its_password_is_kept_nowhere(
    case: Case,
) -> None:
    name = "salaried_6m_password_TEST0101.pdf"
    with pytest.raises(ReaderRefused) as refusal:
        case.upload(name)
    assert refusal.value.refusal_code == "file_needs_password"
    document = case.read(name, password="TEST0101")
    assert case.analysis(document).proven is True
    assert local_store().get(document.blob_key) == paper(name)
    assert document.readable_key not in ("", document.blob_key)
    kept = case.look(
        lambda uow: [str(row.after) + str(row.words) for row in uow.session.scalars(_events())]
    )
    assert not any("TEST0101" in text.replace(name, "") for text in kept)


def _events() -> Any:
    return select(AuditEvent)


def test_the_same_file_twice_is_refused_with_the_earlier_one(case: Case) -> None:
    first = case.upload("salaried_6m.pdf")
    with pytest.raises(DuplicateUpload) as refusal:
        case.upload("salaried_6m.pdf", as_name="again.pdf")
    assert refusal.value.document_id == first.id
    assert refusal.value.message.endswith("as “salaried_6m.pdf”.")


def test_a_rejected_file_may_be_sent_again(case: Case, staff: Callable[..., Actor]) -> None:
    first = case.upload("salaried_6m.pdf")
    person = staff("loan_executive")
    run_command(person, "reject", lambda uow: service.reject(uow, first.id, "Pages are missing"))
    assert case.upload("salaried_6m.pdf").id != first.id


def test_verifying_is_a_step_that_says_who_and_when(
    case: Case, staff: Callable[..., Actor]
) -> None:
    document, person = case.upload("salaried_6m.pdf"), staff("loan_executive")
    run_command(person, "verify", lambda uow: service.verify(uow, document.id))
    after = case.look(lambda uow: uow.get(Document, document.id))
    assert (after.state, after.decided_by_name) == ("verified", person.name)
    step = case.look(
        lambda uow: uow.session.scalar(
            select(Transition).where(col(Transition.subject_type) == "document")
        )
    )
    assert (step.from_status, step.event, step.to_status) == ("pending", "verify", "verified")
    with pytest.raises(IllegalTransition):
        run_command(person, "verify", lambda uow: service.verify(uow, document.id))


def test_a_rejection_needs_words(case: Case, staff: Callable[..., Actor]) -> None:
    document = case.upload("salaried_6m.pdf")
    with pytest.raises(Invalid) as refusal:
        run_command(
            staff("loan_executive"), "reject", lambda uow: service.reject(uow, document.id, " ")
        )
    assert set(refusal.value.fields) == {"reason"}


def test_a_customer_may_not_verify_and_not_upload_for_another(
    case: Case, staff: Callable[..., Actor]
) -> None:
    document = case.upload("salaried_6m.pdf")
    with pytest.raises(Forbidden):
        run_command(case.customer, "verify", lambda uow: service.verify(uow, document.id))
    other = applicant(case.brand, "9000000002", "ABCPE1235F", "50100012344472")
    stranger = Case(case.brand, other, case.application_id)
    with pytest.raises((NotFound, Conflict)):
        stranger.upload("st_0011_axis.pdf")


def test_looking_at_a_file_is_on_record_and_only_for_whom_it_concerns(
    case: Case, staff: Callable[..., Actor]
) -> None:
    document = case.upload("salaried_6m.pdf")
    person = staff("credit_executive")
    grant = run_command(person, "view", lambda uow: service.view(uow, document.id))
    assert (grant.key, grant.media_type) == (document.blob_key, "application/pdf")
    seen = case.look(
        lambda uow: uow.session.scalar(_events().where(col(AuditEvent.action) == "document.viewed"))
    )
    assert (seen.actor_name, seen.subject_id) == (person.name, document.id)
    other = applicant(case.brand, "9000000002", "ABCPE1235F", "50100012344472")
    with pytest.raises(NotFound):
        run_command(other, "view", lambda uow: service.view(uow, document.id))
    with pytest.raises(Forbidden):
        run_command(staff("marketing"), "view", lambda uow: service.view(uow, document.id))


def test_a_corrected_row_mends_the_chain_and_keeps_what_was_read(
    case: Case, staff: Callable[..., Actor]
) -> None:
    document, person = case.read("salaried_6m_TAMPERED.pdf"), staff("credit_executive")
    broken = len(case.analysis(document).broken_links)
    run_command(
        person,
        "correct",
        lambda uow: statement_service.correct_row(
            uow, document.id, 0, "credit_paise", "52,000", "As the bank confirmed"
        ),
    )
    after = case.analysis(document)
    assert len(after.broken_links) == broken - 1
    assert after.salaries[0]["amount_paise"] == 5_200_000
    correction = case.look(
        lambda uow: store.corrections_of(uow, store.newest_reading(uow, document.id).id)[0]
    )
    assert (correction.path, correction.old_value, correction.new_value, correction.by_name) == (
        "rows/00000/credit_paise",
        8_200_000,
        5_200_000,
        person.name,
    )


def test_reading_again_adds_a_reading_and_keeps_the_old_one(
    case: Case, staff: Callable[..., Actor]
) -> None:
    document, person = case.read("salaried_6m.pdf"), staff("loan_executive")
    first = case.look(lambda uow: store.newest_reading(uow, document.id).id)
    run_command(person, "again", lambda uow: service.read_again(uow, document.id))
    with pytest.raises(Conflict, match="being read already"):
        run_command(person, "again", lambda uow: service.read_again(uow, document.id))
    drain(case.brand.id)
    second = case.look(lambda uow: store.newest_reading(uow, document.id).id)
    assert second > first
    assert len(case.look(lambda uow: store.values_of(uow, first))) == len(
        case.look(lambda uow: store.values_of(uow, second))
    )


def test_a_paper_that_is_no_statement_says_so(case: Case) -> None:
    document = case.read("inv_0003_professional.pdf")
    assert document.reading_state == "failed"
    assert document.reading_error.startswith("No table of transactions was found.")
