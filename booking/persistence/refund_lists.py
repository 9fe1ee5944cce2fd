"""Refunds for the desk's page: what is to be sent, what waits for an IBAN, what a provider holds, what was done."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from booking.domain.payment import RefundState
from booking.persistence import letters
from booking.persistence.bookings import Booking
from booking.persistence.db import db
from booking.persistence.masterclasses import Edition
from booking.persistence.payments import Refund
from booking.persistence.sent_mails import SentMail

PAGE: Final = 50
AT_THE_PROVIDER: Final = (RefundState.REQUESTED, RefundState.PENDING)
OVER: Final = (RefundState.SUCCEEDED, RefundState.FAILED, RefundState.WITHDRAWN)


class Row(NamedTuple):
    """A refund, and the booking that it belongs to."""

    refund: Refund
    booking: Booking


def waiting(*states: RefundState) -> list[Row]:
    """All of these states, oldest first."""
    return _rows(_refunds(states).order_by(Refund.id))


def withdrawn(refund_ids: Collection[int]) -> list[Row]:
    """Those of them that were no longer owed before anybody had sent them, oldest first."""
    return _rows(_refunds([RefundState.WITHDRAWN]).where(Refund.id.in_(refund_ids)).order_by(Refund.id))


def settled(page: int) -> tuple[list[Row], int]:
    """A page of what was done, latest first, and the number of pages."""
    count = db.session.scalar(select(func.count(Refund.id)).where(Refund.state.in_(OVER))) or 0
    latest = _refunds(OVER).order_by(Refund.settled_at.desc(), Refund.id.desc())
    return _rows(latest.offset((page - 1) * PAGE).limit(PAGE)), max(1, -(-count // PAGE))


def asked_at(rows: Collection[Row]) -> dict[int, datetime]:
    """When the payers of these refunds were last asked for an IBAN, by the refund's id; one query."""
    asked: dict[int, datetime] = {}
    about = SentMail.booking_id.in_([row.booking.id for row in rows])
    query = select(SentMail.key, SentMail.sent_at).where(about, SentMail.kind == "refund_iban")
    for key, at in db.session.execute(query.where(SentMail.reader == "booker").order_by(SentMail.id)):
        _, ids = letters.told_by(key) or ("", {})
        asked[ids.get("refund_id", 0)] = at
    return asked


def _refunds(states: Collection[RefundState]) -> Select[Refund, Booking]:
    return (
        select(Refund, Booking)
        .join(Booking, Booking.id == Refund.booking_id)
        .where(Refund.state.in_(states))
        .options(joinedload(Booking.edition).joinedload(Edition.master_class), joinedload(Refund.payment))
    )


def _rows(query: Select[Refund, Booking]) -> list[Row]:
    return [Row(refund, booking) for refund, booking in db.session.execute(query)]
