"""What can be taken out as a file: which rows, in which columns, and how a cell is made harmless."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final, Literal

KEPT: Final = timedelta(days=7)  # files hold personal data: after that they are made again
DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")  # what a spreadsheet takes for the beginning of a formula

CellKind = Literal["text", "word", "money", "moment", "number"]


class ExportKind(StrEnum):
    """REGISTRATIONS: a row an attendee. PAYMENTS: money in and out. DOCUMENTS: a row a paper. ACCOUNTS: a row a line
    of a booking's account. JOURNAL: who did what."""

    REGISTRATIONS = "registrations"
    PAYMENTS = "payments"
    DOCUMENTS = "documents"
    ACCOUNTS = "accounts"
    JOURNAL = "journal"


class ExportFormat(StrEnum):
    """CSV with semicolons, as spreadsheets in Switzerland open it; XLSX with dates and sums as such."""

    CSV = "csv"
    XLSX = "xlsx"


@dataclass(frozen=True)
class Column:
    """`kind`: 'word' is a code that is written in the reader's language, 'money' centimes, 'moment' an instant."""

    name: str
    kind: CellKind = "text"


_BOOKING: Final = (Column("reference"), Column("class"), Column("starts", "moment"))
COLUMNS: Final = {
    ExportKind.REGISTRATIONS: (
        *_BOOKING,
        Column("state", "word"),
        Column("booked_at", "moment"),
        Column("attendee"),
        Column("attendee_email"),
        Column("attendee_cancelled_at", "moment"),
        Column("price", "money"),
        Column("booker"),
        Column("email"),
        Column("phone"),
        Column("company"),
        Column("street"),
        Column("postcode"),
        Column("town"),
        Column("country"),
        Column("language"),
        Column("channel", "word"),
        Column("owed", "money"),
    ),
    ExportKind.PAYMENTS: (
        Column("at", "moment"),
        Column("movement", "word"),
        Column("amount", "money"),
        Column("state", "word"),
        Column("channel", "word"),
        *_BOOKING,
        Column("booker"),
        Column("provider_id"),
    ),
    ExportKind.DOCUMENTS: (
        Column("number"),
        Column("kind", "word"),
        Column("issued_at", "moment"),
        Column("due_at", "moment"),
        Column("total", "money"),
        Column("cites"),
        *_BOOKING,
        Column("booker"),
        Column("qr_reference"),
    ),
    ExportKind.ACCOUNTS: (
        Column("at", "moment"),
        Column("entry", "word"),
        Column("amount", "money"),
        *_BOOKING,
        Column("booker"),
        Column("number", "number"),
    ),
    ExportKind.JOURNAL: (
        Column("at", "moment"),
        Column("actor", "word"),
        Column("person"),
        Column("action", "word"),
        Column("reference"),
        Column("edition"),
        Column("facts"),
    ),
}


def harmless(text: str) -> str:
    """`text` for a cell of a CSV file: no spreadsheet takes it for a formula (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(DANGEROUS) else text
