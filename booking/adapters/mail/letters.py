"""What each letter knows and brings along. Its words are in templates/email, one folder a letter."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final
from unicodedata import category
from zoneinfo import ZoneInfo

from flask import url_for
from sqlalchemy import select

from booking.adapters import calendar, pdf
from booking.adapters.links import manage_url
from booking.adapters.mail import booking_letters, edition_letters, own_words
from booking.adapters.mail.booking_letters import ABOUT_A_SEAT
from booking.config import Settings
from booking.domain import reference
from booking.domain.booking import ALIVE, BookingState, editing_closes
from booking.domain.payment import DocumentKind, LedgerKind, RefundState
from booking.persistence import bookings, counters, documents, ledger, queries
from booking.persistence.bookings import Booking
from booking.persistence.cancellations import Cancellation
from booking.persistence.db import db
from booking.persistence.documents import Document
from booking.persistence.moves import EditionMove
from booking.persistence.payments import Payment, Refund
from booking.persistence.site import Site

KINDS: Final = (
    "received",  # the seats are held (or booked on account) and a transfer is awaited
    "confirmed",
    "expired",  # the hold ended unpaid
    "cancelled",  # cancellation_id
    "refunded",  # refund_id
    "refund_iban",  # refund_id: the card took nothing back, a bank account is asked for
    "late_refund",  # payment_id, refund_id: the money came when the class was full
    "link",  # booking_ids: fresh links to the bookings of one address
    "moved",  # move_id: another day or place
    "called_off",  # calling_off_id
    "takes_place",  # below its minimum, decided all the same
    "message",  # recipient_id: in the organiser's words
    "reminder",  # recipient_id: of what is owed
    "certificate",  # certificate_ids, attendee_id
    *booking_letters.KINDS,
)
ORGANISER_KINDS: Final = (
    "received", "confirmed", "expired", "cancelled", "refund_iban", "refund_task", "late_refund",
    "payment_mismatch", "dashboard_refund", "dispute_open", "dispute_won", "dispute_lost", "minimum",
)  # fmt: skip
# Of a date to come; once it is called off, "called_off" says it all.
OF_A_DATE_TO_COME: Final = ("received", "confirmed", "moved", "takes_place", "expired", *ABOUT_A_SEAT)
AWAITED: Final = {"refund_iban": RefundState.NEEDS_IBAN, "refund_task": RefundState.TO_PAY}  # what these ask for
UNPRINTED: Final = ("Cc", "Cf", "Cs", "Zl", "Zp")  # line breaks, controls, marks that turn the writing direction


@dataclass(frozen=True)
class Attachment:
    filename: str
    mimetype: str
    content: bytes
    params: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Letter:
    """One letter to one reader, over rows of an open session."""

    kind: str
    to_organiser: bool
    booking: Booking
    payload: dict[str, Any]
    settings: Settings
    site: Site
    now: datetime

    @property
    def folder(self) -> str:
        return "organiser" if self.to_organiser else self.kind

    @property
    def lang(self) -> str:
        """Of its reader: the booking's language, or the organiser's own."""
        return self.site.organiser.locale if self.to_organiser else self.booking.locale

    @property
    def recipient(self) -> tuple[str, str]:
        """Name and address."""
        if self.payload["to"] == "attendee":
            return booking_letters.recipient(self.payload)
        organiser = self.site.organiser
        booker = self.booking.name, self.booking.email
        return (organiser.name, organiser.email) if self.to_organiser else booker

    @property
    def reply_to(self) -> tuple[str, str]:
        """Name and address: each answers the other."""
        organiser = self.site.organiser
        booker = self.booking.name, self.booking.email
        return booker if self.to_organiser else (organiser.name, organiser.email)

    @property
    def is_overtaken(self) -> bool:
        """Whether what the letter says no longer holds: it waited for the mail server, or the person was quick.

        It could ask for money a second time. What happened since has a letter of its own.
        """
        booking = self.booking
        if booking.edition.called_off_at and self.kind in OF_A_DATE_TO_COME:
            return True
        if self.kind in ("moved", "takes_place"):
            return booking.state not in ALIVE
        if self.kind == "received":
            return ledger.balance(booking.id) <= 0 or not _open_invoice(booking)
        if self.kind in ("confirmed", "expired"):
            return booking.state != self.kind
        if booking_letters.is_overtaken(self.kind, booking, self.payload):
            return True
        return self.kind in AWAITED and self._row(Refund, "refund_id").state is not AWAITED[self.kind]

    @property
    def class_url(self) -> str:
        """The page that everybody may read."""
        slug = self.booking.edition.master_class.slug
        return url_for("catalogue.show", lang=self.lang, slug=slug, _external=True)

    @cached_property
    def documents(self) -> list[Document]:
        """The papers that belong to this letter."""
        issued = documents.of_booking(self.booking.id)
        if ending := self._ending:
            since = ending.carried_out_at
            return [paper for paper in issued if paper.kind != DocumentKind.RECEIPT and paper.issued_at >= since]
        if self.kind == "confirmed":
            receipts, invoice = [p for p in issued if p.kind == DocumentKind.RECEIPT], _open_invoice(self.booking)
            taxed = [paper for paper in invoice if paper.frozen.vat and receipts]  # who deducts the tax needs it
            return [*(receipts or invoice)[-1:], *taxed]
        if self.kind in ("received", "seat_added"):
            return _open_invoice(self.booking)
        return booking_letters.papers(self.kind, self.booking, self.payload, issued)

    def facts(self) -> dict[str, Any]:
        """What the templates may name. Sums in centimes, times on the clocks of the edition."""
        booking, edition = self.booking, self.booking.edition
        active, balance = booking.active, ledger.balance(booking.id)
        total = sum(attendee.net_price for attendee in active)
        confirmed = booking.state == BookingState.CONFIRMED
        return {
            "booking": booking,
            "booker": one_line(booking.name),
            "edition": edition,
            "title": edition.master_class.title,
            "zone": edition.zone,
            "starts": edition.starts_at.astimezone(ZoneInfo(edition.zone)),
            "names": [one_line(attendee.name) for attendee in active],
            "seats": len(active),
            "total": total,
            "balance": balance,
            # A hold is cancelled for free: what its schedule shows is the time after it was paid.
            "paid": max(0, min(total, total - balance)) if confirmed else total,
            "confirmed": confirmed,
            "came": -ledger.totals(booking.id).get(LedgerKind.PAYMENT, 0),
            "manage_url": manage_url(booking),
            "class_url": self.class_url,
            "terms_url": url_for("pages.show", lang=self.lang, page="terms", _external=True),
            "policy": booking.frozen_policy,
            "timing": edition.timing(booking.created_at),
            "seat_prices": [attendee.seat_price for attendee in active],
            "editing_until": editing_closes(edition.starts_at),
            "documents": self.documents,
            "to_pay": next((paper for paper in reversed(self.documents) if paper.frozen.asks_for_transfer), None),
            "formatted": reference.formatted,
            "in_fours": reference.in_fours,
            **self._subject_matter(),
            **self._own_words(),
        }

    def attachments(self, now: datetime) -> list[Attachment]:
        """PDFs of the papers, and the calendar file where dates were won or lost; the organiser's copy has none."""
        if self.to_organiser:
            return []
        papers = [
            Attachment(f"{paper.number}.pdf", "application/pdf", pdf.render(paper.frozen)) for paper in self.documents
        ]
        if not self._brings_calendar:
            return papers
        revision = counters.read(counters.CATALOGUE)
        before = self._row(EditionMove, "move_id").hours if self.kind == "moved" else []
        # Who only attends is not handed the key to the booking.
        page = self.class_url if self.kind == "joining" else manage_url(self.booking)
        content = calendar.booking_calendar(self.booking, page, revision, now, before)
        params = {"charset": "utf-8", "method": "PUBLISH"}
        return [*papers, Attachment(f"{self.booking.reference}.ics", calendar.MIMETYPE, content, params)]

    @property
    def _ending(self) -> Cancellation | None:
        """The cancellation that the letter tells of."""
        if self.kind == "called_off":
            return edition_letters.of_calling_off(self.booking)
        return self._row(Cancellation, "cancellation_id") if self.kind == "cancelled" else None

    @property
    def _brings_calendar(self) -> bool:
        """Where dates were won, changed or lost; who was never confirmed has none of them in a calendar."""
        if self.kind in ("cancelled", "called_off"):
            confirmed = self.kind == "cancelled" or self.booking.confirmed_at is not None
            return self.booking.state == BookingState.CANCELLED and confirmed
        moved = self.kind == "moved" and self.booking.state == BookingState.CONFIRMED
        return self.kind in ("confirmed", "joining") or moved

    def _own_words(self) -> dict[str, Any]:
        words = None if self.to_organiser else self.site.letters.get((self.kind, self.lang))
        if not words:
            return {}
        refund = self._row(Refund, "refund_id") if "refund_id" in self.payload else None
        return own_words.in_letter(words, self.kind, self.booking, self.site.organiser.name, refund)

    def _subject_matter(self) -> dict[str, Any]:
        """The rows that the payload names beside the booking."""
        rows: dict[str, Any] = {
            name: self._row(table, f"{name}_id")
            for name, table in (("cancellation", Cancellation), ("refund", Refund), ("payment", Payment))
            if f"{name}_id" in self.payload
        }
        if self.kind == "cancelled":
            gone = set(rows["cancellation"].attendees)
            rows["refunds"] = queries.refunds_of(self.booking.id, rows["cancellation"].carried_out_at)
            rows["gone"] = [one_line(attendee.name) for attendee in self.booking.attendees if attendee.id in gone]
        if self.kind in booking_letters.KINDS:
            rows |= booking_letters.facts(self.booking, self.payload)
            rows["attendee_name"] = one_line(rows["attendee"].name) if "attendee" in rows else ""
        if self.kind == "moved":
            rows |= edition_letters.moved(self.booking, self.payload["move_id"])
        if self.kind == "called_off":
            rows |= edition_letters.called_off(self.booking, self.payload["calling_off_id"], self.now)
        if self.kind == "link":
            ids = self.payload["booking_ids"]
            found = db.session.scalars(select(Booking).where(Booking.id.in_(ids)).order_by(Booking.id))
            rows["links"] = [(booking, manage_url(booking)) for booking in found]
        if self.to_organiser:
            edition = self.booking.edition
            rows["taken"] = bookings.seats_taken(edition.id, self.now)
        return rows

    def _row(self, table: Any, name: str) -> Any:
        return db.session.get_one(table, self.payload[name])


def _open_invoice(booking: Booking) -> list[Document]:
    """The invoice that stands, if any."""
    invoice = documents.latest_invoice(booking.id) if documents.has_open_invoice(booking.id) else None
    return [invoice] if invoice else []


def one_line(text: str) -> str:
    """What somebody typed, without line breaks or control characters, which have no place in a header or a name."""
    return re.sub(" +", " ", "".join(" " if category(char) in UNPRINTED else char for char in text)).strip()
