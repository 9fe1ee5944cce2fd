"""200 people want one of 10 seats at the same moment, from several processes with many threads each."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask, current_app

from booking.domain.booking import BookingState, Channel
from booking.domain.errors import EditionFull, Refusal
from booking.persistence.bookings import Booking
from booking.persistence.db import db
from booking.persistence.masterclasses import Edition
from booking.services import book, manage, pay
from tests.factories import make_edition
from tests.services import processes
from tests.services.shop import Shop, order

BUYERS, SEATS = 200, 10


def together(works: list[Callable[[], None]]) -> None:
    """Each in a thread of its own; comes back when all are done."""
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def buy(app: Flask, shop: Shop, orders: list[book.Order], begin: float) -> list[str]:
    """What each order came to, all placed by threads of this process from `begin` on."""
    outcomes: list[str] = []

    def place(order: book.Order) -> None:
        with app.app_context():
            time.sleep(max(0.0, begin - time.time()))
            try:
                book.place(order, shop.now, shop.ports)
                outcomes.append("sold")
            except EditionFull as full:
                outcomes.append(f"full, {full.left} left")
            except Exception as defect:
                outcomes.append(f"{type(defect).__name__}: {defect}")

    together([partial(place, order) for order in orders])
    return outcomes


@pytest.mark.race
@pytest.mark.parametrize("workers", [1, 4], ids=["one process", "four processes"])
@pytest.mark.parametrize("channel", [Channel.DEMO, Channel.TRANSFER])
def test_two_hundred_buyers_for_ten_seats(shop: Shop, workers: int, channel: Channel) -> None:
    edition = make_edition(capacity=SEATS)
    orders = [
        order(edition.id, shop.draft(edition), 34000, email=f"buyer{number}@example.org", channel=channel)
        for number in range(BUYERS)
    ]
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    began = time.time() + 0.2
    children = [
        processes.forked(lambda part=orders[worker::workers]: buy(app, shop, part, began)) for worker in range(workers)
    ]
    outcomes = Counter(word for child in children for word in processes.result(*child))
    assert outcomes == {"sold": SEATS, "full, 0 left": BUYERS - SEATS}
    assert db.session.query(Booking).filter_by(state=BookingState.PENDING).count() == SEATS
    assert shop.left(edition) == 0


@pytest.mark.race
def test_three_seats_at_a_time_never_sell_an_eleventh(shop: Shop) -> None:
    edition = make_edition(capacity=SEATS)
    orders = [
        order(edition.id, shop.draft(edition), 34000 * seats, email=f"buyer{number}@example.org", seats=seats)
        for number, seats in enumerate([3, 2, 1, 4] * 10)
    ]
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    outcomes = Counter(word.split(",")[0] for word in buy(app, shop, orders, time.time()))
    assert set(outcomes) == {"sold", "full"}
    assert shop.left(edition) == 0


def live(app: Flask, shop: Shop, editions: list[int], chance: random.Random, defects: list[str]) -> None:
    """Somebody in a hurry: books, opens pages, pays twice, cancels, while the sweeps run."""

    def act() -> None:
        edition = db.session.get_one(Edition, chance.choice(editions))
        number = book.place(
            order(edition.id, shop.draft(edition), 61200, seats=2, voucher_code="MANY"), shop.now, shop.ports
        )
        booking = db.session.get_one(Booking, number)
        for step in chance.sample([shop.open_page, shop.pay, shop.settle, shop.cancel, transfer, sweep], 5):
            with suppress(Refusal):
                step(booking)

    def transfer(booking: Booking) -> None:
        pay.pay_by_transfer(booking.id, shop.now, shop.ports)
        shop.transfer(booking, 61200)

    def sweep(_booking: Booking) -> None:
        shop.now += timedelta(minutes=31)
        shop.sweep()
        manage.send_links("ada@example.org", shop.now)

    with app.app_context():
        for _ in range(6):
            try:
                act()
            except Refusal:
                continue
            except Exception as defect:
                defects.append(f"{type(defect).__name__}: {defect}")


@pytest.mark.race
def test_everything_at_once_on_several_dates(shop: Shop) -> None:
    """No deadlock, no lock error, no broken promise: transactions lock dates, bookings and series in one order."""
    shop.voucher("MANY", "percent", "10", max_uses=20)
    editions = [make_edition(minimum=0, capacity=8).id for _ in range(3)]
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    defects: list[str] = []
    together([partial(live, app, shop, editions, random.Random(seed), defects) for seed in range(8)])
    assert defects == []
    db.session.rollback()
    assert db.session.query(Booking).count() > 20
    together([partial(drain, app, shop)] * 4)


def drain(app: Flask, shop: Shop) -> None:
    with app.app_context():
        shop.drain()


@pytest.mark.race
def test_late_money_and_a_new_buyer_want_the_same_seat(shop: Shop) -> None:
    """Ten times one last seat: whoever comes second gets the money back, or hears that the date is full."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    editions = [make_edition(minimum=0, capacity=1) for _ in range(10)]
    late = [shop.book(edition, channel=Channel.DEMO) for edition in editions]
    pages = [shop.open_page(booking) for booking in late]
    shop.now += timedelta(hours=1)
    shop.sweep()
    for page in pages:
        shop.gateway.pay(page, late=True)
    numbers = [attempt.id for booking in late for attempt in shop.attempts(booking)]
    orders = [order(edition.id, shop.draft(edition), 34000, email="new@example.org") for edition in editions]
    ready = threading.Barrier(20)

    def act(step: Callable[[], object]) -> None:
        with app.app_context(), suppress(EditionFull):
            ready.wait()
            step()

    settling = [partial(pay.settle, number, shop.now, shop.ports) for number in numbers]
    buying = [partial(book.place, order, shop.now, shop.ports) for order in orders]
    together([partial(act, step) for step in (*settling, *buying)])
    db.session.rollback()
    assert [shop.left(edition) for edition in editions] == [0] * 10
