"""What is measured: a figure, held against its aim, and the table they make."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`value` and `aim` are words for people; `met` is None where there is no aim."""

    area: str
    what: str
    value: str
    aim: str = ""
    met: bool | None = None


def at_most(area: str, what: str, number: float, most: float, unit: str) -> Figure:
    """A figure that should stay below an aim."""
    return Figure(area, what, f"{short(number)} {unit}".strip(), f"≤ {short(most)} {unit}".strip(), number <= most)


def at_least(area: str, what: str, number: float, least: float, unit: str) -> Figure:
    """A figure that should reach an aim."""
    return Figure(area, what, f"{short(number)} {unit}", f"≥ {short(least)} {unit}", number >= least)


def short(number: float) -> str:
    """Three digits that count."""
    return (
        f"{number:.0f}"
        if number >= 100 or number == int(number)
        else f"{number:.1f}"
        if number >= 10
        else f"{number:.2f}"
    )


def table(conditions: Iterable[tuple[str, str]], figures: Iterable[Figure]) -> str:
    """Everything as Markdown, as it stands in the README."""
    lines = ["| Condition | |", "|---|---|", *(f"| {name} | {value} |" for name, value in conditions), ""]
    lines += ["| | Measured | Value | Aim | |", "|---|---|---:|---:|---|"]
    words = {None: "", True: "met", False: "**missed**"}
    lines += [f"| {f.area} | {f.what} | {f.value} | {f.aim} | {words[f.met]} |" for f in figures]
    return "\n".join(lines)
