"""How much of a text in two languages is written in each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from booking.domain.bilingual import Bilingual

ALWAYS: Final = ("title", "summary")  # asked for in both languages, even when neither is written


@dataclass(frozen=True)
class Completeness:
    """Of `total` texts, `written` are there in `language`; `missing` names the others."""

    language: str
    total: int
    missing: tuple[str, ...]

    @property
    def written(self) -> int:
        return self.total - len(self.missing)

    @property
    def whole(self) -> bool:
        return not self.missing


def asked(taught: str, one_language: bool, spoken: Sequence[str]) -> Sequence[str]:
    """Languages in which a class is to be written on a site that speaks `spoken`: in all of them, or, where the
    organiser has said so, only in that in which it is `taught`."""
    return (taught,) if one_language and taught in spoken else spoken


def completeness(
    texts: Mapping[str, Bilingual], languages: Iterable[str] = ("fr", "en"), always: Iterable[str] = ALWAYS
) -> list[Completeness]:
    """For each language. What is written in neither is not part of the text, but for what must `always` be there."""
    needed = set(always)
    counted = [name for name, pair in texts.items() if pair or name in needed]
    return [
        Completeness(language, len(counted), tuple(name for name in counted if language in texts[name].missing()))
        for language in languages
    ]
