"""Where a booking's account stands, in one word."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from booking.domain.booking import BookingState, Channel


class AccountState(StrEnum):
    """OWED: the participant is to pay, OVERDUE: and the day of the bill has passed; REFUND: money is to go back; PAID:
    it came, and the seats stand; FREE: nothing was ever asked; SETTLED: cancelled or expired, and nothing is open."""

    OWED = "owed"
    OVERDUE = "overdue"
    REFUND = "refund"
    PAID = "paid"
    FREE = "free"
    SETTLED = "settled"


def pay_by(billed: datetime | None, state: BookingState, hold_until: datetime | None) -> datetime | None:
    """Until when what is owed is to be paid: as the latest bill says (`billed`), or for seats that are only held until
    the hold ends, which is earlier where the date was moved."""
    if billed and hold_until and state is BookingState.PENDING:
        return min(billed, hold_until)
    return billed


def is_overdue(due_at: datetime, now: datetime) -> bool:
    """Whether that is over: from the moment at which a hold of the same limit ends."""
    return due_at <= now


def account_state(
    balance: int, due_at: datetime | None, channel: Channel, state: BookingState, now: datetime
) -> AccountState:
    """`balance` in centimes, positive = owed by the participant; `due_at` as of `pay_by`."""
    if balance > 0:
        return AccountState.OVERDUE if due_at and is_overdue(due_at, now) else AccountState.OWED
    if balance < 0:
        return AccountState.REFUND
    if channel is Channel.FREE:
        return AccountState.FREE
    return AccountState.PAID if state is BookingState.CONFIRMED else AccountState.SETTLED
