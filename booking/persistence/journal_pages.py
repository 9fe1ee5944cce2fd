"""The journal as the desk reads it: newest first, filtered, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select

from booking.persistence.bookings import Booking
from booking.persistence.db import db
from booking.persistence.journal import JournalEntry
from booking.persistence.masterclasses import Edition
from booking.persistence.organisers import Organiser

PAGE: Final = 50


@dataclass(frozen=True)
class Filter:
    """What to show. `actor` is a side such as 'system', or the id of a person; '' stands for all. `before` is the id
    that the page comes after."""

    booking: str = ""
    edition: str = ""
    actor: str = ""
    action: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


@dataclass(frozen=True)
class Line:
    """An entry with the names of what it is about."""

    entry: JournalEntry
    person: str | None
    reference: str | None
    edition: str | None


def page(wanted: Filter) -> tuple[list[Line], int | None]:
    """The lines, newest first, and what `before` of the next page is (None on the last)."""
    query = (
        select(JournalEntry, Organiser.name, Booking.reference, Edition.slug)
        .outerjoin(Organiser, Organiser.id == JournalEntry.organiser_id)
        .outerjoin(Booking, Booking.id == JournalEntry.booking_id)
        .outerjoin(Edition, Edition.id == JournalEntry.edition_id)
    )
    found = db.session.execute(_narrowed(query, wanted).order_by(JournalEntry.id.desc()).limit(PAGE + 1)).all()
    lines = [Line(row[0], row[1], row[2], row[3]) for row in found[:PAGE]]
    return lines, lines[-1].entry.id if len(found) > PAGE else None


def _narrowed(query: Any, wanted: Filter) -> Any:
    if wanted.booking:
        own = select(Booking.id).where(Booking.reference == wanted.booking)
        query = query.where(JournalEntry.booking_id == own.scalar_subquery())
    if wanted.edition:
        own = select(Edition.id).where(Edition.slug == wanted.edition)
        query = query.where(JournalEntry.edition_id == own.scalar_subquery())
    if wanted.actor.isdecimal() and len(wanted.actor) < 10:
        query = query.where(JournalEntry.organiser_id == int(wanted.actor))
    elif wanted.actor:
        query = query.where(JournalEntry.actor == wanted.actor)
    if wanted.action:
        query = query.where(JournalEntry.action == wanted.action)
    if wanted.since:
        query = query.where(JournalEntry.at >= wanted.since)
    if wanted.until:
        query = query.where(JournalEntry.at <= wanted.until)
    return query.where(JournalEntry.id < wanted.before) if wanted.before else query
