"""Whom a message or a reminder goes to, as the bookings stand now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import joinedload

from booking.domain.account import is_overdue
from booking.domain.booking import BookingState, Channel
from booking.domain.message import REMINDER_PAUSE, Audience, MessageKind, Person, Reach, RecipientState, once_each
from booking.domain.publication import Publication
from booking.persistence import registration_filters, registrations
from booking.persistence.bookings import Attendee, Booking, holds_seats
from booking.persistence.db import db
from booking.persistence.ledger import LedgerEntry
from booking.persistence.masterclasses import Edition
from booking.persistence.messages import Message, MessageRecipient
from booking.persistence.registration_rows import RegistrationRow

MOST: Final = 300  # bookings that one page offers


def balance() -> Any:
    """What the booking of the outer query owes, centimes, as a part of that query."""
    owed = select(func.coalesce(func.sum(LedgerEntry.amount), 0)).where(LedgerEntry.booking_id == Booking.id)
    return owed.correlate(Booking).scalar_subquery()


def accounts(booking_ids: Collection[int]) -> dict[int, tuple[int, datetime]]:
    """What each booking that is to be reminded owes in centimes, and until when it is or was to be paid."""
    query = select(Booking.id, balance()).where(Booking.id.in_(booking_ids))
    due = registrations.due_dates(booking_ids)
    return {number: (int(owed), due[number]) for number, owed in db.session.execute(query)}


def bookings_of(people: Iterable[Person]) -> list[Booking]:
    """Their bookings, with date and class, in the same order."""
    ids = [person.booking_id for person in people]
    query = select(Booking).where(Booking.id.in_(ids))
    loaded = query.options(joinedload(Booking.edition).joinedload(Edition.master_class))
    found = {booking.id: booking for booking in db.session.scalars(loaded)}
    return [found[number] for number in ids]


def dates(since: datetime, master_class_id: int | None = None) -> list[Edition]:
    """The dates that end after `since`, of one class or of all, by start, with their classes; drafts apart."""
    query = select(Edition).where(Edition.ends_at > since, Edition.state != Publication.DRAFT)
    if master_class_id is not None:
        query = query.where(Edition.master_class_id == master_class_id)
    query = query.options(joinedload(Edition.master_class)).order_by(Edition.starts_at, Edition.id)
    return list(db.session.scalars(query))


def choosable(edition_ids: Collection[int], now: datetime, first: Collection[int] = ()) -> list[Booking]:
    """Bookings with seats, to be picked one by one: those of the ids `first`, then by name; MOST at most."""
    query = select(Booking).where(Booking.edition_id.in_(edition_ids), holds_seats(now))
    return list(db.session.scalars(query.order_by(Booking.id.not_in(first), func.lower(Booking.name)).limit(MOST)))


def named(references: Collection[str]) -> list[Booking]:
    """The bookings with these references."""
    return list(db.session.scalars(select(Booking).where(Booking.reference.in_(references)).order_by(Booking.id)))


def people(message: Message, now: datetime) -> list[Person]:
    """Whom the message is meant for if it is sent `now`, by date and booking, nobody twice; also those whom no mail
    reaches."""
    edition_ids = [edition.id for edition in message.editions]
    if message.kind is MessageKind.REMINDER:
        return to_remind(edition_ids, now)
    wanted = and_(Booking.edition_id.in_(edition_ids), _meant(message.audience, message.chosen, now))
    return once_each(_reached(wanted, message.reach), message.words.differs_by_booking)


def to_remind(edition_ids: Collection[int], now: datetime) -> list[Person]:
    """Who booked, owes what a bill asks for, and was not reminded lately: of these dates; without any, of all dates
    where that bill is overdue."""
    recent = and_(MessageRecipient.message_id == Message.id, Message.sent_at > now - REMINDER_PAUSE)
    reminded = exists().where(
        MessageRecipient.booking_id == Booking.id,
        MessageRecipient.state.in_((RecipientState.WAITING, RecipientState.SENT)),
        Message.kind == MessageKind.REMINDER,
        recent,
    )
    # Few bookings owe anything: their accounts are added up in one statement.
    narrow = [RegistrationRow.edition_id.in_(edition_ids)] if edition_ids else []
    owing = [number for number, owed in registrations.open_accounts(narrow).items() if owed > 0]
    due = registrations.due_dates(owing)
    asked = [number for number in due if edition_ids or is_overdue(due[number], now)]
    meant = and_(registration_filters.among(asked, Booking.id), _lasting(), ~reminded)
    return once_each(_reached(meant, Reach.BOOKERS), by_booking=True)


def _owing() -> ColumnElement[bool]:
    return and_(_lasting(), balance() > 0)


def _lasting() -> ColumnElement[bool]:
    """What is owed is to be paid: not by those who are on a payment page or left it."""
    pending_by_transfer = and_(Booking.state == BookingState.PENDING, Booking.channel == Channel.TRANSFER)
    return or_(Booking.state.in_((BookingState.CONFIRMED, BookingState.CANCELLED)), pending_by_transfer)


def _meant(audience: Audience, chosen: Sequence[int], now: datetime) -> ColumnElement[bool]:
    if audience is Audience.OWING:
        return _owing()
    state = {Audience.CONFIRMED: BookingState.CONFIRMED, Audience.PENDING: BookingState.PENDING}.get(audience)
    conditions = [holds_seats(now)]
    if state:
        conditions.append(Booking.state == state)
    if audience is Audience.CHOSEN:
        conditions.append(Booking.id.in_(chosen))
    return and_(*conditions)


def _reached(wanted: ColumnElement[bool], reach: Reach) -> Iterable[Person]:
    """Bookers, or attendees with an address and the bookers of those without; not people whose data is erased."""
    known = (Booking.id, Booking.edition_id, Booking.name, Booking.email, Booking.locale)
    query = select(*known, Attendee.id, Attendee.name, Attendee.email).join(Edition, Edition.id == Booking.edition_id)
    seats = and_(Attendee.booking_id == Booking.id, Attendee.cancelled_at.is_(None))
    query = query.outerjoin(Attendee, seats).where(wanted, Booking.name != "")
    for booking_id, edition_id, name, email, locale, attendee_id, own_name, own_email in db.session.execute(
        query.order_by(Edition.starts_at, Booking.id, Attendee.id)
    ):
        if reach is Reach.ATTENDEES and own_email:
            yield Person(booking_id, attendee_id, edition_id, own_name, own_email, locale)
        else:
            yield Person(booking_id, None, edition_id, name, email, locale)
