"""What a letter brings along: papers as PDF, and dates for the reader's calendar."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from booking.adapters import calendar
from booking.adapters.mail import booking_letters, subject_matter
from booking.domain.booking import BookingState
from booking.domain.payment import DocumentKind
from booking.persistence import counters, documents
from booking.persistence.bookings import Booking
from booking.persistence.documents import Document
from booking.persistence.moves import EditionMove


@dataclass(frozen=True)
class Attachment:
    filename: str
    mimetype: str
    content: bytes
    params: dict[str, str] = field(default_factory=dict)


def printed(number: str, content: bytes) -> Attachment:
    """A paper that is called by its number."""
    return Attachment(f"{number}.pdf", "application/pdf", content)


def papers(kind: str, booking: Booking, payload: dict[str, Any]) -> list[Document]:
    """The documents that belong to a letter of that kind."""
    issued = documents.of_booking(booking.id)
    if ending := subject_matter.ending(kind, booking, payload):
        since = ending.carried_out_at
        return [paper for paper in issued if paper.kind != DocumentKind.RECEIPT and paper.issued_at >= since]
    if kind == "confirmed":
        receipts, invoice = [p for p in issued if p.kind == DocumentKind.RECEIPT], open_invoice(booking)
        taxed = [paper for paper in invoice if paper.frozen.vat and receipts]  # who deducts the tax needs it
        return [*(receipts or invoice)[-1:], *taxed]
    if kind in ("received", "seat_added"):
        return open_invoice(booking)
    return booking_letters.papers(kind, booking, payload, issued)


def open_invoice(booking: Booking) -> list[Document]:
    """The invoice that stands, if any."""
    invoice = documents.open_invoice(booking.id)
    return [invoice] if invoice else []


def dates(kind: str, booking: Booking, payload: dict[str, Any], page: str, now: datetime) -> list[Attachment]:
    """The calendar file, where dates were won, changed or lost; `page` is the address that its entries name."""
    if not _concerns_a_calendar(kind, booking):
        return []
    before = subject_matter.row(EditionMove, payload, "move_id").hours if kind == "moved" else []
    content = calendar.booking_calendar(booking, page, counters.read(counters.CATALOGUE), now, before)
    params = {"charset": "utf-8", "method": "PUBLISH"}
    return [Attachment(f"{booking.reference}.ics", calendar.MIMETYPE, content, params)]


def _concerns_a_calendar(kind: str, booking: Booking) -> bool:
    """Who was never confirmed has none of the dates in a calendar."""
    if kind in ("cancelled", "called_off"):
        confirmed = kind == "cancelled" or booking.confirmed_at is not None
        return booking.state == BookingState.CANCELLED and confirmed
    return kind in ("confirmed", "joining") or (kind == "moved" and booking.state == BookingState.CONFIRMED)
