"""Examples of the letters of which many leave at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from booking.domain.bilingual import Bilingual
from booking.domain.booking import BookingState
from booking.domain.message import Audience, MessageKind, Reach
from booking.domain.payment import DocumentKind
from booking.persistence.bookings import Attendee, Booking
from booking.persistence.db import db
from booking.persistence.messages import Message, MessageRecipient
from booking.persistence.transaction import atomic
from tests import factories
from tests.factories import NOW

Payload = dict[str, Any]
FRENCH = "Bonjour {name},\n\n- [votre page]({link})\n- {place}\n\nVous devez {amount_owed}."
ENGLISH = "Hello {name},\n\n- [your page]({link})\n- {place}\n\nYou owe {amount_owed}."


def message(locale: str, reach: Reach = Reach.BOOKERS, **changes: Any) -> Payload:
    """Markdown, a link behind words, and braces."""
    booking = _confirmed(locale, **changes)
    short = Bilingual("À bientôt, {name}", "See you, {name}")
    with atomic():
        kept = Message(
            audience=Audience.ALL,
            reach=reach,
            subject=Bilingual("{class} : la salle", "{class}: the room"),
            text=Bilingual(FRENCH, ENGLISH) if reach is Reach.BOOKERS else short,
            created_at=NOW,
            sent_at=NOW,
            editions=[booking.edition],
        )
        db.session.add(kept)
    return _to_recipient("message", kept, booking, booking.attendees[0] if reach is Reach.ATTENDEES else None)


def message_to_attendee(locale: str) -> Payload:
    payload = message(locale, Reach.ATTENDEES)
    with atomic():
        db.session.get_one(Booking, payload["booking_id"]).attendees[0].email = "seat@example.org"
    return payload


def reminder(locale: str, late: bool = True, **changes: Any) -> Payload:
    booking = _confirmed(locale, paid=False, **changes)
    issued = NOW - timedelta(days=20 if late else 1)
    factories.make_document(booking, DocumentKind.INVOICE, 34000, now=issued)
    return _to_recipient("reminder", _reminder(), booking, None)


def reminder_in_time(locale: str) -> Payload:
    return reminder(locale, late=False)


def reminder_to_pending(locale: str) -> Payload:
    booking = factories.make_booking(locale=locale)
    factories.make_document(booking, DocumentKind.INVOICE, 34000)
    return _to_recipient("reminder", _reminder(), booking, None)


def reminder_of_a_fee(locale: str) -> Payload:
    booking = _confirmed(locale, paid=False)
    factories.make_document(booking, DocumentKind.FEE_INVOICE, 34000)
    factories.make_cancellation(booking, fee=34000, due=34000)
    return _to_recipient("reminder", _reminder(), booking, None)


def reminder_without_a_bill(locale: str) -> Payload:
    """What is owed is not what the bill asks for."""
    booking = _confirmed(locale, paid=False, seats=2)
    factories.make_document(booking, DocumentKind.INVOICE, 34000)
    return _to_recipient("reminder", _reminder(), booking, None)


def certificate(locale: str, seats: int = 1, **content: Any) -> Payload:
    booking = _confirmed(locale, seats=seats)
    rows = [factories.make_certificate(seat, **content) for seat in booking.attendees]
    ids = {"certificate_ids": [row.id for row in rows], "attendee_id": booking.attendees[0].id}
    return {"kind": "certificate", "booking_id": booking.id, **ids}


def certificates(locale: str) -> Payload:
    return certificate(locale, seats=2)


def certificate_corrected(locale: str) -> Payload:
    return certificate(locale, cites="CERT-00001")


def certificate_to_attendee(locale: str) -> Payload:
    payload = certificate(locale)
    with atomic():
        db.session.get_one(Attendee, payload["attendee_id"]).email = "seat@example.org"
    return payload


MESSAGES = {
    "message": message,
    "message-to-attendee": message_to_attendee,
    "reminder": reminder,
    "reminder-in-time": reminder_in_time,
    "reminder-to-pending": reminder_to_pending,
    "reminder-of-a-fee": reminder_of_a_fee,
    "reminder-without-a-bill": reminder_without_a_bill,
    "certificate": certificate,
    "certificates": certificates,
    "certificate-corrected": certificate_corrected,
    "certificate-to-attendee": certificate_to_attendee,
}


def _confirmed(locale: str, **changes: Any) -> Booking:
    return factories.make_booking(state=BookingState.CONFIRMED, locale=locale, **changes)


def _reminder() -> Message:
    facts = {"subject": Bilingual(), "text": Bilingual(), "created_at": NOW, "sent_at": NOW}
    with atomic():
        kept = Message(kind=MessageKind.REMINDER, audience=Audience.OWING, **facts)
        db.session.add(kept)
    return kept


def _to_recipient(kind: str, kept: Message, booking: Booking, seat: Attendee | None) -> Payload:
    with atomic():
        row = MessageRecipient(message_id=kept.id, booking_id=booking.id, locale=booking.locale)
        row.attendee_id = seat.id if seat else None
        db.session.add(row)
        db.session.flush()
        return {"kind": kind, "booking_id": booking.id, "recipient_id": row.id}
