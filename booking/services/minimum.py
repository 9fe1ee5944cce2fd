"""A date with fewer people than its minimum: the organiser is alerted and decides; nothing is cancelled by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from booking.domain.actor import SYSTEM, Actor
from booking.domain.errors import NotMovable, PlanChanged
from booking.persistence import counters, edition_accounts, editions, journal, letters, minimum
from booking.persistence.db import db
from booking.persistence.edition_accounts import Account
from booking.persistence.journal import JournalEntry
from booking.persistence.masterclasses import Edition, lock_edition
from booking.persistence.transaction import atomic

ALERTED = "minimum_missed"


@dataclass(frozen=True)
class Plan:
    """Who is told that the date takes place."""

    people: tuple[Account, ...]
    shown: str


def alert(now: datetime) -> int:
    """A sweep: writes to the organiser about each date below its minimum whose day of decision has come, once. Gives
    how many it wrote about."""
    due = [item.edition.id for item in minimum.below(now) if item.is_due(now)]
    return sum(_alert(edition_id, now) for edition_id in due)


def plan(edition: Edition, now: datetime) -> Plan:
    """What saying that it takes place would do. Raises NotMovable."""
    if edition.called_off_at is not None:
        raise NotMovable("called_off")
    if edition.run_decided_at is not None or edition.starts_at <= now:
        raise NotMovable("decided" if edition.run_decided_at else "over")
    people = tuple(edition_accounts.live(edition.id, now))
    return Plan(people, edition_accounts.seen(people))


def run_anyway(slug: str, shown: str, now: datetime, by: Actor) -> int:
    """It takes place below its minimum, and everybody is told; gives how many.

    Raises NotFound, NotMovable, PlanChanged.
    """
    with atomic():
        edition = editions.lock(slug)
        agreed = plan(edition, now)
        if agreed.shown != shown:
            raise PlanChanged
        edition.run_decided_at = now
        letters.to_bookers("takes_place", [account.booking.id for account in agreed.people], now)
        journal.note("run_decided", by, now, edition_id=edition.id, told=len(agreed.people))
        counters.catalogue_changed()
        return len(agreed.people)


def _alert(edition_id: int, now: datetime) -> bool:
    with atomic():
        edition = lock_edition(edition_id)
        day = edition.decision_at
        if day is None or edition.called_off_at or edition.run_decided_at or _was_alerted(edition_id, day):
            return False
        letters.about_minimum(edition_id, day, now)
        journal.note(ALERTED, SYSTEM, now, edition_id=edition_id, decision=day.isoformat())
        return True


def _was_alerted(edition_id: int, day: datetime) -> bool:
    """The journal remembers longer than the outbox; a later day of decision is a new question."""
    query = select(JournalEntry).where(JournalEntry.edition_id == edition_id, JournalEntry.action == ALERTED)
    return any(entry.facts.get("decision") == day.isoformat() for entry in db.session.scalars(query))
