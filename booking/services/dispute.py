"""Disputes: the payer has asked their bank for the money. The organiser is told; the seat is not freed by itself."""

from __future__ import annotations

from datetime import datetime

from booking.domain.actor import PROVIDER
from booking.domain.payment import LedgerKind, RefundState
from booking.persistence import journal, ledger, letters, lifecycle, outbox, payments, provider_events
from booking.persistence.db import db
from booking.persistence.payments import Payment, Refund
from booking.persistence.transaction import atomic
from booking.services.ports import DisputeFacts, Ports


def follow(payment_id: int, now: datetime, ports: Ports, event_id: str = "") -> None:
    """Books what the provider says of the disputes about a payment. While one is open, refunds of it wait; a lost one
    is money given back. `event_id` is remembered together with its effect. Raises GatewayDown."""
    payment = db.session.get_one(Payment, payment_id)
    gateway, money, booking_id = ports.gateways[payment.channel], payment.provider_payment, payment.booking_id
    db.session.rollback()
    told = gateway.disputes_of(money)
    with atomic():
        lifecycle.lock(booking_id)
        provider_events.acted_upon(event_id, "dispute", now)
        payment = payments.lock_payment(payment_id)
        if told and payment.dispute != told[-1].state:
            _note(payment, told[-1], now)


def _note(payment: Payment, facts: DisputeFacts, now: datetime) -> None:
    payment.dispute = facts.state
    journal.note("dispute", PROVIDER, now, payment.booking_id, state=facts.state, amount=facts.amount)
    letters.to_organiser(f"dispute_{facts.state}", payment.booking_id, now, payment_id=payment.id)
    if facts.state == "open":
        return
    waiting = [refund for refund in payments.waiting_refunds(payment.booking_id) if refund.payment_id == payment.id]
    if facts.state == "lost":
        _book_the_loss(payment, min(facts.amount, payments.refundable(payment) + sum(r.amount for r in waiting)), now)
        for refund in waiting:  # the bank has taken the money: there is none left to give back
            refund.move_to(RefundState.WITHDRAWN, now)
        booking = lifecycle.lock(payment.booking_id)
        lifecycle.give_back(booking, lifecycle.surplus(booking), "cancellation", now)
        # What is owed the other way makes up for a part of the loss.
        lifecycle.withdraw_what_is_covered(booking.id, now)
    else:
        for refund in waiting:
            if refund.state is RefundState.REQUESTED:
                key = f"refund-{refund.id}-after-dispute-{int(now.timestamp())}"  # it may not be the last one
                outbox.post("refund", key, now, {"refund_id": refund.id})


def _book_the_loss(payment: Payment, amount: int, now: datetime) -> None:
    loss = Refund(
        booking_id=payment.booking_id,
        payment_id=payment.id,
        channel=payment.channel,
        amount=amount,
        state=RefundState.REQUESTED,
        reason="dispute",
        created_at=now,
    )
    db.session.add(loss)
    db.session.flush()
    loss.move_to(RefundState.SUCCEEDED, now)
    ledger.enter(payment.booking_id, LedgerKind.REFUND, amount, now, refund_id=loss.id)
