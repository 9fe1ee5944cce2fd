"""Where an account stands, in one word."""

from __future__ import annotations

from datetime import timedelta

import pytest

from booking.domain.account import AccountState, account_state, pay_by
from booking.domain.booking import BookingState, Channel
from tests.factories import NOW

LATE, EARLY = NOW, NOW + timedelta(microseconds=1)  # a hold until NOW has ended at NOW


@pytest.mark.parametrize(
    ("balance", "due_at", "channel", "state", "expected"),
    [
        (1, None, Channel.STRIPE, BookingState.PENDING, AccountState.OWED),
        (1, EARLY, Channel.TRANSFER, BookingState.CONFIRMED, AccountState.OWED),
        (1, LATE, Channel.TRANSFER, BookingState.CONFIRMED, AccountState.OVERDUE),
        (1, LATE, Channel.TRANSFER, BookingState.CANCELLED, AccountState.OVERDUE),
        (-1, LATE, Channel.STRIPE, BookingState.CANCELLED, AccountState.REFUND),
        (0, LATE, Channel.TRANSFER, BookingState.CONFIRMED, AccountState.PAID),
        (0, None, Channel.FREE, BookingState.CONFIRMED, AccountState.FREE),
        (0, None, Channel.FREE, BookingState.CANCELLED, AccountState.FREE),
        (0, None, Channel.STRIPE, BookingState.CANCELLED, AccountState.SETTLED),
        (0, None, Channel.TRANSFER, BookingState.EXPIRED, AccountState.SETTLED),
    ],
)
def test_an_account_is_called_by_what_is_open(balance, due_at, channel, state, expected) -> None:  # type: ignore[no-untyped-def]
    assert account_state(balance, due_at, channel, state, NOW) is expected


def test_held_seats_are_paid_before_their_hold_ends() -> None:
    billed, moved = NOW + timedelta(days=9), NOW + timedelta(days=3)
    assert pay_by(billed, BookingState.PENDING, moved) == moved
    assert pay_by(billed, BookingState.PENDING, billed + timedelta(minutes=30)) == billed
    assert pay_by(billed, BookingState.CONFIRMED, None) == billed
    assert pay_by(None, BookingState.PENDING, moved) is None
