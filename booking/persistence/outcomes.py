"""What an act at the desk does to a booking, seen by doing it: the difference between before and after.

The page shows the outcome of a rehearsal (`atomic(rehearsal=True)`), and posts back its `shown`. The act itself, in its
own transaction, must come to the same outcome, or nothing is done. So no page says what another one does not do.

    with atomic(rehearsal=shown is None):
        booking = lifecycle.lock(booking_id)
        before = outcomes.look(booking)
        ...
        return before.outcome(booking, shown)
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import func, select

from booking.domain.booking import BookingState, Channel
from booking.domain.errors import PlanChanged
from booking.domain.payment import DocumentKind, RefundState
from booking.persistence import documents, ledger
from booking.persistence.bookings import Booking
from booking.persistence.db import db
from booking.persistence.ledger import LedgerEntry
from booking.persistence.outbox import OutboxJob
from booking.persistence.payments import Refund


class Paper(NamedTuple):
    """A document that is written; `due` is what it asks for. Centimes."""

    kind: DocumentKind
    total: int
    due: int


class Return(NamedTuple):
    """Money that goes back: how, centimes, and what it waits for."""

    channel: Channel
    amount: int
    state: RefundState


class Mail(NamedTuple):
    """A letter that goes out: its kind and its reader ('booker' or 'organiser')."""

    kind: str
    reader: str


@dataclass(frozen=True)
class Outcome:
    """The booking after the act, and what the act wrote. It `had` so many seats before; `owed` in centimes, negative
    when it is owed to the participant; `withdrawn` is what of earlier refunds is no longer needed; `silent`, that
    whoever booked would be written to and has no address."""

    booking_id: int
    was: BookingState | None
    state: BookingState
    had: int
    seats: int
    owed: int
    papers: tuple[Paper, ...]
    refunds: tuple[Return, ...]
    withdrawn: int
    mails: tuple[Mail, ...]
    silent: bool = False
    entry: int = 0  # the last of the account before: whatever moved since, two people who act see each other

    @property
    def shown(self) -> str:
        """All of it in one word, posted back with the button and compared."""
        booking = (self.was, self.state, self.seats, self.owed, self.entry)
        facts = (booking, self.papers, self.refunds, self.withdrawn, self.mails)
        return hashlib.sha256(repr(facts).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Before:
    """What there was of a booking before an act; nothing of one that the act makes."""

    state: BookingState | None
    seats: int
    papers: frozenset[int]
    refunds: dict[int, RefundState]
    last_job: int
    entry: int

    def outcome(self, booking: Booking, shown: str | None) -> Outcome:
        """What has changed since. Raises PlanChanged when that is not what was `shown`; None compares nothing."""
        db.session.flush()
        refunds = _refunds(booking.id)
        posted = _mails(booking.id, self.last_job)
        mails = [mail for mail in posted if booking.email or mail.reader != "booker"]
        outcome = Outcome(
            booking_id=booking.id,
            was=self.state,
            state=booking.state,
            had=self.seats,
            seats=len(booking.active),
            owed=ledger.balance(booking.id),
            papers=tuple(
                Paper(paper.kind, paper.total, paper.frozen.due if paper.frozen.asks_for_transfer else 0)
                for paper in documents.of_booking(booking.id)
                if paper.id not in self.papers
            ),
            refunds=tuple(Return(r.channel, r.amount, r.state) for r in refunds if r.id not in self.refunds),
            withdrawn=sum(r.amount for r in refunds if self._was_withdrawn(r)),
            mails=tuple(mails),
            silent=len(mails) < len(posted),
            entry=self.entry,
        )
        if shown is not None and outcome.shown != shown:
            raise PlanChanged
        return outcome

    def _was_withdrawn(self, refund: Refund) -> bool:
        known = self.refunds.get(refund.id)
        return refund.state is RefundState.WITHDRAWN and known not in (None, RefundState.WITHDRAWN)


def look(booking: Booking | None) -> Before:
    """The booking as it stands, inside the caller's transaction; None for one that is about to be made."""
    number = booking.id if booking else 0
    last_entry = select(func.max(LedgerEntry.id)).where(LedgerEntry.booking_id == number).scalar_subquery()
    last_job, entry = db.session.execute(select(func.max(OutboxJob.id), last_entry)).one()
    if booking is None:
        return Before(None, 0, frozenset(), {}, last_job or 0, 0)
    papers = frozenset(paper.id for paper in documents.of_booking(booking.id))
    refunds = {refund.id: refund.state for refund in _refunds(booking.id)}
    return Before(booking.state, len(booking.active), papers, refunds, last_job or 0, entry or 0)


def _refunds(booking_id: int) -> list[Refund]:
    return list(db.session.scalars(select(Refund).where(Refund.booking_id == booking_id).order_by(Refund.id)))


def _mails(booking_id: int, last_job: int) -> list[Mail]:
    """Posted since, by this transaction: whatever concerns the booking alone is written under its lock."""
    query = select(OutboxJob.payload).where(OutboxJob.id > last_job, OutboxJob.topic == "mail", ~OutboxJob.bulk)
    posted = db.session.scalars(query.order_by(OutboxJob.id))
    return [Mail(mail["kind"], mail["to"]) for mail in posted if mail.get("booking_id") == booking_id]
