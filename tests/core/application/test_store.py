"""What the list of cases shows, finds and counts, and in how many statements.
The list, the tile and the search box must agree, whoever asks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from core.access.actor import Actor
from core.application.assignment_service import allot
from core.application.store import (
    case_list,
    count_cases,
    customer_list,
    find_cases,
    read_case,
)
from core.db.listing import ListAsk
from core.db.unit_of_work import UnitOfWork, run_command
from core.kernel.errors import Invalid, NotFound
from tests.core.application.world import Shelf, applicant, applied, stock

STATEMENTS_MAX = 4


@pytest.fixture
def shelf(brand) -> Shelf:
    return stock(brand)


@pytest.fixture
def two_cases(brand, shelf) -> tuple[int, int]:
    """Asha's bullet loan of 25,000 and Ravi's instalment loan of 1,00,000."""
    asha = applicant(brand)
    ravi = applicant(brand, "9000000002", "BCDPR2345G", "60100012344471")
    return applied(asha, shelf.bullet_id), applied(ravi, shelf.level_id, 10_000_000, 12)


@contextmanager
def counted(work: UnitOfWork) -> Iterator[list[str]]:
    """The statements sent while inside."""
    sent: list[str] = []

    def note(*given: object) -> None:
        sent.append(str(given[2]))

    engine = work.session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def numbers(work: UnitOfWork, **filters: str) -> list[str]:
    ask = ListAsk(filters=filters, sort="number", descending=True)
    return [row["number"] for row in case_list(work, ask).rows]


def test_a_row_says_who_what_how_much_and_how_long_it_waits(brand, staff, uow, two_cases):
    with uow(staff("loan_executive")) as work:
        rows = case_list(work, ListAsk(sort="number")).rows
        first = rows[0]
        assert (first["number"], first["customer"], first["product"]) == (
            "AP-000001",
            "Asha Patil",
            "Salary advance",
        )
        assert (first["amount_paise"], first["tenor"], first["status"], first["owner"]) == (
            2_500_000,
            "30 days",
            "applied",
            "nobody",
        )
        assert first["mobile"] == "••••• •0001"
        assert first["href"] == f"/{brand.code}/loans/{two_cases[0]}"
        assert rows[1]["tenor"] == "12 months"


@pytest.mark.parametrize(
    "text",
    ["AP-000002", "ap-000002", "9000000002", "+91 90000 00002", "BCDPR2345G", "bcdpr2345g"],
)
def test_the_search_finds_by_number_mobile_and_pan(staff, uow, two_cases, text):
    with uow(staff("loan_executive")) as work:
        assert numbers(work, q=text) == ["AP-000002"]
        assert [case.number for case, _ in find_cases(work, text)] == ["AP-000002"]


def test_the_search_finds_by_the_beginning_of_a_name(staff, uow, two_cases):
    with uow(staff("loan_executive")) as work:
        assert numbers(work, q="asha") == ["AP-000002", "AP-000001"]
        assert numbers(work, q="Asha Patel") == []


def test_filters_narrow_and_an_unknown_stage_is_refused(staff, uow, two_cases):
    with uow(staff("loan_executive")) as work:
        assert numbers(work, stage="review") == ["AP-000002", "AP-000001"]
        assert numbers(work, stage="credit") == []
        assert numbers(work, stage="running") == []
        with pytest.raises(Invalid):
            numbers(work, stage="anything")


def test_mine_and_nobodys_follow_the_owner(brand, staff, uow, two_cases):
    me = staff("loan_executive")
    run_command(Actor.system(brand.id, "test"), "allot", lambda work: allot(work, two_cases[0]))
    with uow(me) as work:
        assert numbers(work, owner="me") == ["AP-000001"]
        assert numbers(work, owner="nobody") == ["AP-000002"]
        assert numbers(work, owner=str(me.id)) == ["AP-000001"]


def test_the_tile_counts_what_the_list_shows(brand, staff, uow, two_cases):
    me = staff("loan_executive")
    run_command(Actor.system(brand.id, "test"), "allot", lambda work: allot(work, two_cases[0]))
    with uow(me) as work:
        assert count_cases(work, "review", "me") == len(numbers(work, stage="review", owner="me"))
        assert count_cases(work, "review") == len(numbers(work, stage="review")) == 2


def test_pages_follow_each_other_without_gap_or_repeat(staff, uow, two_cases):
    with uow(staff("loan_executive")) as work:
        first = case_list(work, ListAsk(sort="number", descending=True, size=1))
        second = case_list(
            work, ListAsk(sort="number", descending=True, cursor=first.next_cursor, size=1)
        )
        assert [row["number"] for row in first.rows + second.rows] == ["AP-000002", "AP-000001"]
        assert second.next_cursor == ""


def test_a_queue_role_sees_only_what_passes_through_it(staff, uow, two_cases):
    with uow(staff("sanction_manager")) as work:
        assert numbers(work) == []
        assert find_cases(work, "AP-000001") == []
    with uow(staff("collection_executive")) as work:
        assert numbers(work) == []


def test_another_brand_sees_nothing(new_brand, staff, uow, two_cases):
    with uow(staff("loan_executive", brand=new_brand())) as work:
        assert numbers(work) == []
        with pytest.raises(NotFound):
            read_case(work, two_cases[0])


def test_a_list_and_a_case_cost_few_statements(staff, uow, two_cases):
    with uow(staff("loan_executive")) as work:
        assert work.brand.code
        with counted(work) as sent:
            case_list(work, ListAsk(sort="number"))
        assert len(sent) == 1
        with counted(work) as sent:
            read_case(work, two_cases[0])
        assert len(sent) <= STATEMENTS_MAX


def test_customers_are_listed_with_their_applications(staff, uow, two_cases):
    with uow(staff("loan_executive")) as work:
        rows = customer_list(work, ListAsk(sort="number")).rows
        assert [(row["number"], row["applications"]) for row in rows] == [
            ("CU-000001", 1),
            ("CU-000002", 1),
        ]
        assert rows[0]["pan"] == "••••••234F"
        found = customer_list(work, ListAsk(filters={"q": "9000000002"}, sort="number")).rows
        assert [row["number"] for row in found] == ["CU-000002"]
