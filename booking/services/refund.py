"""Refunds: sending them to the provider, the way out by bank when that fails, and what the organiser paid by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import select

from booking.domain.actor import ORGANISER, PARTICIPANT, PROVIDER, Actor
from booking.domain.booking import Channel
from booking.domain.errors import WrongAmount
from booking.domain.payment import GOODWILL, LedgerKind, RefundState
from booking.persistence import journal, ledger, letters, lifecycle, payments, provider_events
from booking.persistence.db import db
from booking.persistence.payments import Payment, Refund
from booking.persistence.transaction import atomic
from booking.services.ports import GatewayDown, Ports, RefundFacts, RefundOutcome

UNSETTLED: Final = (RefundState.REQUESTED, RefundState.WITHDRAWN, RefundState.PENDING)
FALLIBLE: Final = (RefundState.REQUESTED, RefundState.PENDING, RefundState.SUCCEEDED)


def send(refund_id: int, now: datetime, ports: Ports) -> None:
    """Asks the provider to give the money back; the same refund is never asked for twice under another key.

    Waits while a dispute runs about the payment (`dispute.follow` asks again). Raises GatewayDown, so that the job
    runner tries again later, also when the provider is no longer set up or a dispute that we do not see holds it up.
    """
    refund = db.session.get_one(Refund, refund_id)
    if refund.state is not RefundState.REQUESTED or refund.payment is None or refund.payment.dispute == "open":
        return
    gateway = ports.gateways.get(refund.channel)
    if gateway is None:
        raise GatewayDown
    our_id, payment, amount = refund.public_id, refund.payment.provider_payment, refund.amount
    dispute = refund.payment.dispute
    db.session.rollback()
    facts = gateway.refund(our_id, payment, amount)
    if facts.outcome is RefundOutcome.BLOCKED:
        if dispute != "lost":  # not known yet, or over: Stripe repeats for a day what it once said
            raise GatewayDown
        facts = replace(facts, outcome=RefundOutcome.REFUSED)  # no more refunds by this way, ever
    # Refused: perhaps because the money has gone back already by another hand, which must be known before a bank
    # transfer takes its place.
    others = gateway.refunds_of(payment) if facts.outcome is RefundOutcome.REFUSED else ()
    with atomic():
        refund = _locked(refund_id)
        _reconcile(refund.booking_id, refund.payment, others, now)
        if refund.state is RefundState.REQUESTED or facts.outcome is not RefundOutcome.REFUSED:
            _apply(refund, facts, now)


def sync(payment_id: int, now: datetime, ports: Ports, event_id: str = "") -> None:
    """Books what the provider says of every refund of a payment: how ours turned out, and those made in its dashboard.

    `event_id` is the provider's event that led here, remembered together with its effect. Raises GatewayDown.
    """
    payment = db.session.get_one(Payment, payment_id)
    gateway, money, booking_id = ports.gateways[payment.channel], payment.provider_payment, payment.booking_id
    db.session.rollback()
    facts = gateway.refunds_of(money)
    with atomic():
        lifecycle.lock(booking_id)
        provider_events.acted_upon(event_id, "refund", now)
        _reconcile(booking_id, payments.lock_payment(payment_id), facts, now)


def supply_iban(refund_id: int, iban: str, holder: str, now: datetime, by: Actor = PARTICIPANT) -> None:
    """The payer names the account for a refund by bank, or the organiser for the payer; it becomes the organiser's
    task. Raises IbanNeeded."""
    account = payments.refund_account(iban)
    with atomic():
        refund = _locked(refund_id)
        if refund.state is RefundState.NEEDS_IBAN:
            refund.iban, refund.account_holder = account, holder
            refund.move_to(RefundState.TO_PAY, now)
            journal.note("iban_given", by, now, refund.booking_id)
            lifecycle.announce(refund, now)


def mark_refunded(refund_id: int, now: datetime, by: Actor = ORGANISER) -> None:
    """The organiser has sent a refund by bank. The IBAN is erased. Raises WrongAmount('not_a_task')."""
    with atomic():
        refund = _locked(refund_id)
        if refund.state is not RefundState.TO_PAY:
            raise WrongAmount("not_a_task")
        _succeed(refund, now, by)


def ask_again(refund_id: int, now: datetime, by: Actor) -> None:
    """One more mail to the payer, which asks for an IBAN. Raises WrongAmount('not_a_task') when none is awaited."""
    with atomic():
        refund = _locked(refund_id)
        if refund.state is not RefundState.NEEDS_IBAN:
            raise WrongAmount("not_a_task")
        letters.again("refund_iban", refund.booking_id, now, refund_id=refund.id)
        journal.note("mail_resent", by, now, refund.booking_id, kind="refund_iban")


def tasks() -> list[Refund]:
    """Refunds that wait for the organiser or for an IBAN, oldest first."""
    query = select(Refund).where(Refund.state.in_((RefundState.TO_PAY, RefundState.NEEDS_IBAN)))
    return list(db.session.scalars(query.order_by(Refund.id)))


def _reconcile(booking_id: int, payment: Payment | None, told: Sequence[RefundFacts], now: datetime) -> None:
    if payment is None:
        return
    ours = payments.refunds_of(payment.id)
    strange = []  # looked at last: what we asked for ourselves comes first out of what is owed
    for facts in told:
        known = [refund for refund in ours if refund.provider_id == facts.provider_id]
        known = known or [refund for refund in ours if facts.our_id and refund.public_id == facts.our_id]
        if known:
            _apply(known[0], facts, now)
        elif facts.outcome is not RefundOutcome.FAILED:
            strange.append(facts)
    for facts in strange:
        _apply(_made_in_the_dashboard(payment, ours, facts, now), facts, now)
    lifecycle.withdraw_what_is_covered(booking_id, now)


def _made_in_the_dashboard(payment: Payment, ours: Sequence[Refund], facts: RefundFacts, now: datetime) -> Refund:
    """A refund that the organiser made at the provider: the one that waits over the same sum, or one of its own."""
    for refund in ours:
        if refund.state is RefundState.REQUESTED and refund.amount == facts.amount:
            return refund
    refund = Refund(
        booking_id=payment.booking_id,
        payment_id=payment.id,
        channel=payment.channel,
        amount=facts.amount,
        state=RefundState.REQUESTED,
        reason="dashboard",
        created_at=now,
    )
    db.session.add(refund)
    db.session.flush()
    _write_off_what_was_not_owed(refund, now)
    letters.to_organiser("dashboard_refund", payment.booking_id, now, refund_id=refund.id)
    return refund


def _write_off_what_was_not_owed(refund: Refund, now: datetime) -> None:
    """What the provider gives back beyond what is owed is a gift, so that nobody is asked to pay it again. Refunds that
    only wait here are no obstacle: they are withdrawn."""
    owed = -ledger.balance(refund.booking_id) - payments.refunds_at_the_provider(refund.booking_id)
    gift = max(0, refund.amount - max(0, owed))
    ledger.enter(refund.booking_id, LedgerKind.WRITE_OFF, gift, now, refund_id=refund.id)


def _apply(refund: Refund, facts: RefundFacts, now: datetime) -> None:
    refund.provider_id = facts.provider_id or refund.provider_id
    moves = facts.outcome in (RefundOutcome.PENDING, RefundOutcome.SUCCEEDED)
    if moves and refund.state is RefundState.WITHDRAWN:  # too late: it was on its way to the provider already
        _write_off_what_was_not_owed(refund, now)
    if facts.outcome is RefundOutcome.SUCCEEDED and refund.state in UNSETTLED:
        _succeed(refund, now, PROVIDER)
    elif facts.outcome is RefundOutcome.PENDING and refund.state in (RefundState.REQUESTED, RefundState.WITHDRAWN):
        refund.move_to(RefundState.PENDING, now)
    elif facts.outcome in (RefundOutcome.FAILED, RefundOutcome.REFUSED) and refund.state in FALLIBLE:
        _fail(refund, now)


def _succeed(refund: Refund, now: datetime, by: Actor) -> None:
    refund.move_to(RefundState.SUCCEEDED, now)
    ledger.enter(refund.booking_id, LedgerKind.REFUND, refund.amount, now, refund_id=refund.id)
    refund.iban, refund.account_holder = "", ""
    journal.note("refunded", by, now, refund.booking_id, amount=refund.amount)
    letters.to_booker("refunded", refund.booking_id, now, refund_id=refund.id)


def _fail(refund: Refund, now: datetime) -> None:
    """The money is still ours: what had been booked as given back is reversed, and a bank refund takes its place."""
    if refund.state is RefundState.SUCCEEDED:
        ledger.enter(refund.booking_id, LedgerKind.REFUND, refund.amount, now, refund_id=refund.id, reversal=True)
    refund.move_to(RefundState.FAILED, now)
    journal.note("refund_failed", PROVIDER, now, refund.booking_id, amount=refund.amount)
    given = -ledger.written_off_with(refund.id)
    ledger.enter(refund.booking_id, LedgerKind.WRITE_OFF, given, now, refund_id=refund.id, reversal=True)
    promised = given if refund.reason == GOODWILL else 0  # at the desk; a gift at the provider's was its own promise
    if refund.amount - given + promised > 0:
        replacement = _replace_by_bank(refund, refund.amount - given + promised, now)
        ledger.enter(refund.booking_id, LedgerKind.WRITE_OFF, promised, now, refund_id=replacement.id)


def _replace_by_bank(refund: Refund, amount: int, now: datetime) -> Refund:
    replacement = Refund(
        booking_id=refund.booking_id,
        payment_id=refund.payment_id,
        replaces_id=refund.id,
        channel=Channel.TRANSFER,
        amount=amount,
        state=RefundState.NEEDS_IBAN,
        reason=refund.reason,
        created_at=now,
    )
    db.session.add(replacement)
    db.session.flush()
    lifecycle.announce(replacement, now)
    letters.to_organiser("refund_iban", refund.booking_id, now, refund_id=replacement.id)
    return replacement


def _locked(refund_id: int) -> Refund:
    """The refund, locked after its edition and booking. Raises WrongAmount('not_a_task') when there is none."""
    booking_id = db.session.scalar(select(Refund.booking_id).where(Refund.id == refund_id))
    if booking_id is None:
        raise WrongAmount("not_a_task")
    lifecycle.lock(booking_id)
    return db.session.get_one(Refund, refund_id, with_for_update=True, populate_existing=True)
