"""Random lives with a random Stripe: its events come in any order, number and delay or never, it fails, it is slow.

After each step seats, money, papers and mails must agree; in the end the books say what Stripe has.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    precondition,
    rule,
)

from booking.adapters import stripe_events
from booking.config import StripeSettings
from booking.domain.booking import BookingState, Channel
from booking.domain.errors import GatewayUnavailable, NothingToCancel, QuoteChanged, Refusal
from booking.domain.payment import PaymentState, RefundState
from booking.persistence import ledger
from booking.persistence.bookings import Booking
from booking.persistence.db import db
from booking.persistence.payments import Payment, Refund
from booking.services import refund
from tests.services.lives import CHOICE, Lives, live
from tests.stripe.stripe_fake import KEY, SECRET
from tests.stripe.stripe_form import Json, Refused
from tests.stripe.stripe_payments import NotOpen
from tests.stripe.stripe_shop import StripeShop

PLACES = [
    "POST /v1/checkout/sessions",
    "POST */expire",
    "GET /v1/checkout/sessions/*",
    "POST /v1/refunds",
    "GET /v1/refunds",
    "GET /v1/disputes",
    "GET /v1/events",
    "*",
]


class Defects(logging.Handler):
    """What jobs and sweeps could not do and put into the log, so as to go on."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(self.format(record))


class StripeLives(Lives):
    """With Stripe, as far as `stripe_fake` is one."""

    shop: StripeShop

    def __init__(self) -> None:
        super().__init__()
        self.stripe = self.shop.fake
        self.defects = Defects()
        logging.getLogger("booking").addHandler(self.defects)

    def opened(self) -> StripeShop:
        return StripeShop()

    @initialize(heard=st.booleans(), seats=st.integers(1, 2))
    def one_has_paid_and_one_is_about_to(self, heard: bool, seats: int) -> None:
        """Without these, most lives end before anything interesting happens."""
        self.book(0, seats, page=True, paid=True)
        self.book(1, 1, page=True, paid=True)
        self.book(0, 1, page=True, paid=False)
        if heard:
            self.deliver_all(newest_first=False)

    # Participants

    @rule(which=st.sampled_from([0, 0, 0, 1]), seats=st.integers(1, 3), page=st.booleans(), paid=st.booleans())
    def book(self, which: int, seats: int, page: bool, paid: bool) -> None:
        """Often somebody goes on to Stripe's page at once, and pays."""
        with suppress(Refusal, NotOpen):
            booking = self.shop.book(self.editions[which], seats=seats)
            if page:
                session_id = self.shop.open_page(booking)
                if paid:
                    self.stripe.pay(session_id)

    @precondition(lambda self: self.shop.told)
    @rule(choice=CHOICE, how=st.sampled_from(["card", "card", "twint", "delayed", "decline", "twice"]))
    def pay_on_a_page(self, choice: int, how: str) -> None:
        """Any page that somebody was ever sent to may still be open in a tab."""
        session_id = self.shop.told[choice % len(self.shop.told)]
        with suppress(NotOpen):
            if how == "decline":
                self.stripe.decline(session_id)
            else:
                self.stripe.pay(session_id, "twint" if how == "twint" else "card", delayed=how == "delayed")
                if how == "twice":
                    self.stripe.pay(session_id)

    @precondition(lambda self: self.bookings())
    @rule(choice=CHOICE)
    def come_back(self, choice: int) -> None:
        self.shop.come_back(self.pick(choice))

    @precondition(lambda self: any(booking.qr_reference for booking in self.bookings()))
    @rule(choice=CHOICE)
    def transfer_money(self, choice: int) -> None:
        with_bill = [booking for booking in self.bookings() if booking.qr_reference]
        booking = with_bill[choice % len(with_bill)]
        self.shop.transfer(booking, max(5000, self.shop.balance(booking)))

    @precondition(lambda self: self.bookings())
    @rule(choice=CHOICE, seats=st.sampled_from([None, None, 1]), drained=st.booleans())
    def cancel(self, choice: int, seats: int | None, drained: bool) -> None:
        """Mostly the job that sends the money back runs at once."""
        with suppress(NothingToCancel, QuoteChanged, GatewayUnavailable):
            self.shop.cancel(self.pick(choice), seats=seats)
            if drained:
                self.shop.drain()

    # The organiser

    @precondition(lambda self: self.paid())
    @rule(choice=CHOICE, amount=st.sampled_from([5000, 34000, None]))
    def refund_in_the_dashboard(self, choice: int, amount: int | None) -> None:
        """Of what is left: nobody gives back there what has gone by bank."""
        payment = self.paid()[choice % len(self.paid())]
        left = payment.amount - self.shop.returned(payment) - self.by_bank(payment)
        with suppress(Refused):
            if min(amount or left, left) > 0:
                self.stripe.refund_in_dashboard(payment.provider_payment, min(amount or left, left))

    # Stripe and banks

    @precondition(lambda self: self.told_events())
    @rule(choice=CHOICE, times=st.integers(1, 2), renamed=st.booleans())
    def deliver(self, choice: int, times: int, renamed: bool) -> None:
        """Any event, any time, again, also under another name."""
        event = self.told_events()[choice % len(self.told_events())]
        for again in range(times):
            self.shop.hear(self.stripe.renamed(event) if again and renamed else event)

    @precondition(lambda self: self.told_events())
    @rule(newest_first=st.booleans())
    def deliver_all(self, newest_first: bool) -> None:
        for event in reversed(self.told_events()) if newest_first else self.told_events():
            self.shop.hear(event)

    @precondition(lambda self: self.processing())
    @rule(choice=CHOICE, succeeded=st.booleans())
    def finish_a_delayed_payment(self, choice: int, succeeded: bool) -> None:
        sessions = self.processing()
        self.stripe.finish(sessions[choice % len(sessions)]["id"], succeeded)

    @rule(outcome=st.sampled_from(["succeeded", "succeeded", "pending", "failed"]))
    def refunds_become(self, outcome: Any) -> None:
        self.stripe.refunds_become = outcome

    @precondition(lambda self: self.stripe.all("refund"))
    @rule(choice=CHOICE, outcome=st.sampled_from(["succeeded", "failed", "canceled"]))
    def a_refund_turns(self, choice: int, outcome: Any) -> None:
        """Pending to anything, succeeded to failed."""
        refunds = self.stripe.all("refund")
        chosen = refunds[choice % len(refunds)]
        if chosen["status"] == "pending" or (chosen["status"], outcome) == ("succeeded", "failed"):
            self.stripe.turn_refund(chosen["id"], outcome)

    @precondition(lambda self: self.paid())
    @rule(choice=CHOICE)
    def a_payer_disputes(self, choice: int) -> None:
        payment = self.paid()[choice % len(self.paid())]
        left = payment.amount - self.shop.returned(payment) - self.by_bank(payment)
        disputed = [one["payment_intent"] for one in self.stripe.all("dispute")]
        if left > 0 and payment.provider_payment not in disputed:
            self.stripe.dispute(payment.provider_payment, left)

    @precondition(lambda self: self.disputes())
    @rule(choice=CHOICE, won=st.booleans())
    def a_dispute_ends(self, choice: int, won: bool) -> None:
        self.stripe.close_dispute(self.disputes()[choice % len(self.disputes())]["id"], won)

    @rule(
        where=st.sampled_from(PLACES),
        how=st.sampled_from(["500", "kept", "429", "cut", "lost"]),
        times=st.sampled_from([1, 2, 99]),
    )
    def stripe_in_trouble(self, where: str, how: str, times: int) -> None:
        """Lost: the work is done and its answer never arrives. Kept: a repetition gets the same answer for a day."""
        if how == "lost":
            self.stripe.cut_after(where, times)
        elif how == "cut":
            self.stripe.cut_before(where, times)
        else:
            self.stripe.fail_next(where, 429 if how == "429" else 500, times, kept=how == "kept")

    @rule()
    def stripe_is_well(self) -> None:
        self.stripe.heal()

    # Time and machines

    @rule(minutes=st.sampled_from([5, 35, 35, 9 * 60, 24 * 60, 4 * 24 * 60]))
    def wait(self, minutes: int) -> None:
        """Troubles last for hours, not for days."""
        self.shop.now += timedelta(minutes=minutes)
        if minutes > 24 * 60:
            self.stripe.heal()
            self.shop.sweep()

    # What holds after each step

    @invariant()
    def all_agrees(self) -> None:
        assert self.defects.told == []
        super().all_agrees()

    @invariant()
    def nothing_goes_back_twice(self) -> None:
        for payment in self.paid():
            assert self.shop.returned(payment) + self.by_bank(payment) <= payment.amount

    @invariant()
    def confirmed_bookings_are_paid(self) -> None:
        """Or were, before the payer's bank took the money back."""
        for booking in db.session.query(Booking).filter_by(state=BookingState.CONFIRMED, edition=self.editions[0]):
            lost = [one.amount for one in self.shop.refunds(booking) if one.reason == "dispute"]
            assert ledger.balance(booking.id) <= sum(lost)

    def teardown(self) -> None:
        """Given time, a Stripe that is well and banks that answer, everything comes to rest, no event ever arriving."""
        try:
            self.come_to_rest()
            self.all_is_at_rest()
            self.books_say_what_stripe_has()
        finally:
            db.session.rollback()
            logging.getLogger("booking").removeHandler(self.defects)
            self.stripe.close()

    def come_to_rest(self) -> None:
        self.stripe.heal()
        for session in self.processing():
            self.stripe.finish(session["id"])
        for number, dispute in enumerate(self.disputes()):
            self.stripe.close_dispute(dispute["id"], won=number % 2 == 0)
        for _ in range(13):
            self.shop.now += timedelta(hours=2)
            for one in self.stripe.all("refund"):
                if one["status"] == "pending":
                    self.stripe.turn_refund(one["id"], "succeeded")
            self.shop.sweep()
            self.shop.drain()

    def books_say_what_stripe_has(self) -> None:
        assert self.shop.charged() == sum(payment.amount for payment in self.paid())
        for payment in self.paid():
            assert self.shop.returned(payment) == self.booked_back(payment, Channel.STRIPE)
        for row in db.session.query(Refund).filter_by(channel=Channel.STRIPE):
            assert row.state in (RefundState.SUCCEEDED, RefundState.FAILED, RefundState.WITHDRAWN)
        for booking in self.bookings():
            asked_by_bank = sum(task.amount for task in refund.tasks() if task.booking_id == booking.id)
            assert min(0, ledger.balance(booking.id)) + asked_by_bank == 0

    # What there is

    def paid(self) -> list[Payment]:
        """By Stripe, as the books have it."""
        query = db.session.query(Payment).filter_by(state=PaymentState.PAID, channel=Channel.STRIPE)
        return query.order_by(Payment.id).all()

    def tasks(self) -> list[Refund]:
        """Those of a careful organiser, who looks into the dashboard before sending money by bank."""
        return [task for task in refund.tasks() if task.channel is Channel.TRANSFER and self.is_left(task)]

    def is_left(self, task: Refund) -> bool:
        payment = task.payment
        if payment is None or payment.channel is Channel.TRANSFER:
            return True
        gone = self.shop.returned(payment) + self.by_bank(payment)
        disputed = any(one["payment_intent"] == payment.provider_payment for one in self.disputes())
        return not disputed and payment.amount - gone >= task.amount

    def by_bank(self, payment: Payment) -> int:
        return self.booked_back(payment, Channel.TRANSFER)

    def booked_back(self, payment: Payment, channel: Channel) -> int:
        rows = db.session.query(Refund).filter_by(payment_id=payment.id, channel=channel, state=RefundState.SUCCEEDED)
        return sum(row.amount for row in rows)

    def told_events(self) -> list[Json]:
        return self.stripe.events(*stripe_events.ACTS)

    def processing(self) -> list[Json]:
        intents = {one["id"] for one in self.stripe.all("payment_intent") if one["status"] == "processing"}
        return [one for one in self.stripe.all("checkout.session") if one["payment_intent"] in intents]

    def disputes(self) -> list[Json]:
        return [one for one in self.stripe.all("dispute") if one["status"] == "needs_response"]


@pytest.fixture
def _inside(make_app: Any) -> Iterator[None]:
    app: Flask = make_app(stripe=StripeSettings(KEY, SECRET))
    with app.app_context():
        yield


@pytest.mark.usefixtures("_inside")
def test_stripe_lives(engine: str) -> None:
    live(StripeLives, times=18 if engine == "sqlite" else 4)
