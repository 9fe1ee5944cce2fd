"""How one booking stands with its money: read at once, since a page and an act ask for parts of it many times over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from booking.domain.booking import Channel
from booking.domain.payment import GOODWILL, OPEN_REFUNDS, LedgerKind, PaymentState, RefundState
from booking.persistence import ledger
from booking.persistence.db import db
from booking.persistence.ledger import LedgerEntry
from booking.persistence.payments import LIVE_REFUNDS, Payment, Refund


@dataclass(frozen=True)
class Standing:
    """All lines of the account, payments and refunds of a booking, oldest first, of the moment when they were read:
    whoever has written since asks anew. Sums in centimes."""

    account: Sequence[LedgerEntry]
    payments: Sequence[Payment]
    refunds: Sequence[Refund]

    @property
    def balance(self) -> int:
        """Still owed by the participant; negative when it is owed to them."""
        return sum(entry.amount for entry in self.account)

    @property
    def under_way(self) -> int:
        """Promised back and not yet moved."""
        return sum(refund.amount for refund in self.refunds if refund.state in OPEN_REFUNDS)

    @property
    def left(self) -> list[tuple[Payment, int]]:
        """The payments that brought money, latest first, with what of each was neither given nor promised back."""
        return [(payment, payment.amount - self._gone(payment)) for payment in self._paid()]

    @property
    def mistakable(self) -> list[Payment]:
        """Payments that were booked by hand and may have been booked by mistake, latest first: of none was anything
        given back yet, or promised out of goodwill."""
        standing_by = {refund.payment_id for refund in self.refunds if _stands_by(refund)}
        return [paid for paid in self._paid() if paid.channel is Channel.TRANSFER and paid.id not in standing_by]

    def waived(self, seat_id: int) -> int:
        """What of a seat's price was waived and still is."""
        written_off = (entry for entry in self.account if entry.kind is LedgerKind.WRITE_OFF)
        return -sum(entry.amount for entry in written_off if entry.attendee_id == seat_id)

    def _paid(self) -> list[Payment]:
        return [payment for payment in reversed(self.payments) if payment.state is PaymentState.PAID]

    def _gone(self, payment: Payment) -> int:
        live = (refund for refund in self.refunds if refund.state in LIVE_REFUNDS)
        return sum(refund.amount for refund in live if refund.payment_id == payment.id)


def of(booking_id: int) -> Standing:
    """How the booking stands now. Three statements."""
    payments = select(Payment).where(Payment.booking_id == booking_id).order_by(Payment.id)
    refunds = select(Refund).where(Refund.booking_id == booking_id).order_by(Refund.id)
    return Standing(ledger.entries(booking_id), db.session.scalars(payments).all(), db.session.scalars(refunds).all())


def _stands_by(refund: Refund) -> bool:
    gone = (RefundState.SUCCEEDED, RefundState.PENDING, RefundState.REQUESTED)
    return refund.state in gone or (refund.reason == GOODWILL and refund.state in OPEN_REFUNDS)
