"""What the organiser does about money on the command line."""

from __future__ import annotations

import pytest
from flask import Flask

from booking.domain.booking import BookingState, Channel
from booking.domain.payment import RefundState
from booking.domain.reference import formatted
from booking.persistence.bookings import Booking
from booking.persistence.db import db
from booking.persistence.payments import Refund
from tests.factories import make_booking, make_edition, make_refund


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output.strip()


@pytest.fixture
def reference(app: Flask) -> str:
    """Of a booking that waits for CHF 340.00 by transfer."""
    with app.app_context():
        return make_booking(make_edition(meetings=[("2035-12-01 09:00", "2035-12-01 17:00")])).qr_reference or ""


def state(app: Flask) -> str:
    with app.app_context():
        return db.session.query(Booking).one().state.value


def test_a_transfer_as_printed_on_the_bill(app: Flask, reference: str):
    code, words = run(app, "mark-paid", formatted(reference), "340.00", "2026-11-09")
    assert (code, state(app)) == (0, "confirmed")
    assert "confirmed" in words
    assert "owed" not in words


def test_a_part_is_not_enough(app: Flask, reference: str):
    code, words = run(app, "mark-paid", reference, "300", "2026-11-09")
    assert (code, state(app)) == (0, "pending")
    assert "CHF 40.00" in words


@pytest.mark.parametrize(
    ("given", "amount", "day"),
    [
        ("21 00000 00003 13947 14300 00000", "340", "2026-11-09"),
        ("nonsense", "340", "2026-11-09"),
        (None, "0", "2026-11-09"),
        (None, "-340", "2026-11-09"),
        (None, "three", "2026-11-09"),
        (None, "340", "9.11.2026"),
        (None, "340", "2026-02-30"),
    ],
)
def test_what_fits_nothing_is_refused(app: Flask, reference: str, given: str | None, amount: str, day: str):
    code, words = run(app, "mark-paid", "--", given or reference, amount, day)
    assert (code, state(app)) == (2, "pending")
    assert "Error: " in words


def test_refunds_are_listed_and_marked(app: Flask):
    assert run(app, "refunds") == (0, "No refund waits.")
    with app.app_context():
        booking = make_booking(state=BookingState.CONFIRMED, channel=Channel.TRANSFER)
        number = make_refund(booking, 23800, RefundState.TO_PAY, iban="CH9300762011623852957", account_holder="Bea").id
        waiting = make_refund(booking, 5000, RefundState.NEEDS_IBAN).id
    code, words = run(app, "refunds")
    assert code == 0
    assert "CHF 238.00" in words
    assert "CH9300762011623852957" in words
    assert "waits for the payer's IBAN" in words
    assert run(app, "mark-refunded", str(number))[0] == 0
    with app.app_context():
        refund = db.session.get_one(Refund, number)
        assert (refund.state, refund.iban) == (RefundState.SUCCEEDED, "")
    for wrong in (number, waiting):
        code, words = run(app, "mark-refunded", str(wrong))
        assert code == 2
        assert "flask refunds" in words


def test_a_refund_that_never_was(app: Flask):
    code, words = run(app, "mark-refunded", "99")
    assert code == 2
    assert "flask refunds" in words
