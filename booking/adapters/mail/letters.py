"""What each letter knows and to whom it goes. Its words are in templates/email, one folder a letter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import url_for

from booking.adapters import pdf
from booking.adapters.links import manage_url
from booking.adapters.mail import booking_letters, enclosures, fillings, own_words, subject_matter
from booking.adapters.mail.booking_letters import ABOUT_A_SEAT
from booking.adapters.mail.enclosures import Attachment
from booking.adapters.mail.headers import for_header
from booking.config import Settings
from booking.domain import reference
from booking.domain.booking import ALIVE, BookingState, editing_closes
from booking.domain.payment import LedgerKind, RefundState
from booking.persistence import bookings, ledger
from booking.persistence.bookings import Booking
from booking.persistence.documents import Document
from booking.persistence.payments import Refund
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
            return ledger.balance(booking.id) <= 0 or not enclosures.open_invoice(booking)
        if self.kind in ("confirmed", "expired"):
            return booking.state != self.kind
        if booking_letters.is_overtaken(self.kind, booking, self.payload):
            return True
        return self.kind in AWAITED and subject_matter.row(Refund, self.payload).state is not AWAITED[self.kind]

    @property
    def class_url(self) -> str:
        """The page that everybody may read."""
        slug = self.booking.edition.master_class.slug
        return url_for("catalogue.show", lang=self.lang, slug=slug, _external=True)

    @cached_property
    def documents(self) -> list[Document]:
        """The papers that belong to this letter."""
        return enclosures.papers(self.kind, self.booking, self.payload)

    def facts(self) -> dict[str, Any]:
        """What the templates may name. Sums in centimes, times on the clocks of the edition."""
        booking, edition = self.booking, self.booking.edition
        active, balance = booking.active, ledger.balance(booking.id)
        total = sum(attendee.net_price for attendee in active)
        confirmed = booking.state == BookingState.CONFIRMED
        return {
            "booking": booking,
            "booker": for_header(booking.name),
            "edition": edition,
            "title": edition.master_class.title,
            "zone": edition.zone,
            "starts": edition.starts_at.astimezone(ZoneInfo(edition.zone)),
            "names": [for_header(attendee.name) for attendee in active],
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
        # Who only attends is not handed the key to the booking.
        page = self.class_url if self.kind == "joining" else manage_url(self.booking)
        logo = self.site.logo
        dates = enclosures.dates(self.kind, self.booking, self.payload, page, now)
        return [*(enclosures.printed(paper.number, pdf.render(paper.frozen, logo)) for paper in self.documents), *dates]

    def _own_words(self) -> dict[str, Any]:
        words = None if self.to_organiser else self.site.letters.get((self.kind, self.lang))
        if not words:
            return {}
        values = fillings.of_booking(self.booking, self.site.organiser.known_as)
        values |= {"name": self.recipient[0], **subject_matter.sums(self.payload)}
        return own_words.in_letter(words, self.kind, self.lang, values)

    def _subject_matter(self) -> dict[str, Any]:
        """The rows that the letter is about, beside the booking."""
        rows = subject_matter.rows(self.kind, self.booking, self.payload, self.now)
        if self.to_organiser:
            rows["taken"] = bookings.seats_taken(self.booking.edition_id, self.now)
        return rows
