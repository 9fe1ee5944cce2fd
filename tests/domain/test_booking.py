"""When bookings are taken, how long a hold lasts, and which states follow which."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import pytest

from booking.domain.booking import BOOKING_TRANSITIONS, BookingState, check_open, editing_closes, transfer_due
from booking.domain.errors import RegistrationNotOpen
from booking.domain.payment import (
    LEDGER_SIGNS,
    PAYMENT_TRANSITIONS,
    REFUND_TRANSITIONS,
    LedgerKind,
    PaymentState,
    RefundState,
    Settlement,
    settlement,
)
from booking.domain.state import IllegalTransition, Transitions
from tests.factories import at

START = at("2027-02-10 18:00")
OPENS, CLOSES = at("2026-09-01 08:00"), at("2026-11-30 23:59:59")


@pytest.mark.parametrize(
    ("moment", "reason"),
    [
        pytest.param("2026-09-01 07:59:59", "soon", id="the second before it opens"),
        pytest.param("2026-09-01 08:00:00", None, id="as it opens"),
        pytest.param("2026-11-30 23:59:59", None, id="the last second"),
        pytest.param("2026-11-30 23:59:59.999999", None, id="its last microsecond"),
        pytest.param("2026-12-01 00:00:00", "closed", id="midnight"),
    ],
)
def test_registration(moment: str, reason: str | None) -> None:
    assert refusal(OPENS, CLOSES, at(moment)) == reason


def test_without_deadline_bookings_are_taken_until_the_start() -> None:
    assert refusal(None, None, at("2027-02-10 17:59:59")) is None
    assert refusal(None, None, START) == "closed"


def test_nothing_is_taken_for_a_date_called_off() -> None:
    with pytest.raises(RegistrationNotOpen) as refused:
        check_open(None, None, START, True, at("2026-10-01 12:00"))
    assert (refused.value.reason, refused.value.at) == ("called_off", None)


def refusal(opens: datetime | None, closes: datetime | None, now: datetime) -> str | None:
    try:
        check_open(opens, closes, START, False, now)
    except RegistrationNotOpen as refused:
        return refused.reason
    return None


@pytest.mark.parametrize(
    ("now", "due"),
    [
        pytest.param("2026-11-01 10:00", "2026-11-11 23:59:59", id="ten days"),
        pytest.param("2026-11-01 00:00", "2026-11-11 23:59:59", id="ten days from midnight"),
        pytest.param("2026-11-23 23:59:59", "2026-12-03 23:59:59", id="12 days before: two days before the start"),
        pytest.param("2026-11-24 00:00", None, id="11 days before: not offered"),
        pytest.param("2026-10-20 10:00", "2026-10-30 23:59:59", id="over the end of summer time"),
    ],
)
def test_a_transfer_is_due(now: str, due: str | None) -> None:
    assert transfer_due(at(now), at("2026-12-05 09:00"), "Europe/Zurich") == (at(due) if due else None)


def test_a_transfer_is_due_on_the_edition_s_own_day() -> None:
    """22:30 in Zurich is already tomorrow in Tokyo."""
    assert transfer_due(at("2026-11-01 22:30"), at("2026-12-05 09:00"), "Asia/Tokyo") == at("2026-11-12 15:59:59")


def test_names_may_be_changed_until_a_day_before() -> None:
    assert editing_closes(at("2026-12-05 09:00")) == at("2026-12-04 09:00")


TABLES: list[tuple[Transitions, type[StrEnum], set[str]]] = [
    (
        BOOKING_TRANSITIONS,
        BookingState,
        {"pending confirmed", "pending cancelled", "pending expired", "confirmed cancelled", "expired confirmed"},
    ),
    (
        PAYMENT_TRANSITIONS,
        PaymentState,
        {"starting open", "starting paid", "starting over", "open paid", "open over", "over paid", "paid void"},
    ),
    (
        REFUND_TRANSITIONS,
        RefundState,
        {
            "requested pending",
            "requested succeeded",
            "requested failed",
            "requested withdrawn",
            "pending succeeded",
            "pending failed",
            "needs_iban to_pay",
            "needs_iban withdrawn",
            "to_pay succeeded",
            "to_pay withdrawn",
            "withdrawn pending",
            "withdrawn succeeded",
            "succeeded failed",
        },
    ),
]


@pytest.mark.parametrize(("table", "states", "allowed"), TABLES, ids=["booking", "payment", "refund"])
def test_states_follow_their_table(table: Transitions, states: type[StrEnum], allowed: set[str]) -> None:
    found = set()
    for old in states:
        for new in states:
            try:
                table.check(old, new)
                found.add(f"{old} {new}")
            except IllegalTransition:
                continue
    assert found == allowed


def test_every_kind_of_entry_has_a_sign() -> None:
    assert set(LEDGER_SIGNS) == set(LedgerKind)


@pytest.mark.parametrize(
    ("balance", "under_way", "credit", "fee", "expected"),
    [
        pytest.param(0, 0, 34000, 10200, Settlement(23800, 0), id="paid"),
        pytest.param(34000, 0, 34000, 10200, Settlement(0, 10200), id="on account"),
        pytest.param(34000, 0, 34000, 0, Settlement(0, 0), id="pending"),
        pytest.param(24000, 0, 34000, 10200, Settlement(0, 200), id="paid in part"),
        pytest.param(-5000, 5000, 34000, 10200, Settlement(23800, 0), id="surplus already on its way"),
        pytest.param(68000, 0, 34000, 17000, Settlement(0, 51000), id="one of two seats on account"),
    ],
)
def test_settlement(balance: int, under_way: int, credit: int, fee: int, expected: Settlement) -> None:
    assert settlement(balance, under_way, credit, fee) == expected
