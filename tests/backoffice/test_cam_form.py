"""Shows that the appraisal's form is read back as it was shown, and what is marked as typed.
A person's slip becomes a sentence beside the field, never a lost form."""

from __future__ import annotations

import datetime as dt

import pytest

from backoffice.decision.cam_form import fields_of, form_from, percent_bps, percent_text
from core.decision.cam import Obligation, Salary
from core.decision.service import CamForm, Deviation
from core.kernel.errors import Invalid

FORM = CamForm(
    salaries=tuple(
        Salary(45_000_00, dt.date(2026, m, 1), f"Statement row {m}") for m in (9, 10, 11)
    ),
    obligations=(Obligation("Car loan", 5_000_00, "bureau"),),
    proposed_paise=1_00_000_00,
    rate_bps=2450,
    tenor=12,
    repayment_on=dt.date(2027, 1, 3),
    rationale="Steady",
    deviations=(Deviation("R07", "Thin file", "Guarantor"),),
)


def test_an_untouched_form_reads_back_as_itself() -> None:
    assert form_from(fields_of(FORM), FORM) == FORM


def test_a_changed_salary_is_marked_as_typed() -> None:
    read = form_from({**fields_of(FORM), "salary_2": "50,000"}, FORM)
    assert (read.salaries[2].amount_paise, read.salaries[2].source) == (50_000_00, "typed by hand")
    assert read.salaries[1] == FORM.salaries[1]


def test_an_unticked_box_leaves_the_obligation_out() -> None:
    fields = fields_of(FORM)
    del fields["duty_0_counted"]
    fields["duty_0_note"] = "Closed last week"
    assert form_from(fields, FORM).obligations == (
        Obligation("Car loan", 5_000_00, "bureau", False, "Closed last week"),
    )


def test_unreadable_fields_are_named_all_at_once() -> None:
    fields = {**fields_of(FORM), "salary_0": "much", "rate_bps": "two", "repayment_on": "soon"}
    with pytest.raises(Invalid) as refused:
        form_from(fields, FORM)
    assert set(refused.value.fields) == {"salary_0", "rate_bps", "repayment_on"}


@pytest.mark.parametrize(("text", "bps"), [("24", 2400), ("24.5", 2450), ("1.25 %", 125)])
def test_rates_are_read_and_shown(text: str, bps: int) -> None:
    assert percent_bps(text, "rate") == bps
    assert percent_bps(percent_text(bps), "rate") == bps
