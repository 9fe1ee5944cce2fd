"""What bookings are found and sorted by: names, addresses and references, without case and accents.

Kept beside the bookings, since neither database folds accents by itself, and reading 100 000 narrow rows takes a
tenth of the time that 100 000 bookings take. Kept true by the flush that writes a booking or an attendee; statements
that change many rows at once call `forget`, and a sweep writes anew what is missing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import ForeignKey, Text, delete, event, inspect, select
from sqlalchemy.orm import Mapped, Session, UOWTransaction, mapped_column, relationship, selectinload
from text_unidecode import unidecode

from booking.persistence.bookings import Attendee, Booking
from booking.persistence.db import Model, db

INDEXED = {
    Booking: ("reference", "name", "email", "company"),
    Attendee: ("name", "email"),
}


class BookingIndex(Model):
    """`name` is the booker's, for sorting; `words` is everything, for finding. Both folded."""

    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(index=True)
    words: Mapped[str] = mapped_column(Text)

    booking: Mapped[Booking] = relationship()


def folded(text: str) -> str:
    """'Hélène  MÜLLER' -> 'helene muller'."""
    return " ".join(unidecode(text).lower().split())


def forget(booking_ids: Collection[int]) -> None:
    """These bookings were changed past the session, their words are no longer true; the next sweep writes them."""
    gone = delete(BookingIndex).where(BookingIndex.booking_id.in_(booking_ids))
    db.session.execute(gone.execution_options(synchronize_session=False))


def index_missing(limit: int = 500) -> int:
    """Writes the words of bookings that have none, inside the caller's transaction; gives how many there were."""
    known = select(BookingIndex.booking_id).where(BookingIndex.booking_id == Booking.id)
    query = select(Booking).where(~known.exists()).options(selectinload(Booking.attendees)).limit(limit)
    found = db.session.scalars(query).all()
    db.session.add_all(_entry(booking, booking.attendees) for booking in found)
    return len(found)


@event.listens_for(Session, "before_flush")
def _follow(session: Session, _context: UOWTransaction, _instances: object) -> None:
    """Whatever service renames somebody, the flush that writes it writes the words too."""
    for booking, newcomers in _renamed(session).items():
        attendees = [*booking.attendees, *(seat for seat in newcomers if seat not in booking.attendees)]
        fresh = _entry(booking, attendees)
        known = session.get(BookingIndex, booking.id) if booking.id else None
        if known is None:
            session.add(fresh)
        else:
            known.name, known.words = fresh.name, fresh.words


def _renamed(session: Session) -> dict[Booking, list[Attendee]]:
    """Bookings of which something indexed is about to be written, each with its attendees that are new."""
    found: dict[Booking, list[Attendee]] = {}
    for row in (*session.new, *session.dirty):
        if not isinstance(row, Booking | Attendee) or not _changed(row):
            continue
        booking = row if isinstance(row, Booking) else row.booking or session.get_one(Booking, row.booking_id)
        newcomers = found.setdefault(booking, [])
        if isinstance(row, Attendee):
            newcomers.append(row)
    return found


def _changed(row: Booking | Attendee) -> bool:
    state = inspect(row)
    return any(state.attrs[name].history.has_changes() for name in INDEXED[type(row)])


def _entry(booking: Booking, attendees: Iterable[Attendee]) -> BookingIndex:
    people = [text for seat in attendees for text in (seat.name, seat.email)]
    reference = booking.reference, booking.reference.replace("-", "")
    words = dict.fromkeys((*reference, booking.name, booking.email, booking.company, *people))
    return BookingIndex(booking=booking, name=folded(booking.name), words=folded("\n".join(filter(None, words))))
