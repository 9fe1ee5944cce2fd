"""Random lives of a small class: people book, pay, pay late, cancel; time passes; the provider misbehaves.

After each step seats, money, papers and mails must agree.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from booking.domain.booking import BookingState, Channel
from booking.domain.errors import (
    EditionFull,
    GatewayUnavailable,
    NothingToCancel,
    NotPossibleNow,
    QuoteChanged,
    ReceiptRefused,
    Refusal,
    TooMuch,
    WrongAmount,
)
from booking.domain.payment import Means, RefundState
from booking.persistence import ledger, standing
from booking.persistence.bookings import Booking
from booking.persistence.db import db
from booking.persistence.payments import Payment, Refund
from booking.services import pay
from booking.services.cancel import Proposal
from booking.services.enrol import Way
from booking.services.ports import RefundOutcome
from tests.services.desk import Desk
from tests.services.lives import CHOICE, SOMETIMES, Lives, live


class OwnLives(Lives):
    """With a provider of the tests' own, and the organiser at the desk."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk(self.shop)
        self.granted: set[int] = set()  # bookings that the organiser confirmed unpaid, in whole or in part
        self.shop.voucher("TWICE", "percent", "10", max_uses=2)
        self.shown: tuple[int, Proposal, int] | None = None

    # People

    @rule(
        which=st.sampled_from([0, 0, 0, 1]),
        seats=st.integers(1, 3),
        channel=st.sampled_from([None, Channel.DEMO, Channel.TRANSFER]),
        code=st.sampled_from(["", "", "TWICE"]),
    )
    def book(self, which: int, seats: int, channel: Channel | None, code: str) -> None:
        with suppress(Refusal):
            options = {"channel": channel} if channel else {}
            self.shop.book(self.editions[which], seats=seats, voucher_code=code, **options)

    @precondition(lambda self: self.shop.gateway.pages)
    @rule(choice=CHOICE, late=SOMETIMES)
    def pay_a_page(self, choice: int, late: bool) -> None:
        pages = list(self.shop.gateway.pages.values())
        self.shop.gateway.pay(pages[choice % len(pages)].provider_id, late)

    @precondition(lambda self: self.shop.gateway.pages)
    @rule(choice=CHOICE)
    def hear_of_an_attempt(self, choice: int) -> None:
        """The provider's message, the payer coming back, or both: any attempt, any time, again."""
        attempts = db.session.query(Payment).order_by(Payment.id).all()
        with suppress(GatewayUnavailable):
            pay.settle(attempts[choice % len(attempts)].id, self.shop.now, self.shop.ports)

    @precondition(lambda self: self.bookings())
    @rule(choice=CHOICE, amount=st.sampled_from([None, None, 10000, 34000, 40000]))
    def transfer_money(self, choice: int, amount: int | None) -> None:
        booking = self.pick(choice)
        self.shop.transfer(booking, amount or max(1, self.shop.balance(booking)))

    @precondition(lambda self: self.bookings())
    @rule(choice=CHOICE, seats=st.sampled_from([None, None, 1, 2]))
    def look_at_the_fee(self, choice: int, seats: int | None) -> None:
        with suppress(NothingToCancel):
            booking = self.pick(choice)
            proposal = self.shop.quote(booking, seats)
            self.shown = (booking.id, proposal, proposal.quote.fee)

    @precondition(lambda self: self.shown)
    @rule()
    def confirm_what_was_shown(self) -> None:
        """At once or much later: never more than was shown."""
        assert self.shown
        number, proposal, fee = self.shown
        self.shown = None
        booking = db.session.get_one(Booking, number)
        with suppress(QuoteChanged, NothingToCancel, GatewayUnavailable):
            assert self.shop.cancel(booking, proposal).fee == fee

    # The organiser at the desk: each act is rehearsed, then done as it was shown

    @precondition(lambda self: self.bookings())
    @rule(choice=CHOICE, amount=st.sampled_from([100, 10000, 34000, 68000]), means=st.sampled_from(Means))
    def money_by_hand(self, choice: int, amount: int, means: Means) -> None:
        with suppress(WrongAmount):
            self.desk.take(self.pick(choice), amount, means=means)

    @precondition(lambda self: self.bookings())
    @rule(choice=CHOICE)
    def take_a_payment_out(self, choice: int) -> None:
        booking = self.pick(choice)
        for payment in standing.of(booking.id).mistakable[:1]:
            self.desk.take_out(booking, payment.id)
            self.granted.add(booking.id)

    @precondition(lambda self: self.bookings())
    @rule(choice=CHOICE, amount=st.sampled_from([100, 17000, 34000]), all_of_it=SOMETIMES)
    def write_off(self, choice: int, amount: int, all_of_it: bool) -> None:
        booking = self.pick(choice)
        with suppress(NotPossibleNow, TooMuch):
            self.desk.write_off(booking, max(1, self.shop.balance(booking)) if all_of_it else amount)

    @precondition(lambda self: self.bookings())
    @rule(choice=CHOICE, amount=st.sampled_from([100, 5000, 34000]), by_bank=SOMETIMES)
    def give_back(self, choice: int, amount: int, by_bank: bool) -> None:
        with suppress(NotPossibleNow, TooMuch):
            self.desk.give_back(self.pick(choice), amount, by_bank)

    @precondition(lambda self: self.bookings())
    @rule(
        choice=CHOICE,
        seats=st.sampled_from([None, None, 1]),
        fee=st.sampled_from([None, 0, 5000]),
        hours_ago=st.sampled_from([0, 0, 1, 200]),
    )
    def cancel_for_somebody(self, choice: int, seats: int | None, fee: int | None, hours_ago: int) -> None:
        received = self.shop.now - timedelta(hours=hours_ago) if hours_ago else None
        with suppress(NothingToCancel, ReceiptRefused, TooMuch, GatewayUnavailable):
            done = self.desk.cancel(self.pick(choice), seats, received, fee)
            assert done.fee <= done.credit

    @rule(
        which=st.sampled_from([0, 0, 1]),
        way=st.sampled_from(Way),
        seats=st.integers(1, 2),
        price=st.sampled_from([None, None, 20000, 0]),
    )
    def write_down_a_booking(self, which: int, way: Way, seats: int, price: int | None) -> None:
        with suppress(Refusal):
            booking = self.desk.enrol(self.editions[which], way, seats, price=price)
            self.granted |= {booking.id} if way is Way.ACCOUNT else set()

    @precondition(lambda self: self.bookings())
    @rule(choice=CHOICE, price=st.sampled_from([None, None, 10000, 0]))
    def add_a_seat(self, choice: int, price: int | None) -> None:
        with suppress(NotPossibleNow, EditionFull, GatewayUnavailable):
            booking = self.pick(choice)
            self.desk.add_seat(booking, price=price)
            self.granted.add(booking.id)

    # Time and machines

    @rule(
        step=st.sampled_from(
            [timedelta(minutes=5), timedelta(minutes=31), timedelta(hours=9), timedelta(days=1), timedelta(days=4)]
        )
    )
    def wait(self, step: timedelta) -> None:
        self.shop.now += step

    @rule(down=st.sets(st.sampled_from(["start", "look_up", "expire", "refund"])), slow=SOMETIMES)
    def provider_in_trouble(self, down: set[str], slow: bool) -> None:
        self.shop.gateway.down, self.shop.gateway.slow = (set(), down) if slow else (down, set())

    @rule()
    def provider_is_well(self) -> None:
        self.shop.gateway.down, self.shop.gateway.slow = set(), set()

    @rule(outcome=st.sampled_from([RefundOutcome.SUCCEEDED, RefundOutcome.SUCCEEDED, RefundOutcome.FAILED]))
    def refunds_turn_out(self, outcome: RefundOutcome) -> None:
        self.shop.gateway.refunds = outcome

    # What holds after each step

    @invariant()
    def money_at_the_provider_is_money_in_the_books(self) -> None:
        """Never sent twice: what went back is what the ledger says or is about to say, and no more than came."""
        sent = sum(self.shop.gateway.sent_back)
        rows = db.session.query(Refund).filter(Refund.channel == Channel.DEMO).all()
        booked = sum(row.amount for row in rows if row.state is RefundState.SUCCEEDED)
        asked = sum(row.amount for row in rows if row.state is RefundState.REQUESTED)
        assert booked <= sent <= booked + asked

    @invariant()
    def confirmed_bookings_are_paid_or_on_account(self) -> None:
        for booking in db.session.query(Booking).filter_by(state=BookingState.CONFIRMED, edition=self.editions[0]):
            assert ledger.balance(booking.id) <= 0 or booking.id in self.granted

    def teardown(self) -> None:
        """Given time and a provider that is well, everything comes to rest."""
        self.provider_is_well()
        for _ in range(12):
            self.shop.now += timedelta(hours=1)
            self.shop.sweep()
            self.shop.drain()
        self.all_is_at_rest()


@pytest.mark.usefixtures("_inside")
def test_lives(engine: str) -> None:
    live(OwnLives, times=30 if engine == "sqlite" else 5)
