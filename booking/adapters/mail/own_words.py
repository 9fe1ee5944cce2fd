"""The organiser's own words in a letter: its subject, its first and its last lines, with what stands in braces."""

from __future__ import annotations

from typing import Any

from booking.domain import placeholders
from booking.domain.bilingual import Bilingual
from booking.domain.letters import PLACEHOLDERS, Words


def in_letter(words: Words, kind: str, language: str, values: dict[str, str]) -> dict[str, Any]:
    """`own_subject`, one plain line, and as Markdown `opening` and `closing`; empty where the house's words stand.

    Of the `values`, only those are named that letters of this kind know.
    """
    known = {name: value for name, value in values.items() if name in PLACEHOLDERS[kind]}
    return {
        "own_subject": placeholders.fill(words.subject, known),
        "opening": Bilingual(**{language: placeholders.fill_markdown(words.opening, known)}),
        "closing": Bilingual(**{language: placeholders.fill_markdown(words.closing, known)}),
    }
