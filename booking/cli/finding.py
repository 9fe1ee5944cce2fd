"""One line of what `flask doctor` reports."""

from __future__ import annotations

from typing import Literal, NamedTuple

Verdict = Literal["well", "hint", "wrong"]


class Finding(NamedTuple):
    """'wrong' stands in the way of real use."""

    verdict: Verdict
    words: str
