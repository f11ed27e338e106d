"""What one transaction of the product promises, on a real database under row-level security.
These are the promises every feature builds on, so each is written out once here."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from core.access.actor import Actor
from core.access.tables import ApprovalRequest
from core.brand.service import ChangeBrand, change_brand
from core.db.audit_chain import first_broken_link, seal_batch
from core.db.sentence import SentenceMissing
from core.db.tables import AuditEvent
from core.db.unit_of_work import run_command
from core.kernel.errors import Forbidden, IdempotencyMismatch, NotFound, StaleVersion


def test_what_is_not_committed_leaves_nothing(brand, staff, uow):
    admin = staff("admin")
    with uow(admin) as work:
        change_brand(work, ChangeBrand(version=1, name="Gone", colour="#112233"))
    with uow(admin) as work:
        assert work.brand.name == brand.name
        assert work.session.scalar(select(AuditEvent)) is None


def test_numbers_of_a_series_rise_by_one_and_belong_to_the_brand(brand, new_brand, staff, uow):
    with uow(staff("admin")) as work:
        assert [work.next_number("AP"), work.next_number("AP")] == ["AP-000001", "AP-000002"]
        work.commit()
    other = new_brand()
    with uow(staff("admin", brand=other)) as work:
        assert work.next_number("AP") == "AP-000001"


def test_the_same_key_with_the_same_input_gets_the_saved_answer(staff, uow):
    admin = staff("admin")
    with uow(admin) as work:
        assert work.idempotent("k1", {"a": 1}, lambda: {"id": 5}) == {"id": 5}
        work.commit()
    with uow(admin) as work:
        assert work.idempotent("k1", {"a": 1}, lambda: {"id": 6}) == {"id": 5}
        with pytest.raises(IdempotencyMismatch):
            work.idempotent("k1", {"a": 2}, lambda: {"id": 7})


def test_twenty_callers_with_one_key_make_one_effect(staff):
    admin = staff("admin")
    made: list[int] = []
    answers: list[dict] = []

    def call() -> None:
        def work(uow):
            return uow.idempotent("race", {"a": 1}, lambda: made.append(1) or {"n": len(made)})

        answers.append(run_command(admin, "race", work))

    threads = [threading.Thread(target=call) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1]
    assert answers == [{"n": 1}] * 20


def test_a_second_saver_is_told_who_saved_first(staff, uow):
    first, second = staff("admin"), staff("admin")
    with uow(first) as work:
        change_brand(work, ChangeBrand(version=1, name="One", colour="#112233"))
        work.commit()
    with uow(second) as work, pytest.raises(StaleVersion) as refusal:
        change_brand(work, ChangeBrand(version=1, name="Two", colour="#112233"))
    assert refusal.value.who == first.name


def test_an_action_without_a_sentence_is_refused(staff, uow):
    with uow(staff("admin")) as work, pytest.raises(SentenceMissing):
        work.audit("nobody.described_this", ("brand", 1))


def test_without_the_permission_nothing_happens(brand, staff, uow):
    with uow(staff("marketing")) as work:
        with pytest.raises(Forbidden):
            change_brand(work, ChangeBrand(version=1, name="No", colour="#112233"))
        assert not work.session.dirty
    with uow(staff("admin")) as work:
        assert work.brand.name == brand.name


def test_a_row_of_another_brand_is_not_found(staff, new_brand, uow):
    admin = staff("admin")
    with uow(admin) as work:
        row = work.add(
            ApprovalRequest(
                kind="x",
                subject_type="y",
                subject_id=1,
                maker_id=1,
                maker_name="m",
                made_at=work.now,
            )
        )
        work.commit()
    with uow(staff("admin", brand=new_brand())) as work, pytest.raises(NotFound):
        work.get(ApprovalRequest, row.id)


def test_the_audit_chain_verifies_and_shows_an_altered_event(database, brand, staff, uow):
    admin = staff("admin")
    system = Actor.system(brand.id, "sealer")
    for version in (1, 2, 3):
        with uow(admin) as work:
            change = ChangeBrand(version=version, name=f"Name {version}", colour="#112233")
            change_brand(work, change)
            work.commit()
    with uow(system) as work:
        work.now = work.now.replace(year=work.now.year + 1)
        assert seal_batch(work) == 3
        work.commit()
    with uow(system) as work:
        assert first_broken_link(work.session) is None
    from sqlalchemy import create_engine

    owner = create_engine(database.url("munim_owner").replace("postgresql:", "postgresql+psycopg:"))
    with owner.begin() as connection:
        connection.execute(
            text("SELECT set_config('app.brand_id', :b, true)"), {"b": str(brand.id)}
        )
        connection.execute(
            text(
                "UPDATE audit_event SET reason = 'x' WHERE words->>'fields' = 'name' "
                "AND id = (SELECT max(id) FROM audit_event)"
            )
        )
    with uow(system) as work:
        assert first_broken_link(work.session) == 3


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET reason = 'x'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
        "DELETE FROM transition",
        "UPDATE inbox_event SET consumer = 'x'",
    ],
)
def test_the_application_cannot_rewrite_what_happened(staff, uow, statement):
    with uow(staff("admin")) as work, pytest.raises(ProgrammingError, match="permission denied"):
        work.session.execute(text(statement))
