"""Lives of a small class: what every machine of random steps has in common, whoever takes the payments."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from booking.domain.booking import Confirmation
from booking.domain.errors import Refusal
from booking.domain.payment import RefundState
from booking.persistence import ledger
from booking.persistence.bookings import Booking, seats_taken
from booking.persistence.db import db
from booking.persistence.outbox import OutboxJob
from booking.persistence.payments import Payment, Refund
from booking.persistence.transaction import atomic
from booking.services import check, pay, refund
from tests.factories import make_class, make_edition
from tests.services.shop import PAYER_IBAN, Shop

CAPACITY = 4
CHOICE = st.integers(0, 99)
SOMETIMES = st.sampled_from([False, False, False, True])


class Lives(RuleBasedStateMachine):
    """One class with four seats and one on account. Whatever there is, is picked by number among what there is."""

    def __init__(self) -> None:
        super().__init__()
        _empty_tables()
        self.shop = self.opened().at("2026-11-01 10:00")
        taught = make_class()
        self.editions = [
            make_edition(taught, capacity=CAPACITY, minimum=0),
            make_edition(taught, capacity=CAPACITY, minimum=0, confirmation=Confirmation.ON_BOOKING),
        ]
        self.seen: dict[int, int] = {}

    def opened(self) -> Shop:
        """The shop with its provider."""
        return Shop()

    @precondition(lambda self: self.bookings())
    @rule(choice=CHOICE)
    def open_a_page(self, choice: int) -> None:
        with suppress(Refusal):
            self.shop.open_page(self.pick(choice))

    @precondition(lambda self: self.bookings())
    @rule(choice=CHOICE)
    def choose_transfer(self, choice: int) -> None:
        with suppress(Refusal):
            pay.pay_by_transfer(self.pick(choice).id, self.shop.now, self.shop.ports)

    @precondition(lambda self: self.tasks())
    @rule(choice=CHOICE)
    def bank_refund(self, choice: int) -> None:
        task = self.tasks()[choice % len(self.tasks())]
        if task.state is RefundState.NEEDS_IBAN:
            refund.supply_iban(task.id, PAYER_IBAN, "Ada", self.shop.now)
        else:
            refund.mark_refunded(task.id, self.shop.now)

    @rule()
    def sweep(self) -> None:
        self.shop.sweep()

    @rule()
    def drain(self) -> None:
        self.shop.drain()

    @invariant()
    def all_agrees(self) -> None:
        db.session.rollback()
        findings = check.findings(self.shop.now)
        assert [found for found in findings if " job " not in found] == []  # a provider long down is shown, too
        for edition in self.editions:
            assert seats_taken(edition.id, self.shop.now) <= edition.capacity

    @invariant()
    def the_ledger_only_grows(self) -> None:
        now = {entry.id: entry.amount for entry in db.session.query(ledger.LedgerEntry)}
        assert now.items() >= self.seen.items()
        self.seen = now

    @invariant()
    def each_mail_goes_once(self) -> None:
        keys = [key for (key,) in db.session.query(OutboxJob.key).filter_by(topic="mail")]
        assert set(self.shop.mails) <= set(keys)
        assert not [key for key, times in Counter(self.shop.mails).items() if times > 1]

    def all_is_at_rest(self) -> None:
        """Nothing waits any more: to be asked at the end of a life, after some time without trouble."""
        self.all_agrees()
        assert not db.session.query(OutboxJob).filter(OutboxJob.done_at.is_(None)).count()
        assert not db.session.query(Payment).filter(Payment.state.in_(("starting", "open"))).count()

    def bookings(self) -> list[Booking]:
        return db.session.query(Booking).order_by(Booking.id).all()

    def pick(self, choice: int) -> Booking:
        return self.bookings()[choice % len(self.bookings())]

    def tasks(self) -> list[Refund]:
        """What the organiser may send by bank."""
        return refund.tasks()


def live(kind: type[Lives], times: int) -> None:
    """So many lives of 25 steps, the same ones each time."""
    run_state_machine_as_test(
        kind,
        settings=settings(
            max_examples=times,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


def _empty_tables() -> None:
    with atomic() as session:
        for table in reversed(db.metadata.sorted_tables):
            session.execute(table.delete())
