"""What a certificate of attendance says: plain values, frozen in the database as JSON, as documents are."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

PLACEHOLDERS: Final = ("name", "class", "dates", "hours", "place", "trainer", "organiser")


@dataclass(frozen=True)
class CertificateContent:
    """One certificate. `paragraphs` are the organiser's words, filled; the one that is the name alone and the one that
    is the title alone are set larger. Days in the edition's zone. `cites` is the number of the one it replaces."""

    number: str
    locale: str
    issued_on: date
    organiser: str
    town: str
    contact: str
    name: str
    title: str
    paragraphs: tuple[str, ...]
    trainers: tuple[str, ...]
    cites: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Only what JSON knows."""
        return asdict(self) | {"issued_on": self.issued_on.isoformat()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> CertificateContent:
        """The content that `to_json` gave, also after a way through a database that makes lists of tuples."""
        issued_on = date.fromisoformat(data["issued_on"])
        tuples = {name: tuple(data[name]) for name in ("paragraphs", "trainers")}
        return cls(**data | {"issued_on": issued_on} | tuples)
