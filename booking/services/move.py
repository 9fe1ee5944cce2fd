"""Moving a date that people have booked: what it would mean to each of them, and doing exactly that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from booking.domain import promises
from booking.domain.actor import Actor
from booking.domain.bilingual import Bilingual
from booking.domain.booking import BookingState, Channel, due_after_move
from booking.domain.cancellation import Timing
from booking.domain.catalogue import EditionSpec
from booking.domain.editions import DateRefused, Fault, faults, faults_of_time
from booking.domain.errors import NotMovable, PlanChanged
from booking.domain.promises import Change
from booking.persistence import counters, edition_accounts, editions, journal, letters, moves
from booking.persistence.bookings import Booking
from booking.persistence.edition_accounts import Account
from booking.persistence.masterclasses import Edition
from booking.persistence.transaction import atomic


@dataclass(frozen=True)
class Plan:
    """What moving would do now: who is told of which changes, until when they may go for nothing (None: no such right
    arises), and by booking id the transfers that must arrive earlier than they were told."""

    changed: frozenset[Change]
    people: tuple[Account, ...]
    free_until: datetime | None
    dues: dict[int, datetime]
    shown: str


def plan(edition: Edition, spec: EditionSpec, now: datetime) -> Plan:
    """What bringing the edition to `spec` would mean. Raises NotMovable, DateRefused."""
    if edition.called_off_at is not None or edition.ends_at <= now:
        raise NotMovable("called_off" if edition.called_off_at else "over")
    before = editions.spec_of(edition)
    found = [*faults(spec), *faults_of_time(spec, before, now)]
    if not (spec.venue or spec.online_url):
        found.append(Fault("venue", "no_place"))
    if found:
        raise DateRefused(tuple(found))
    changed = promises.changes(before, spec)
    if not changed:
        raise NotMovable("unchanged")
    people = tuple(edition_accounts.live(edition.id, now))
    free_until = _free_until(spec, now) if promises.frees(changed) and people else None
    dues = {account.booking.id: due for account in people if (due := _earlier_due(account.booking, spec, now))}
    shown = edition_accounts.seen(
        people, editions.plain(before), editions.plain(spec), free_until, sorted(dues.items())
    )
    return Plan(changed, people, free_until, dues, shown)


def move(slug: str, spec: EditionSpec, shown: str, words: Bilingual, now: datetime, by: Actor) -> int:
    """Moves the date and tells everybody, exactly as was `shown`; gives how many bookings were told.

    Raises NotFound, NotMovable, DateRefused, and PlanChanged when it is no longer what the page said: then nothing was
    done.
    """
    with atomic():
        edition = editions.lock(slug)
        agreed = plan(edition, spec, now)
        if agreed.shown != shown:
            raise PlanChanged
        told = moves.remember(edition, agreed.changed, words, now)
        if promises.frees(agreed.changed):
            edition.moved_at = now
        editions.write(edition, spec)
        for account in agreed.people:
            _follow(account.booking, agreed.dues.get(account.booking.id))
        letters.to_bookers("moved", [account.booking.id for account in agreed.people], now, move_id=told.id)
        written = sum(1 for account in agreed.people if account.booking.email)
        journal.note("edition_moved", by, now, edition_id=edition.id, changed=told.changed, told=written)
        counters.catalogue_changed()
        return written


def _free_until(spec: EditionSpec, now: datetime) -> datetime | None:
    """For whoever has booked until this instant."""
    start = spec.meetings[0].starts_at
    if start <= now:
        return None  # it has begun: see docs/rules.md
    return Timing(spec.zone, start, None, booked_at=now, moved_at=now).free_after_move


def _earlier_due(booking: Booking, spec: EditionSpec, now: datetime) -> datetime | None:
    """When a transfer that is awaited must now arrive, if that is earlier than was said."""
    if booking.state is not BookingState.PENDING or booking.channel is not Channel.TRANSFER or not booking.hold_until:
        return None
    due = due_after_move(booking.hold_until, now, spec.meetings[0].starts_at, spec.zone)
    return due if due < booking.hold_until else None


def _follow(booking: Booking, due: datetime | None) -> None:
    """Holds of payment pages last half an hour and stay as they are: who pays there is free to go like everybody."""
    if due:
        booking.hold_until = due
