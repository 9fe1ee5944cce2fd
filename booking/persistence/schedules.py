"""Read models about policies and vouchers: who uses them, and the bookings that a change would not touch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import contains_eager, selectinload

from booking.domain.errors import NotFound
from booking.persistence.bookings import Booking, holds_seats
from booking.persistence.db import db
from booking.persistence.masterclasses import Edition, MasterClass
from booking.persistence.policies import PolicyTemplate
from booking.persistence.vouchers import Voucher


@dataclass(frozen=True)
class VoucherRow:
    """A voucher, the class it is for (None: every one), the live bookings that carry it, and those that ever did."""

    voucher: Voucher
    master_class: MasterClass | None
    uses: int
    ever: int
    usable: bool


def policies() -> list[tuple[PolicyTemplate, int]]:
    """Every policy by slug, with the number of classes that use it."""
    query = (
        select(PolicyTemplate, func.count(MasterClass.id))
        .outerjoin(MasterClass, MasterClass.policy_id == PolicyTemplate.id)
        .group_by(PolicyTemplate.id)
        .order_by(PolicyTemplate.slug)
    )
    return [(template, used) for template, used in db.session.execute(query)]


def usual_policy() -> PolicyTemplate | None:
    """The one that most classes use, or the only one there is."""
    found = policies()
    if len(found) == 1:
        return found[0][0]
    template, used = max(found, key=lambda row: row[1], default=(None, 0))
    return template if used else None


def find_policy(slug: str) -> PolicyTemplate:
    """Raises NotFound."""
    template = db.session.scalar(select(PolicyTemplate).where(PolicyTemplate.slug == slug))
    if template is None:
        raise NotFound("policy")
    return template


def users_of(template: PolicyTemplate) -> list[MasterClass]:
    """The classes that use the policy, by slug."""
    query = select(MasterClass).where(MasterClass.policy_id == template.id).order_by(MasterClass.slug)
    return list(db.session.scalars(query))


def coming_bookings(template: PolicyTemplate, now: datetime, limit: int) -> tuple[list[Booking], int]:
    """Live paid-for bookings of coming dates whose class uses the policy, next date first: the first `limit` with
    their editions and attendees, and how many there are."""
    chosen = (
        select(Booking)
        .join(Booking.edition)
        .join(Edition.master_class)
        .where(MasterClass.policy_id == template.id, Edition.starts_at > now, holds_seats(now))
        .where(Booking.policy.is_not(None))
    )
    total = db.session.scalar(select(func.count()).select_from(chosen.with_only_columns(Booking.id).subquery())) or 0
    first = (
        chosen.order_by(Edition.starts_at, Booking.id)
        .limit(limit)
        .options(contains_eager(Booking.edition).contains_eager(Edition.master_class), selectinload(Booking.attendees))
    )
    return list(db.session.scalars(first)), total


def vouchers(now: datetime) -> list[VoucherRow]:
    """Every voucher, those that can be used at `now` first, then by code."""
    live = func.sum(case((holds_seats(now), 1), else_=0))
    query = (
        select(Voucher, MasterClass, live, func.count(Booking.id))
        .outerjoin(MasterClass, MasterClass.id == Voucher.master_class_id)
        .outerjoin(Booking, Booking.voucher_id == Voucher.id)
        .group_by(Voucher.id, MasterClass.id)
        .order_by(Voucher.code)
    )
    rows = []
    for voucher, master_class, uses, ever in db.session.execute(query):
        over = voucher.valid_until is not None and voucher.valid_until < now
        used_up = voucher.max_uses is not None and uses >= voucher.max_uses
        rows.append(VoucherRow(voucher, master_class, uses or 0, ever, not (over or used_up)))
    return sorted(rows, key=lambda row: not row.usable)
