"""The booking's account: an append-only ledger. Balances are computed, never stored."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, select
from sqlalchemy.orm import Mapped, mapped_column

from booking.domain.payment import LEDGER_SIGNS, LedgerKind
from booking.persistence.db import Model, db


class LedgerEntry(Model):
    """Signed centimes: positive = the participant owes more. Never changed, never deleted."""

    __table_args__ = (
        CheckConstraint("amount <> 0", name="amount_not_zero"),
        Index("ix_ledger_entry_balance", "booking_id", "kind", "amount"),  # all that balances and figures need
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"))
    at: Mapped[datetime]
    kind: Mapped[LedgerKind]
    amount: Mapped[int]
    attendee_id: Mapped[int | None] = mapped_column(ForeignKey("attendee.id"))
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payment.id"))
    refund_id: Mapped[int | None] = mapped_column(ForeignKey("refund.id"))


def enter(
    booking_id: int,
    kind: LedgerKind,
    amount: int,
    now: datetime,
    *,
    attendee_id: int | None = None,
    payment_id: int | None = None,
    refund_id: int | None = None,
    reversal: bool = False,
) -> None:
    """Appends `amount` centimes with the sign of its kind, or against it for a `reversal`. Zero is nothing."""
    if amount < 0:
        raise ValueError("ledger amounts are given without sign")
    if amount:
        signed = amount * LEDGER_SIGNS[kind] * (-1 if reversal else 1)
        entry = LedgerEntry(booking_id=booking_id, at=now, kind=kind, amount=signed, attendee_id=attendee_id)
        entry.payment_id, entry.refund_id = payment_id, refund_id
        db.session.add(entry)
        db.session.flush()


def balance(booking_id: int) -> int:
    """Centimes still owed by the participant; negative when they are owed."""
    return db.session.scalar(select(func.sum(LedgerEntry.amount)).where(LedgerEntry.booking_id == booking_id)) or 0


def totals(booking_id: int) -> dict[LedgerKind, int]:
    """Signed centimes by kind."""
    query = select(LedgerEntry.kind, func.sum(LedgerEntry.amount)).where(LedgerEntry.booking_id == booking_id)
    return {row[0]: row[1] for row in db.session.execute(query.group_by(LedgerEntry.kind))}


def waive(booking_id: int, seat_id: int | None, amount: int, now: datetime, *, reversal: bool = False) -> None:
    """Writes off what is owed for a seat; for a fee where that is None."""
    enter(booking_id, LedgerKind.WRITE_OFF, amount, now, attendee_id=seat_id, reversal=reversal)


def waived(seat_id: int) -> int:
    """What of a seat's price was waived and still is, centimes."""
    query = select(func.sum(LedgerEntry.amount)).where(LedgerEntry.attendee_id == seat_id)
    return -(db.session.scalar(query.where(LedgerEntry.kind == LedgerKind.WRITE_OFF)) or 0)


def entries(booking_id: int) -> list[LedgerEntry]:
    """The account, oldest first."""
    return list(
        db.session.scalars(select(LedgerEntry).where(LedgerEntry.booking_id == booking_id).order_by(LedgerEntry.id))
    )


def gifts(booking_id: int) -> list[tuple[int, int]]:
    """(refund id, centimes) of what was given back without being owed, and written off."""
    given = -func.sum(LedgerEntry.amount)
    query = select(LedgerEntry.refund_id, given).where(
        LedgerEntry.booking_id == booking_id, LedgerEntry.kind == LedgerKind.WRITE_OFF
    )
    found = db.session.execute(query.group_by(LedgerEntry.refund_id).having(given > 0).order_by(LedgerEntry.refund_id))
    return [(refund_id, given) for refund_id, given in found if refund_id is not None]


def written_off_with(refund_id: int) -> int:
    """Signed centimes written off because of a refund."""
    query = select(func.sum(LedgerEntry.amount)).where(LedgerEntry.refund_id == refund_id)
    return db.session.scalar(query.where(LedgerEntry.kind == LedgerKind.WRITE_OFF)) or 0
