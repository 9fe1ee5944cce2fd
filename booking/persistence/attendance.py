"""Who is expected, what they answered, and who was present at which meeting."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, contains_eager, joinedload, mapped_column

from booking.domain.attendance import Presence, by_family_name
from booking.persistence import registrations
from booking.persistence.bookings import Answer, Attendee, Booking, holds_seats
from booking.persistence.db import Model, db
from booking.persistence.masterclasses import Meeting
from booking.persistence.registration_rows import RegistrationRow


class Attendance(Model):
    """What was noted of one attendee at one meeting; nothing noted is no row."""

    attendee_id: Mapped[int] = mapped_column(ForeignKey("attendee.id", ondelete="CASCADE"), primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), primary_key=True, index=True)
    presence: Mapped[Presence]
    at: Mapped[datetime]


def marks(edition_id: int) -> dict[int, dict[int, Presence]]:
    """What was noted at an edition: by attendee, then by meeting. Whoever has no mark is absent from it."""
    query = select(Attendance).join(Meeting).where(Meeting.edition_id == edition_id)
    found: defaultdict[int, dict[int, Presence]] = defaultdict(dict)
    for row in db.session.scalars(query):
        found[row.attendee_id][row.meeting_id] = row.presence
    return dict(found)


def seats(edition_id: int, now: datetime) -> list[Attendee]:
    """Who is expected, with the booking: confirmed, or held and not paid yet. In the order of lists at the door."""
    query = (
        select(Attendee)
        .join(Attendee.booking)
        .where(Booking.edition_id == edition_id, Attendee.cancelled_at.is_(None), holds_seats(now))
        .options(contains_eager(Attendee.booking))
    )
    return sorted(db.session.scalars(query), key=lambda seat: (*by_family_name(seat.name), seat.id))


def owing(edition_id: int) -> dict[int, tuple[int, datetime | None]]:
    """The bookings of an edition that owe something: by id, centimes and until when they are to be paid, None where no
    bill asks for it. Two statements."""
    accounts = registrations.open_accounts([RegistrationRow.edition_id == edition_id])
    owed = {booking_id: balance for booking_id, balance in accounts.items() if balance > 0}
    due = registrations.due_dates(owed)
    return {booking_id: (balance, due.get(booking_id)) for booking_id, balance in owed.items()}


def answers(seats: Collection[Attendee]) -> list[Answer]:
    """What these attendees answered, with the questions; not what was left empty."""
    query = select(Answer).where(Answer.attendee_id.in_([seat.id for seat in seats]), Answer.value != "")
    return list(db.session.scalars(query.options(joinedload(Answer.question))))
