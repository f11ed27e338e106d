"""Shows which pairs of names pass for one person and which do not, one line per pair.
The pairs are the ways in which Indian records write one name, and near misses of two people."""

from __future__ import annotations

import pytest

from core.kyc.name_match import GOOD_MATCH, match_names, name_tokens

SAME_PERSON = [
    ("Asha Ramesh Patil", "ASHA RAMESH PATIL", 100),
    ("Asha Patil", "PATIL ASHA", 100),
    ("Asha Patil", "MRS ASHA PATIL", 100),
    ("Asha Patil", "Smt. Asha Patil", 100),
    ("Mohammed Iqbal", "MOHD MOHAMMED IQBAL", 100),
    ("Ram Kumar", "RAMKUMAR", 97),
    ("Asha Patil W/O Ramesh Patil", "Asha Patil", 100),
    ("Asha R Patil", "ASHA RAMESH PATIL", 98),
    ("Asha Patil", "ASHA RAMESH PATIL", 93),
    ("S Venkatesan", "SUBRAMANIAN VENKATESAN", 97),
    ("Lakshmi Narayanan", "LAXMI NARAYANAN", 97),
    ("Jayeshbhai Patel", "JAYESH PATEL", 98),
    ("Deepak Choudhary", "DIPAK CHOUDHARI", 95),
]
OTHER_PERSON = [
    ("Asha Patil", "RAMESH PATIL"),
    ("Asha Patil", "ASHA SHARMA"),
    ("Ravi Kumar", "RAVINDRA KUMAR"),
    ("Sunita Rao", "SUNIL RAO"),
    ("Amit Shah", "SUMIT SHAH"),
    ("A P", "ASHA PATIL"),
    ("Asha Patil", "ASHA PATEL"),
    ("Asha Patil", "VIKRAM SINGH"),
    ("", "ASHA PATIL"),
]


@pytest.mark.parametrize(("declared", "recorded", "score"), SAME_PERSON)
def test_the_ways_one_name_is_written_pass(declared: str, recorded: str, score: int) -> None:
    assert match_names(declared, recorded).score == score
    assert score >= GOOD_MATCH


@pytest.mark.parametrize(("declared", "recorded"), OTHER_PERSON)
def test_two_people_do_not_pass(declared: str, recorded: str) -> None:
    assert match_names(declared, recorded).score < GOOD_MATCH


@pytest.mark.parametrize(("declared", "recorded", "score"), SAME_PERSON)
def test_the_score_does_not_depend_on_which_record_comes_first(
    declared: str, recorded: str, score: int
) -> None:
    assert match_names(recorded, declared).score == score


def test_a_word_without_partner_is_named() -> None:
    assert match_names("Asha Patil", "Asha Sharma").explanation == "No partner for Patil"


def test_titles_and_a_husbands_name_are_not_part_of_the_name() -> None:
    assert name_tokens("Mrs. Asha  Patil w/o Ramesh Patil") == ("asha", "patil")
