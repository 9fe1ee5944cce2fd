"""What the placeholders of the organiser's texts stand for, for one reader."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from flask import url_for

from booking.adapters import wording
from booking.adapters.links import manage_url
from booking.persistence import ledger
from booking.persistence.bookings import Booking
from booking.persistence.masterclasses import Edition


def of_edition(edition: Edition, name: str, locale: str, organiser: str) -> dict[str, str]:
    """What can be said to anybody who comes: `name` is the reader's."""
    day: date = edition.starts_at.astimezone(ZoneInfo(edition.zone)).date()
    return {
        "name": name,
        "class": edition.master_class.title.best(locale),
        "date": wording.full_date(day, locale),
        "place": wording.place(edition, locale),
        "trainer": wording.listed([trainer.name for trainer in edition.master_class.trainers], locale),
        "organiser": organiser,
    }


def of_booking(booking: Booking, organiser: str) -> dict[str, str]:
    """What can be said to whoever booked, with the booking's own facts."""
    return {
        **of_edition(booking.edition, booking.name, booking.locale, organiser),
        "reference": booking.reference,
        "amount_owed": wording.chf(max(0, ledger.balance(booking.id))),
        "link": manage_url(booking),
    }


def example(edition: Edition, name: str, locale: str, organiser: str) -> dict[str, str]:
    """As `of_booking`, of a booking that is not there: it opens nothing."""
    return {
        **of_edition(edition, name, locale, organiser),
        "reference": "ABCD-2345",
        "amount_owed": wording.chf(edition.price),
        "link": url_for("manage.link", lang=locale, _external=True),
    }
