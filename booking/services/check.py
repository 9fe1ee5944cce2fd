"""Proves that seats, ledger, documents, states and mails agree. Each finding is one plain English line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import aliased

from booking.domain.booking import ALIVE, BookingState
from booking.domain.payment import OPEN_REFUNDS, DocumentKind, LedgerKind, PaymentState, RefundState
from booking.persistence import ledger, outbox, registration_rows
from booking.persistence.bookings import Attendee, Booking, seats_taken
from booking.persistence.counters import Counter
from booking.persistence.db import db
from booking.persistence.documents import Document
from booking.persistence.ledger import LedgerEntry
from booking.persistence.masterclasses import Edition
from booking.persistence.payments import LIVE_REFUNDS, Payment, Refund


def findings(now: datetime) -> list[str]:
    """Everything that does not agree at `now`; empty when all is well."""
    return [*_seats(now), *_accounts(), *_payments(), *_documents(), *_jobs(), *_registrations()]


def _seats(now: datetime) -> Iterator[str]:
    for edition in db.session.scalars(select(Edition)):
        taken = seats_taken(edition.id, now)
        if taken > edition.capacity:
            yield f"edition {edition.slug}: {taken} seats taken of {edition.capacity}"
    ended = select(func.count(Attendee.id), Booking.reference).join(Booking)
    emptied = ended.where(Booking.state == BookingState.CONFIRMED).group_by(Booking.id)
    for active, reference in db.session.execute(emptied.having(func.count(Attendee.cancelled_at) == func.count())):
        yield f"booking {reference}: confirmed, but its {active} seats are all cancelled"


def _accounts() -> Iterator[str]:
    for booking in db.session.scalars(select(Booking)):
        sums = ledger.totals(booking.id)
        yield from _account(booking, sums, ledger.balance(booking.id))


def _account(booking: Booking, sums: dict[LedgerKind, int], balance: int) -> Iterator[str]:
    name = f"booking {booking.reference}"
    paid = _sum(Payment, booking.id, (PaymentState.PAID,))
    if -sums.get(LedgerKind.PAYMENT, 0) != paid:
        yield f"{name}: the ledger has {-sums.get(LedgerKind.PAYMENT, 0)} paid, the payments {paid}"
    refunded = _sum(Refund, booking.id, (RefundState.SUCCEEDED,))
    if sums.get(LedgerKind.REFUND, 0) != refunded:
        yield f"{name}: the ledger has {sums.get(LedgerKind.REFUND, 0)} refunded, the refunds {refunded}"
    under_way = _sum(Refund, booking.id, OPEN_REFUNDS)
    if refunded + under_way > paid:
        yield f"{name}: {refunded + under_way} given back of {paid} paid"
    if min(balance, 0) + under_way != 0:
        yield f"{name}: {-min(balance, 0)} is owed to the participant, {under_way} is on its way"
    net = sums.get(LedgerKind.PRICE, 0) + sums.get(LedgerKind.DISCOUNT, 0) + sums.get(LedgerKind.CANCELLATION_CREDIT, 0)
    seats = sum(seat.net_price for seat in booking.active) if booking.state in ALIVE else 0
    if net != seats:
        yield f"{name}: {net} is charged for seats worth {seats}"


def _payments() -> Iterator[str]:
    """Nothing is given back of a payment beyond what it brought, nor of one that never came."""
    came = case((Payment.state == PaymentState.PAID, Payment.amount), else_=0)
    gone = func.sum(Refund.amount)
    query = select(Booking.reference, Payment.id, came, gone).join(Payment, Payment.booking_id == Booking.id)
    query = query.join(Refund, Refund.payment_id == Payment.id).where(Refund.state.in_(LIVE_REFUNDS))
    for reference, number, brought, back in db.session.execute(
        query.group_by(Booking.reference, Payment.id).having(gone > came)
    ):
        yield f"booking {reference}: {back} given back of payment {number}, which brought {brought}"


def _sum(table: type[Payment] | type[Refund], booking_id: int, states: tuple[PaymentState | RefundState, ...]) -> int:
    query = select(func.sum(table.amount)).where(table.booking_id == booking_id, table.state.in_(states))
    return db.session.scalar(query) or 0


def _documents() -> Iterator[str]:
    for kind in DocumentKind:
        query = select(func.count(Document.id), func.max(Document.serial)).where(Document.kind == kind)
        count, last = db.session.execute(query).one()
        issued = db.session.scalar(select(Counter.value).where(Counter.name == kind.value)) or 0
        if not (count == (last or 0) == issued):
            yield f"{kind.value}: {count} documents, the last is {last}, the series stands at {issued}"
    credit, cited = aliased(Document), aliased(Document)
    credited = select(cited.number, cited.total, func.sum(credit.total)).join(credit, credit.cites_id == cited.id)
    credited = credited.where(credit.kind == DocumentKind.CREDIT_NOTE).group_by(cited.id)
    for number, total, taken_back in db.session.execute(credited.having(func.sum(credit.total) > cited.total)):
        yield f"{number}: {taken_back} taken back of {total}"
    fees = select(func.sum(LedgerEntry.amount)).where(LedgerEntry.kind == LedgerKind.CANCELLATION_FEE)
    billed = select(func.sum(Document.total)).where(Document.kind == DocumentKind.FEE_INVOICE)
    if (db.session.scalar(fees) or 0) != (db.session.scalar(billed) or 0):
        yield "cancellation fees in the ledger and on fee invoices differ"


def _jobs() -> Iterator[str]:
    for job in outbox.undelivered():
        yield f"{job.topic} job {job.id} failed {job.attempts} times: {job.error}"


def _registrations() -> Iterator[str]:
    for reference in registration_rows.differing():
        yield f"booking {reference}: the desk's list says something else of it"
