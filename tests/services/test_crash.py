"""kill -9 at the worst moments: after a restart nothing is lost and nothing doubled.

What dies stands outside: the provider, the mail server, the address of a page. Our own code has no such points.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from booking.adapters.demo_gateway import DemoGateway
from booking.domain.actor import ORGANISER
from booking.domain.bilingual import Bilingual
from booking.domain.booking import BookingState, Channel
from booking.domain.payment import PaymentState
from booking.persistence.bookings import Booking
from booking.persistence.db import db
from booking.persistence.demo import DemoCheckout, DemoRefund
from booking.persistence.outbox import LEASE
from booking.persistence.transaction import after_commit
from booking.services import call_off, outbox, pay
from tests.factories import make_edition
from tests.services.processes import die, forked, killed
from tests.services.shop import Shop, ports, states


class DyingGateway:
    """The demonstration's provider, whose memory outlives us; kills us before or after it acts on `method`."""

    def __init__(self, gateway: DemoGateway, method: str, when: str) -> None:
        self._gateway, self._method, self._when = gateway, method, when

    def __getattr__(self, name: str) -> Callable[..., Any]:
        act = getattr(self._gateway, name)
        if name != self._method:
            return act

        def dying(*arguments: Any) -> None:
            if self._when == "after":
                act(*arguments)
            die()

        return dying


class RealShop(Shop):
    """A shop whose provider keeps its own records, so that they survive a crash."""

    def __init__(self) -> None:
        super().__init__()
        self.gateway = DemoGateway("https://example.org", lambda: self.now)
        self.ports = ports(self.gateway)

    def dying(self, method: str, when: str) -> Any:
        return replace(self.ports, gateways={Channel.DEMO: DyingGateway(self.gateway, method, when)})

    def pay_page(self, booking: Booking) -> None:
        page = self.open_page(booking)
        self.gateway.pay(page, False)
        db.session.rollback()

    def pay(self, booking: Booking) -> Booking:
        self.pay_page(booking)
        self.settle(booking)
        return booking


@pytest.fixture
def real(shop: Shop) -> Iterator[RealShop]:
    real = RealShop()
    yield real
    shop.now = real.now  # when the findings are looked for


@pytest.fixture
def booking(real: RealShop) -> Booking:
    return real.book(make_edition())


def test_killed_inside_the_transaction_nothing_was_written(real: RealShop, booking: Booking) -> None:
    dying = replace(real.ports, manage_url=die)
    killed(lambda: pay.start(booking.id, Channel.DEMO, real.now, dying))
    assert real.attempts(booking) == []
    assert real.pay(booking).state == BookingState.CONFIRMED


@pytest.mark.parametrize("when", ["before", "after"], ids=["before the provider heard", "before its answer was kept"])
def test_killed_around_the_start_of_a_payment(real: RealShop, booking: Booking, when: str) -> None:
    killed(lambda: pay.start(booking.id, Channel.DEMO, real.now, real.dying("start", when)))
    assert (states(real.attempts(booking)), booking.state) == (["starting"], BookingState.PENDING)
    real.pay_page(booking)
    real.settle(booking)
    assert (booking.state, db.session.query(DemoCheckout).count()) == (BookingState.CONFIRMED, 1)
    assert real.letters(booking) == ["confirmed booker", "confirmed organiser"]


@pytest.mark.parametrize("when", ["before", "after"], ids=["before the provider heard", "before its answer was kept"])
def test_killed_around_the_start_and_nobody_comes_back(real: RealShop, booking: Booking, when: str) -> None:
    killed(lambda: pay.start(booking.id, Channel.DEMO, real.now, real.dying("start", when)))
    edition = booking.edition
    real.now += timedelta(minutes=30)
    real.sweep()
    assert (booking.state, real.left(edition)) == (BookingState.PENDING, 9)
    real.now += timedelta(minutes=1)
    real.sweep()
    assert (booking.state, real.left(edition), states(real.attempts(booking))) == (BookingState.EXPIRED, 10, ["over"])


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_while_asking_what_became_of_a_payment(real: RealShop, booking: Booking, when: str) -> None:
    real.pay_page(booking)
    [attempt] = real.attempts(booking)
    number = attempt.id
    killed(lambda: pay.settle(number, real.now, real.dying("look_up", when)))
    real.settle(booking)
    assert (booking.state, real.balance(booking)) == (BookingState.CONFIRMED, 0)


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_while_ending_a_page(real: RealShop, booking: Booking, when: str) -> None:
    real.open_page(booking)
    killed(lambda: pay.end_attempts(booking.id, real.now, real.dying("expire", when)))
    assert states(real.attempts(booking)) == ["open"]
    assert real.cancel(booking).fee == 0


def test_killed_between_the_money_s_commit_and_its_mails(real: RealShop, booking: Booking) -> None:
    real.pay_page(booking)
    [number] = [attempt.id for attempt in real.attempts(booking)]

    def settle() -> None:
        after_commit(die)
        pay.settle(number, real.now, real.ports)

    killed(settle)
    assert (booking.state, real.attempts(booking)[0].state) == (BookingState.CONFIRMED, PaymentState.PAID)
    real.settle(booking)
    assert real.letters(booking) == ["confirmed booker", "confirmed organiser"]
    assert [paper[0] for paper in real.papers(booking)] == ["receipt", "invoice"]


def test_killed_between_the_mail_server_s_answer_and_its_record(
    real: RealShop, booking: Booking, tmp_path: Path
) -> None:
    """That one mail goes twice under one key (so with one Message-ID); the others once, and none is lost."""
    real.pay(booking)
    sent = tmp_path / "sent"

    def send(payload: dict[str, Any], _now: datetime) -> None:
        with sent.open("a") as log:
            log.write(payload["key"] + "\n")

    def send_and_die(payload: dict[str, Any], now: datetime) -> None:
        send(payload, now)
        die()

    killed(lambda: outbox.drain({"mail": send_and_die}, lambda: real.now))
    first = f"mail-confirmed-booker-{booking.id}"
    assert sent.read_text().split() == [first]
    outbox.drain({"mail": send}, lambda: real.now)
    assert sent.read_text().split() == [first, f"mail-confirmed-organiser-{booking.id}"]
    real.now += LEASE + timedelta(seconds=1)
    for _ in range(2):
        outbox.drain({"mail": send}, lambda: real.now)
    assert sorted(sent.read_text().split()) == [first, first, f"mail-confirmed-organiser-{booking.id}"]


@pytest.mark.parametrize("when", ["before", "after"], ids=["before the provider heard", "before its answer was kept"])
def test_killed_around_a_refund(real: RealShop, booking: Booking, when: str) -> None:
    real.pay(booking)
    real.at("2026-11-20 12:00").cancel(booking)
    [back] = real.refunds(booking)
    number, dying = back.id, real.dying("refund", when)

    def drain() -> None:
        real.ports = dying
        real.drain()

    killed(drain)
    assert (states(real.refunds(booking)), real.balance(booking)) == (["requested"], -23800)
    real.now += LEASE + timedelta(seconds=1)
    assert real.letters(booking)[-1] == "refunded booker"
    assert (states(real.refunds(booking)), real.balance(booking)) == (["succeeded"], 0)
    assert [(row.amount, row.succeeded) for row in db.session.query(DemoRefund)] == [(23800, True)]
    assert number == back.id


def test_killed_at_every_statement_while_a_date_is_called_off(real: RealShop) -> None:
    """One after the other a worker begins and dies at its n-th statement, n growing until one comes to the end. Nobody
    is paid back twice, no paper is written twice, and nobody is forgotten."""
    edition = make_edition()
    by_card = real.pay(real.book(edition))
    by_bank = real.book(edition, channel=Channel.TRANSFER, seats=2)
    real.transfer(by_bank, 68000)
    held = real.book(edition)
    real.open_page(held)
    real.drain()
    shown = call_off.plan(edition, real.now).shown
    call_off.call_off(edition.slug, shown, Bilingual(), (), real.now, ORGANISER)
    deaths = 0
    while died_at(deaths + 1, real.drain):
        deaths += 1
        real.now += LEASE + timedelta(seconds=1)
    assert deaths > 20
    assert states([by_card, by_bank, held]) == ["cancelled"] * 3
    assert [(row.amount, row.state.value) for row in real.refunds(by_card)] == [(34000, "succeeded")]
    assert [(row.amount, row.state.value) for row in real.refunds(by_bank)] == [(68000, "needs_iban")]
    assert (real.refunds(held), states(real.attempts(held))) == ([], ["over"])
    assert [(row.amount, row.succeeded) for row in db.session.query(DemoRefund)] == [(34000, True)]
    assert [len([p for p in real.papers(b) if p[0] == "credit_note"]) for b in (by_card, by_bank, held)] == [1, 1, 0]
    assert outbox.drain({}, lambda: real.now + timedelta(days=1)) == 0


def died_at(statement: int, work: Callable[[], Any]) -> bool:
    """Whether `work`, in a child that is killed before its n-th statement, did not come to its end."""

    def counting() -> None:
        left = itertools.count(statement - 1, -1)
        event.listen(db.engine, "before_cursor_execute", lambda *_: next(left) or die())
        work()

    child, reading = forked(counting)
    os.close(reading)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)
