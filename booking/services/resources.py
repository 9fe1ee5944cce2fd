"""Venues, trainers and topics, as the desk keeps them: written once, used by many classes and dates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from booking.domain.actor import Actor
from booking.domain.errors import ChangedMeanwhile, NotFound, PlacePromised, StillUsed
from booking.domain.marks import changed
from booking.persistence import counters, journal, plain_values
from booking.persistence.db import db
from booking.persistence.masterclasses import Venue
from booking.persistence.organisers import Organiser
from booking.persistence.resources import ADDRESS, FIELDS, MODELS, Kind, seats_to_come, uses, values_of
from booking.persistence.slugs import free_slug
from booking.persistence.transaction import atomic


def write(kind: Kind, wish: str, values: Mapping[str, Any], now: datetime, by: Actor) -> str:
    """A new one; its slug is `wish`, or the next that is free."""
    with atomic():
        slug = free_slug(MODELS[kind], wish)
        row = MODELS[kind](slug=slug)
        plain_values.write(row, FIELDS[kind], values)
        db.session.add(row)
        _note(f"{kind}_written", kind, slug, now, by)
        return slug


def change(
    kind: Kind, slug: str, values: Mapping[str, Any], seen: str, now: datetime, by: Actor, same_place: bool = False
) -> None:
    """Saves the form. Raises NotFound and ChangedMeanwhile.

    People who booked were promised a place: a venue gets another address only if it is said to be the `same_place`;
    else PlacePromised is raised. Who goes somewhere else moves the date, and everybody is told.
    """
    with atomic():
        row = _locked(kind, slug)
        before = values_of(kind, row)
        if changed(seen, before):
            raise ChangedMeanwhile
        if isinstance(row, Venue) and not same_place and any(before[name] != values[name] for name in ADDRESS):
            seats = seats_to_come(row, now)
            if seats:
                raise PlacePromised(seats)
        altered = plain_values.write(row, FIELDS[kind], values)
        if altered:
            _note(f"{kind}_changed", kind, slug, now, by, fields=altered)


def delete(kind: Kind, slug: str, now: datetime, by: Actor) -> None:
    """Raises NotFound, or StillUsed while a class, a date or somebody who signs in has it."""
    with atomic():
        row = _locked(kind, slug)
        if number := uses(kind)[slug]:
            raise StillUsed("edition" if kind == "venue" else "class", number)
        if kind == "trainer" and (people := _people_who_are(row.id)):
            raise StillUsed("organiser", people)
        db.session.delete(row)
        _note(f"{kind}_deleted", kind, slug, now, by)


def _people_who_are(trainer_id: int) -> int:
    """Organisers whose own dates are those of this trainer."""
    return db.session.scalar(select(func.count(Organiser.id)).where(Organiser.trainer_id == trainer_id)) or 0


def _note(action: str, kind: Kind, slug: str, now: datetime, by: Actor, **facts: Any) -> None:
    named: dict[str, Any] = {kind: slug, **facts}
    journal.note(action, by, now, **named)
    counters.catalogue_changed()


def _locked(kind: Kind, slug: str) -> Any:
    """Raises NotFound."""
    query = select(MODELS[kind]).where(MODELS[kind].slug == slug).with_for_update()
    row = db.session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise NotFound(kind)
    return row
