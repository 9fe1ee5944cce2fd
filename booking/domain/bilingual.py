"""The organiser's words in two languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Bilingual:
    """French and English of one text; either may be empty, then readers see the other."""

    fr: str = ""
    en: str = ""

    def __bool__(self) -> bool:
        return bool(self.fr or self.en)

    def best(self, language: str) -> str:
        """The text in `language` ('fr' or 'en'), or in the other one when it lacks."""
        first, second = (self.fr, self.en) if language == "fr" else (self.en, self.fr)
        return first or second

    def missing(self) -> tuple[str, ...]:
        """Languages without a text."""
        return tuple(language for language in ("fr", "en") if not getattr(self, language))
