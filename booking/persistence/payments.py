"""Attempts to pay, and refunds."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any, Final

from sqlalchemy import JSON, ForeignKey, Index, func, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship
from stdnum import iban as iban_rules

from booking.domain import reference
from booking.domain.booking import Channel
from booking.domain.errors import IbanNeeded, NotFound
from booking.domain.payment import (
    OPEN_REFUNDS,
    PAYMENT_TRANSITIONS,
    REFUND_TRANSITIONS,
    Means,
    PaymentState,
    RefundState,
)
from booking.persistence.db import Model, db

LIVE_REFUNDS: Final = (*OPEN_REFUNDS, RefundState.SUCCEEDED)  # money that went, or is promised
_DISPUTED = text("dispute is not null")


class Payment(Model):
    """One attempt to pay a booking: a provider's page, or a transfer that arrived. Centimes.

    `provider_id` is the provider's name for the attempt (its session), `provider_payment` for the money itself;
    `public_id` is ours, sent to the provider as its idempotency key; `request` is what it was asked for, kept so that
    a repetition asks for the same. Money that came past every provider is a transfer: `created_at` is then the day it
    came, `means` how (None at a provider). `dispute` is 'open', 'won' or 'lost' once the payer's bank was called upon.
    """

    __table_args__ = (
        Index("uq_payment_provider", "channel", "provider_id", unique=True),
        Index("ix_payment_state", "state", "expires_at"),
        Index("ix_payment_dispute", "dispute", sqlite_where=_DISPUTED, postgresql_where=_DISPUTED),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=lambda: secrets.token_urlsafe(18))
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), index=True)
    channel: Mapped[Channel]
    amount: Mapped[int]
    state: Mapped[PaymentState] = mapped_column(default=PaymentState.STARTING)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    means: Mapped[Means | None]
    provider_id: Mapped[str | None]
    provider_url: Mapped[str] = mapped_column(default="")
    provider_payment: Mapped[str] = mapped_column(default="", index=True)
    request: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    dispute: Mapped[str | None]

    def move_to(self, state: PaymentState, now: datetime) -> None:
        """The only place where the state changes. Raises IllegalTransition."""
        PAYMENT_TRANSITIONS.check(self.state, state)
        self.state = state
        if state in (PaymentState.PAID, PaymentState.OVER):
            self.settled_at = now


class Refund(Model):
    """Money to give back, by the channel it came or by bank. `iban` is erased once it was used. Centimes."""

    __table_args__ = (Index("ix_refund_state", "state"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=lambda: secrets.token_urlsafe(18))
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), index=True)
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payment.id"))
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("refund.id"), unique=True)
    channel: Mapped[Channel]
    amount: Mapped[int]
    state: Mapped[RefundState]
    reason: Mapped[str]  # 'cancellation' | 'called_off' | 'late' | 'surplus' | 'dashboard' | 'dispute'
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    provider_id: Mapped[str | None] = mapped_column(unique=True)
    iban: Mapped[str] = mapped_column(default="")
    account_holder: Mapped[str] = mapped_column(default="")

    payment: Mapped[Payment | None] = relationship()

    def move_to(self, state: RefundState, now: datetime) -> None:
        """The only place where the state changes. Raises IllegalTransition."""
        REFUND_TRANSITIONS.check(self.state, state)
        self.state = state
        if state in (RefundState.SUCCEEDED, RefundState.FAILED, RefundState.WITHDRAWN):
            self.settled_at = now


def find_refund(refund_id: int) -> Refund:
    """Raises NotFound."""
    refund = db.session.get(Refund, refund_id)
    if refund is None:
        raise NotFound("refund")
    return refund


def refunds_under_way(booking_id: int) -> int:
    """Centimes promised back and not yet moved."""
    query = select(func.sum(Refund.amount)).where(Refund.booking_id == booking_id, Refund.state.in_(OPEN_REFUNDS))
    return db.session.scalar(query) or 0


def refunds_at_the_provider(booking_id: int) -> int:
    """Centimes that a provider is moving back now."""
    query = select(func.sum(Refund.amount)).where(Refund.booking_id == booking_id, Refund.state == RefundState.PENDING)
    return db.session.scalar(query) or 0


def refundable(payment: Payment) -> int:
    """What of a payment was neither given back nor promised back, centimes."""
    query = select(func.sum(Refund.amount)).where(Refund.payment_id == payment.id, Refund.state.in_(LIVE_REFUNDS))
    return payment.amount - (db.session.scalar(query) or 0)


def paid_payments(booking_id: int) -> list[Payment]:
    """The payments of a booking that brought money, latest first."""
    query = select(Payment).where(Payment.booking_id == booking_id, Payment.state == PaymentState.PAID)
    return list(db.session.scalars(query.order_by(Payment.id.desc())))


def open_attempts(booking_id: int) -> list[Payment]:
    """Attempts at a provider that may still bring money, latest first."""
    query = select(Payment).where(
        Payment.booking_id == booking_id, Payment.state.in_((PaymentState.STARTING, PaymentState.OPEN))
    )
    return list(db.session.scalars(query.order_by(Payment.id.desc())))


def lock_payment(payment_id: int) -> Payment:
    """The payment, its row locked; lock its edition and booking first."""
    return db.session.get_one(Payment, payment_id, with_for_update=True, populate_existing=True)


def by_provider_id(channel: Channel, provider_id: str) -> Payment | None:
    """The attempt that the provider calls so."""
    return db.session.scalar(select(Payment).where(Payment.channel == channel, Payment.provider_id == provider_id))


def by_provider_payment(channel: Channel, payment: str) -> Payment | None:
    """The attempt whose money the provider calls so."""
    return db.session.scalar(
        select(Payment).where(Payment.channel == channel, Payment.provider_payment == payment).limit(1)
    )


def refunds_of(payment_id: int) -> list[Refund]:
    """The refunds of a payment, oldest first."""
    return list(db.session.scalars(select(Refund).where(Refund.payment_id == payment_id).order_by(Refund.id)))


def waiting_refunds(booking_id: int) -> list[Refund]:
    """Refunds that nobody has sent yet, latest first."""
    waiting = (RefundState.REQUESTED, RefundState.NEEDS_IBAN, RefundState.TO_PAY)
    query = select(Refund).where(Refund.booking_id == booking_id, Refund.state.in_(waiting))
    return list(db.session.scalars(query.order_by(Refund.id.desc())))


def refund_account(iban: str) -> str:
    """The IBAN of an account that a refund can be sent to, compact. Raises IbanNeeded for any other.

    A QR-IBAN takes nothing but payments with a QR reference: the bank would send a refund back.
    """
    if not iban_rules.is_valid(iban) or reference.is_qr_iban(iban):
        raise IbanNeeded(iban)
    return str(iban_rules.compact(iban))
