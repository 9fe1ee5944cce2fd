"""What the desk may ask of its list of registrations, as conditions on `RegistrationRow`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, exists, select

from booking.domain import reference
from booking.domain.account import AccountState
from booking.domain.booking import BookingState, Channel
from booking.domain.payment import LedgerKind
from booking.persistence.bookings import Booking
from booking.persistence.documents import PREFIXES, Document
from booking.persistence.ledger import LedgerEntry
from booking.persistence.masterclasses import Edition, MasterClass
from booking.persistence.registration_rows import RegistrationRow, folded

Order = Literal["booked", "name", "class", "seats", "state", "payment"]
NUMBERED: Final = tuple(PREFIXES.values())


@dataclass(frozen=True)
class Wanted:
    """Which registrations, and in which order. `since` and `until` (not included) are about `by`: when it was booked,
    or when the class begins; `moved` asks for an entry of that kind in the account. `page` counts from 1."""

    words: str = ""
    state: BookingState | None = None
    payment: AccountState | None = None
    moved: LedgerKind | None = None
    class_slug: str = ""
    edition_slug: str = ""
    by: Literal["booked", "class"] = "booked"
    since: datetime | None = None
    until: datetime | None = None
    order: Order = "booked"
    descending: bool = True
    page: int = 1


def of_editions(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Which date, which class: all that leaves few enough bookings to add up their accounts alone."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.edition_slug:
        edition = select(Edition.id).where(Edition.slug == wanted.edition_slug)
        conditions.append(RegistrationRow.edition_id == edition.scalar_subquery())
    if wanted.class_slug:
        editions = select(Edition.id).join(MasterClass).where(MasterClass.slug == wanted.class_slug)
        conditions.append(RegistrationRow.edition_id.in_(editions))
    return conditions


def of_facts(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Words, state, movements and period."""
    conditions = [_named(wanted.words)] if wanted.words.split() else []
    if wanted.state:
        conditions.append(RegistrationRow.state == wanted.state)
    if wanted.moved:
        entered = LedgerEntry.booking_id == RegistrationRow.booking_id, LedgerEntry.kind == wanted.moved
        conditions.append(exists().where(*entered))
    if wanted.by == "booked":
        return conditions + _between(RegistrationRow.booked_at, wanted)
    if wanted.since or wanted.until:
        editions = select(Edition.id).where(*_between(Edition.starts_at, wanted))
        conditions.append(edition_id_of_any().in_(editions))
    return conditions


def edition_id_of_any() -> ColumnElement[int]:
    """The row's edition where there may be many: SQLite, which knows no numbers, would walk the index through all."""
    return RegistrationRow.edition_id + 0


def in_account_state(
    payment: AccountState, accounts: dict[int, int], overdue: Collection[int]
) -> list[ColumnElement[bool]]:
    """`accounts` are the balances that are not zero, `overdue` the bookings whose bill was due."""
    settled = ~among(accounts)
    if payment is AccountState.OWED:
        return [among([booking_id for booking_id, balance in accounts.items() if balance > 0])]
    if payment is AccountState.OVERDUE:
        return [among(overdue)]
    if payment is AccountState.REFUND:
        return [among([booking_id for booking_id, balance in accounts.items() if balance < 0])]
    if payment is AccountState.FREE:
        return [settled, RegistrationRow.channel == Channel.FREE]
    stands = RegistrationRow.state == BookingState.CONFIRMED
    return [settled, RegistrationRow.channel != Channel.FREE, stands if payment is AccountState.PAID else ~stands]


def among(booking_ids: Collection[int], column: Any = RegistrationRow.booking_id) -> ColumnElement[bool]:
    """Whether the booking is one of these. Their numbers are written out, as databases take only so many parameters."""
    ids: BindParameter[Any] = bindparam(None, list(booking_ids), expanding=True, literal_execute=True)
    condition: ColumnElement[bool] = column.in_(ids)
    return condition


def _between(column: Any, wanted: Wanted) -> list[ColumnElement[bool]]:
    first = [column >= wanted.since] if wanted.since else []
    return first + ([column < wanted.until] if wanted.until else [])


def _named(words: str) -> ColumnElement[bool]:
    """Every word is part of a name, an address or a reference; or they are the whole reference or number of a bill."""
    code = reference.normalise(words)
    kind, digits = code[:3], code[3:].lstrip("-")
    if reference.is_valid(code):
        booked = select(Booking.id).where(Booking.qr_reference == code)
        return RegistrationRow.booking_id.in_(booked.union(_billed(Document.reference == code)))
    if kind in NUMBERED and digits.isdecimal():
        return RegistrationRow.booking_id.in_(_billed(Document.number == f"{kind}-{digits}"))
    return and_(*(RegistrationRow.words.contains(word, autoescape=True) for word in folded(words).split() or [words]))


def _billed(which: ColumnElement[bool]) -> Select[int]:
    return select(Document.booking_id).where(which)
