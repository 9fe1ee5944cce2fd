"""Refunds: sending them to the provider, the way out by bank when that fails, and what the organiser paid by hand."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from stdnum import iban as iban_rules

from booking.domain.booking import Channel
from booking.domain.errors import IbanNeeded, WrongAmount
from booking.domain.payment import LedgerKind, RefundState
from booking.persistence import journal, ledger, letters, lifecycle
from booking.persistence.bookings import edition_of, lock_booking
from booking.persistence.db import db
from booking.persistence.masterclasses import lock_edition
from booking.persistence.payments import Refund
from booking.persistence.transaction import atomic
from booking.services.ports import GatewayDown, Ports, RefundFacts, RefundOutcome


def send(refund_id: int, now: datetime, ports: Ports) -> None:
    """Asks the provider to give the money back; the same refund is never asked for twice under another key.

    Raises GatewayDown, so that the job runner tries again later, also when the provider is no longer set up.
    """
    refund = db.session.get_one(Refund, refund_id)
    if refund.state is not RefundState.REQUESTED or refund.payment is None:
        return
    gateway = ports.gateways.get(refund.channel)
    if gateway is None:
        raise GatewayDown
    our_id, payment, amount = refund.public_id, refund.payment.provider_payment, refund.amount
    db.session.rollback()
    facts = gateway.refund(our_id, payment, amount)
    with atomic():
        _apply(_locked(refund_id), facts, now)


def supply_iban(refund_id: int, iban: str, holder: str, now: datetime) -> None:
    """The payer names the account for a refund by bank; it becomes the organiser's task. Raises IbanNeeded."""
    if not iban_rules.is_valid(iban):
        raise IbanNeeded(iban)
    with atomic():
        refund = _locked(refund_id)
        if refund.state is RefundState.NEEDS_IBAN:
            refund.iban, refund.account_holder = iban_rules.compact(iban), holder
            refund.move_to(RefundState.TO_PAY, now)
            journal.note("iban_given", "participant", now, refund.booking_id)
            lifecycle.announce(refund, now)


def mark_refunded(refund_id: int, now: datetime) -> None:
    """The organiser has sent a refund by bank. The IBAN is erased. Raises WrongAmount('not_a_task')."""
    with atomic():
        refund = _locked(refund_id)
        if refund.state is not RefundState.TO_PAY:
            raise WrongAmount("not_a_task")
        _succeed(refund, now, "organiser")


def tasks() -> list[Refund]:
    """Refunds that wait for the organiser or for an IBAN, oldest first."""
    query = select(Refund).where(Refund.state.in_((RefundState.TO_PAY, RefundState.NEEDS_IBAN)))
    return list(db.session.scalars(query.order_by(Refund.id)))


def _apply(refund: Refund, facts: RefundFacts, now: datetime) -> None:
    refund.provider_id = facts.provider_id or None
    if facts.outcome is RefundOutcome.SUCCEEDED and refund.state in (RefundState.REQUESTED, RefundState.PENDING):
        _succeed(refund, now, "provider")
    elif facts.outcome is RefundOutcome.PENDING and refund.state is RefundState.REQUESTED:
        refund.move_to(RefundState.PENDING, now)
    elif facts.outcome is RefundOutcome.FAILED and refund.state is not RefundState.FAILED:
        _fail(refund, now)


def _succeed(refund: Refund, now: datetime, actor: str) -> None:
    refund.move_to(RefundState.SUCCEEDED, now)
    ledger.enter(refund.booking_id, LedgerKind.REFUND, refund.amount, now, refund_id=refund.id)
    refund.iban, refund.account_holder = "", ""
    journal.note("refunded", actor, now, refund.booking_id, amount=refund.amount)
    letters.to_booker("refunded", refund.booking_id, now, refund_id=refund.id)


def _fail(refund: Refund, now: datetime) -> None:
    """The money is still ours: what had been booked as given back is reversed, and a bank refund takes its place."""
    if refund.state is RefundState.SUCCEEDED:
        ledger.enter(refund.booking_id, LedgerKind.REFUND, refund.amount, now, refund_id=refund.id, reversal=True)
    refund.move_to(RefundState.FAILED, now)
    replacement = Refund(
        booking_id=refund.booking_id,
        payment_id=refund.payment_id,
        replaces_id=refund.id,
        channel=Channel.TRANSFER,
        amount=refund.amount,
        state=RefundState.NEEDS_IBAN,
        reason=refund.reason,
        created_at=now,
    )
    db.session.add(replacement)
    db.session.flush()
    journal.note("refund_failed", "provider", now, refund.booking_id, amount=refund.amount)
    lifecycle.announce(replacement, now)
    letters.to_organiser("refund_iban", refund.booking_id, now, refund_id=replacement.id)


def _locked(refund_id: int) -> Refund:
    """The refund, locked after its edition and booking. Raises WrongAmount('not_a_task') when there is none."""
    booking_id = db.session.scalar(select(Refund.booking_id).where(Refund.id == refund_id))
    if booking_id is None:
        raise WrongAmount("not_a_task")
    lock_edition(edition_of(booking_id))
    lock_booking(booking_id)
    return db.session.get_one(Refund, refund_id, with_for_update=True, populate_existing=True)
