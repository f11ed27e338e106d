"""Shows whose a case is to sanction, with the sentence a person reads about it.
The limits are the example of the domain brief (D, delegation of authority)."""

from __future__ import annotations

import pytest

from core.decision.authority import CaseWeight, levels_from_json, reach_of
from core.kernel.errors import Invalid

LEVELS = levels_from_json(
    {
        "levels": [
            {"role": "sanction_manager", "name": "Sanction manager", "limit_paise": 50_000_00},
            {"role": "sanction_head", "name": "Sanction head", "limit_paise": 2_00_000_00,
             "deviations": 2, "failures": 1},
        ]
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("weight", "role", "sentence"),
    [
        (
            CaseWeight(50_000_00),
            "sanction_manager",
            "₹ 50,000.00 is within the Sanction manager limit ₹ 50,000.00.",
        ),
        (
            CaseWeight(50_000_01),
            "sanction_head",
            "₹ 50,000.01 is above the Sanction manager limit ₹ 50,000.00.",
        ),
        (
            CaseWeight(10_000_00, referred=1),
            "sanction_head",
            "1 referred rule, where the Sanction manager may accept none.",
        ),
        (
            CaseWeight(60_000_00, failed=1),
            "sanction_head",
            "₹ 60,000.00 is above the Sanction manager limit ₹ 50,000.00 and "
            "1 failed rule, where the Sanction manager may accept none.",
        ),
        (
            CaseWeight(3_00_000_00),
            "sanction_head",
            "₹ 3,00,000.00 is above the Sanction head limit ₹ 2,00,000.00; nobody stands above.",
        ),
    ],
)
def test_the_lowest_level_that_may_decide_and_why(
    weight: CaseWeight, role: str, sentence: str
) -> None:
    reach = reach_of(LEVELS, weight)
    assert (reach.level.role, reach.sentence) == (role, sentence)


@pytest.mark.parametrize(
    "levels",
    [
        [],
        [{"role": "a", "name": "A", "limit_paise": 0}],
        [
            {"role": "a", "name": "A", "limit_paise": 5},
            {"role": "b", "name": "B", "limit_paise": 4},
        ],
    ],
)
def test_levels_must_exist_and_rise(levels: list[dict[str, object]]) -> None:
    with pytest.raises(Invalid):
        levels_from_json({"levels": levels})
