"""Charts as plain numbers, which components/charts.html draws."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

FRANC: Final = 100  # centimes
ROUND: Final = (1, 2, 5, 10)  # a step of a scale is one of these, times a power of ten
STEPS: Final = 6  # at most, above the line of nothing


@dataclass(frozen=True)
class Column:
    """`paid` stands on the line, `owed` on `paid`, `refunded` hangs from the line. Centimes."""

    label: str
    paid: int
    owed: int
    refunded: int


@dataclass(frozen=True)
class Columns:
    """Columns side by side. The scale goes in equal steps of `step` centimes, `up` of them above the line and `down`
    below it."""

    columns: tuple[Column, ...]
    step: int
    up: int
    down: int

    @property
    def marks(self) -> list[int]:
        """What the scale says, from above, centimes."""
        return [number * self.step for number in range(self.up, -self.down - 1, -1)]

    @property
    def line(self) -> int:
        """How far below the upper edge nothing is, centimes."""
        return self.up * self.step

    @property
    def height(self) -> int:
        return (self.up + self.down) * self.step


def columns(found: Iterable[Column]) -> Columns:
    """On a scale that holds them all."""
    found = tuple(found)
    highest = max(column.paid + column.owed for column in found)
    lowest = max(column.refunded for column in found)
    step = round_above(max(highest, lowest) / STEPS)
    return Columns(found, step, max(1, -(-highest // step)), -(-lowest // step))


def round_above(centimes: float) -> int:
    """The next round sum of francs, in centimes: 41’250.– -> 50’000.–."""
    power = FRANC
    while power * ROUND[-1] < centimes:
        power *= 10
    return next(power * step for step in ROUND if power * step >= centimes)
