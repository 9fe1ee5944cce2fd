"""Registrations as the desk lists them: found, sorted and added up, quick also at 100 000 bookings.

Balances are computed, never stored. One statement adds up every account from a covering index and gives those that do
not come to nothing: few, as most are settled. Whatever else asks about money asks for bookings with or without those
ids. Pages are cut from `registration_rows`; bookings are read for the 50 that are shown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import contains_eager, load_only, raiseload, selectinload

from booking.domain.account import AccountState, account_state, is_overdue, pay_by
from booking.persistence import registration_filters as filters
from booking.persistence.bookings import Attendee, Booking
from booking.persistence.db import db
from booking.persistence.documents import Document
from booking.persistence.ledger import LedgerEntry
from booking.persistence.masterclasses import Edition, MasterClass
from booking.persistence.registration_filters import Wanted, among
from booking.persistence.registration_rows import RegistrationRow

PAGE: Final = 50
Conditions = list[ColumnElement[bool]]


@dataclass(frozen=True)
class Registration:
    """A row: the booking with its edition, class and attendees, and where its account stands. Centimes."""

    booking: Booking
    balance: int
    due_at: datetime | None
    account: AccountState


@dataclass(frozen=True)
class Registrations:
    """A page, and what all that was found comes to: bookings, active seats, centimes owed by participants."""

    rows: tuple[Registration, ...]
    page: int
    pages: int
    count: int
    seats: int
    owed: int


def find(wanted: Wanted, now: datetime) -> Registrations:
    """The page that was asked for, or the last one if there are fewer. Seven statements, eight for what is overdue."""
    of_editions = filters.of_editions(wanted)
    accounts = open_accounts(of_editions)
    conditions = of_editions + filters.of_facts(wanted) + _of_payment(wanted, accounts, now)
    open_ids = db.session.scalars(select(RegistrationRow.booking_id).where(among(accounts), *conditions))
    found = {booking_id: accounts[booking_id] for booking_id in open_ids}
    counted = select(func.count(), func.coalesce(func.sum(RegistrationRow.seats), 0)).where(*conditions)
    count, seats = db.session.execute(counted.select_from(RegistrationRow)).one()
    pages = max(1, -(-count // PAGE))
    page = max(1, min(wanted.page, pages))
    ids = _ids(wanted, conditions, found, count, (page - 1) * PAGE)
    owed = sum(balance for balance in found.values() if balance > 0)
    return Registrations(tuple(_rows(ids, accounts, now)), page, pages, count, seats, owed)


def open_accounts(narrow: Collection[ColumnElement[bool]] = ()) -> dict[int, int]:
    """Balances in centimes of all bookings whose account does not come to nothing; `narrow` are conditions on their
    rows."""
    balance = func.sum(LedgerEntry.amount)
    query = select(LedgerEntry.booking_id, balance).group_by(LedgerEntry.booking_id).having(balance != 0)
    if narrow:
        query = query.where(LedgerEntry.booking_id.in_(select(RegistrationRow.booking_id).where(*narrow)))
    return {booking_id: int(centimes) for booking_id, centimes in db.session.execute(query)}


def due_dates(booking_ids: Collection[int]) -> dict[int, datetime]:
    """Until when each booking is to be paid (`pay_by`); absent where no bill asks for it."""
    facts = Document.booking_id, Booking.state, Booking.hold_until
    query = select(func.max(Document.due_at), *facts).join(Booking, Booking.id == Document.booking_id).group_by(*facts)
    billed = query.where(among(booking_ids, Document.booking_id), Document.due_at.is_not(None))
    dates = {number: pay_by(due_at, state, until) for due_at, number, state, until in db.session.execute(billed)}
    return {number: due_at for number, due_at in dates.items() if due_at}


def _of_payment(wanted: Wanted, accounts: dict[int, int], now: datetime) -> Conditions:
    if not wanted.payment:
        return []
    overdue: list[int] = []
    if wanted.payment is AccountState.OVERDUE:
        owing = [booking_id for booking_id, balance in accounts.items() if balance > 0]
        overdue = [booking_id for booking_id, due_at in due_dates(owing).items() if is_overdue(due_at, now)]
    return filters.in_account_state(wanted.payment, accounts, overdue)


def _ids(wanted: Wanted, conditions: Conditions, found: dict[int, int], count: int, start: int) -> list[int]:
    """The bookings of a page, in order. By payment, those whose account is open (`found`) come before and after the
    many that are settled."""
    if wanted.order != "payment":
        return list(db.session.scalars(_sorted(wanted, conditions).offset(start).limit(PAGE)))
    key = found.__getitem__
    owing = sorted((number for number in found if found[number] > 0), key=key, reverse=wanted.descending)
    owed_to = sorted((number for number in found if found[number] < 0), key=key, reverse=wanted.descending)
    before, after = (owing, owed_to) if wanted.descending else (owed_to, owing)
    ids = before[start : start + PAGE]
    settled = _sorted(wanted, [*conditions, ~among(found)]).offset(max(0, start - len(before)))
    ids += db.session.scalars(settled.limit(PAGE - len(ids)))
    return ids + after[max(0, start - count + len(after)) :][: PAGE - len(ids)]


def _sorted(wanted: Wanted, conditions: Conditions) -> Select[int]:
    row = RegistrationRow
    query = select(row.booking_id).where(*conditions)
    if wanted.order == "class":
        query = query.join(Edition, Edition.id == (filters.edition_id_of_any() if conditions else row.edition_id))
    columns: dict[str, tuple[Any, ...]] = {
        "name": (row.name,),
        "seats": (row.seats,),
        "class": (Edition.starts_at, Edition.id),
        "state": (row.state,),
    }
    keys = (*columns.get(wanted.order, ()), row.booking_id)  # ids grow with the time of booking
    return query.order_by(*((key.desc() for key in keys) if wanted.descending else keys))


def _rows(ids: list[int], accounts: dict[int, int], now: datetime) -> Iterator[Registration]:
    query = (
        select(Booking)
        .where(among(ids, Booking.id))
        .join(Booking.edition)
        .join(Edition.master_class)
        .options(
            load_only(
                Booking.reference, Booking.state, Booking.channel, Booking.name, Booking.company, Booking.created_at
            ),
            contains_eager(Booking.edition).options(
                load_only(Edition.slug, Edition.starts_at, Edition.zone, Edition.called_off_at),
                contains_eager(Edition.master_class).load_only(MasterClass.slug, MasterClass.title),
            ),
            selectinload(Booking.attendees).load_only(Attendee.name, Attendee.cancelled_at),
            raiseload("*", sql_only=True),
        )
    )
    due = due_dates(ids)
    bookings = {booking.id: booking for booking in db.session.scalars(query)}
    for number in ids:
        booking, balance, due_at = bookings[number], accounts.get(number, 0), due.get(number)
        state = account_state(balance, due_at, booking.channel, booking.state, now)
        yield Registration(booking, balance, due_at, state)
