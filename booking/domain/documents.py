"""What an invoice, credit note, fee invoice or receipt says: plain values, frozen in the database as JSON.

Whoever issues a document fills in one `DocumentContent`; printing it again in ten years needs nothing else.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from booking.domain.accent import HOUSE
from booking.domain.payment import DocumentKind
from booking.domain.vat import Vat, VatRules


@dataclass(frozen=True)
class Party:
    """Who asks for the money or owes it. `country` is ISO 3166, two letters; `extra` lines follow the name
    (a company, care of). A debtor may lack the address: the QR-bill then leaves a box to fill in by hand."""

    name: str
    street: str = ""
    house_number: str = ""
    postcode: str = ""
    town: str = ""
    country: str = "CH"
    extra: tuple[str, ...] = ()
    email: str = ""
    phone: str = ""
    vat_number: str = ""


@dataclass(frozen=True)
class Line:
    """One row of the table. `unit` and `amount` in centimes, negative for a discount. Lines of `text` after the
    first are printed small (the names of the attendees, say)."""

    text: str
    quantity: int
    unit: int
    amount: int


@dataclass(frozen=True)
class DocumentContent:
    """One document. Sums in centimes of CHF, days in the edition's zone; `total` is what the lines come to and
    `paid` what was received before the document was made. `reference` (QRR or SCOR) and `iban` ask for the
    payment part, made out to `account_holder` where that is not the creditor; `cites` is the number of the document
    it corrects; without `vat` no word of it is printed; `accent` is the organiser's colour on that day."""

    kind: DocumentKind
    number: str
    locale: str
    issued_on: date
    creditor: Party
    debtor: Party | None
    booking_ref: str
    title: str
    lines: tuple[Line, ...]
    total: int
    due_on: date | None = None
    iban: str | None = None
    days: tuple[date, ...] = ()  # of the meetings
    place: str = ""
    paid: int = 0
    reference: str | None = None
    cites: str | None = None
    note: tuple[str, ...] = ()
    vat: Vat | None = None
    account_holder: str = ""
    accent: str = HOUSE.light.accent

    @property
    def payable_to(self) -> str:
        """Whom a transfer is made out to."""
        return self.account_holder or self.creditor.name

    @property
    def due(self) -> int:
        """What is still to be paid, centimes."""
        return self.total - self.paid

    @property
    def asks_for_transfer(self) -> bool:
        """Whether the document carries a QR-bill."""
        return bool(self.reference and self.iban) and self.due > 0

    def to_json(self) -> dict[str, Any]:
        """Only what JSON knows; days as ISO dates."""
        return asdict(self) | {
            "kind": self.kind.value,
            "issued_on": self.issued_on.isoformat(),
            "due_on": self.due_on.isoformat() if self.due_on else None,
            "days": [day.isoformat() for day in self.days],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> DocumentContent:
        """The content that `to_json` gave, also after a way through a database that makes lists of tuples."""
        return cls(
            **data
            | {
                "kind": DocumentKind(data["kind"]),
                "issued_on": date.fromisoformat(data["issued_on"]),
                "due_on": date.fromisoformat(data["due_on"]) if data["due_on"] else None,
                "creditor": _party(data["creditor"]),
                "debtor": _party(data["debtor"]) if data["debtor"] else None,
                "days": tuple(date.fromisoformat(day) for day in data["days"]),
                "lines": tuple(Line(**line) for line in data["lines"]),
                "note": tuple(data["note"]),
                "vat": Vat(**data["vat"]) if data["vat"] else None,
            }
        )


def _party(data: dict[str, Any]) -> Party:
    return Party(**data | {"extra": tuple(data["extra"])})


@dataclass(frozen=True)
class Issuer:
    """Who issues documents, the account that takes transfers ('' when none) and its holder ('' for the party), the
    rules of VAT for those who are registered, and the organiser's colour."""

    party: Party
    iban: str
    account_holder: str = ""
    vat: VatRules | None = None
    accent: str = HOUSE.light.accent
