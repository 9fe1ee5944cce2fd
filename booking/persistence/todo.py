"""What waits for somebody at the desk. A kind of thing is told by how many there are, what they come to, since when and
by the first few; the number of statements does not depend on how much waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import CompoundSelect, Select, and_, case, exists, func, literal, null, select, union_all
from sqlalchemy.orm import aliased

from booking.domain.account import is_overdue
from booking.domain.bilingual import Bilingual
from booking.domain.booking import BookingState
from booking.domain.completeness import asked, completeness
from booking.domain.payment import RefundState
from booking.domain.publication import Publication
from booking.persistence import minimum, registrations
from booking.persistence.bookings import Booking
from booking.persistence.db import db
from booking.persistence.journal import JournalEntry
from booking.persistence.masterclasses import MasterClass
from booking.persistence.outbox import ALARM_AFTER, OutboxJob
from booking.persistence.payments import Payment, Refund
from booking.persistence.plain_values import pairs
from booking.persistence.registration_filters import among

NAMED: Final = 3  # of each kind
DUE_SOON: Final = timedelta(days=3)  # a transfer that is expected
DECIDED_SOON: Final = timedelta(days=14)  # a date below its minimum
WAITING: Final = (RefundState.TO_PAY, RefundState.NEEDS_IBAN)
DECIDED: Final = (BookingState.CONFIRMED, BookingState.CANCELLED)  # nobody is on a payment page


class Case(NamedTuple):
    """One of the things that wait. `at` is since when, or until when; `error` what was said of it. Centimes."""

    reference: str
    name: str
    at: datetime | None
    amount: int
    error: str = ""


@dataclass(frozen=True)
class Pile:
    """All that waits of one kind; `cases` are the first ones."""

    count: int
    amount: int
    cases: tuple[Case, ...]


@dataclass(frozen=True)
class Untranslated:
    """A class that everybody reads, and how many of its texts lack in a language."""

    slug: str
    title: Bilingual
    language: str
    lacking: int
    total: int


def piles() -> dict[str, Pile]:
    """By kind: 'dispute', 'mismatch', 'failed' (refunds that could not go back the way they came, until the payers
    name an account), 'to_pay', 'needs_iban', 'mail' and 'job'; absent where nothing waits. One statement."""
    return _piles(union_all(_refunds(), _disputes(), _mismatches(), _stuck()))


def mismatches(booking_id: int) -> list[JournalEntry]:
    """What a provider reported of this booking beside what was asked for, and nobody has settled; oldest first."""
    query = select(JournalEntry).where(JournalEntry.booking_id == booking_id, *_unsettled())
    return list(db.session.scalars(query.order_by(JournalEntry.id)))


def owing(now: datetime) -> dict[str, Pile]:
    """What people should have paid by now ('overdue'), what is owed although no bill asks for it ('unbilled', as after
    a dispute that was lost), and transfers of the next days ('expected'), without which seats become free again. Three
    statements."""
    accounts = {number: balance for number, balance in registrations.open_accounts().items() if balance > 0}
    bills = registrations.due_dates(accounts)
    due = sorted((at, number) for number, at in bills.items() if at < now + DUE_SOON)
    known = _debtors([number for number in accounts if number not in bills] + [number for _, number in due])
    open_ = [number for number in accounts if number not in bills and known[number].state in DECIDED]
    overdue = [(at, number) for at, number in due if is_overdue(at, now)]
    to_come = due[len(overdue) :]  # earliest first
    found = {
        "overdue": overdue,
        "unbilled": sorted((known[number].created_at, number) for number in open_),
        "expected": [(at, number) for at, number in to_come if known[number].state is BookingState.PENDING],
    }
    return {kind: _of_bookings(pile, accounts, known) for kind, pile in found.items() if pile}


def to_decide(now: datetime) -> list[minimum.Undecided]:
    """Dates below their minimum that were to be decided, or are in the next two weeks. Two statements."""
    return [item for item in minimum.below(now) if item.is_due(now + DECIDED_SOON)]


def untranslated(languages: Sequence[str]) -> list[Untranslated]:
    """Published classes that lack words in one of `languages`, which they are to have. One statement."""
    names = pairs(MasterClass)
    columns = [getattr(MasterClass, name) for name in names]
    facts = (MasterClass.slug, MasterClass.language, MasterClass.one_language)
    query = select(*facts, *columns).where(MasterClass.state == Publication.PUBLISHED)
    return [
        Untranslated(slug, texts[names.index("title")], part.language, len(part.missing), part.total)
        for slug, taught, alone, *texts in db.session.execute(query.order_by(MasterClass.slug))
        for part in completeness(dict(zip(names, texts, strict=True)), asked(taught, alone, languages))
        if not part.whole
    ]


def _piles(waiting: CompoundSelect[Any]) -> dict[str, Pile]:
    row = waiting.subquery().c
    first = func.row_number().over(partition_by=row.kind, order_by=(row.at, row.id))
    count, amount = (sums.over(partition_by=row.kind) for sums in (func.count(), func.sum(row.amount)))
    ranked = select(*row, first.label("place"), count.label("n"), amount.label("total")).subquery().c
    query = select(*ranked).where(ranked.place <= NAMED).order_by(ranked.kind, ranked.place)
    found: dict[str, list[Any]] = {}
    for one in db.session.execute(query):
        found.setdefault(one.kind, []).append(one)
    return {
        kind: Pile(
            rows[0].n, int(rows[0].total), tuple(Case(r.reference, r.name, r.at, r.amount, r.error) for r in rows)
        )
        for kind, rows in found.items()
    }


def _debtors(booking_ids: Sequence[int]) -> dict[int, Any]:
    query = select(Booking.id, Booking.reference, Booking.name, Booking.state, Booking.created_at)
    return {row.id: row for row in db.session.execute(query.where(among(booking_ids, Booking.id)))}


def _of_bookings(pile: list[tuple[datetime, int]], accounts: dict[int, int], known: dict[int, Any]) -> Pile:
    first = [Case(known[number].reference, known[number].name, at, accounts[number]) for at, number in pile[:NAMED]]
    return Pile(len(pile), sum(accounts[number] for _, number in pile), tuple(first))


def _row(kind: Any, number: Any, at: Any, amount: Any, error: Any = "") -> Select[Any]:
    said = [kind.label("kind"), number.label("id"), at.label("at"), amount.label("amount")]
    who = [func.coalesce(column, "").label(column.key) for column in (Booking.reference, Booking.name)]
    return select(*said, *who, (literal("") if error == "" else error).label("error"))


def _refunds() -> Select[Any]:
    stands_in = and_(Refund.state == RefundState.NEEDS_IBAN, Refund.replaces_id.is_not(None))
    kind = case((stands_in, "failed"), (Refund.state == RefundState.TO_PAY, "to_pay"), else_="needs_iban")
    return (
        _row(kind, Refund.id, Refund.created_at, Refund.amount)
        .join_from(Refund, Booking, Booking.id == Refund.booking_id)
        .where(Refund.state.in_(WAITING))
    )


def _disputes() -> Select[Any]:
    return (
        _row(literal("dispute"), Payment.id, Payment.settled_at, Payment.amount)
        .join_from(Payment, Booking, Booking.id == Payment.booking_id)
        .where(Payment.dispute == "open")
    )


def _mismatches() -> Select[Any]:
    return (
        _row(literal("mismatch"), JournalEntry.id, JournalEntry.at, literal(0))
        .join_from(JournalEntry, Booking, Booking.id == JournalEntry.booking_id)
        .where(*_unsettled())
    )


def _unsettled() -> tuple[Any, ...]:
    """The money lies at the provider: until somebody says what became of it, whatever else is done with the booking."""
    later = aliased(JournalEntry)
    settled = exists().where(
        later.booking_id == JournalEntry.booking_id, later.id > JournalEntry.id, later.action == "mismatch_settled"
    )
    return JournalEntry.action == "payment_mismatch", ~settled


def _stuck() -> Select[Any]:
    """Jobs that failed again and again; they are still tried every hour. Since when is not known, only of what."""
    booking_id = func.coalesce(OutboxJob.payload["booking_id"].as_integer(), Refund.booking_id)
    return (
        _row(
            case((OutboxJob.topic == "mail", "mail"), else_="job"),
            OutboxJob.id,
            null(),
            func.coalesce(Refund.amount, 0),
            OutboxJob.error,
        )
        .select_from(OutboxJob)
        .outerjoin(Refund, and_(OutboxJob.topic == "refund", Refund.id == OutboxJob.payload["refund_id"].as_integer()))
        .outerjoin(Booking, Booking.id == booking_id)
        .where(OutboxJob.done_at.is_(None), OutboxJob.attempts >= ALARM_AFTER)
    )
