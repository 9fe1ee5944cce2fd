"""Calling a date off: what it would mean, deciding it at once, then ending one booking after the other.

The decision is one transaction, so that no seat is sold after it; each booking is a job of its own, so that two
thousand of them can be interrupted anywhere and go on, each exactly once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from booking.domain.actor import ORGANISER, Actor
from booking.domain.bilingual import Bilingual
from booking.domain.booking import ALIVE, BookingState, Channel
from booking.domain.cancellation import days_before
from booking.domain.errors import NotMovable, PlanChanged
from booking.domain.payment import settlement
from booking.domain.publication import SHOWN
from booking.persistence import counters, edition_accounts, editions, journal, letters, lifecycle, outbox
from booking.persistence.bookings import Booking
from booking.persistence.calling_off import REASON, TOPIC, CallingOff
from booking.persistence.cancellations import Cancellation
from booking.persistence.db import db
from booking.persistence.edition_accounts import Account
from booking.persistence.masterclasses import Edition
from booking.persistence.transaction import atomic
from booking.services.ports import Ports


@dataclass(frozen=True)
class Ending:
    """What calling off means to one booking, centimes. `channels` are the ways `refund` goes back; `credit` is the
    credit note over its invoice (0: there is none); `stays_due` is what it owes from earlier, such as a fee."""

    account: Account
    refund: int
    credit: int
    stays_due: int
    channels: tuple[Channel, ...]


@dataclass(frozen=True)
class Plan:
    """What calling off would do now to every booking that has not ended."""

    endings: tuple[Ending, ...]
    shown: str

    @property
    def refund(self) -> int:
        """All together, centimes."""
        return sum(ending.refund for ending in self.endings)


def plan(edition: Edition, now: datetime) -> Plan:
    """Raises NotMovable."""
    if edition.called_off_at is not None or edition.ends_at <= now:
        raise NotMovable("called_off" if edition.called_off_at else "over")
    accounts = edition_accounts.alive(edition.id)
    endings = tuple(_ending(account) for account in accounts)
    return Plan(endings, edition_accounts.seen(accounts, [(ending.refund, ending.stays_due) for ending in endings]))


def others(edition: Edition, now: datetime) -> list[Edition]:
    """Other dates of the same class that can be proposed, by start."""
    query = select(Edition).where(Edition.master_class_id == edition.master_class_id, Edition.id != edition.id)
    coming = query.where(Edition.starts_at > now, Edition.called_off_at.is_(None), Edition.state.in_(SHOWN))
    return list(db.session.scalars(coming.order_by(Edition.starts_at)))


def call_off(slug: str, shown: str, words: Bilingual, offers: Sequence[int], now: datetime, by: Actor) -> int:
    """Calls the date off: it sells nothing from this commit on, and one job a booking ends what was sold. `words` and
    `offers` (ids of other dates) are for the letter. Gives the CallingOff's id.

    Raises NotFound, NotMovable, and PlanChanged when it is no longer what the page said: then nothing was done.
    """
    with atomic():
        edition = editions.lock(slug)
        agreed = plan(edition, now)
        if agreed.shown != shown:
            raise PlanChanged
        edition.called_off_at = now
        known = {other.id for other in others(edition, now)}
        number = len(agreed.endings)
        row = CallingOff(edition_id=edition.id, at=now, words=words, bookings=number)
        row.offers = [offer for offer in offers if offer in known]
        db.session.add(row)
        db.session.flush()
        ids = [ending.account.booking.id for ending in agreed.endings]
        outbox.post_all(TOPIC, {f"call-off-{i}": {"booking_id": i, "calling_off_id": row.id} for i in ids}, now)
        journal.note("edition_called_off", by, now, edition_id=edition.id, bookings=number, refund=agreed.refund)
        counters.catalogue_changed()
        return row.id


def end_booking(booking_id: int, calling_off_id: int, now: datetime, ports: Ports) -> None:
    """Ends one booking of a date that was called off: no fee, everything back by the way it came, its invoice credited,
    its letter posted. Repeated, it changes nothing.

    Open payment pages must have been ended before (`pay.end_attempts`): one may turn out to have been paid.
    """
    with atomic():
        booking = lifecycle.lock(booking_id)
        if booking.state in ALIVE:
            _cancel(booking, now, ports)
        letters.to_booker("called_off", booking_id, now, bulk=True, calling_off_id=calling_off_id)


def _ending(account: Account) -> Ending:
    price = sum(seat.net_price for seat in account.booking.active)
    money = settlement(account.balance, account.under_way, price, 0)
    left, channels = money.refund, []
    for channel, amount in account.ways:
        if left > 0 and amount > 0:
            channels.append(channel)
            left -= min(left, amount)
    refund = money.refund - left  # less where a gift was given back before
    return Ending(account, refund, price if account.invoiced else 0, money.due, tuple(dict.fromkeys(channels)))


def _cancel(booking: Booking, now: datetime, ports: Ports) -> None:
    seats, policy = booking.active, booking.frozen_policy
    row = Cancellation(booking_id=booking.id, received_at=now, percent="0", fee=0, ground=REASON)
    row.days = days_before(booking.edition.timing(), policy, now) if policy else 0
    row.attendees = [seat.id for seat in seats]
    row.credit = lifecycle.credit(booking, seats, ports.issuer, now)
    for seat in seats:
        seat.cancelled_at = now
    booking.move_to(BookingState.CANCELLED, now)
    opened = lifecycle.give_back(booking, lifecycle.surplus(booking), REASON, now)
    row.refund = sum(refund.amount for refund in opened)
    row.due = max(0, -lifecycle.surplus(booking))
    row.channel = ",".join(dict.fromkeys(refund.channel for refund in opened))
    db.session.add(row)
    journal.note("cancelled", ORGANISER, now, booking.id, seats=len(seats), fee=0, called_off=True)
    counters.catalogue_changed()
