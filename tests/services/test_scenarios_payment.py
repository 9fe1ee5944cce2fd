"""Paying when things go wrong: in part, twice, late, otherwise than asked, or with a provider that does not answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from booking.domain.actor import ORGANISER
from booking.domain.booking import BookingState, Channel
from booking.domain.errors import ChannelRefused, GatewayUnavailable, NotPayable, WrongAmount
from booking.persistence.bookings import Booking
from booking.persistence.db import db
from booking.persistence.journal import JournalEntry
from booking.persistence.masterclasses import Edition
from booking.services import book, pay, personal_data
from tests.factories import at, make_booking, make_edition
from tests.services.shop import Shop, states


def fill(edition: Edition, seats: int = 10) -> None:
    make_booking(edition, state=BookingState.CONFIRMED, names=[f"Person {number}" for number in range(seats)])


# In part, too much, twice


def test_a_transfer_in_two_parts_confirms_with_the_second(shop: Shop) -> None:
    booking = shop.book(make_edition(), channel=Channel.TRANSFER)
    shop.transfer(booking, 30000)
    assert (booking.state, shop.balance(booking)) == (BookingState.PENDING, 4000)
    shop.transfer(booking, 4000)
    assert (booking.state, shop.balance(booking)) == (BookingState.CONFIRMED, 0)
    assert [paper for paper in shop.papers(booking) if paper[0] == "receipt"] == [
        ("receipt", 30000, 0),
        ("receipt", 4000, 0),
    ]


def test_the_rest_of_a_transfer_may_be_paid_by_card(shop: Shop) -> None:
    booking = shop.book(make_edition(), channel=Channel.TRANSFER)
    shop.transfer(booking, 30000)
    shop.pay(booking)
    assert (booking.state, [attempt.amount for attempt in shop.attempts(booking)]) == ("confirmed", [30000, 4000])


def test_what_was_paid_in_part_goes_back_when_the_hold_ends(shop: Shop) -> None:
    booking = shop.book(make_edition(), channel=Channel.TRANSFER)
    shop.transfer(booking, 30000)
    shop.at("2026-11-12 00:00").sweep()
    [back] = shop.refunds(booking)
    assert (booking.state, back.amount, back.state) == (BookingState.EXPIRED, 30000, "needs_iban")
    shop.transfer(booking, 4000)  # the rest alone does not bring it back
    assert (booking.state, [row.amount for row in shop.refunds(booking)]) == (BookingState.EXPIRED, [30000, 4000])
    shop.transfer(booking, 34000)  # the whole does
    assert (booking.state, shop.balance(booking)) == (BookingState.CONFIRMED, -34000)


def test_a_surplus_goes_back(shop: Shop) -> None:
    booking = shop.book(make_edition(), channel=Channel.TRANSFER)
    shop.transfer(booking, 35000)
    [back] = shop.refunds(booking)
    assert (booking.state, back.amount, back.reason) == (BookingState.CONFIRMED, 1000, "surplus")
    assert shop.letters(booking)[-2:] == ["refund_iban booker", "late_refund organiser"]


def test_a_transfer_that_comes_twice_goes_back_once(shop: Shop) -> None:
    booking = shop.book(make_edition(), channel=Channel.TRANSFER)
    shop.transfer(booking, 34000)
    shop.transfer(booking, 34000)
    assert (booking.state, [row.amount for row in shop.refunds(booking)]) == (BookingState.CONFIRMED, [34000])
    cancelled = shop.at("2026-11-20 12:00").cancel(booking)
    assert cancelled.refund == 23800
    assert sum(row.amount for row in shop.refunds(booking)) == 57800


def test_a_transfer_marked_twice_is_booked_once(shop: Shop) -> None:
    booking = shop.book(make_edition(), channel=Channel.TRANSFER)
    reference, credited = booking.qr_reference or "", shop.now
    pay.mark_paid(reference, 34000, shop.now, shop.ports, credited)
    with pytest.raises(WrongAmount, match="repeated"):
        pay.mark_paid(reference, 34000, shop.now, shop.ports, credited)
    assert [row.amount for row in shop.attempts(booking)] == [34000]


def test_two_pages_paid_for_one_booking(shop: Shop) -> None:
    """The first page was ended, but its money was under way."""
    booking = shop.book(make_edition(), seats=2)
    first = shop.open_page(booking)
    shop.cancel(booking, seats=1)
    second = shop.open_page(booking)
    assert first != second
    shop.gateway.pay(second)
    shop.gateway.pay(first, late=True)
    for _ in range(2):
        shop.settle(booking)
    shop.drain()
    assert (booking.state, shop.balance(booking), states(shop.attempts(booking))) == ("confirmed", 0, ["paid", "paid"])
    assert sum(shop.gateway.sent_back) == 68000
    assert shop.letters(booking).count("confirmed booker") == 1


# Not as asked


@pytest.mark.parametrize(
    "says",
    [{"amount": 100}, {"amount": 34001}, {"currency": "eur"}, {"our_id": "somebody else's"}],
    ids=["too little", "too much", "euros", "another attempt"],
)
def test_money_that_is_not_what_was_asked_confirms_nothing(shop: Shop, says: dict) -> None:
    edition = make_edition()
    booking = shop.book(edition)
    shop.gateway.says = says
    shop.gateway.pay(shop.open_page(booking))
    for _ in range(3):
        shop.settle(booking)
    assert (booking.state, shop.balance(booking)) == (BookingState.PENDING, 34000)
    assert shop.letters(booking) == ["payment_mismatch organiser"]
    assert db.session.query(JournalEntry).filter_by(action="payment_mismatch").count() == 1
    shop.at("2026-11-01 12:00").sweep()
    assert (booking.state, shop.left(edition)) == (BookingState.EXPIRED, 10)


@pytest.mark.parametrize(("reference", "amount", "why"), [("RF00", 100, "unknown"), (None, 0, "not_positive")])
def test_a_transfer_that_fits_nothing_is_refused(shop: Shop, reference: str | None, amount: int, why: str) -> None:
    booking = shop.book(make_edition(), channel=Channel.TRANSFER)
    with pytest.raises(WrongAmount) as refused:
        shop.transfer(booking, amount, reference)
    assert (refused.value.reason, shop.attempts(booking)) == (why, [])


def test_a_reference_is_found_as_it_is_printed(shop: Shop) -> None:
    booking = shop.book(make_edition(), channel=Channel.TRANSFER)
    printed = " ".join((booking.qr_reference or "")[at : at + 5] for at in range(0, 27, 5))
    shop.transfer(booking, 34000, printed)
    assert booking.state == BookingState.CONFIRMED


# Again


def test_a_declined_card_may_be_tried_again_on_the_same_page(shop: Shop) -> None:
    booking = shop.book(make_edition())
    page = shop.open_page(booking)
    shop.settle(booking)  # back from the provider without having paid
    assert (booking.state, states(shop.attempts(booking))) == (BookingState.PENDING, ["open"])
    assert shop.open_page(booking) == page
    shop.gateway.pay(page)
    shop.settle(booking)
    assert booking.state == BookingState.CONFIRMED


def test_a_page_that_ended_early_is_replaced_while_the_hold_lives(shop: Shop) -> None:
    booking = shop.book(make_edition())
    first = shop.open_page(booking)
    shop.gateway.expire(first)  # by the provider, without us
    second = shop.open_page(booking)
    assert (first != second, states(shop.attempts(booking))) == (True, ["over", "open"])
    shop.gateway.pay(second)
    shop.settle(booking)
    assert booking.state == BookingState.CONFIRMED


def test_a_page_past_its_time_is_replaced_while_a_transfer_is_awaited(shop: Shop) -> None:
    booking = shop.at("2026-11-01 10:00").book(make_edition(), channel=Channel.TRANSFER)
    first = shop.open_page(booking)
    second = shop.at("2026-11-03 10:00").open_page(booking)
    assert (first != second, states(shop.attempts(booking))) == (True, ["over", "open"])
    assert booking.hold_until == at("2026-11-11 23:59:59")


def test_a_page_that_turns_out_paid_is_not_opened_again(shop: Shop) -> None:
    booking = shop.book(make_edition())
    shop.gateway.pay(shop.open_page(booking))
    with pytest.raises(NotPayable) as refused:
        shop.open_page(booking)
    assert (refused.value.reason, booking.state) == ("settled", BookingState.CONFIRMED)


@pytest.mark.parametrize("trouble", ["down", "slow"])
def test_a_provider_that_does_not_answer_is_asked_again_for_the_same_page(shop: Shop, trouble: str) -> None:
    edition = make_edition()
    booking = shop.book(edition)
    setattr(shop.gateway, trouble, {"start"})
    for _ in range(2):
        with pytest.raises(GatewayUnavailable):
            shop.open_page(booking)
    assert (booking.state, shop.left(edition)) == (BookingState.PENDING, 9)
    setattr(shop.gateway, trouble, set())
    shop.pay(booking)
    assert (len(shop.gateway.pages), states(shop.attempts(booking)), booking.state) == (1, ["paid"], "confirmed")


def test_seats_stay_held_until_the_provider_says_that_it_is_over(shop: Shop) -> None:
    edition = make_edition()
    booking = shop.at("2026-11-02 10:00").book(edition)
    page = shop.open_page(booking)
    shop.gateway.down = {"expire", "look_up"}
    shop.at("2026-11-02 12:00").sweep()
    assert (booking.state, shop.left(edition)) == (BookingState.PENDING, 9)
    shop.gateway.pay(page, late=True)
    shop.gateway.down = set()
    shop.sweep()
    assert (booking.state, shop.left(edition)) == (BookingState.CONFIRMED, 9)


def test_a_page_whose_address_nobody_was_told_keeps_no_seat(shop: Shop) -> None:
    edition = make_edition()
    booking = shop.at("2026-11-02 10:00").book(edition)
    shop.gateway.down = {"start"}
    with pytest.raises(GatewayUnavailable):
        shop.open_page(booking)
    shop.at("2026-11-02 12:00").sweep()
    assert (booking.state, states(shop.attempts(booking)), shop.left(edition)) == ("expired", ["over"], 10)


def test_a_provider_that_is_no_longer_set_up_is_one_that_does_not_answer(shop: Shop) -> None:
    edition = make_edition()
    paid, open_ = shop.pay(shop.book(edition)), shop.book(edition)
    shop.open_page(open_)
    shop.cancel(paid)
    before, shop.ports = shop.ports, replace(shop.ports, gateways={})
    pay.settle_booking(open_.id, shop.now, shop.ports)
    shop.at("2026-11-12 12:00").sweep()
    shop.drain()
    assert (open_.state, states(shop.attempts(open_)), states(shop.refunds(paid))) == (
        "pending",
        ["open"],
        ["requested"],
    )
    shop.ports = before
    shop.now += timedelta(hours=1)
    shop.sweep()
    shop.drain()
    assert (open_.state, states(shop.refunds(paid))) == ("expired", ["succeeded"])


# Late


def paid_after_the_sweep(shop: Shop, edition: Edition, others: int) -> Booking:
    """The page ended and the seats were released; then the provider says that it was paid all the same."""
    booking = shop.at("2026-11-02 10:00").book(edition)
    page = shop.open_page(booking)
    shop.at("2026-11-02 10:31").sweep()
    assert booking.state == BookingState.EXPIRED
    fill(edition, others)
    shop.gateway.pay(page, late=True)
    shop.settle(booking)
    shop.drain()
    return booking


def test_card_money_after_the_sweep_confirms_while_the_seat_is_free(shop: Shop) -> None:
    edition = make_edition()
    booking = paid_after_the_sweep(shop, edition, others=9)
    assert (booking.state, shop.left(edition), shop.balance(booking)) == (BookingState.CONFIRMED, 0, 0)
    assert shop.papers(booking) == [("receipt", 34000, 0), ("invoice", 34000, 0)]
    assert shop.letters(booking) == ["expired booker", "confirmed booker", "confirmed organiser"]


def test_card_money_after_the_sweep_goes_back_when_the_class_is_full(shop: Shop) -> None:
    edition = make_edition()
    booking = paid_after_the_sweep(shop, edition, others=10)
    assert (booking.state, shop.left(edition), shop.balance(booking)) == (BookingState.EXPIRED, 0, 0)
    assert (shop.gateway.sent_back, shop.papers(booking)) == ([34000], [])
    assert shop.letters(booking) == [
        "expired booker",
        "late_refund booker",
        "late_refund organiser",
        "refunded booker",
    ]


def test_money_for_a_class_called_off_goes_back(shop: Shop) -> None:
    edition = make_edition()
    booking = shop.book(edition)
    page = shop.open_page(booking)
    edition.called_off_at = shop.now
    db.session.commit()
    shop.gateway.pay(page)
    shop.settle(booking)
    shop.drain()
    assert (booking.state, shop.gateway.sent_back) == (BookingState.EXPIRED, [34000])


def test_money_for_a_cancelled_booking_goes_back(shop: Shop) -> None:
    booking = shop.book(make_edition(), channel=Channel.TRANSFER)
    shop.cancel(booking)
    shop.transfer(booking, 34000)
    assert (booking.state, [row.amount for row in shop.refunds(booking)]) == (BookingState.CANCELLED, [34000])


# Another way of paying


def test_from_card_to_transfer(shop: Shop) -> None:
    booking = shop.at("2026-11-01 10:00").book(make_edition())
    page = shop.open_page(booking)
    pay.pay_by_transfer(booking.id, shop.now, shop.ports)
    assert (booking.channel, booking.hold_until) == (Channel.TRANSFER, at("2026-11-11 23:59:59"))
    assert shop.gateway.page(page).state == "over"
    pay.pay_by_transfer(booking.id, shop.now, shop.ports)
    assert shop.papers(booking) == [("invoice", 34000, 34000)]
    assert shop.letters(booking) == ["received booker", "received organiser"]
    shop.transfer(booking, 34000)
    assert booking.state == BookingState.CONFIRMED


def test_from_transfer_to_card_and_back(shop: Shop) -> None:
    booking = shop.at("2026-11-01 10:00").book(make_edition(), channel=Channel.TRANSFER)
    page = shop.open_page(booking)
    pay.pay_by_transfer(booking.id, shop.now, shop.ports)
    assert (shop.gateway.page(page).state, booking.hold_until) == ("over", at("2026-11-11 23:59:59"))
    shop.pay(booking)
    assert (booking.state, booking.channel, len(shop.papers(booking))) == (BookingState.CONFIRMED, Channel.DEMO, 2)


def test_the_page_left_for_a_transfer_turns_out_paid(shop: Shop) -> None:
    booking = shop.book(make_edition())
    shop.gateway.pay(shop.open_page(booking))
    with pytest.raises(NotPayable):
        pay.pay_by_transfer(booking.id, shop.now, shop.ports)
    assert (booking.state, booking.channel, shop.papers(booking)[0][0]) == ("confirmed", Channel.DEMO, "receipt")


def test_no_transfer_shortly_before_the_start(shop: Shop) -> None:
    edition = make_edition()
    booking = shop.at("2026-11-24 10:00").book(edition)
    assert book.estimate(edition, 1, "", shop.now, shop.ports).channels == (Channel.DEMO,)
    with pytest.raises(ChannelRefused):
        pay.pay_by_transfer(booking.id, shop.now, shop.ports)
    with pytest.raises(ChannelRefused):
        shop.book(edition, channel=Channel.TRANSFER)
    assert booking.channel == Channel.DEMO


@pytest.mark.parametrize("moment", ["2026-11-12 09:00", "2026-12-05 09:00"], ids=["full since", "begun"])
def test_a_hold_that_is_over_cannot_be_paid_any_more(shop: Shop, moment: str) -> None:
    edition = make_edition()
    booking = shop.book(edition, channel=Channel.TRANSFER)
    shop.at(moment)
    fill(edition)
    with pytest.raises(NotPayable):
        shop.open_page(booking)
    with pytest.raises(NotPayable):
        pay.pay_by_transfer(booking.id, shop.now, shop.ports)
    shop.sweep()


def test_money_that_comes_for_somebody_who_was_erased_goes_back(shop: Shop) -> None:
    booking = shop.book(make_edition(), channel=Channel.TRANSFER)
    shop.at("2026-11-15 10:00").sweep()
    agreed = personal_data.plan(booking.email, shop.now)
    personal_data.erase(booking.email, agreed.shown, shop.now, ORGANISER)
    shop.transfer(booking, 34000)
    assert booking.state == BookingState.EXPIRED
    assert [(row.amount, row.state.value) for row in shop.refunds(booking)] == [(34000, "needs_iban")]
