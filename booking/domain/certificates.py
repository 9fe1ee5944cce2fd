"""What a certificate of attendance says: plain values, frozen in the database as JSON, as documents are."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from booking.domain.bilingual import Bilingual

PLACEHOLDERS: Final = ("name", "class", "dates", "hours", "place", "trainer", "organiser")
# Both languages here and not in the catalogue of translations: the organiser edits them side by side.
DEFAULT_TEXT: Final = Bilingual(
    "Nous attestons que\n\n{name}\n\na suivi\n\n{class}\n\n{dates}\n{place}\n\nDurée\u202f: {hours}",
    "We certify that\n\n{name}\n\nattended\n\n{class}\n\n{dates}\n{place}\n\nDuration: {hours}",
)


@dataclass(frozen=True)
class CertificateContent:
    """One certificate. `text` are the organiser's words in its language, with placeholders that the rest fills;
    `days` (in the edition's zone) and `minutes` are those that the person attended; `place` is '' for online.
    `cites` is the number of the one that it replaces."""

    number: str
    locale: str
    issued_on: date
    text: str
    name: str
    title: str
    days: tuple[date, ...]
    minutes: int
    place: str
    trainers: tuple[str, ...]
    organiser: str
    town: str
    contact: str
    accent: str
    cites: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Only what JSON knows; days as ISO dates."""
        days = [day.isoformat() for day in self.days]
        return asdict(self) | {"issued_on": self.issued_on.isoformat(), "days": days, "trainers": list(self.trainers)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> CertificateContent:
        """The content that `to_json` gave, also after a way through a database."""
        days = tuple(date.fromisoformat(day) for day in data["days"])
        issued_on = date.fromisoformat(data["issued_on"])
        return cls(**data | {"issued_on": issued_on, "days": days, "trainers": tuple(data["trainers"])})
