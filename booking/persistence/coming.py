"""The next dates as whoever runs them sees them: who holds the seats, and which bookings are paid."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import joinedload, load_only, raiseload, selectinload

from booking.domain.publication import SHOWN
from booking.persistence import queries
from booking.persistence.bookings import Booking, holds_seats
from booking.persistence.db import db
from booking.persistence.ledger import LedgerEntry
from booking.persistence.masterclasses import Edition, MasterClass, Trainer
from booking.persistence.queries import Offer, SeatCount


@dataclass(frozen=True)
class Coming:
    """A date that is not over. `paid` and `unpaid` count the bookings that hold seats; bookings that cost nothing are
    neither."""

    edition: Edition
    seats: SeatCount
    paid: int
    unpaid: int


def editions(now: datetime, limit: int, trainer_id: int | None = None, since: datetime | None = None) -> list[Coming]:
    """The next `limit` dates that take place, of all trainers or of one; with `since` also those that have been over
    only since then. Four statements."""
    query = (
        select(Edition)
        .join(Edition.master_class)
        .where(Edition.ends_at > (since or now), Edition.state.in_(SHOWN), Edition.called_off_at.is_(None))
        .order_by(Edition.starts_at, Edition.id)
        .limit(limit)
        .options(
            joinedload(Edition.master_class).options(
                load_only(MasterClass.slug, MasterClass.title, MasterClass.language), raiseload("*")
            ),
            joinedload(Edition.venue),
            selectinload(Edition.meetings),
        )
    )
    if trainer_id is not None:
        query = query.where(MasterClass.trainers.any(Trainer.id == trainer_id))
    found = db.session.scalars(query).unique().all()
    ids = [edition.id for edition in found]
    seats, paid = queries.seat_counts(ids, now), _paid(ids, now)
    return [Coming(edition, seats.get(edition.id, SeatCount()), *paid.get(edition.id, (0, 0))) for edition in found]


def bookable_by_hand(now: datetime) -> list[Offer]:
    """Every date, published or not, that is neither over nor called off, by its start. Two statements."""
    query = (
        select(Edition)
        .where(Edition.ends_at > now, Edition.called_off_at.is_(None))
        .order_by(Edition.starts_at)
        .options(joinedload(Edition.master_class), joinedload(Edition.venue))
    )
    found = db.session.scalars(query).all()
    seats = queries.seat_counts([edition.id for edition in found], now)
    return [Offer(edition, seats.get(edition.id, SeatCount())) for edition in found]


def _paid(edition_ids: Collection[int], now: datetime) -> dict[int, tuple[int, int]]:
    """(paid, unpaid) live bookings by edition."""
    balance = func.sum(LedgerEntry.amount)
    accounts = (
        select(Booking.edition_id, balance.label("balance"))
        .join(LedgerEntry, LedgerEntry.booking_id == Booking.id)
        .where(and_(Booking.edition_id.in_(edition_ids), holds_seats(now)))
        .group_by(Booking.id)
        .subquery()
        .c
    )
    owes = func.sum(case((accounts.balance > 0, 1), else_=0))
    query = select(accounts.edition_id, func.count(), owes).group_by(accounts.edition_id)
    return {edition_id: (int(count - unpaid), int(unpaid)) for edition_id, count, unpaid in db.session.execute(query)}
