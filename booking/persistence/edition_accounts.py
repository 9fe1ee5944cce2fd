"""The money of one edition: of all its bookings together, and of each of them in a number of queries that stays the
same for two bookings and for two thousand."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import selectinload

from booking.domain.booking import ALIVE, BookingState, Channel
from booking.domain.payment import OPEN_REFUNDS, DocumentKind, LedgerKind, PaymentState, RefundState
from booking.persistence.bookings import Attendee, Booking, holds_seats
from booking.persistence.db import db
from booking.persistence.documents import Document
from booking.persistence.ledger import LedgerEntry
from booking.persistence.payments import Payment, Refund


@dataclass(frozen=True)
class Account:
    """A booking and its money, centimes: `balance` as in the ledger (positive is owed to us), `under_way` promised back
    and not yet moved; `ways` are its payments, latest first, with what each can still give back; `invoiced`, whether an
    invoice was ever written."""

    booking: Booking
    balance: int
    paid: int
    returned: int
    under_way: int
    ways: tuple[tuple[Channel, int], ...]
    invoiced: bool


@dataclass(frozen=True)
class EditionMoney:
    """Centimes: `booked` is the price of the live seats, `received` what came in less what went back, `owed` what
    confirmed and cancelled bookings still owe, `to_return` what is to go back to people, `fees` cancellation fees."""

    booked: int = 0
    received: int = 0
    owed: int = 0
    to_return: int = 0
    fees: int = 0


def alive(edition_id: int) -> list[Account]:
    """Of every booking that has not ended, oldest first: those that calling off would end."""
    return _accounts(edition_id, Booking.state.in_(ALIVE))


def live(edition_id: int, now: datetime) -> list[Account]:
    """Of every booking that holds seats, oldest first: the people who rely on what they were told."""
    return _accounts(edition_id, holds_seats(now))


def money_of(edition_id: int) -> EditionMoney:
    """All bookings of the edition together. Two queries."""
    balances = (
        select(
            Booking.state.label("state"),
            func.sum(LedgerEntry.amount).label("balance"),
            _of_kind(LedgerKind.PAYMENT, LedgerKind.REFUND).label("moved"),
            _of_kind(LedgerKind.CANCELLATION_FEE).label("fees"),
        )
        .join(LedgerEntry, LedgerEntry.booking_id == Booking.id)
        .where(Booking.edition_id == edition_id)
        .group_by(Booking.id)
        .subquery()
    )
    row = balances.c
    settled = row.state != BookingState.PENDING
    owed = case((settled & (row.balance > 0), row.balance), else_=0)
    back = case((row.balance < 0, -row.balance), else_=0)
    sums = select(func.sum(-row.moved), func.sum(owed), func.sum(back), func.sum(row.fees))
    received, owing, returning, fees = db.session.execute(sums).one()
    seats = select(func.sum(Attendee.net_price)).join(Booking).where(Booking.edition_id == edition_id)
    booked = db.session.scalar(seats.where(Booking.state.in_(ALIVE), Attendee.cancelled_at.is_(None)))
    return EditionMoney(*(int(centimes or 0) for centimes in (booked, received, owing, returning, fees)))  # or Decimal


def seen(accounts: Sequence[Account], *more: object) -> str:
    """What a page showed of people and their money, and whatever else it said, as a short mark that is posted back."""
    people = [
        (account.booking.id, account.booking.state.value, len(account.booking.active), account.balance, account.paid)
        for account in accounts
    ]
    return hashlib.sha256(repr((people, more)).encode()).hexdigest()[:20]


def _of_kind(*kinds: LedgerKind) -> ColumnElement[int]:
    return func.sum(case((LedgerEntry.kind.in_(kinds), LedgerEntry.amount), else_=0))


def _accounts(edition_id: int, which: ColumnElement[bool]) -> list[Account]:
    here = Booking.edition_id == edition_id
    query = select(Booking).where(here, which).order_by(Booking.id).options(selectinload(Booking.attendees))
    sums = select(LedgerEntry.booking_id, func.sum(LedgerEntry.amount)).join(Booking).where(here)
    balances = {row[0]: row[1] for row in db.session.execute(sums.group_by(LedgerEntry.booking_id))}
    paid = select(Payment).join(Booking, Booking.id == Payment.booking_id).where(here)
    payments: dict[int, list[Payment]] = defaultdict(list)
    for payment in db.session.scalars(paid.where(Payment.state == PaymentState.PAID).order_by(Payment.id.desc())):
        payments[payment.booking_id].append(payment)
    counting = Refund.state.in_((*OPEN_REFUNDS, RefundState.SUCCEEDED))
    refunds: dict[int, list[Refund]] = defaultdict(list)
    for refund in db.session.scalars(select(Refund).join(Booking).where(here, counting)):
        refunds[refund.booking_id].append(refund)
    invoices = select(Document.booking_id).join(Booking).where(here, Document.kind == DocumentKind.INVOICE)
    invoiced = set(db.session.scalars(invoices))
    return [
        _account(
            booking, balances.get(booking.id, 0), payments[booking.id], refunds[booking.id], booking.id in invoiced
        )
        for booking in db.session.scalars(query).all()
    ]


def _account(booking: Booking, balance: int, payments: list[Payment], refunds: list[Refund], invoiced: bool) -> Account:
    returned = sum(refund.amount for refund in refunds if refund.state is RefundState.SUCCEEDED)
    back: dict[int | None, int] = defaultdict(int)
    for refund in refunds:
        back[refund.payment_id] += refund.amount
    return Account(
        booking,
        balance,
        paid=sum(payment.amount for payment in payments),
        returned=returned,
        under_way=sum(refund.amount for refund in refunds) - returned,
        ways=tuple((payment.channel, payment.amount - back[payment.id]) for payment in payments),
        invoiced=invoiced,
    )
