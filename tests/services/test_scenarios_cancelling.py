"""Cancelling before everything is paid, and while a payment is under way."""

from __future__ import annotations

import pytest

from booking.domain.booking import BookingState, Channel
from booking.domain.errors import GatewayUnavailable, QuoteChanged
from tests.factories import make_edition
from tests.services.shop import Shop


def test_cancelling_while_a_page_is_open_ends_it(shop: Shop) -> None:
    booking = shop.book(make_edition())
    page = shop.open_page(booking)
    done = shop.cancel(booking)
    assert (done.fee, booking.state, shop.gateway.page(page).state) == (0, BookingState.CANCELLED, "over")


def test_cancelling_while_a_page_is_open_that_turns_out_paid_cancels_nothing(shop: Shop) -> None:
    booking = shop.at("2026-11-20 12:00").book(make_edition())
    page = shop.open_page(booking)
    shown = shop.quote(booking)
    assert shown.quote.fee == 0
    shop.gateway.pay(page)
    with pytest.raises(QuoteChanged) as refused:
        shop.cancel(booking, shown)
    assert (refused.value.shown, refused.value.current) == (0, 10200)
    assert (booking.state, shop.refunds(booking)) == (BookingState.CONFIRMED, [])
    assert shop.cancel(booking).refund == 23800


def test_nothing_is_cancelled_while_the_provider_does_not_answer(shop: Shop) -> None:
    booking = shop.book(make_edition())
    shop.open_page(booking)
    shop.gateway.down = {"expire"}
    with pytest.raises(GatewayUnavailable):
        shop.cancel(booking)
    assert booking.state == BookingState.PENDING
    shop.gateway.down = set()
    assert shop.cancel(booking).fee == 0


def test_fewer_seats_before_paying_ask_for_less(shop: Shop) -> None:
    booking = shop.book(make_edition(), seats=3, channel=Channel.TRANSFER)
    shop.cancel(booking, seats=1)
    assert shop.papers(booking) == [
        ("invoice", 102000, 102000),
        ("credit_note", 102000, 0),
        ("invoice", 68000, 68000),
    ]
    page = shop.open_page(booking)
    assert shop.gateway.page(page).request.amount == 68000
    shop.gateway.pay(page)
    shop.settle(booking)
    assert (booking.state, shop.balance(booking)) == (BookingState.CONFIRMED, 0)


def test_fewer_seats_after_paying_in_part_confirm_what_is_paid(shop: Shop) -> None:
    edition = make_edition()
    booking = shop.book(edition, seats=2, channel=Channel.TRANSFER)
    shop.transfer(booking, 40000)
    done = shop.cancel(booking, seats=1)
    assert (done.fee, done.refund, booking.state) == (0, 6000, BookingState.CONFIRMED)
    assert shop.letters(booking).count("confirmed booker") == 1
    shop.at("2026-11-13 12:00").sweep()
    assert (booking.state, shop.left(edition)) == (BookingState.CONFIRMED, 9)
