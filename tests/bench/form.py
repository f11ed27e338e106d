"""Decides the form of a benchmark line: name, ours, peer, ratio, aim, physical limit.
Ours and the peer take turns in the same run, so that a busy machine slows both alike."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

HEADINGS = ("name", "ours", "peer", "ratio", "aim", "physical limit")
WIDTHS = (50, 12, 12, 7, 8, 0)


@dataclass(frozen=True, slots=True)
class Line:
    """One comparison.

    Attributes:
        name: what is measured, with its size and its percentile.
        ours_ms: our time in milliseconds.
        peer_ms: the peer's time in milliseconds, same run, same data.
        aim: the largest ratio that is good enough.
        limit: what physics or the machine would allow, in words with a number.
    """

    name: str
    ours_ms: float
    peer_ms: float
    aim: float
    limit: str

    @property
    def ratio(self) -> float:
        """Ours by the peer's: below 1 we are faster."""
        return self.ours_ms / self.peer_ms

    @property
    def reached(self) -> bool:
        """Whether the ratio is within the aim."""
        return self.ratio <= self.aim

    def __str__(self) -> str:
        cells = (
            self.name,
            f"{self.ours_ms:.2f} ms",
            f"{self.peer_ms:.2f} ms",
            f"{self.ratio:.2f}",
            f"<= {self.aim:g}",
            self.limit,
        )
        return row(cells) + ("" if self.reached else "   NOT REACHED")


def row(cells: tuple[str, ...]) -> str:
    """Cells in columns."""
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True)).rstrip()


def percentile(values: list[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed."""
    if not values:
        raise ValueError("no value was measured")
    ranked = sorted(values)
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)]


def taking_turns(
    ours: Callable[[int], float], peer: Callable[[int], float], rounds: int, warm_up: int
) -> tuple[list[float], list[float]]:
    """Times in milliseconds of both; who goes first changes from round to round."""
    for number in range(warm_up):
        ours(number)
        peer(number)
    found: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds):
        turn = ((found[0], ours), (found[1], peer))
        for times, run in turn if number % 2 == 0 else reversed(turn):
            times.append(run(number))
    return found


def timed(work: Callable[[], object]) -> float:
    """How many milliseconds a call takes."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000
