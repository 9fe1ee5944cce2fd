"""`check.findings` names what does not agree, and says nothing of what does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from booking.domain.booking import BookingState, Channel, Confirmation
from booking.domain.payment import DocumentKind, LedgerKind, PaymentState, RefundState
from booking.persistence import documents, ledger, outbox
from booking.persistence.bookings import Booking
from booking.persistence.db import db
from booking.persistence.payments import Payment
from booking.services import check
from tests.factories import NOW, make_booking, make_document, make_edition
from tests.services.shop import Shop


@pytest.fixture
def booking(_inside: None) -> Booking:
    """Two seats by card and one of them cancelled at 30 %, the refund not yet sent."""
    shop = Shop()
    edition = make_edition(minimum=0, capacity=2)
    booking = shop.pay(shop.book(edition, seats=2))
    shop.at("2026-11-20 12:00").cancel(booking, seats=1)
    assert check.findings(shop.now) == []
    return booking


def oversold(booking: Booking) -> None:
    make_booking(booking.edition, state=BookingState.CONFIRMED, seats=2)


def emptied(booking: Booking) -> None:
    booking.active[0].cancelled_at = NOW


def unbooked_payment(booking: Booking) -> None:
    ledger.enter(booking.id, LedgerKind.PAYMENT, 100, NOW)


def forgotten_refund(booking: Booking) -> None:
    refund_of(booking).state = RefundState.FAILED


def refund_not_in_the_books(booking: Booking) -> None:
    refund_of(booking).state = RefundState.SUCCEEDED


def refund_too_large(booking: Booking) -> None:
    refund_of(booking).amount = 68001


def refund_of_money_that_never_came(booking: Booking) -> None:
    never = Payment(booking_id=booking.id, channel=Channel.TRANSFER, amount=34000, created_at=NOW)
    never.state, refund_of(booking).payment = PaymentState.VOID, never


def charged_for_nothing(booking: Booking) -> None:
    ledger.enter(booking.id, LedgerKind.PRICE, 5000, NOW)


def a_gap(booking: Booking) -> None:
    documents.next_number(DocumentKind.INVOICE)


def fee_without_paper(booking: Booking) -> None:
    ledger.enter(booking.id, LedgerKind.CANCELLATION_FEE, 100, NOW)


def credited_too_much(booking: Booking) -> None:
    invoice = documents.latest_invoice(booking.id)
    assert invoice
    make_document(booking, DocumentKind.CREDIT_NOTE, 34001, cites_id=invoice.id)


def refund_of(booking: Booking):
    return Shop().refunds(booking)[0]


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (oversold, "3 seats taken of 2"),
        (emptied, "confirmed, but its 2 seats are all cancelled"),
        (unbooked_payment, "the ledger has 68100 paid, the payments 68000"),
        (forgotten_refund, "23800 is owed to the participant, 0 is on its way"),
        (refund_not_in_the_books, "the ledger has 0 refunded, the refunds 23800"),
        (refund_too_large, "68001 given back of 68000 paid"),
        (refund_of_money_that_never_came, "23800 given back of payment 2, which brought 0"),
        (charged_for_nothing, "39000 is charged for seats worth 34000"),
        (a_gap, "invoice: 1 documents, the last is 1, the series stands at 2"),
        (fee_without_paper, "cancellation fees in the ledger and on fee invoices differ"),
        (credited_too_much, "INV-00001: 68001 taken back of 68000"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_damage_is_named(booking: Booking, damage: Callable[[Booking], None], words: str) -> None:
    damage(booking)
    db.session.flush()
    found = check.findings(booking.created_at)
    assert any(words in line for line in found), found


@pytest.mark.usefixtures("_inside")
def test_a_job_that_fails_for_long_is_named() -> None:
    Shop().book(make_edition(confirmation=Confirmation.ON_BOOKING), channel=Channel.TRANSFER)
    for hour in range(2 * outbox.ALARM_AFTER):
        job = outbox.claim(NOW + timedelta(hours=hour))
        assert job
        outbox.settle(job, NOW, "no answer")
    assert [line for line in check.findings(NOW) if line == "mail job 1 failed 8 times: no answer"]
