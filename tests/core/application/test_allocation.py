"""Whose turn it is: by waiting time, held back by load, limit, leave and absence.
Each line is a sentence a manager could be told."""

from __future__ import annotations

import datetime as dt

from core.application.allocation import Candidate, choose

DAY = dt.date(2026, 11, 20)


def at(hour: int) -> dt.datetime:
    return dt.datetime(2026, 11, 20, hour, tzinfo=dt.UTC)


def chosen(*candidates: Candidate) -> str | None:
    found = choose(candidates, DAY)
    return found.name if found else None


def test_who_never_had_a_case_comes_first() -> None:
    asha = Candidate(1, "Asha", last_assigned_at=at(9))
    ravi = Candidate(2, "Ravi")
    assert chosen(asha, ravi) == "Ravi"


def test_who_waited_longest_is_next() -> None:
    asha = Candidate(1, "Asha", last_assigned_at=at(11))
    ravi = Candidate(2, "Ravi", last_assigned_at=at(9))
    meera = Candidate(3, "Meera", last_assigned_at=at(10))
    assert chosen(asha, ravi, meera) == "Ravi"


def test_two_cases_ahead_of_the_least_loaded_lets_the_turn_pass() -> None:
    asha = Candidate(1, "Asha", open_cases=5, last_assigned_at=at(8))
    ravi = Candidate(2, "Ravi", open_cases=3, last_assigned_at=at(11))
    assert chosen(asha, ravi) == "Ravi"


def test_one_case_ahead_keeps_the_turn() -> None:
    asha = Candidate(1, "Asha", open_cases=4, last_assigned_at=at(8))
    ravi = Candidate(2, "Ravi", open_cases=3, last_assigned_at=at(11))
    assert chosen(asha, ravi) == "Asha"


def test_nobody_gets_more_than_their_limit() -> None:
    full = Candidate(1, "Asha", open_cases=40, open_limit=40)
    assert full.why_not(DAY) == "has 40 of 40 cases open"
    assert chosen(full) is None


def test_who_is_not_available_gets_nothing() -> None:
    assert chosen(Candidate(1, "Asha", available=False)) is None


def test_leave_counts_its_first_and_last_day() -> None:
    def away(first: int, last: int | None) -> Candidate:
        end = dt.date(2026, 11, last) if last else None
        return Candidate(1, "Asha", leave_from=dt.date(2026, 11, first), leave_to=end)

    assert chosen(away(20, 22)) is None
    assert chosen(away(18, 20)) is None
    assert chosen(away(18, 19)) == "Asha"
    assert chosen(away(21, 22)) == "Asha"
    assert chosen(away(1, None)) is None


def test_equal_turns_go_by_load_and_then_by_id() -> None:
    asha = Candidate(1, "Asha", open_cases=1)
    ravi = Candidate(2, "Ravi", open_cases=0)
    meera = Candidate(3, "Meera", open_cases=0)
    assert chosen(asha, ravi, meera) == "Ravi"


def test_twelve_cases_among_three_people_give_four_each() -> None:
    people = {i: Candidate(i, f"P{i}") for i in (1, 2, 3)}
    for turn in range(12):
        found = choose(people.values(), DAY)
        assert found is not None
        people[found.staff_id] = Candidate(
            found.staff_id,
            found.name,
            open_cases=found.open_cases + 1,
            last_assigned_at=at(0) + dt.timedelta(minutes=turn),
        )
    assert [person.open_cases for person in people.values()] == [4, 4, 4]
