"""A person asks what is held about them, or asks to be forgotten (rules: order, law, data)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from booking.domain.actor import Actor
from booking.domain.booking import ALIVE
from booking.domain.errors import PlanChanged
from booking.persistence import journal, lifecycle, personal_data
from booking.persistence.bookings import Attendee, Booking
from booking.persistence.transaction import atomic

Reason = Literal["coming", "money"]


@dataclass(frozen=True)
class Fate:
    """What becomes of a booking. `stays` says why it cannot be erased yet: the class is still to come, or money is
    open. `documents` stay as the law wants them, the last through the end of `until`."""

    booking: Booking
    stays: Reason | None
    documents: int
    until: int | None


@dataclass(frozen=True)
class Plan:
    """What erasing a person would do: their bookings, and their seats in the bookings of others."""

    email: str
    fates: tuple[Fate, ...]
    seats: tuple[Attendee, ...]
    seats_that_stay: tuple[Attendee, ...]

    @property
    def erasable(self) -> list[Booking]:
        return [fate.booking for fate in self.fates if fate.stays is None]

    @property
    def anything(self) -> bool:
        """Whether anything is held under the address."""
        return bool(self.fates or self.seats or self.seats_that_stay)

    @property
    def shown(self) -> str:
        """What the page showed, posted back with the button."""
        plain = f"{[(fate.booking.id, fate.stays) for fate in self.fates]}{[seat.id for seat in self.seats]}"
        return hashlib.sha256(plain.encode()).hexdigest()[:16]


def plan(email: str, now: datetime) -> Plan:
    """What is held under an address (any case), and what erasing would do to it at `now`."""
    address = email.strip().lower()
    seats = personal_data.seats_of(address) if address else []
    over = tuple(seat for seat in seats if seat.booking.edition.ends_at <= now or seat.cancelled_at)
    coming = tuple(seat for seat in seats if seat not in over)
    found = personal_data.bookings_of(address) if address else []
    return Plan(address, tuple(_fate(booking, now) for booking in found), over, coming)


def erase(email: str, shown: str, now: datetime, by: Actor) -> Plan:
    """Erases what may go and gives what was done. Raises PlanChanged when that is no longer what was shown."""
    with atomic():
        for booking in sorted(plan(email, now).erasable, key=lambda one: (one.edition_id, one.id)):
            lifecycle.lock(booking.id)
        done = plan(email, now)
        if done.shown != shown:
            raise PlanChanged
        for fate in done.fates:
            if fate.stays is None:
                journal.note("person_erased", by, now, fate.booking.id)
        for seat in done.seats:
            journal.note("seat_erased", by, now, seat.booking_id)
        personal_data.erase_seats([seat.id for seat in done.seats])
        personal_data.erase_bookings([booking.id for booking in done.erasable])
        return done


def note_copy(email: str, now: datetime, by: Actor) -> None:
    """A copy of a person's data was taken out: the journal knows of which bookings."""
    with atomic():
        for booking in personal_data.bookings_of(email.strip().lower()):
            journal.note("person_copied", by, now, booking.id)


def _fate(booking: Booking, now: datetime) -> Fate:
    papers = personal_data.documents_of(booking.id)
    until = max((personal_data.kept_until(paper.issued_at) for paper in papers), default=None)
    coming = booking.state in ALIVE and booking.edition.ends_at > now
    stays: Reason | None = "coming" if coming else "money" if personal_data.money_is_open(booking.id) else None
    return Fate(booking, stays, len(papers), until)
