"""Dates that take place from some number of people on, and do not have them yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from booking.domain.publication import SHOWN
from booking.persistence import queries
from booking.persistence.db import db
from booking.persistence.masterclasses import Edition
from booking.persistence.queries import SeatCount


@dataclass(frozen=True)
class Undecided:
    """A coming date below its minimum, of which nobody has said yet that it takes place all the same."""

    edition: Edition
    seats: SeatCount

    def is_due(self, now: datetime) -> bool:
        """Whether it is to be decided now."""
        return self.edition.decision_at is not None and self.edition.decision_at <= now


def below(now: datetime) -> list[Undecided]:
    """The coming dates with a day of decision that are below their minimum, by that day. Confirmed seats count; those
    on hold do not yet."""
    query = (
        select(Edition)
        .where(Edition.starts_at > now, Edition.state.in_(SHOWN), Edition.minimum > 0)
        .where(Edition.decision_at.is_not(None), Edition.run_decided_at.is_(None), Edition.called_off_at.is_(None))
        .order_by(Edition.decision_at, Edition.id)
        .options(joinedload(Edition.master_class))
    )
    editions = db.session.scalars(query).all()
    counts = queries.seat_counts([edition.id for edition in editions], now)
    found = [Undecided(edition, counts.get(edition.id, SeatCount())) for edition in editions]
    return [item for item in found if item.seats.taken < item.edition.minimum]
