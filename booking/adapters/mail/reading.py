"""From a row of the outbox to the letter it asks for."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from booking.adapters.mail import desk_letters
from booking.adapters.mail.desk_letters import DeskLetter
from booking.adapters.mail.edition_letters import EditionLetter
from booking.adapters.mail.letters import KINDS, ORGANISER_KINDS, Letter
from booking.adapters.mail.message_letters import CertificateLetter, MessageLetter, MessageTest, ReminderLetter
from booking.config import Settings
from booking.persistence import site
from booking.persistence.bookings import Booking
from booking.persistence.db import db
from booking.persistence.masterclasses import Edition
from booking.persistence.messages import Message
from booking.persistence.organisers import Organiser

AnyLetter = Letter | EditionLetter | MessageTest | DeskLetter
OWN: Final[dict[str, type[Letter]]] = {
    "message": MessageLetter,
    "reminder": ReminderLetter,
    "certificate": CertificateLetter,
}


def read(payload: dict[str, Any], settings: Settings, now: datetime) -> AnyLetter:
    """The letter that an outbox row asks for. Raises ValueError for a kind that nobody is written."""
    kind, to_organiser = payload["kind"], payload["to"] == "organiser"
    if kind == "message_test":
        message = db.session.get_one(Message, payload["message_id"])
        person = db.session.get_one(Organiser, payload["organiser_id"])
        return MessageTest(message, person, payload["locale"], settings, site.current(), now)
    if payload["to"] == "person":
        return desk_letters.read(payload, settings, site.current(), now)
    if kind not in (ORGANISER_KINDS if to_organiser else KINDS):
        raise ValueError(f"no letter of kind {kind!r}")
    if "edition_id" in payload:
        edition = db.session.get_one(Edition, payload["edition_id"])
        return EditionLetter(edition, payload, settings, site.current(), now)
    booking = db.session.get_one(Booking, payload["booking_id"])
    return OWN.get(kind, Letter)(kind, to_organiser, booking, payload, settings, site.current(), now)
