"""Where the rupees of one payment go: the oldest instalment first, inside it by component order.
The order is a term of the loan, because appropriation is policy and must not change under it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from core.loan.terms import Component


@dataclass(slots=True)
class Split:
    """What one amount was used for, in paise; `excess` found nothing to pay."""

    paid: dict[Component, int] = field(default_factory=lambda: dict.fromkeys(Component, 0))
    excess: int = 0

    @property
    def total(self) -> int:
        """The whole amount again."""
        return sum(self.paid.values()) + self.excess


def take(
    amount_paise: int, owed: Mapping[Component, int], order: Sequence[Component]
) -> dict[Component, int]:
    """Return how much of `amount_paise` each component of one instalment takes, in order."""
    taken = dict.fromkeys(Component, 0)
    left = amount_paise
    for component in order:
        taken[component] = min(left, max(owed[component], 0))
        left -= taken[component]
    return taken


def allocate(
    amount_paise: int,
    instalments: Iterable[Mapping[Component, int]],
    order: Sequence[Component],
) -> tuple[list[dict[Component, int]], int]:
    """Spread an amount over instalments, oldest first; return what each took and the rest."""
    if amount_paise < 0:
        raise ValueError("an amount to allocate cannot be negative")
    left = amount_paise
    shares: list[dict[Component, int]] = []
    for owed in instalments:
        taken = take(left, owed, order)
        left -= sum(taken.values())
        shares.append(taken)
    return shares, left
