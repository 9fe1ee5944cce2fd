"""What a booking's page says about money on its way back, by card or TWINT, by bank, or through the payer's bank."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale

from booking.domain.booking import BookingState, Channel
from booking.domain.payment import RefundState
from booking.persistence.db import db
from booking.persistence.payments import Payment
from booking.persistence.transaction import atomic
from booking.web import channels
from booking.web.standing import refund_words, standing_of
from tests.factories import NOW, make_booking, make_edition, make_refund

BY_BANK = {"channel": Channel.TRANSFER}


@pytest.fixture(autouse=True)
def _inside(app: Flask) -> Iterator[None]:
    with app.test_request_context("/en/"), force_locale("en_CH"):
        yield


@pytest.mark.parametrize(
    ("state", "changes", "said"),
    [
        (RefundState.REQUESTED, {}, ["On its way back the way you paid", "5 to 10 days", "TWINT"]),
        (RefundState.PENDING, {}, ["On its way back the way you paid", "5 to 10 days", "TWINT"]),
        (RefundState.SUCCEEDED, {}, ["Sent back the way you paid", "5 to 10 days", "TWINT"]),
        (RefundState.FAILED, {}, ["bank transfer replaces it"]),
        (RefundState.SUCCEEDED, {"reason": "dispute"}, ["Your bank has given it back"]),
        (RefundState.NEEDS_IBAN, BY_BANK, ["your IBAN"]),
        (RefundState.TO_PAY, BY_BANK, ["within 10 days"]),
        (RefundState.SUCCEEDED, BY_BANK, ["your bank account", "two working days"]),
    ],
    ids=lambda value: value.value if isinstance(value, RefundState) else None,
)
def test_what_happens_and_when(state: RefundState, changes: dict[str, Any], said: list[str]):
    booking = make_booking(state=BookingState.CONFIRMED, channel=Channel.STRIPE)
    words = refund_words(make_refund(booking, 34000, state, **changes))
    assert [part for part in said if part not in words] == []
    assert ("TWINT" in words) == ("TWINT" in said)


def test_a_refund_waits_while_the_bank_decides():
    booking = make_booking(state=BookingState.CONFIRMED, channel=Channel.STRIPE)
    payment = db.session.query(Payment).one()
    with atomic():
        db.session.get_one(Payment, payment.id).dispute = "open"
    waiting = make_refund(booking, 34000, RefundState.REQUESTED, payment_id=payment.id)
    assert "waits until your bank has decided" in refund_words(waiting)


def test_a_withdrawn_refund_is_not_spoken_of():
    booking = make_booking(state=BookingState.CONFIRMED, channel=Channel.STRIPE)
    make_refund(booking, 34000, RefundState.WITHDRAWN)
    given = make_refund(booking, 34000, reason="dashboard")
    assert [told.id for told, _words in standing_of(booking, NOW)["refunds"]] == [given.id]


def test_without_a_bill_no_bill_is_named():
    booking = make_booking(state=BookingState.CONFIRMED, channel=Channel.STRIPE, paid=False)
    lines = standing_of(booking, NOW)["next_lines"]
    assert any("is still to be paid" in line for line in lines)
    assert not any("QR-bill" in line for line in lines)


def test_who_pays_now_is_told_when_the_class_is():
    """TWINT's terms: a service rendered later is named so before paying."""
    hint = channels.hints(make_edition(), NOW)[Channel.STRIPE.value]
    assert "You pay now; the class begins on Saturday" in hint
