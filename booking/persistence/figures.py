"""What bookings brought, added up by month and by class from the ledger, in a fixed number of statements.

A booking counts in the month in which it was made, with all that has become of it since: so the sums of a month belong
to the same bookings, and what is owed is what was booked and charged less what came in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Subquery, case, func, select

from booking.domain.bilingual import Bilingual
from booking.domain.payment import LedgerKind
from booking.persistence.bookings import Booking
from booking.persistence.db import db
from booking.persistence.ledger import LedgerEntry
from booking.persistence.masterclasses import Edition, MasterClass
from booking.persistence.registration_rows import RegistrationRow

PRICED = (LedgerKind.PRICE, LedgerKind.DISCOUNT, LedgerKind.CANCELLATION_CREDIT)


@dataclass(frozen=True)
class Sums:
    """Centimes. `booked` is the price of the seats that stand, kept or held; `owed` what participants have still to
    pay; `fees` are cancellation fees, paid or not."""

    booked: int = 0
    paid: int = 0
    owed: int = 0
    refunded: int = 0
    fees: int = 0

    def __add__(self, other: Sums) -> Sums:
        return Sums(*(one + two for one, two in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True)
class ClassSums:
    slug: str
    title: Bilingual
    sums: Sums


@dataclass(frozen=True)
class Figures:
    """`months` as asked for; `classes` those that were booked, most booked first."""

    months: tuple[Sums, ...]
    classes: tuple[ClassSums, ...]

    @property
    def total(self) -> Sums:
        return sum(self.months, Sums())


def of_bookings_made(edges: Sequence[datetime]) -> Figures:
    """Of the bookings made between the first and the last of `edges`, at which months begin. Two statements."""
    row = _accounts(edges).c
    sums = (func.sum(column) for column in (row.booked, row.paid, row.owed, row.refunded, row.fees))
    query = select(row.month, Edition.master_class_id, *sums).join(Edition, Edition.id == row.edition_id)
    months, classes = [Sums()] * (len(edges) - 1), dict[int, Sums]()
    for month, class_id, *centimes in db.session.execute(query.group_by(row.month, Edition.master_class_id)):
        found = Sums(*map(int, centimes))
        months[month] += found
        classes[class_id] = classes.get(class_id, Sums()) + found
    return Figures(tuple(months), tuple(_named(classes)))


def first_booking() -> datetime | None:
    """When the first booking was made."""
    return db.session.scalar(select(Booking.created_at).order_by(Booking.id).limit(1))


def _accounts(edges: Sequence[datetime]) -> Subquery:
    """The account of each booking, in one walk along the bookings' narrow rows and the ledger's index."""
    row = RegistrationRow
    return (
        select(
            row.edition_id.label("edition_id"),
            case(*((row.booked_at < edge, number) for number, edge in enumerate(edges[1:]))).label("month"),
            _of(*PRICED).label("booked"),
            (-_of(LedgerKind.PAYMENT)).label("paid"),
            _at_least_nothing(func.sum(LedgerEntry.amount)).label("owed"),
            _of(LedgerKind.REFUND).label("refunded"),
            _of(LedgerKind.CANCELLATION_FEE).label("fees"),
        )
        .join(LedgerEntry, LedgerEntry.booking_id == row.booking_id)
        .where(row.booked_at >= edges[0], row.booked_at < edges[-1])
        .group_by(row.booking_id)
        .subquery()
    )


def _of(*kinds: LedgerKind) -> ColumnElement[int]:
    return func.sum(case((LedgerEntry.kind.in_(kinds), LedgerEntry.amount), else_=0))


def _at_least_nothing(centimes: Any) -> ColumnElement[int]:
    return case((centimes > 0, centimes), else_=0)


def _named(classes: dict[int, Sums]) -> Iterable[ClassSums]:
    query = select(MasterClass.id, MasterClass.slug, MasterClass.title).where(MasterClass.id.in_(classes))
    found = [ClassSums(slug, title, classes[class_id]) for class_id, slug, title in db.session.execute(query)]
    return sorted(found, key=lambda one: (-one.sums.booked, one.slug))
