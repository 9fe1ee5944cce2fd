"""The rows of each kind of export, a piece at a time in the order of their ids: nothing grows with the whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, String, cast, func, literal, null, select, union_all

from booking.domain.export import ExportKind
from booking.domain.payment import PaymentState, RefundState
from booking.persistence.bookings import Attendee, Booking
from booking.persistence.db import db
from booking.persistence.documents import Document
from booking.persistence.exports import Export, Row
from booking.persistence.journal import JournalEntry
from booking.persistence.ledger import LedgerEntry
from booking.persistence.masterclasses import Edition, MasterClass
from booking.persistence.organisers import Organiser
from booking.persistence.payments import Payment, Refund

PIECE: Final = 500

_BOOKING: Final = (
    Booking.id.label("booking_id"),
    Booking.reference,
    MasterClass.title.label("title"),
    Edition.starts_at.label("starts"),
    Booking.name.label("booker"),
)


def count(export: Export) -> int:
    """How many rows the file will have, as far as can be told now."""
    query, _key = _query(export)
    return db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0


def rows(export: Export) -> Iterator[Sequence[Row]]:
    """The rows in pieces. Each piece is a query of its own; the caller may write in between."""
    query, key = _query(export)
    last = 0
    while piece := db.session.execute(query.where(key > last).order_by(key).limit(PIECE)).mappings().all():
        last = piece[-1]["key"]
        yield FINISH.get(export.kind, _named)(export, [dict(row) for row in piece])


def _query(export: Export) -> tuple[Select[Any], ColumnElement[int]]:
    query, key, moment = QUERIES[export.kind]()
    if export.edition_id is not None:
        query = query.where((JournalEntry if export.kind is ExportKind.JOURNAL else Booking).edition_id
                            == export.edition_id)  # fmt: skip
    if export.since is not None:
        query = query.where(moment >= export.since)
    if export.until is not None:
        query = query.where(moment <= export.until)
    return query, key


def _of_bookings(source: Any, booking_id: Any, *columns: Any) -> Select[Any]:
    """`columns` of `source` beside what every row says of its booking."""
    query = select(*columns, *_BOOKING).select_from(source).join(Booking, Booking.id == booking_id)
    return query.join(Booking.edition).join(Edition.master_class)


def _registrations() -> tuple[Select[Any], Any, Any]:
    columns = (
        Attendee.id.label("key"), Booking.state, Booking.created_at.label("booked_at"),
        Attendee.name.label("attendee"), Attendee.email.label("attendee_email"),
        Attendee.cancelled_at.label("attendee_cancelled_at"), Attendee.net_price.label("price"),
        Booking.email, Booking.phone, Booking.company, Booking.street, Booking.house_number, Booking.postcode,
        Booking.town, Booking.country, Booking.locale.label("language"), Booking.channel,
    )  # fmt: skip
    query = _of_bookings(Attendee, Attendee.booking_id, *columns)
    return query, Attendee.id, Booking.created_at


def _documents() -> tuple[Select[Any], Any, Any]:
    cited = select(Document.id, Document.number).subquery()
    columns = (
        Document.id.label("key"), Document.number, Document.kind, Document.issued_at, Document.due_at,
        Document.total, cited.c.number.label("cites"), Document.reference.label("qr_reference"),
    )  # fmt: skip
    query = _of_bookings(Document, Document.booking_id, *columns)
    return query.outerjoin(cited, cited.c.id == Document.cites_id), Document.id, Document.issued_at


def _accounts() -> tuple[Select[Any], Any, Any]:
    columns = (
        LedgerEntry.id.label("key"), LedgerEntry.id.label("number"), LedgerEntry.at,
        LedgerEntry.kind.label("entry"), LedgerEntry.amount,
    )  # fmt: skip
    query = _of_bookings(LedgerEntry, LedgerEntry.booking_id, *columns)
    return query, LedgerEntry.id, LedgerEntry.at


def _payments() -> tuple[Select[Any], Any, Any]:
    """Money that came and money that went, told apart by the sign; ids of refunds are odd here, so that both have one
    order."""
    came = select(
        (Payment.id * 2).label("key"), Payment.booking_id, literal("payment").label("movement"),
        Payment.amount, cast(Payment.state, String).label("state"), cast(Payment.channel, String).label("channel"),
        func.coalesce(Payment.settled_at, Payment.created_at).label("at"), Payment.provider_id,
    ).where(Payment.state == PaymentState.PAID)  # fmt: skip
    went = select(
        (Refund.id * 2 + 1).label("key"), Refund.booking_id, literal("refund").label("movement"),
        (-Refund.amount).label("amount"), cast(Refund.state, String).label("state"),
        cast(Refund.channel, String).label("channel"), func.coalesce(Refund.settled_at, Refund.created_at).label("at"),
        Refund.provider_id,
    ).where(Refund.state.not_in((RefundState.WITHDRAWN, RefundState.FAILED)))  # fmt: skip
    moves = union_all(came, went).subquery()
    wanted = (moves.c[name] for name in ("key", "movement", "amount", "state", "channel", "at", "provider_id"))
    query = _of_bookings(moves, moves.c.booking_id, *wanted)
    return query, moves.c.key, moves.c.at


def _journal() -> tuple[Select[Any], Any, Any]:
    columns = (
        JournalEntry.id.label("key"), JournalEntry.at, JournalEntry.actor, JournalEntry.action, JournalEntry.facts,
        Organiser.name.label("person"), Booking.reference, Edition.slug.label("edition"), null().label("booking_id"),
    )  # fmt: skip
    query = select(*columns).select_from(JournalEntry)
    query = query.outerjoin(Organiser, Organiser.id == JournalEntry.organiser_id)
    query = query.outerjoin(Booking, Booking.id == JournalEntry.booking_id)
    return query.outerjoin(Edition, Edition.id == JournalEntry.edition_id), JournalEntry.id, JournalEntry.at


def _named(export: Export, piece: list[Row]) -> list[Row]:
    for row in piece:
        row["class"] = row.pop("title").best(export.locale)
    return piece


def _with_balance(export: Export, piece: list[Row]) -> list[Row]:
    ids = {row["booking_id"] for row in piece}
    owed = select(LedgerEntry.booking_id, func.sum(LedgerEntry.amount)).where(LedgerEntry.booking_id.in_(ids))
    balances = {row[0]: row[1] for row in db.session.execute(owed.group_by(LedgerEntry.booking_id))}
    for row in _named(export, piece):
        row["owed"] = balances.get(row["booking_id"], 0)
        row["street"] = f"{row['street']} {row.pop('house_number')}".strip()
    return piece


def _with_facts(_export: Export, piece: list[Row]) -> list[Row]:
    for row in piece:
        row["facts"] = json.dumps(row["facts"], ensure_ascii=False, sort_keys=True) if row["facts"] else ""
    return piece


QUERIES: Final[dict[ExportKind, Callable[[], tuple[Select[Any], Any, Any]]]] = {
    ExportKind.REGISTRATIONS: _registrations,
    ExportKind.PAYMENTS: _payments,
    ExportKind.DOCUMENTS: _documents,
    ExportKind.ACCOUNTS: _accounts,
    ExportKind.JOURNAL: _journal,
}
FINISH: Final[dict[ExportKind, Callable[[Export, list[Row]], list[Row]]]] = {
    ExportKind.REGISTRATIONS: _with_balance,
    ExportKind.JOURNAL: _with_facts,
}
