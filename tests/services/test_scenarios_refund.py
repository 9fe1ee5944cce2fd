"""Money on its way back: by the card it came from, else by bank, and never twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from booking.domain.booking import BookingState, Channel
from booking.domain.errors import IbanNeeded, WrongAmount
from booking.domain.payment import RefundState
from booking.persistence import documents, outbox
from booking.persistence.bookings import Booking
from booking.services import refund
from booking.services.ports import GatewayDown, RefundOutcome
from tests.factories import make_edition
from tests.services.shop import PAYER_IBAN, Shop, states


def cancelled(shop: Shop) -> Booking:
    """Paid by card, cancelled at 30 %: 238.00 are to go back."""
    booking = shop.pay(shop.book(make_edition()))
    assert shop.at("2026-11-20 12:00").cancel(booking).refund == 23800
    return booking


def test_17_a_refund_that_fails_at_the_card_goes_by_bank_and_never_both(shop: Shop) -> None:
    shop.gateway.refunds = RefundOutcome.FAILED
    booking = cancelled(shop)
    shop.drain()
    failed, by_bank = shop.refunds(booking)
    assert (failed.state, by_bank.state, by_bank.channel, by_bank.amount) == (
        RefundState.FAILED,
        RefundState.NEEDS_IBAN,
        Channel.TRANSFER,
        23800,
    )
    assert by_bank.replaces_id == failed.id
    assert [task.id for task in refund.tasks()] == [by_bank.id]
    with pytest.raises(IbanNeeded):
        refund.supply_iban(by_bank.id, "CH00", "Ada Exemple", shop.now)
    with pytest.raises(WrongAmount):
        refund.mark_refunded(by_bank.id, shop.now)
    refund.supply_iban(by_bank.id, PAYER_IBAN, "Ada Exemple", shop.now)
    refund.supply_iban(by_bank.id, "DE89370400440532013000", "Somebody Else", shop.now)
    assert (by_bank.iban, by_bank.state) == ("CH9300762011623852957", RefundState.TO_PAY)
    refund.mark_refunded(by_bank.id, shop.now)
    with pytest.raises(WrongAmount):
        refund.mark_refunded(by_bank.id, shop.now)
    refund.send(failed.id, shop.now, shop.ports)
    assert (shop.gateway.sent_back, shop.balance(booking), by_bank.iban) == ([], 0, "")
    assert (shop.gateway.calls.count("refund"), refund.tasks()) == (1, [])
    assert shop.letters(booking)[4:] == [
        "refund_iban booker",
        "refund_iban organiser",
        "refund_task organiser",
        "refunded booker",
    ]


def test_two_failed_refunds_of_a_provider_that_names_neither(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.gateway.refunds = RefundOutcome.FAILED
    one, other = cancelled(shop), None
    shop.now -= timedelta(days=10)
    other = shop.pay(shop.book(make_edition()))
    shop.cancel(other)
    nameless = type(shop.gateway).refund

    def answer(our_id: str, payment: str, amount: int):
        facts = nameless(shop.gateway, our_id, payment, amount)
        return type(facts)(facts.outcome, "")

    monkeypatch.setattr(shop.gateway, "refund", answer)
    shop.now += timedelta(days=10)
    shop.drain()
    assert [states(shop.refunds(booking)) for booking in (one, other)] == [["failed", "needs_iban"]] * 2
    assert outbox.undelivered() == []


@pytest.mark.parametrize("trouble", ["down", "slow"])
def test_a_refund_that_got_no_answer_is_asked_for_again_under_the_same_key(shop: Shop, trouble: str) -> None:
    booking = cancelled(shop)
    setattr(shop.gateway, trouble, {"refund"})
    shop.drain()
    [back] = shop.refunds(booking)
    with pytest.raises(GatewayDown):
        refund.send(back.id, shop.now, shop.ports)
    assert (back.state, shop.balance(booking)) == (RefundState.REQUESTED, -23800)
    setattr(shop.gateway, trouble, set())
    shop.now += timedelta(seconds=2)
    for _ in range(2):
        shop.drain()
    refund.send(back.id, shop.now, shop.ports)
    assert (shop.gateway.sent_back, back.state, shop.balance(booking)) == ([23800], RefundState.SUCCEEDED, 0)


def test_a_refund_that_is_under_way_is_not_promised_twice(shop: Shop) -> None:
    shop.gateway.refunds = RefundOutcome.PENDING
    booking = shop.pay(shop.book(make_edition(), seats=2))
    shop.at("2026-11-20 12:00").cancel(booking, seats=1)
    shop.drain()
    assert states(shop.refunds(booking)) == ["pending"]
    assert shop.cancel(booking).refund == 23800
    assert sum(row.amount for row in shop.refunds(booking)) == 47600
    shop.drain()


def test_refunds_take_the_way_the_money_came_latest_first(shop: Shop) -> None:
    """300.00 by transfer and 40.00 by card: the card gets its 40.00, the bank the rest."""
    booking = shop.book(make_edition(), channel=Channel.TRANSFER)
    shop.transfer(booking, 30000)
    shop.pay(booking)
    proposal = shop.at("2026-11-20 12:00").quote(booking)
    assert proposal.channels == (Channel.DEMO, Channel.TRANSFER)
    done = shop.cancel(booking)
    shop.drain()
    assert done.channel == "demo,transfer"
    assert [(row.channel, row.amount) for row in shop.refunds(booking)] == [
        (Channel.DEMO, 4000),
        (Channel.TRANSFER, 19800),
    ]
    assert shop.gateway.sent_back == [4000]


def test_seat_by_seat_gives_back_what_all_at_once_would(shop: Shop) -> None:
    booking = shop.pay(shop.book(make_edition(), seats=3))
    shop.at("2026-11-20 12:00")
    for _ in range(3):
        shop.cancel(booking, seats=1)
        shop.drain()
    assert (shop.gateway.sent_back, booking.state) == ([23800] * 3, BookingState.CANCELLED)
    assert [paper[0] for paper in shop.papers(booking)].count("credit_note") == 3


def test_paid_in_part_on_account_then_cancelled(shop: Shop) -> None:
    """100.00 of 340.00 were paid; the fee of 102.00 keeps them and asks for 2.00."""
    booking = shop.book(make_edition(confirmation="on_booking"))
    shop.transfer(booking, 10000)
    done = shop.at("2026-11-20 12:00").cancel(booking)
    assert (done.refund, done.due) == (0, 200)
    assert shop.papers(booking)[-1] == ("fee_invoice", 10200, 200)
    assert shop.balance(booking) == 200


def test_paid_in_full_while_an_earlier_part_goes_back(shop: Shop) -> None:
    """100.00 came in time, 340.00 after the hold: the booking and its invoice are whole, the part still goes back."""
    booking = shop.book(make_edition(), channel=Channel.TRANSFER)
    shop.transfer(booking, 10000)
    shop.at("2026-11-14 09:00").sweep()
    shop.transfer(booking, 34000)
    assert booking.state is BookingState.CONFIRMED
    assert [row.amount for row in shop.refunds(booking)] == [10000]
    invoice = documents.latest_invoice(booking.id)
    assert invoice is not None
    assert (invoice.total, invoice.frozen.paid) == (34000, 34000)
