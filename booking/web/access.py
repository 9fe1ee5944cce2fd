"""From a signed link to a booking. A link that is wrong or old says nothing about who is booked."""

from __future__ import annotations

from booking.adapters.links import read_token
from booking.persistence import bookings
from booking.persistence.bookings import Booking


class LinkRefused(Exception):
    """The link opens nothing (any more); the page then offers to mail a fresh one."""


def open_booking(token: str) -> Booking:
    """The booking that `token` is the key to. Raises LinkRefused."""
    key = read_token(token)
    if key is None:
        raise LinkRefused
    booking = bookings.whole(key[0])
    if booking is None or booking.link_version != key[1]:
        raise LinkRefused
    return booking
