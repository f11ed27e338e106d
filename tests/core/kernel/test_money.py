"""Money keeps every paisa: rounding, splitting, parsing and showing.
Expected values are written out; the properties say what holds for all amounts.
"""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.errors import Invalid
from core.kernel.money import (
    AMOUNT_PAISE_MAX,
    Rounding,
    divide_half_up,
    format_inr,
    format_inr_short,
    parse_inr,
    round_ratio,
    rupees_in_words,
    share_bps,
    split_by_weight,
)

amounts = st.integers(min_value=-AMOUNT_PAISE_MAX, max_value=AMOUNT_PAISE_MAX)


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [(5, 2, 3), (-5, 2, -3), (7, 3, 2), (8, 3, 3), (5, -2, -3), (0, 7, 0), (1, 3, 0)],
)
def test_halves_go_away_from_zero(numerator: int, denominator: int, expected: int) -> None:
    assert divide_half_up(numerator, denominator) == expected


@pytest.mark.parametrize(
    ("rounding", "expected"),
    [
        (Rounding.HALF_UP, [3, 4, -3, 2]),
        (Rounding.HALF_EVEN, [2, 4, -2, 2]),
        (Rounding.UP, [3, 4, -3, 3]),
        (Rounding.DOWN, [2, 3, -2, 2]),
    ],
)
def test_each_rounding_mode(rounding: Rounding, expected: list[int]) -> None:
    ratios = [(5, 2), (7, 2), (-5, 2), (9, 4)]
    assert [round_ratio(n, d, rounding) for n, d in ratios] == expected


def test_an_instalment_rounds_to_whole_rupees() -> None:
    assert round_ratio(9_697_330, 100, multiple=100) == 97_000
    assert round_ratio(9_694_999, 100, multiple=100) == 96_900


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**9), st.integers(1, 1000))
def test_half_up_is_the_nearest_multiple(n: int, d: int, multiple: int) -> None:
    rounded = round_ratio(n, d, multiple=multiple)
    assert rounded % multiple == 0
    assert abs(Fraction(n, d) - rounded) <= Fraction(multiple, 2)


@given(amounts, st.integers(0, 100_000))
def test_a_reversal_is_the_exact_negative(amount: int, bps: int) -> None:
    assert share_bps(-amount, bps) == -share_bps(amount, bps)


def test_parts_of_a_hundred_rupees_in_three() -> None:
    assert split_by_weight(10_000, [1, 1, 1]) == [3_334, 3_333, 3_333]


def test_investors_interest_keeps_the_odd_paisa() -> None:
    assert split_by_weight(1_578_082, [300_000, 200_000, 300_000]) == [591_781, 394_520, 591_781]


def test_a_split_refuses_weights_that_are_all_zero() -> None:
    with pytest.raises(ValueError, match="weights"):
        split_by_weight(100, [0, 0])


@given(amounts, st.lists(st.integers(0, 10**9), min_size=1, max_size=20).filter(any))
def test_parts_sum_to_the_whole_and_stay_within_a_paisa(total: int, weights: list[int]) -> None:
    parts = split_by_weight(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(total * weight, sum(weights))) < 1


@pytest.mark.parametrize(
    ("paise", "shown"),
    [
        (0, "₹ 0.00"),
        (5, "₹ 0.05"),
        (99_900, "₹ 999.00"),
        (100_000, "₹ 1,000.00"),
        (123_456_700, "₹ 12,34,567.00"),
        (-123_456_700, "−₹ 12,34,567.00"),
        (1_000_000_000_050, "₹ 10,00,00,00,000.50"),
    ],
)
def test_amounts_are_grouped_in_lakhs(paise: int, shown: str) -> None:
    assert format_inr(paise) == shown


@pytest.mark.parametrize(
    ("paise", "shown"),
    [
        (123_456_700, "₹ 12.35 lakh"),
        (3_200_000_000, "₹ 3.20 crore"),
        (9_999_900, "₹ 99,999"),
        (10_000_000, "₹ 1.00 lakh"),
        (-123_456_700, "−₹ 12.35 lakh"),
        (4_250, "₹ 42.50"),
    ],
)
def test_tiles_use_lakh_and_crore(paise: int, shown: str) -> None:
    assert format_inr_short(paise) == shown


@pytest.mark.parametrize(
    ("text", "paise"),
    [
        ("12,34,567.5", 123_456_750),
        ("₹ 12,34,567.00", 123_456_700),
        ("1234567", 123_456_700),
        (" 500 ", 50_000),
        (".5", 50),
        ("−₹ 10.00", -1_000),
    ],
)
def test_what_people_type_is_understood(text: str, paise: int) -> None:
    assert parse_inr(text) == paise


@pytest.mark.parametrize("text", ["", "₹", "abc", "1.234", "1..2", "1e5", "12,,3", "٣٤", "--5"])
def test_what_is_not_an_amount_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse_inr(text, field="requested_amount")
    assert refusal.value.fields == {
        "requested_amount": "Enter an amount in rupees like 12,34,567.50"
    }


def test_an_amount_beyond_the_books_is_refused() -> None:
    with pytest.raises(Invalid, match="up to"):
        parse_inr("1" + "0" * 14)


@given(amounts)
def test_what_is_shown_can_be_typed_back(amount: int) -> None:
    assert parse_inr(format_inr(amount)) == amount


@pytest.mark.parametrize(
    ("paise", "words"),
    [
        (0, "zero rupees"),
        (100, "one rupee"),
        (101, "one rupee and one paisa"),
        (123_400_000, "twelve lakh thirty-four thousand rupees"),
        (123_450_050, "twelve lakh thirty-four thousand five hundred rupees and fifty paise"),
        (1_000_000_000, "one crore rupees"),
        (-2_100, "minus twenty-one rupees"),
        (12_345_000_000_000, "twelve thousand three hundred forty-five crore rupees"),
    ],
)
def test_amounts_in_words(paise: int, words: str) -> None:
    assert rupees_in_words(paise) == words
