"""What can be done with a booking, by whom and when: the links of its page."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from booking.persistence.bookings import Booking
from booking.persistence.organisers import Organiser


class Action(NamedTuple):
    """A link to the page that does it, by endpoint (with the booking's `reference`). `kind` is that of the button."""

    label: str
    endpoint: str
    kind: str = "secondary"


def available(booking: Booking, person: Organiser, now: datetime) -> list[Action]:
    """What `person` may do with the booking at `now`, most likely first."""
    return []
