"""Check-in at the door: one mark a person and meeting, taken back as easily as set."""

from __future__ import annotations

from datetime import datetime

from booking.domain.actor import Actor
from booking.domain.attendance import Presence
from booking.domain.booking import ALIVE
from booking.domain.errors import NotFound
from booking.persistence import attendance, journal
from booking.persistence.attendance import Attendance
from booking.persistence.bookings import Attendee, lock_booking
from booking.persistence.db import db
from booking.persistence.masterclasses import Meeting, lock_edition
from booking.persistence.transaction import atomic


def mark(attendee_id: int, meeting_id: int, presence: Presence | None, by: Actor, now: datetime) -> None:
    """Notes that somebody is there or not; None takes the mark back. Money is another matter: whoever is absent owes
    what the schedule says of the day itself (rules: the cancellation schedule).

    Raises NotFound for a seat that was given up, or a meeting of another date.
    """
    with atomic():
        _mark(_seat(attendee_id, meeting_id), meeting_id, presence, by, now)


def mark_rest(edition_id: int, meeting_id: int, by: Actor, now: datetime) -> None:
    """Everybody expected who was not marked at this meeting is there."""
    with atomic():
        lock_edition(edition_id)
        known = attendance.marks(edition_id)
        for seat in attendance.seats(edition_id, now):
            if meeting_id not in known.get(seat.id, {}):
                _mark(seat, meeting_id, Presence.PRESENT, by, now)


def _mark(seat: Attendee, meeting_id: int, presence: Presence | None, by: Actor, now: datetime) -> None:
    row = db.session.get(Attendance, (seat.id, meeting_id))
    if (row.presence if row else None) is presence:
        return
    if row and presence is None:
        db.session.delete(row)
    elif row and presence:
        row.presence, row.at = presence, now
    elif presence:
        db.session.add(Attendance(attendee_id=seat.id, meeting_id=meeting_id, presence=presence, at=now))
    action = f"marked_{presence.value}" if presence else "attendance_undone"
    journal.note(action, by, now, seat.booking_id, seat.booking.edition_id, attendee=seat.id, meeting=meeting_id)


def _seat(attendee_id: int, meeting_id: int) -> Attendee:
    """The attendee, the booking locked."""
    seat, meeting = db.session.get(Attendee, attendee_id), db.session.get(Meeting, meeting_id)
    if seat is None or meeting is None:
        raise NotFound("attendee")
    booking = lock_booking(seat.booking_id)
    if seat.cancelled_at or booking.state not in ALIVE or booking.edition_id != meeting.edition_id:
        raise NotFound("attendee")
    return seat
