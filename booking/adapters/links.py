"""Signed links: the participant's key to a booking, without an account."""

from __future__ import annotations

from itsdangerous import BadData, URLSafeSerializer

from booking.config import current
from booking.persistence.bookings import Booking


def manage_token(booking_id: int, link_version: int) -> str:
    """An unguessable word for one booking; a new `link_version` makes every older one useless."""
    return _signer().dumps([booking_id, link_version])


def read_token(token: str) -> tuple[int, int] | None:
    """(booking id, link version) of a token that we signed, else None."""
    try:
        booking_id, version = _signer().loads(token)
        return int(booking_id), int(version)
    except (BadData, TypeError, ValueError):
        return None


def manage_url(booking: Booking) -> str:
    """The absolute address of the booking's own page, in the booking's language."""
    return f"{current().base_url}/{booking.locale}/my/{manage_token(booking.id, booking.link_version)}"


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current().secret_key, salt="manage-booking")
