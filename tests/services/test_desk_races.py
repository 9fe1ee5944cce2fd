"""Two people at the desk, or the desk and the payer, act on one booking at the same moment."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest
from flask import Flask, current_app

from booking.domain.booking import BookingState, Channel, Confirmation
from booking.domain.errors import NothingToCancel, PlanChanged, Refusal, WrongAmount
from booking.domain.orders import SeatOrder
from booking.persistence.arrivals import Arrival
from booking.persistence.db import db
from booking.services import cancel, enrol, pay, settle
from booking.services.cancel import Decision, Payee
from booking.services.enrol import Price
from booking.services.settle import Gift, Waiver
from tests.factories import make_edition
from tests.services.desk import Desk
from tests.services.shop import Shop


@pytest.fixture
def desk(shop: Shop) -> Desk:
    return Desk(shop)


def at_the_same_moment(*acts: Callable[[], object]) -> list[object]:
    """What each came to: 'done', or the kind of its refusal."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    ready, outcomes = threading.Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        with app.app_context():
            ready.wait()
            try:
                act()
                outcomes.append("done")
            except Refusal as refusal:
                outcomes.append(type(refusal))

    people = [threading.Thread(target=run, args=(act,)) for act in acts]
    for person in people:
        person.start()
    for person in people:
        person.join()
    db.session.rollback()
    assert len(outcomes) == len(acts), "an act ended in a defect"
    return outcomes


@pytest.mark.race
def test_two_mark_the_same_transfer_as_paid(shop: Shop, desk: Desk) -> None:
    booking = shop.book(make_edition(), channel=Channel.TRANSFER)
    arrival = Arrival(34000, shop.now)
    act = partial(settle.take, booking.id, arrival, "", shop.now, shop.ports, desk.me)
    shown = act(None).shown
    outcomes = Counter(at_the_same_moment(*[partial(act, shown)] * 4))
    assert outcomes == {"done": 1, WrongAmount: 3}
    assert (len(shop.attempts(booking)), shop.refunds(booking)) == (1, [])
    assert shop.balance(booking) == 0


@pytest.mark.race
def test_two_give_the_same_gift(shop: Shop, desk: Desk) -> None:
    booking = shop.pay(shop.book(make_edition()))
    act = partial(settle.give_back, booking.id, Gift(10000, ""), shop.now, desk.me)
    shown = act(None).shown
    assert Counter(at_the_same_moment(*[partial(act, shown)] * 3)) == {"done": 1, PlanChanged: 2}
    shop.drain()
    assert shop.gateway.sent_back == [10000]


@pytest.mark.race
def test_one_waives_what_the_other_marks_as_paid(shop: Shop, desk: Desk) -> None:
    booking = shop.book(make_edition(confirmation=Confirmation.ON_BOOKING))
    take = partial(settle.take, booking.id, Arrival(34000, shop.now), "", shop.now, shop.ports, desk.me)
    waive = partial(settle.write_off, booking.id, Waiver(34000, ""), shop.now, desk.me)
    acts = [partial(take, take(None).shown), partial(waive, waive(None).shown)]
    assert "done" in at_the_same_moment(*acts)
    assert (shop.balance(booking), shop.refunds(booking)) == (0, [])


@pytest.mark.race
def test_one_cancels_while_the_money_is_marked(shop: Shop, desk: Desk) -> None:
    booking = shop.book(make_edition(), channel=Channel.TRANSFER)
    seats = {seat.id for seat in booking.active}
    take = partial(settle.take, booking.id, Arrival(34000, shop.now), "", shop.now, shop.ports, desk.me)
    end = partial(cancel.cancel_for, booking.id, seats, Decision(), shop.now, shop.ports, Payee(), desk.me)
    outcomes = at_the_same_moment(partial(take, take(None).shown), partial(end, end(None).shown))
    assert Counter(outcomes) == {"done": 1, PlanChanged: 1}
    assert booking.state in (BookingState.CONFIRMED, BookingState.CANCELLED)


@pytest.mark.race
def test_the_desk_cancels_while_the_payer_pays_by_card(shop: Shop, desk: Desk) -> None:
    booking = shop.book(make_edition())
    shop.gateway.pay(shop.open_page(booking))
    seats = {seat.id for seat in booking.active}
    end = partial(cancel.cancel_for, booking.id, seats, Decision(), shop.now, shop.ports, Payee(), desk.me)
    shown, number, attempt = end(None).shown, booking.id, shop.attempts(booking)[0].id

    def cancelling() -> None:
        pay.end_attempts(number, shop.now, shop.ports)
        end(shown)

    outcomes = at_the_same_moment(cancelling, partial(pay.settle, attempt, shop.now, shop.ports))
    assert Counter(outcomes) == {"done": 1, PlanChanged: 1}  # the page told of a hold; by then it is paid
    assert (booking.state, shop.balance(booking)) == (BookingState.CONFIRMED, 0)


@pytest.mark.race
def test_the_participant_cancels_while_the_desk_does(shop: Shop, desk: Desk) -> None:
    booking = shop.pay(shop.book(make_edition()))
    proposal = shop.at("2026-11-20 12:00").quote(booking)
    seats = {seat.id for seat in proposal.seats}
    end = partial(cancel.cancel_for, booking.id, seats, Decision(), shop.now, shop.ports, Payee(), desk.me)
    own = partial(cancel.cancel, booking.id, seats, proposal.shown, shop.now, shop.ports, Payee())
    assert Counter(at_the_same_moment(own, partial(end, end(None).shown))) == {"done": 1, NothingToCancel: 1}
    shop.drain()
    assert shop.gateway.sent_back == [23800]


@pytest.mark.race
def test_two_add_the_last_seat(shop: Shop, desk: Desk) -> None:
    edition = make_edition(capacity=3, minimum=0)
    bookings = [shop.pay(shop.book(edition, email=f"{name}@example.org")) for name in "ab"]
    acts = []
    for booking in bookings:
        act = partial(enrol.add_seat, booking.id, SeatOrder("Zoé", "", {}), Price(), shop.now, shop.ports, desk.me)
        acts.append(partial(act, act(None).shown))
    assert sorted(map(str, at_the_same_moment(*acts)))[1] == "done"
    assert shop.left(edition) == 0
