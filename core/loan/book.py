"""The balance that every ledger head must show for one loan in a given state.
Each event posts the difference of two such books, so ledger and position agree by construction.
"""

from __future__ import annotations

from core.ledger.chart import MONEY_HEADS, Head
from core.loan.replay import State
from core.loan.terms import Component

Book = dict[Head, int]


def book_of(state: State) -> Book:
    """Return the loan's balances by head, debits positive, zero heads left out.

    Whatever a state is, its book sums to zero; an AssertionError here means that the
    replay lost or made a rupee, and nothing is posted.
    """
    book: Book = dict.fromkeys(Head, 0)
    if state.disbursed:
        _lent(state, book)
    for head, paise in state.cash.items():
        if Head(head) not in MONEY_HEADS:
            raise AssertionError(f"{head} is not a head for money")
        book[Head(head)] += paise
    book[Head.EXCESS] -= state.excess
    if sum(book.values()) != 0:
        raise AssertionError(f"the book of a loan does not balance: {book}")
    return {head: paise for head, paise in book.items() if paise}


def _lent(state: State, book: Book) -> None:
    terms = state.terms
    due, paid, waived = (
        {component: state.total(component, what) for component in Component}
        for what in ("due", "paid", "waived")
    )
    earned = state.interest_earned(state.as_of)
    settled = {component: paid[component] + waived[component] for component in Component}
    book[Head.LOAN_PRINCIPAL] += due[Component.PRINCIPAL] - settled[Component.PRINCIPAL]
    book[Head.INTEREST_RECEIVABLE] += earned - settled[Component.INTEREST]
    book[Head.PENAL_RECEIVABLE] += due[Component.PENAL] - settled[Component.PENAL]
    book[Head.CHARGE_RECEIVABLE] += due[Component.CHARGE] - settled[Component.CHARGE]
    book[Head.INTEREST_INCOME] -= earned
    book[Head.PENAL_INCOME] -= due[Component.PENAL]
    book[Head.CHARGE_INCOME] -= due[Component.CHARGE] - state.charge_tax
    book[Head.PROCESSING_FEE_INCOME] -= terms.processing_fee_paise
    book[Head.GST_PAYABLE] -= terms.processing_fee_gst_paise + state.charge_tax
    book[Head.PAYOUT_CLEARING] -= terms.net_disbursed_paise
    book[Head.WAIVER_EXPENSE] += sum(waived.values())


def difference(before: Book, after: Book) -> Book:
    """Return what must be posted to get from one book to another."""
    heads = {*before, *after}
    changes = {head: after.get(head, 0) - before.get(head, 0) for head in sorted(heads)}
    return {head: paise for head, paise in changes.items() if paise}
