"""Days and months of a tenure turn into each other without loss.
The case keeps days, the product counts its own unit."""

from __future__ import annotations

import pytest

from core.application.tenor import tenor_in_days, tenor_in_unit, tenor_words
from core.loan.terms import LoanKind


@pytest.mark.parametrize(("months", "days"), [(1, 30), (3, 91), (12, 365), (24, 730), (36, 1095)])
def test_months_as_days(months: int, days: int) -> None:
    assert tenor_in_days(LoanKind.LEVEL_INSTALMENT, months) == days


@pytest.mark.parametrize("months", range(1, 601))
def test_every_number_of_months_comes_back(months: int) -> None:
    days = tenor_in_days(LoanKind.LEVEL_INSTALMENT, months)
    assert tenor_in_unit(LoanKind.LEVEL_INSTALMENT, days) == months


def test_a_bullet_keeps_its_days() -> None:
    assert tenor_in_days(LoanKind.BULLET, 30) == tenor_in_unit(LoanKind.BULLET, 30) == 30


def test_words() -> None:
    assert tenor_words(LoanKind.BULLET, 30) == "30 days"
    assert tenor_words(LoanKind.LEVEL_INSTALMENT, 365) == "12 months"
    assert tenor_words(LoanKind.LEVEL_INSTALMENT, 30) == "1 month"
