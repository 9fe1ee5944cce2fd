"""One narrow row per booking, from which the desk's list is found, filtered, sorted and added up.

A booking's own row is wide, its seats are in another table, and neither database folds accents by itself: reading
100 000 of these takes a tenth of the time. The flush that writes a booking or an attendee writes the row too, whatever
service it is in; bookings from before there were rows get theirs from a sweep. Statements that change many bookings or
attendees past the session would leave rows that lie: `flask check` tells.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ForeignKey, Index, Text, event, inspect, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.orm import InstanceState, Mapped, Session, UOWTransaction, mapped_column
from text_unidecode import unidecode  # type: ignore[import-untyped]

from booking.domain.booking import BookingState, Channel
from booking.persistence.bookings import Attendee, Booking
from booking.persistence.db import Model, db

COPIED: Final = ("edition_id", "state", "channel")  # as on the booking
WORDS: Final = ("reference", "name", "email", "company")  # of the booking, to be found by
OF_SEATS: Final = ("name", "email", "cancelled_at")


class RegistrationRow(Model):
    """`seats` are the active ones. `name` is the booker's, for sorting, `words` everything there is to be found by:
    both folded."""

    __tablename__ = "registration"
    # No other index: reading all rows takes 15 ms, walking an index through most of them six times as long.
    __table_args__ = (Index("ix_registration_edition", "edition_id", "booking_id"),)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"), primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    state: Mapped[BookingState]
    channel: Mapped[Channel]
    booked_at: Mapped[datetime]
    seats: Mapped[int]
    name: Mapped[str]
    words: Mapped[str] = mapped_column(Text)


def folded(text: str) -> str:
    """'Hélène  MÜLLER' -> 'helene muller'."""
    return " ".join(unidecode(text).lower().split())


def write_missing(limit: int) -> int:
    """Writes rows for up to `limit` bookings that have none, inside the caller's transaction; gives for how many."""
    known = select(RegistrationRow.booking_id).where(RegistrationRow.booking_id == Booking.id)
    missing = db.session.scalars(select(Booking.id).where(~known.exists()).order_by(Booking.id).limit(limit)).all()
    if missing:
        _write(db.session.connection(), missing)
    return len(missing)


def differing() -> list[str]:
    """References of bookings whose row is missing or does not say what the booking says."""
    true = {row["booking_id"]: row for row in _rows(db.session.connection(), None)}
    kept = select(*RegistrationRow.__table__.columns)
    rows = {row["booking_id"]: dict(row) for row in db.session.execute(kept).mappings()}
    wrong = [number for number, row in true.items() if rows.get(number) != row]
    return list(db.session.scalars(select(Booking.reference).where(Booking.id.in_(wrong)).order_by(Booking.id)))


@event.listens_for(Session, "after_flush")
def _follow(session: Session, _context: UOWTransaction) -> None:
    """Rewrites the rows of what was renamed or reseated; what else changed is copied."""
    anew, copied = set(), {}
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, Booking) and row not in session.deleted:
            if row in session.new or _changed(row, WORDS):
                anew.add(row.id)
            elif changed := _changed(row, COPIED):
                copied[row.id] = {name: getattr(row, name) for name in changed}
        elif isinstance(row, Attendee) and (row not in session.dirty or _changed(row, OF_SEATS)):
            anew.add(row.booking_id)
    if anew:
        _write(session.connection(), anew)
    for booking_id in copied.keys() - anew:
        copy = update(RegistrationRow).where(RegistrationRow.booking_id == booking_id).values(copied[booking_id])
        session.connection().execute(copy)


def _changed(row: Booking | Attendee, names: Iterable[str]) -> list[str]:
    state: InstanceState[Any] = inspect(row)
    return [name for name in names if state.attrs[name].history.has_changes()]


def _write(connection: Connection, booking_ids: Collection[int]) -> None:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    rows = _rows(connection, booking_ids)
    if rows:
        insert = dialect.insert(RegistrationRow)
        anew = {column.name: column for column in insert.excluded if column.name != "booking_id"}
        connection.execute(insert.on_conflict_do_update(index_elements=["booking_id"], set_=anew), rows)


def _rows(connection: Connection, booking_ids: Collection[int] | None) -> list[dict[str, Any]]:
    """As the bookings are; of all of them for None."""
    columns = (Booking.id, Booking.created_at, *(getattr(Booking, name) for name in (*COPIED, *WORDS)))
    bookings = select(*columns).order_by(Booking.id)
    seats = select(Attendee.booking_id, Attendee.name, Attendee.email, Attendee.cancelled_at).order_by(Attendee.id)
    if booking_ids is not None:
        bookings, seats = bookings.where(Booking.id.in_(booking_ids)), seats.where(Attendee.booking_id.in_(booking_ids))
    attendees = defaultdict(list)
    for seat in connection.execute(seats):
        attendees[seat.booking_id].append(seat)
    return [_row(booking, attendees[booking.id]) for booking in connection.execute(bookings)]


def _row(booking: Any, attendees: list[Any]) -> dict[str, Any]:
    people = [text for seat in attendees for text in (seat.name, seat.email)]
    reference = booking.reference, booking.reference.replace("-", "")
    words = dict.fromkeys((*reference, booking.name, booking.email, booking.company, *people))
    return {
        "booking_id": booking.id,
        **{name: getattr(booking, name) for name in COPIED},
        "booked_at": booking.created_at,
        "seats": sum(seat.cancelled_at is None for seat in attendees),
        "name": folded(booking.name),
        "words": folded("\n".join(filter(None, words))),
    }
