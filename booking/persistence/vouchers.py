"""Codes that lower a price."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from booking.domain.errors import NotFound, VoucherRefused
from booking.domain.pricing import Discount, VoucherTerms
from booking.persistence.db import Model, db


class Voucher(Model):
    """`kind` 'percent' (value in percent) or 'amount' (value in centimes off the whole booking)."""

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)  # upper case
    kind: Mapped[str]
    value: Mapped[str]
    max_uses: Mapped[int | None]
    valid_from: Mapped[datetime | None]
    valid_until: Mapped[datetime | None]
    master_class_id: Mapped[int | None] = mapped_column(ForeignKey("master_class.id"))

    @property
    def discount(self) -> Discount:
        return Discount("percent" if self.kind == "percent" else "amount", Decimal(self.value))

    @property
    def terms(self) -> VoucherTerms:
        return VoucherTerms(self.valid_from, self.valid_until, self.max_uses, self.master_class_id)


def by_id(voucher_id: int) -> Voucher:
    """Raises NotFound."""
    voucher = db.session.get(Voucher, voucher_id)
    if voucher is None:
        raise NotFound("voucher")
    return voucher


def find(code: str, lock: bool = False) -> Voucher:
    """The voucher with this code (any case). `lock` holds its row, so that uses are counted one at a time.

    Raises VoucherRefused('unknown').
    """
    query = select(Voucher).where(Voucher.code == code.strip().upper())
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    voucher = db.session.scalar(query)
    if voucher is None:
        raise VoucherRefused("unknown")
    return voucher
