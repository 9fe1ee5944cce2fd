"""One transition table per kind of thing, and one guard."""

from __future__ import annotations

from collections.abc import Mapping, Set
from enum import StrEnum


class IllegalTransition(Exception):
    """A state change the table does not allow: a defect in the caller, not a refusal."""


class Transitions:
    """The allowed moves between states."""

    def __init__(self, moves: Mapping[StrEnum, Set[StrEnum]]) -> None:
        self._moves = moves

    def check(self, old: StrEnum, new: StrEnum) -> None:
        """Raises IllegalTransition unless `old -> new` is allowed."""
        if new not in self._moves[old]:
            raise IllegalTransition(f"{old} -> {new}")
