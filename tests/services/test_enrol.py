"""Bookings and seats that the organiser writes down."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from flask import Flask, current_app

from booking.domain.booking import BookingState, Channel, Confirmation
from booking.domain.errors import (
    AlreadyBooked,
    ChannelRefused,
    EditionFull,
    NotPossibleNow,
    RegistrationNotOpen,
    TooMuch,
)
from booking.domain.orders import Contact
from booking.domain.payment import Means
from booking.domain.publication import Publication
from booking.persistence import documents
from booking.persistence.bookings import Booking
from booking.persistence.db import db
from booking.persistence.masterclasses import Edition
from booking.persistence.transaction import atomic
from booking.services import enrol
from booking.services.enrol import Way
from tests.factories import at, make_booking, make_class, make_edition
from tests.services.desk import Desk
from tests.services.shop import Shop, states


@pytest.fixture
def desk(shop: Shop) -> Desk:
    return Desk(shop)


def test_by_transfer_the_seats_are_held(shop: Shop, desk: Desk) -> None:
    edition = make_edition()
    booking = desk.enrol(edition, seats=2)
    assert (booking.state, booking.hold_until) == (BookingState.PENDING, at("2026-11-11 23:59:59"))
    assert (shop.papers(booking), shop.left(edition)) == ([("invoice", 68000, 68000)], 8)
    assert shop.letters(booking) == ["received booker", "received organiser"]
    shop.transfer(booking, 68000)
    assert booking.state == BookingState.CONFIRMED


def test_by_transfer_is_refused_where_the_class_is_near(shop: Shop, desk: Desk) -> None:
    shop.at("2026-11-24 10:00")
    with pytest.raises(ChannelRefused):
        desk.enrol(make_edition())


def test_on_account_is_confirmed_and_due_in_thirty_days(shop: Shop, desk: Desk) -> None:
    booking = desk.enrol(make_edition(), Way.ACCOUNT)
    assert (booking.state, shop.balance(booking)) == (BookingState.CONFIRMED, 34000)
    [invoice] = documents.of_booking(booking.id)
    assert (invoice.due_at, invoice.frozen.due) == (shop.day_after(30), 34000)
    assert shop.letters(booking) == ["confirmed booker", "confirmed organiser"]


def test_paid_already_has_its_receipt_and_one_letter(shop: Shop, desk: Desk) -> None:
    booking = desk.enrol(make_edition(), Way.PAID, seats=2)
    assert (booking.state, shop.balance(booking)) == (BookingState.CONFIRMED, 0)
    assert shop.papers(booking) == [("invoice", 68000, 0), ("receipt", 68000, 0)]
    assert [(payment.means, payment.amount) for payment in shop.attempts(booking)] == [(Means.CASH, 68000)]
    assert shop.letters(booking) == ["confirmed booker", "confirmed organiser"]


def test_somebody_comes_to_the_door_when_the_class_has_begun(shop: Shop, desk: Desk) -> None:
    edition = make_edition()
    shop.at("2026-12-05 09:20")
    booking = desk.enrol(edition, Way.PAID)
    assert (booking.state, shop.refunds(booking)) == (BookingState.CONFIRMED, [])
    shop.at("2026-12-05 17:00")
    with pytest.raises(RegistrationNotOpen):
        desk.enrol(edition, Way.PAID)


@pytest.mark.parametrize(
    "changes",
    [
        {"state": Publication.DRAFT},
        {"state": Publication.CLOSED},
        {"registration_opens_at": at("2026-11-20 09:00")},
        {"registration_closes_at": at("2026-10-20 09:00")},
    ],
    ids=["draft", "closed", "not open yet", "deadline over"],
)
def test_deadlines_and_drafts_do_not_bind_the_organiser(desk: Desk, changes: dict[str, object]) -> None:
    assert desk.enrol(make_edition(**changes)).state == BookingState.PENDING


def test_a_date_that_was_called_off_takes_nobody(shop: Shop, desk: Desk) -> None:
    with pytest.raises(RegistrationNotOpen):
        desk.enrol(make_edition(called_off_at=shop.now))


def test_seats_are_never_oversold_by_hand(shop: Shop, desk: Desk) -> None:
    edition = make_edition(capacity=5)
    make_booking(edition, BookingState.CONFIRMED, names=[f"Person {number}" for number in range(4)])
    with pytest.raises(EditionFull) as full:
        desk.enrol(edition, seats=2)
    assert full.value.left == 1
    desk.enrol(edition)
    with atomic():
        edition.capacity = 6
    desk.enrol(edition)
    assert shop.left(edition) == 0


def test_the_last_seat_is_wanted_by_two_at_the_desk(shop: Shop, desk: Desk) -> None:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    edition = make_edition(capacity=5)
    make_booking(edition, BookingState.CONFIRMED, names=[f"Person {number}" for number in range(4)])
    orders = [desk.order(edition, Way.ACCOUNT), desk.order(edition, Way.ACCOUNT)]
    shown = [enrol.enrol(order, shop.now, shop.ports, desk.me, None).shown for order in orders]
    ready, outcomes = threading.Barrier(2), []

    def act(number: int) -> None:
        with app.app_context():
            ready.wait()
            try:
                outcomes.append(enrol.enrol(orders[number], shop.now, shop.ports, desk.me, shown[number]).state)
            except EditionFull as full:
                outcomes.append(full.left)

    people = [threading.Thread(target=act, args=(number,)) for number in range(2)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert sorted(map(str, outcomes)) == ["0", "confirmed"]


def test_a_form_sent_twice_makes_one_booking(shop: Shop, desk: Desk) -> None:
    order = desk.order(make_edition(), Way.ACCOUNT)
    shown = enrol.enrol(order, shop.now, shop.ports, desk.me, None).shown
    first, second = (enrol.enrol(order, shop.now, shop.ports, desk.me, shown).booking_id for _ in range(2))
    assert (first, db.session.query(Booking).count()) == (second, 1)


def test_the_same_person_is_asked_about(desk: Desk) -> None:
    edition = make_edition()
    first = desk.enrol(edition, once_more=False)
    with pytest.raises(AlreadyBooked) as refused:
        desk.enrol(edition, once_more=False)
    assert refused.value.reference == first.reference
    for _ in range(2):  # people without an address are not taken for one another
        desk.enrol(edition, contact=Contact("Paul Papier", ""), once_more=False)


@pytest.mark.parametrize(("price", "policy"), [(30000, True), (0, False)])
def test_a_lower_price_is_a_discount_with_its_reason(shop: Shop, desk: Desk, price: int, policy: bool) -> None:
    booking = desk.enrol(make_edition(), Way.ACCOUNT, price=price)
    [seat] = booking.active
    assert (seat.list_price, seat.net_price, bool(booking.policy)) == (34000, price, policy)
    assert desk.notes(booking) == [("price", "A friend of the house.")]
    assert (shop.balance(booking), booking.state) == (price, BookingState.CONFIRMED)
    assert booking.channel == (Channel.TRANSFER if price else Channel.FREE)


def test_a_price_is_never_above_the_list(desk: Desk) -> None:
    with pytest.raises(TooMuch) as refused:
        desk.enrol(make_edition(), price=34001)
    assert refused.value.most == 34000


def test_the_early_price_counts_by_itself_and_may_be_granted_later(shop: Shop, desk: Desk) -> None:
    edition = make_edition(early_price=30000, early_until=at("2026-11-05 23:59:59"))
    assert desk.enrol(edition).active[0].net_price == 30000
    shop.at("2026-11-06 10:00")
    assert desk.enrol(edition).active[0].net_price == 34000
    late = desk.enrol(edition, price=30000)
    assert (late.active[0].list_price, late.active[0].net_price) == (34000, 30000)


# Seats


def test_a_seat_on_a_paid_booking_is_owed_by_transfer(shop: Shop, desk: Desk) -> None:
    edition = make_edition()
    booking = shop.pay(shop.book(edition))
    seat = desk.add_seat(booking)
    assert (shop.balance(booking), shop.left(edition), seat.net_price) == (34000, 8, 34000)
    assert shop.papers(booking)[2:] == [("credit_note", 34000, 0), ("invoice", 68000, 34000)]
    invoice = documents.of_booking(booking.id)[-1]
    assert (invoice.frozen.paid, invoice.due_at) == (34000, at("2026-11-11 23:59:59"))
    assert shop.letters(booking)[-1] == "seat_added booker"
    shop.transfer(booking, 34000)
    assert (shop.balance(booking), booking.state) == (0, BookingState.CONFIRMED)


def test_a_seat_on_account_joins_the_same_bill(shop: Shop, desk: Desk) -> None:
    booking = shop.book(make_edition(confirmation=Confirmation.ON_BOOKING))
    due = documents.of_booking(booking.id)[0].due_at
    shop.now += timedelta(days=3)
    desk.add_seat(booking)
    assert shop.papers(booking)[1:] == [("credit_note", 34000, 0), ("invoice", 68000, 68000)]
    assert documents.of_booking(booking.id)[-1].due_at == due


def test_a_seat_of_a_hold_waits_with_it(shop: Shop, desk: Desk) -> None:
    booking = shop.book(make_edition(), channel=Channel.TRANSFER)
    desk.add_seat(booking)
    assert (booking.state, shop.papers(booking)[-1]) == (BookingState.PENDING, ("invoice", 68000, 68000))
    shop.transfer(booking, 68000)
    assert states([booking]) == ["confirmed"]


def test_a_seat_costs_what_it_costs_today(shop: Shop, desk: Desk) -> None:
    edition = make_edition(early_price=30000, early_until=at("2026-11-05 23:59:59"))
    booking = shop.pay(shop.book(edition))
    shop.at("2026-11-06 10:00")
    assert desk.add_seat(booking).net_price == 34000
    assert desk.add_seat(booking, price=0).net_price == 0
    assert shop.balance(booking) == 34000


def test_a_seat_after_another_was_given_up_owes_its_price_alone(shop: Shop, desk: Desk) -> None:
    booking = shop.pay(shop.book(make_edition(), seats=2))
    shop.at("2026-11-20 12:00").cancel(booking, seats=1)
    shop.drain()
    desk.add_seat(booking)
    assert (shop.balance(booking), shop.papers(booking)[-1]) == (34000, ("invoice", 68000, 34000))
    shop.at("2026-11-21 12:00")
    done = desk.cancel(booking)
    assert (done.fee, done.refund, done.due) == (34000, 0, 0)


def test_an_unpaid_fee_is_not_asked_for_twice(shop: Shop, desk: Desk) -> None:
    booking = shop.book(make_edition(confirmation=Confirmation.ON_BOOKING), seats=2)
    shop.at("2026-11-20 12:00").cancel(booking, seats=1)
    desk.add_seat(booking)
    assert shop.papers(booking)[-1] == ("invoice", 68000, 68000)
    assert shop.balance(booking) == 68000 + 10200


def test_a_fee_still_unpaid_keeps_its_own_bill(shop: Shop, desk: Desk) -> None:
    booking = shop.book(make_edition(confirmation=Confirmation.ON_BOOKING), seats=2)
    shop.at("2026-11-20 12:00").cancel(booking, seats=1)
    desk.take(booking, 34000)
    desk.add_seat(booking)
    assert (shop.balance(booking), shop.papers(booking)[-1]) == (44200, ("invoice", 68000, 34000))


def test_a_full_date_takes_no_seat(shop: Shop, desk: Desk) -> None:
    edition = make_edition(capacity=5, minimum=0)
    booking = shop.pay(shop.book(edition))
    make_booking(edition, BookingState.CONFIRMED, names=[f"Person {number}" for number in range(4)])
    with pytest.raises(EditionFull):
        desk.add_seat(booking)
    assert (len(booking.active), shop.balance(booking)) == (1, 0)


def test_where_money_is_on_its_way_back_no_seat_is_added(shop: Shop, desk: Desk) -> None:
    booking = shop.pay(shop.book(make_edition(), seats=2))
    shop.at("2026-11-20 12:00").cancel(booking, seats=1)
    with pytest.raises(NotPossibleNow) as refused:
        desk.add_seat(booking)
    assert refused.value.why == "refund_under_way"


def test_the_first_seat_that_costs_brings_the_terms(shop: Shop, desk: Desk) -> None:
    edition = make_edition(make_class(), price=0)
    booking = shop.book(edition)
    assert booking.policy is None
    with atomic():
        db.session.get_one(Edition, edition.id).price = 34000
    desk.add_seat(booking)
    assert (bool(booking.policy), booking.channel, shop.balance(booking)) == (True, Channel.TRANSFER, 34000)


def test_who_comes_along_is_written_to(shop: Shop, desk: Desk) -> None:
    booking = shop.pay(shop.book(make_edition()))
    desk.add_seat(booking, email="zoe@example.org")
    shop.drain()
    assert [key.split("-")[1:3] for key in shop.mails[-2:]] == [["seat_added", "booker"], ["joining", "attendee"]]


def test_a_booking_that_ended_takes_no_seat(shop: Shop, desk: Desk) -> None:
    booking = shop.pay(shop.book(make_edition()))
    shop.cancel(booking)
    with pytest.raises(NotPossibleNow) as refused:
        desk.add_seat(booking)
    assert refused.value.why == "ended"
