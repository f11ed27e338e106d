"""The books take balanced entries once and never change, whoever asks.
Everything runs against PostgreSQL as the application role, the way the product does.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from core.access.actor import Actor
from core.brand.tables import Brand
from core.db.unit_of_work import UnitOfWork, run_command, unit_of_work
from core.kernel.errors import Forbidden, IdempotencyMismatch, Invalid, NotFound
from core.ledger import service, store
from core.ledger.chart import CHART, Head
from core.ledger.store import AlreadyReversed, EntryUnbalanced, Leg, NewEntry, UnknownAccount

TODAY = dt.date(2026, 11, 20)


@pytest.fixture
def clerk(brand: Brand) -> Actor:
    """The product itself in a fresh brand."""
    return Actor.system(brand.id, "test")


def entry(key: str, paise: int = 10_000, **changes: Any) -> NewEntry:
    """Return capital paid into the bank."""
    values: dict[str, Any] = {
        "key": key,
        "kind": "capital",
        "value_date": TODAY,
        "legs": (Leg(Head.BANK, paise), Leg(Head.CAPITAL, -paise)),
        **changes,
    }
    return NewEntry(**values)


def post(actor: Actor, *entries: NewEntry) -> list[int]:
    """Post and commit."""
    return run_command(actor, "post", lambda uow: service.post(uow, entries))


def balance(actor: Actor, head: Head) -> int:
    """Return the running balance of a head."""
    with unit_of_work(actor, "read") as uow:
        rows = {row.code: row.balance_paise for row in store.balances(uow)}
    return rows[head.value]


def test_an_entry_moves_both_accounts(clerk: Actor) -> None:
    post(clerk, entry("a"), entry("b", 2_500))
    assert (balance(clerk, Head.BANK), balance(clerk, Head.CAPITAL)) == (12_500, -12_500)


def test_a_repeated_key_posts_nothing_and_names_the_same_entry(clerk: Actor) -> None:
    first = post(clerk, entry("a"))
    assert post(clerk, entry("a"), entry("b"))[0] == first[0]
    assert balance(clerk, Head.BANK) == 20_000


def test_the_same_key_with_other_content_is_refused(clerk: Actor) -> None:
    post(clerk, entry("a"))
    with pytest.raises(IdempotencyMismatch) as refusal:
        post(clerk, entry("a", 10_001))
    assert refusal.value.key == "a"
    assert balance(clerk, Head.BANK) == 10_000


@pytest.mark.parametrize(
    "legs",
    [
        (Leg(Head.BANK, 100), Leg(Head.CAPITAL, -99)),
        (Leg(Head.BANK, 100),),
        (Leg(Head.BANK, 0), Leg(Head.CAPITAL, 0)),
        (),
    ],
)
def test_an_entry_that_does_not_balance_is_refused(clerk: Actor, legs: tuple[Leg, ...]) -> None:
    with pytest.raises(EntryUnbalanced):
        post(clerk, entry("good"), entry("bad", legs=legs))
    with unit_of_work(clerk, "read") as uow:
        assert uow.session.execute(text("SELECT count(*) FROM entry")).scalar_one() == 0


def test_an_unknown_account_is_refused(clerk: Actor) -> None:
    def work(uow: UnitOfWork) -> None:
        store.insert_entries(uow, [entry("a")])

    with pytest.raises(UnknownAccount, match="bank"):
        run_command(clerk, "post", work)  # no chart yet


def test_the_chart_is_opened_once(clerk: Actor) -> None:
    post(clerk, entry("a"))
    post(clerk, entry("b"))
    with unit_of_work(clerk, "read") as uow:
        assert len(store.balances(uow)) == len(CHART)


def test_a_reversal_returns_every_balance_and_happens_once(clerk: Actor) -> None:
    (made,) = post(clerk, entry("a"))
    run_command(clerk, "reverse", lambda uow: service.reverse(uow, made, reason="typed twice"))
    assert (balance(clerk, Head.BANK), balance(clerk, Head.CAPITAL)) == (0, 0)
    again = run_command(clerk, "reverse", lambda u: service.reverse(u, made, reason="typed twice"))
    assert again != made
    assert balance(clerk, Head.BANK) == 0
    with pytest.raises((AlreadyReversed, IdempotencyMismatch)):
        run_command(clerk, "reverse", lambda uow: service.reverse(uow, made, reason="other"))


def test_a_value_date_in_the_future_is_refused(clerk: Actor) -> None:
    with pytest.raises(Invalid):
        post(clerk, entry("a", value_date=TODAY + dt.timedelta(days=1)))


def test_an_unknown_entry_cannot_be_reversed(clerk: Actor) -> None:
    with pytest.raises(NotFound):
        run_command(clerk, "reverse", lambda uow: service.reverse(uow, 999, reason="x"))


def test_a_loan_executive_may_not_post(staff: Callable[..., Actor]) -> None:
    with pytest.raises(Forbidden):
        post(staff("loan_executive"), entry("a"))


def test_a_trial_balance_of_a_past_day_leaves_out_what_came_later(clerk: Actor) -> None:
    post(clerk, entry("a"))
    with unit_of_work(clerk, "read") as uow:
        now = service.trial_balance(uow)
        before = service.trial_balance(uow, TODAY - dt.timedelta(days=1))
    assert (now.debit_paise, now.credit_paise) == (10_000, 10_000)
    assert (before.debit_paise, before.credit_paise) == (0, 0)


def test_a_statement_goes_on_after_its_last_line(clerk: Actor) -> None:
    post(clerk, entry("a"), entry("b"), entry("c"))
    with unit_of_work(clerk, "read") as uow:
        page = service.account_statement(uow, Head.BANK, limit=2)
        rest = service.account_statement(uow, Head.BANK, after_id=page[-1].posting_id)
    assert [line.amount_paise for line in page + rest] == [10_000] * 3


TABLES = ["entry", "posting", "ledger_account", "ledger_balance"]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}", "INSERT INTO {} "]
)
def test_the_application_cannot_write_the_books_itself(
    clerk: Actor, table: str, statement: str
) -> None:
    post(clerk, entry("a"))
    if statement.startswith("INSERT"):
        statement += "(brand_id) VALUES (1)"
    with unit_of_work(clerk, "attack") as uow, pytest.raises(DBAPIError) as refusal:
        uow.session.execute(text(statement.format(table)))
    assert getattr(refusal.value.orig, "sqlstate", "") == "42501"


@pytest.mark.parametrize(
    "statement", ["UPDATE posting SET amount_paise = 1", "DELETE FROM entry", "TRUNCATE posting"]
)
def test_not_even_the_owner_changes_what_is_posted(
    clerk: Actor, database: Any, statement: str
) -> None:
    post(clerk, entry("a"))
    engine = create_engine(database.url("munim_owner"))
    with engine.connect() as owner:
        owner.execute(
            text("SELECT set_config('app.brand_id', :b, true)"), {"b": str(clerk.brand_id)}
        )
        with pytest.raises(DBAPIError, match="append only"):
            owner.execute(text(statement))
    engine.dispose()


def test_the_owner_cannot_add_a_lonely_leg(clerk: Actor, database: Any) -> None:
    (made,) = post(clerk, entry("a"))
    engine = create_engine(database.url("munim_owner"))
    with engine.connect() as owner:
        owner.execute(
            text("SELECT set_config('app.brand_id', :b, true)"), {"b": str(clerk.brand_id)}
        )
        with pytest.raises(DBAPIError, match="out of balance"):
            owner.execute(
                text(
                    "INSERT INTO posting (brand_id, entry_id, account_id, amount_paise)"
                    " SELECT brand_id, entry_id, account_id, 5 FROM posting"
                    " WHERE entry_id = :entry LIMIT 1"
                ),
                {"entry": made},
            )
    engine.dispose()


def test_another_brand_sees_nothing_and_has_its_own_keys(
    clerk: Actor, new_brand: Callable[..., Brand]
) -> None:
    (made,) = post(clerk, entry("a"))
    other = Actor.system(new_brand().id, "test")
    post(other, entry("a", 77))
    assert balance(other, Head.BANK) == 77
    with unit_of_work(other, "read") as uow:
        assert store.read_entry(uow, made) is None


def test_writers_side_by_side_lose_nothing(clerk: Actor) -> None:
    post(clerk, entry("first"))
    failures: list[BaseException] = []

    def write(name: int) -> None:
        try:
            for number in range(10):
                post(clerk, entry(f"{name}-{number}", 100), entry(f"{name}+{number}", 11))
        except BaseException as error:
            failures.append(error)

    writers = [threading.Thread(target=write, args=(name,)) for name in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert failures == []
    assert balance(clerk, Head.BANK) == 10_000 + 4 * 10 * 111


def test_two_at_once_with_one_key_post_once(clerk: Actor) -> None:
    post(clerk, entry("first"))
    answers: list[list[int]] = []
    writers = [
        threading.Thread(target=lambda: answers.append(post(clerk, entry("same", 500))))
        for _ in range(4)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(answers) == 4
    assert len({tuple(answer) for answer in answers}) == 1
    assert balance(clerk, Head.BANK) == 10_500
