"""Where a loan stands after what happened to it, with the numbers a lender would work out.
Pure: terms, events and a date in, a position out; no database.
"""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from core.loan.book import book_of
from core.loan.bucket import Bucket
from core.loan.event import Event, EventKind
from core.loan.position import Amounts, InstalmentStatus, Position, position
from core.loan.replay import replay
from core.loan.terms import Component, LoanTerms, PenalRule
from tests.core.loan.test_schedule import bullet_terms, level_terms

BULLET = bullet_terms(penal=PenalRule(bps_per_year=3_650))
LEVEL = level_terms(tenor=6, principal_paise=5_000_000, rate_bps=2_400)
BIRTH = Event(1, EventKind.DISBURSED, BULLET.disbursed_on)
LEVEL_BIRTH = Event(1, EventKind.DISBURSED, LEVEL.disbursed_on)


def receipt(number: int, on: date, paise: int, *, is_payoff: bool = False) -> Event:
    """Return a receipt into the bank."""
    return Event(number, EventKind.RECEIPT, on, paise, head="bank", is_payoff=is_payoff)


def test_interest_of_a_single_payment_grows_by_the_day() -> None:
    place = position(BULLET, [BIRTH], date(2026, 11, 30))
    assert place.outstanding == Amounts(principal=3_000_000, interest=300_000)
    assert place.payoff_paise == 3_300_000
    assert (place.next_due_on, place.next_due_paise) == (date(2026, 12, 20), 3_900_000)
    assert (place.days_past_due, place.bucket) == (0, Bucket.PRE_DUE)


def test_on_the_due_date_nothing_is_late_yet() -> None:
    place = position(BULLET, [BIRTH], date(2026, 12, 20))
    assert place.overdue == Amounts()
    assert place.instalments[0].status is InstalmentStatus.DUE_TODAY


def test_after_the_due_date_interest_stops_and_penal_charges_run() -> None:
    # 36.5 % a year is 0.1 % a day of 39,000 rupees: 39 rupees a day, never on itself
    place = position(BULLET, [BIRTH], date(2026, 12, 30))
    assert place.overdue == Amounts(principal=3_000_000, interest=900_000, penal=39_000)
    assert (place.days_past_due, place.bucket) == (10, Bucket.DAYS_1_30)
    assert place.payoff_paise == 3_939_000


def test_penal_charges_are_never_charged_upon_themselves() -> None:
    # penal charges: no capitalisation, no interest on them (RBI, 18 Aug 2023)
    first = position(BULLET, [BIRTH], date(2027, 1, 9)).outstanding.penal
    second = position(BULLET, [BIRTH], date(2027, 1, 29)).outstanding.penal
    assert (first, second) == (78_000, 156_000)


def test_a_payment_before_the_due_date_saves_the_interest_to_come() -> None:
    paid = receipt(2, date(2026, 11, 30), 1_300_000)
    place = position(BULLET, [BIRTH, paid], date(2026, 12, 20))
    # 3,000 of interest to the day, 10,000 of principal; then 20 days on 20,000 rupees
    assert place.allocation_of(2) is not None
    assert place.allocations[0].amounts == Amounts(principal=1_000_000, interest=300_000)
    assert (place.outstanding.principal, place.outstanding.interest) == (2_000_000, 400_000)
    assert place.next_due_paise == 2_400_000


def test_the_payoff_amount_settles_a_single_payment_early() -> None:
    paid = receipt(2, date(2026, 11, 25), 3_150_000)
    place = position(BULLET, [BIRTH, paid], date(2026, 12, 1))
    assert place.is_settled
    assert place.interest_earned_paise == 150_000
    assert (place.outstanding.total, place.payoff_paise, place.excess_paise) == (0, 0, 0)


def test_one_paisa_less_leaves_the_loan_open() -> None:
    paid = receipt(2, date(2026, 11, 25), 3_149_999)
    place = position(BULLET, [BIRTH, paid], date(2026, 11, 25))
    assert not place.is_settled
    assert place.payoff_paise == 1


def test_what_the_loan_does_not_need_is_excess() -> None:
    paid = receipt(2, date(2026, 11, 25), 3_200_000)
    place = position(BULLET, [BIRTH, paid], date(2026, 11, 25))
    assert (place.is_settled, place.excess_paise, place.allocations[0].excess) == (
        True,
        50_000,
        50_000,
    )


def test_money_pays_the_oldest_instalment_first_in_the_agreed_order() -> None:
    rows = position(LEVEL, [LEVEL_BIRTH], LEVEL.disbursed_on).instalments
    one, two = rows[0].due.total, rows[1].due
    paid = receipt(2, date(2026, 4, 10), one + two.interest + 1)
    place = position(LEVEL, [LEVEL_BIRTH, paid], date(2026, 4, 10))
    assert place.instalments[0].status is InstalmentStatus.PAID
    assert place.instalments[1].paid == Amounts(principal=1, interest=two.interest)
    assert place.overdue.total == two.principal - 1
    assert place.oldest_due_on == date(2026, 3, 31)


def test_principal_first_is_a_term_of_the_loan() -> None:
    order = (Component.PRINCIPAL, Component.INTEREST, Component.CHARGE, Component.PENAL)
    terms = level_terms(allocation_order=order)
    paid = receipt(2, date(2026, 3, 5), 80_000)
    place = position(terms, [LEVEL_BIRTH, paid], date(2026, 3, 5))
    assert place.instalments[0].paid == Amounts(principal=71_973, interest=8_027)


def test_an_early_payoff_of_instalments_drops_the_interest_to_come() -> None:
    on = date(2026, 2, 14)  # 14 of the first 28 days
    quote = position(LEVEL, [LEVEL_BIRTH], on).payoff_paise
    assert quote == 5_000_000 + 50_000
    place = position(LEVEL, [LEVEL_BIRTH, receipt(2, on, quote, is_payoff=True)], on)
    assert (place.is_settled, place.is_foreclosed, place.paid.interest) == (True, True, 50_000)


def test_without_the_word_payoff_money_pays_instalments_ahead() -> None:
    on = date(2026, 2, 14)
    place = position(LEVEL, [LEVEL_BIRTH, receipt(2, on, 5_050_000)], on)
    assert not place.is_settled
    assert [row.status for row in place.instalments][:5] == [InstalmentStatus.PAID] * 5
    assert place.outstanding.interest < 0
    # what was paid ahead counts when the borrower then asks to end the loan
    assert place.payoff_paise == 0


def test_a_charge_and_its_tax_wait_in_their_own_bucket() -> None:
    charge = Event(2, EventKind.CHARGE, date(2026, 12, 25), 50_000, tax_paise=9_000)
    place = position(BULLET, [BIRTH, charge], date(2026, 12, 25))
    assert place.outstanding.charge == 59_000


def test_a_waiver_is_not_a_payment() -> None:
    waiver = Event(2, EventKind.WAIVER, date(2026, 12, 30), 39_000, component=Component.PENAL)
    place = position(BULLET, [BIRTH, waiver], date(2026, 12, 30))
    assert (place.outstanding.penal, place.waived.penal, place.paid.total) == (0, 39_000, 0)


def test_a_reversal_reads_as_if_the_receipt_had_never_come() -> None:
    paid = receipt(2, date(2026, 11, 25), 3_150_000)
    back = Event(3, EventKind.REVERSAL, date(2026, 11, 25), 3_150_000, reverses=2)
    on = date(2026, 12, 30)
    assert position(BULLET, [BIRTH, paid, back], on) == position(BULLET, [BIRTH], on)


def test_a_back_dated_receipt_takes_back_penal_charges() -> None:
    late = position(BULLET, [BIRTH], date(2026, 12, 30)).outstanding.penal
    paid = receipt(2, date(2026, 12, 20), 3_900_000)
    place = position(BULLET, [BIRTH, paid], date(2026, 12, 30))
    assert (late, place.outstanding.penal, place.is_settled) == (39_000, 0, True)


def test_before_the_disbursal_there_is_nothing() -> None:
    place = position(BULLET, [], date(2026, 11, 20))
    assert (place.is_disbursed, place.outstanding.total, place.instalments) == (False, 0, ())


@pytest.mark.parametrize("terms", [BULLET, LEVEL])
def test_receipts_of_one_day_commute(terms: LoanTerms) -> None:
    on = terms.disbursed_on + timedelta(days=45)
    amounts = [100_000, 777_777, 1]
    birth = Event(1, EventKind.DISBURSED, terms.disbursed_on)

    def after(order: list[int]) -> Position:
        events = [receipt(n, on, paise) for n, paise in enumerate(order, start=2)]
        return position(terms, [birth, *events], on)

    one, other = after(amounts), after(amounts[::-1])
    assert one.instalments == other.instalments
    assert one.outstanding == other.outstanding


def random_events(rng: random.Random, terms: LoanTerms, count: int) -> list[Event]:
    """Return a random, legal life of a loan."""
    events = [Event(1, EventKind.DISBURSED, terms.disbursed_on)]
    on = terms.disbursed_on
    for number in range(2, count + 2):
        on += timedelta(days=rng.randrange(0, 20))
        dice = rng.random()
        if dice < 0.6:
            amount = rng.randrange(1, terms.principal_paise)
            events.append(receipt(number, on, amount, is_payoff=rng.random() < 0.4))
        elif dice < 0.7:
            events.append(Event(number, EventKind.CHARGE, on, 50_000, tax_paise=9_000))
        elif dice < 0.8:
            component = rng.choice(list(Component))
            events.append(
                Event(number, EventKind.WAIVER, on, rng.randrange(1, 99_999), component=component)
            )
        else:
            undone = {event.reverses for event in events}
            receipts = [
                event
                for event in events
                if event.kind is EventKind.RECEIPT and event.id not in undone
            ]
            if receipts:
                chosen = rng.choice(receipts)
                events.append(
                    Event(number, EventKind.REVERSAL, chosen.value_date, reverses=chosen.id)
                )
    return events


@pytest.mark.parametrize("seed", range(60))
def test_any_life_balances_and_owes_nothing_below_zero(seed: int) -> None:
    rng = random.Random(seed)
    terms = rng.choice([BULLET, LEVEL, level_terms(penal=PenalRule(2_400, 5))])
    events = random_events(rng, terms, 12)
    for count in range(1, len(events) + 1):
        on = max(event.value_date for event in events[:count])
        state = replay(terms, events[:count], on)
        assert sum(book_of(state).values()) == 0
        place = position(terms, events[:count], on)
        for row in place.instalments:
            left = row.left
            assert min(left.principal, left.interest, left.charge, left.penal) >= 0
        if place.is_settled:
            assert (place.payoff_paise, place.outstanding.total) == (0, 0)
