"""Vouchers as the desk keeps them. What was booked with one keeps its price, whatever becomes of the voucher."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from booking.domain.actor import Actor
from booking.domain.errors import CodeTaken, NotFound, StillUsed
from booking.persistence import journal
from booking.persistence.bookings import Booking
from booking.persistence.db import db
from booking.persistence.transaction import atomic
from booking.persistence.vouchers import Voucher


@dataclass(frozen=True)
class VoucherFacts:
    """A voucher as typed. `value` is a percentage, or centimes for the kind 'amount'; instants are aware."""

    code: str  # upper case
    kind: str  # 'percent' | 'amount'
    value: str
    max_uses: int | None
    valid_from: datetime | None
    valid_until: datetime | None
    master_class_id: int | None


def create(facts: VoucherFacts, now: datetime, by: Actor) -> int:
    """Gives the voucher's id. Raises CodeTaken."""
    with atomic():
        _check_code(facts.code, None)
        voucher = Voucher(**vars(facts))
        db.session.add(voucher)
        db.session.flush()
        journal.note("voucher_written", by, now, voucher=facts.code)
        return voucher.id


def change(voucher_id: int, facts: VoucherFacts, now: datetime, by: Actor) -> None:
    """Raises NotFound, CodeTaken."""
    with atomic():
        voucher = _locked(voucher_id)
        _check_code(facts.code, voucher_id)
        for name, value in vars(facts).items():
            setattr(voucher, name, value)
        journal.note("voucher_changed", by, now, voucher=facts.code)


def end(voucher_id: int, now: datetime, by: Actor) -> None:
    """From now on nobody can use it; nothing happens to one that is over. Raises NotFound."""
    with atomic():
        voucher = _locked(voucher_id)
        if voucher.valid_until is None or voucher.valid_until > now:
            voucher.valid_until = now
            journal.note("voucher_ended", by, now, voucher=voucher.code)


def delete(voucher_id: int, now: datetime, by: Actor) -> None:
    """Raises NotFound, or StillUsed when a booking carries it."""
    with atomic():
        voucher = _locked(voucher_id)
        used = db.session.scalar(select(func.count(Booking.id)).where(Booking.voucher_id == voucher_id)) or 0
        if used:
            raise StillUsed("booking", used)
        db.session.delete(voucher)
        journal.note("voucher_deleted", by, now, voucher=voucher.code)


def _check_code(code: str, own: int | None) -> None:
    found = db.session.scalar(select(Voucher.id).where(Voucher.code == code))
    if found is not None and found != own:
        raise CodeTaken(code)


def _locked(voucher_id: int) -> Voucher:
    voucher = db.session.get(Voucher, voucher_id, with_for_update=True, populate_existing=True)
    if voucher is None:
        raise NotFound("voucher")
    return voucher
