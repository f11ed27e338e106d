"""Shows when a credit report may be pulled and what is kept of it, sealed and in figures.
A fresh report is used again unless somebody says why not, because each pull marks the person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from sqlmodel import col, select

from core.access.actor import Actor
from core.brand.tables import Brand
from core.bureau import service
from core.bureau.ports import BureauAccount, BureauAnswer, BureauEnquiry, BureauHit, BureauMonth
from core.bureau.state_code import state_code_of
from core.bureau.summary import figures_of, grid_of, summary_of
from core.bureau.tables import BureauReport
from core.customer.tables import Consent
from core.db.secret import unseal
from core.db.unit_of_work import run_command, unit_of_work
from core.kernel.errors import Forbidden
from core.kernel.provider import ProviderUnavailable
from core.kyc.service import ConsentMissing
from tests.core.application.world import applicant, applied, stock
from tests.core.decision.world import clean_report, system

Staff = Callable[..., Actor]
ON = dt.date(2026, 11, 20)


@pytest.fixture
def case(brand: Brand) -> int:
    return applied(applicant(brand), stock(brand).bullet_id)


def pull(actor: Actor, case: int, reason: str = "") -> BureauReport:
    return run_command(
        actor,
        "request_pull",
        lambda uow: service.request_pull(uow, service.RequestPull(case, reason)),
    )


def answer(brand: Brand, report_id: int, given: BureauAnswer) -> BureauReport:
    return run_command(
        system(brand), "record", lambda uow: service.record_answer(uow, report_id, given)
    )


def line(**changes: object) -> BureauAccount:
    values: dict[str, object] = {
        "lender": "X Bank",
        "account_type": "Personal Loan",
        "account_number_masked": "••1",
        "ownership": "individual",
        "is_open": True,
        "opened_on": None,
        "closed_on": None,
        "reported_on": None,
        "sanctioned_paise": None,
        "balance_paise": 10_000_00,
        "overdue_paise": 0,
        "instalment_paise": 2_000_00,
        "days_past_due": 0,
        "account_status": "",
        "written_off": False,
        "settled": False,
        "suit_filed": False,
        "history": (),
        **changes,
    }
    return BureauAccount(**values)  # type: ignore[arg-type]


def test_the_report_is_kept_in_figures_and_sealed_whole(
    brand: Brand, staff: Staff, case: int
) -> None:
    report = answer(brand, pull(staff("credit_executive"), case).id, clean_report())
    assert (report.status, report.score, report.active_accounts) == ("received", 742, 1)
    assert report.monthly_instalment_paise == 5_000_00
    assert unseal(report.raw_sealed) == '{"all": "of it"}'
    assert report.consent_id > 0


def test_the_loan_executive_may_not_pull(staff: Staff, case: int) -> None:
    with pytest.raises(Forbidden):
        pull(staff("loan_executive"), case)


def test_without_consent_nothing_is_pulled(brand: Brand, staff: Staff, case: int) -> None:
    with unit_of_work(system(brand), "withdraw") as uow:
        rows = uow.session.scalars(select(Consent).where(col(Consent.purpose) == "credit_report"))
        for consent in rows:
            consent.withdrawn_at = uow.now
        uow.commit()
    with pytest.raises(ConsentMissing):
        pull(staff("credit_executive"), case)


def test_a_fresh_report_needs_a_reason_to_be_pulled_again(
    brand: Brand, staff: Staff, case: int
) -> None:
    executive = staff("credit_executive")
    answer(brand, pull(executive, case).id, clean_report())
    with pytest.raises(service.FreshReport):
        pull(executive, case)
    assert pull(executive, case, "Customer closed a loan yesterday").status == "requested"


def test_two_clicks_make_one_enquiry(staff: Staff, case: int) -> None:
    executive = staff("credit_executive")
    pull(executive, case)
    with pytest.raises(service.PullRunning):
        pull(executive, case)


def test_a_report_of_31_days_is_shown_as_old(brand: Brand, staff: Staff, case: int) -> None:
    executive = staff("credit_executive")
    report_id = answer(brand, pull(executive, case).id, clean_report()).id
    with unit_of_work(system(brand), "age") as uow:
        row = uow.lock(BureauReport, report_id)
        assert row.pulled_at is not None
        row.pulled_at -= dt.timedelta(days=31)
        uow.commit()
    with unit_of_work(executive, "look") as uow:
        view = service.bureau_view(uow, case)
    assert (view.age_days, view.stale) == (31, True)


def test_no_hit_and_silence_are_states_of_their_own(brand: Brand, staff: Staff, case: int) -> None:
    executive = staff("credit_executive")
    first = pull(executive, case)
    run_command(
        system(brand),
        "record",
        lambda uow: service.record_failure(uow, first.id, ProviderUnavailable("down")),
    )
    second = answer(brand, pull(executive, case).id, clean_report(None))
    assert (second.status, second.score) == ("no_hit", None)


def test_figures_are_counted_from_the_lines() -> None:
    report = BureauAnswer(
        hit=BureauHit.HIT,
        score=700,
        accounts=(
            line(),
            line(account_type="Credit Card", instalment_paise=900_00, balance_paise=40_000_00),
            line(is_open=False, settled=True, overdue_paise=3_000_00),
            line(
                is_open=False,
                history=(
                    BureauMonth(dt.date(2026, 3, 1), 65),
                    BureauMonth(dt.date(2025, 6, 1), 180),
                ),
            ),
        ),
        enquiries=(
            BureauEnquiry(dt.date(2026, 11, 1), "A", "loan", None),
            BureauEnquiry(dt.date(2026, 5, 1), "B", "loan", None),
            BureauEnquiry(dt.date(2025, 5, 1), "C", "loan", None),
        ),
    )
    figures = figures_of(report, ON)
    assert figures.active_accounts == 2
    assert figures.monthly_instalment_paise == 2_000_00
    assert figures.card_balance_paise == 40_000_00
    assert figures.total_overdue_paise == 3_000_00
    assert figures.write_offs == 1
    assert figures.worst_dpd_12_months == 65
    assert (figures.enquiries_30_days, figures.enquiries_12_months) == (1, 2)


def test_the_grid_shows_24_months_with_bands() -> None:
    report = BureauAnswer(
        hit=BureauHit.HIT,
        score=700,
        accounts=(
            line(
                history=(BureauMonth(dt.date(2026, 10, 1), 0), BureauMonth(dt.date(2026, 9, 1), 45))
            ),
            line(history=(BureauMonth(dt.date(2020, 1, 1), 0),)),
        ),
    )
    grid = grid_of(summary_of(report), ON)
    assert len(grid) == 1
    assert [cell.month for cell in grid[0].cells[:3]] == ["2026-11", "2026-10", "2026-09"]
    assert [cell.band for cell in grid[0].cells[:3]] == ["not reported", "on time", "31–60"]
    assert len(grid[0].cells) == 24


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Maharashtra", "MH"),
        ("tamil nadu", "TN"),
        ("Jammu & Kashmir", "JK"),
        ("MH", "MH"),
        ("?", ""),
    ],
)
def test_states_have_codes(written: str, code: str) -> None:
    assert state_code_of(written) == code
