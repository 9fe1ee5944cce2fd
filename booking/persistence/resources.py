"""Venues, trainers and topics, read: the rows themselves, what their forms show, and who uses them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import func, select

from booking.domain.errors import NotFound
from booking.persistence import plain_values
from booking.persistence.bookings import seats_taken
from booking.persistence.db import db
from booking.persistence.masterclasses import Edition, MasterClass, Topic, Trainer, Venue, class_trainers
from booking.persistence.queries import topics

Kind = Literal["venue", "trainer", "topic"]
Resource = Venue | Trainer | Topic

MODELS: Final[dict[Kind, Any]] = {"venue": Venue, "trainer": Trainer, "topic": Topic}
ADDRESS: Final = ("street", "house_number", "postcode", "town", "country")
FIELDS: Final[dict[Kind, tuple[str, ...]]] = {
    "venue": ("name", *ADDRESS, "access", "map_url"),
    "trainer": ("name", "bio"),
    "topic": ("title",),
}


def values_of(kind: Kind, row: Resource) -> dict[str, Any]:
    """All that the form shows."""
    return plain_values.read(row, FIELDS[kind])


def find(kind: Kind, slug: str) -> Any:
    """Raises NotFound."""
    row = db.session.scalar(select(MODELS[kind]).where(MODELS[kind].slug == slug))
    if row is None:
        raise NotFound(kind)
    return row


def venues() -> Sequence[Venue]:
    """All of them, by name."""
    return db.session.scalars(select(Venue).order_by(Venue.name)).all()


def trainers() -> Sequence[Trainer]:
    """All of them, by name."""
    return db.session.scalars(select(Trainer).order_by(Trainer.name)).all()


def rows(kind: Kind) -> Sequence[Resource]:
    """All of a kind."""
    every: dict[Kind, Callable[[], Sequence[Resource]]] = {"venue": venues, "trainer": trainers, "topic": topics}
    return every[kind]()


def uses(kind: Kind) -> dict[str, int]:
    """For the slug of each: how many dates (of a venue) or classes (of a trainer, a topic) have it."""
    if kind == "topic":
        lists = db.session.scalars(select(MasterClass.topics)).all()
        return {slug: sum(slug in used for used in lists) for slug in db.session.scalars(select(Topic.slug))}
    if kind == "venue":
        query = select(Venue.slug, func.count(Edition.id)).outerjoin(Edition, Edition.venue_id == Venue.id)
        return dict(db.session.execute(query.group_by(Venue.slug)).all())
    joined = class_trainers.c
    query = select(Trainer.slug, func.count(joined.master_class_id)).outerjoin(
        class_trainers, joined.trainer_id == Trainer.id
    )
    return dict(db.session.execute(query.group_by(Trainer.slug)).all())


def seats_to_come(venue: Venue, now: datetime) -> int:
    """Seats that people hold on dates at the venue which are not over."""
    query = select(Edition.id).where(Edition.venue_id == venue.id, Edition.ends_at > now)
    return sum(seats_taken(edition_id, now) for edition_id in db.session.scalars(query))
