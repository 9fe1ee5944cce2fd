"""The money of one edition: of all its bookings together, and of each of them in a number of queries that stays the
same for two bookings and for two thousand."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import selectinload

from booking.domain.booking import ALIVE, BookingState, Channel
from booking.domain.payment import OPEN_REFUNDS, LedgerKind, PaymentState, RefundState
from booking.persistence.bookings import Attendee, Booking, holds_seats
from booking.persistence.db import db
from booking.persistence.ledger import LedgerEntry
from booking.persistence.payments import Payment, Refund


@dataclass(frozen=True)
class Account:
    """A booking and its money, centimes: `balance` as in the ledger (positive is owed to us), `under_way` promised back
    and not yet moved; `ways` are its payments, latest first, with what each can still give back."""

    booking: Booking
    balance: int
    paid: int
    returned: int
    under_way: int
    ways: tuple[tuple[Channel, int], ...]


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
    return EditionMoney(booked or 0, received or 0, owing or 0, returning or 0, fees or 0)


def _of_kind(*kinds: LedgerKind) -> ColumnElement[int]:
    return func.sum(case((LedgerEntry.kind.in_(kinds), LedgerEntry.amount), else_=0))


def _accounts(edition_id: int, which: ColumnElement[bool]) -> list[Account]:
    query = select(Booking).where(Booking.edition_id == edition_id, which).order_by(Booking.id)
    bookings = db.session.scalars(query.options(selectinload(Booking.attendees))).all()
    here = Booking.edition_id == edition_id
    sums = select(LedgerEntry.booking_id, func.sum(LedgerEntry.amount)).join(Booking).where(here)
    balances = {row[0]: row[1] for row in db.session.execute(sums.group_by(LedgerEntry.booking_id))}
    paid = select(Payment).join(Booking, Booking.id == Payment.booking_id).where(here)
    payments: dict[int, list[Payment]] = defaultdict(list)
    for payment in db.session.scalars(paid.where(Payment.state == PaymentState.PAID).order_by(Payment.id.desc())):
        payments[payment.booking_id].append(payment)
    back = select(Refund.booking_id, Refund.payment_id, Refund.state, Refund.amount)
    refunds: dict[int, list[tuple[int | None, RefundState, int]]] = defaultdict(list)
    for booking_id, payment_id, state, amount in db.session.execute(back.join(Booking).where(here)):
        refunds[booking_id].append((payment_id, state, amount))
    return [
        _account(booking, balances.get(booking.id, 0), payments[booking.id], refunds[booking.id])
        for booking in bookings
    ]


def _account(
    booking: Booking, balance: int, payments: list[Payment], refunds: list[tuple[int | None, RefundState, int]]
) -> Account:
    gone = {state: sum(r[2] for r in refunds if r[1] is state) for state in (*OPEN_REFUNDS, RefundState.SUCCEEDED)}
    counting = [(payment_id, amount) for payment_id, state, amount in refunds if state in gone]
    ways = [
        (payment.channel, payment.amount - sum(amount for owner, amount in counting if owner == payment.id))
        for payment in payments
    ]
    return Account(
        booking,
        balance,
        paid=sum(payment.amount for payment in payments),
        returned=gone[RefundState.SUCCEEDED],
        under_way=sum(gone[state] for state in OPEN_REFUNDS),
        ways=tuple(ways),
    )
