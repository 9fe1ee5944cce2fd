"""From a signed link to a booking. A link that is wrong or old says nothing about who is booked."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from booking.adapters.links import read_token
from booking.persistence.bookings import Attendee, Booking
from booking.persistence.db import db
from booking.persistence.masterclasses import Edition


class LinkRefused(Exception):
    """The link opens nothing (any more); the page then offers to mail a fresh one."""


def open_booking(token: str) -> Booking:
    """The booking that `token` is the key to. Raises LinkRefused."""
    key = read_token(token)
    if key is None:
        raise LinkRefused
    query = select(Booking).where(Booking.id == key[0])
    with_edition = joinedload(Booking.edition).joinedload(Edition.master_class)
    with_seats = selectinload(Booking.attendees).selectinload(Attendee.answers)
    booking = db.session.scalar(query.options(with_edition, with_seats))
    if booking is None or booking.link_version != key[1]:
        raise LinkRefused
    return booking
