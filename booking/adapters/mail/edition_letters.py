"""What letters about a whole date know: to everybody who booked it, and to the organiser who must decide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import url_for
from sqlalchemy import select

from booking.config import Settings
from booking.domain.booking import BookingState, Channel
from booking.persistence import queries
from booking.persistence.bookings import Booking
from booking.persistence.calling_off import REASON, CallingOff
from booking.persistence.cancellations import Cancellation
from booking.persistence.db import db
from booking.persistence.masterclasses import Edition
from booking.persistence.moves import EditionMove
from booking.persistence.queries import SeatCount
from booking.persistence.site import Site


@dataclass(frozen=True)
class EditionLetter:
    """To the organiser, about a date below its minimum whose day of decision has come; as `Letter` otherwise."""

    edition: Edition
    payload: dict[str, Any]
    settings: Settings
    site: Site
    now: datetime
    kind: str = "minimum"
    folder: str = "minimum"
    to_organiser: bool = True
    booking: None = None

    @property
    def lang(self) -> str:
        return self.site.organiser.locale

    @property
    def recipient(self) -> tuple[str, str]:
        return self.site.organiser.name, self.site.organiser.email

    reply_to = recipient

    @property
    def is_overtaken(self) -> bool:
        """Whether it was decided, or the minimum reached, before the mail could leave."""
        edition = self.edition
        decided = edition.called_off_at or edition.run_decided_at or edition.starts_at <= self.now
        return bool(decided) or self._seats.taken >= edition.minimum

    def facts(self) -> dict[str, Any]:
        """What the templates may name, times on the clocks of the edition."""
        edition, zone = self.edition, ZoneInfo(self.edition.zone)
        pages: dict[str, Any] = {"lang": self.lang, "edition_slug": edition.slug, "_external": True}
        return {
            "edition": edition,
            "title": edition.master_class.title,
            "zone": edition.zone,
            "starts": edition.starts_at.astimezone(zone),
            "group": self._seats,
            "decide_url": url_for("desk_decisions.show", **pages),
            "call_off_url": url_for("desk_calling_off.show", **pages),
        }

    def attachments(self, now: datetime) -> list[Any]:
        return []

    @property
    def _seats(self) -> SeatCount:
        return queries.seat_counts([self.edition.id], self.now).get(self.edition.id, SeatCount())


def moved(booking: Booking, move_id: int) -> dict[str, Any]:
    """Where and when it was to be; until when one may go for nothing, and pay, where that is so."""
    move, edition = db.session.get_one(EditionMove, move_id), booking.edition
    zone = ZoneInfo(move.zone)
    awaited = booking.state is BookingState.PENDING and booking.channel is Channel.TRANSFER
    free = edition.timing(booking.created_at).free_after_move if edition.moved_at == move.at else None
    return {
        "move": move,
        "hours_before": [(start.astimezone(zone), end.astimezone(zone)) for start, end in move.hours],
        "free_until": free.astimezone(ZoneInfo(edition.zone)) if free else None,
        "pay_by": booking.hold_until if awaited else None,
    }


def called_off(booking: Booking, calling_off_id: int, now: datetime) -> dict[str, Any]:
    """What goes back, the organiser's words, and other dates that can be booked."""
    row = db.session.get_one(CallingOff, calling_off_id)
    wanted = select(Edition).where(Edition.id.in_(row.offers), Edition.starts_at > now).order_by(Edition.starts_at)
    offers = [edition for edition in db.session.scalars(wanted) if edition.bookable]
    cancellation = of_calling_off(booking)
    refunds = queries.refunds_of(booking.id, opened_at=cancellation.carried_out_at) if cancellation else []
    return {
        "words": row.words,
        "offers": [
            (edition, edition.starts_at.astimezone(ZoneInfo(edition.zone)), _page_of(edition, booking.locale))
            for edition in offers
        ],
        "cancellation": cancellation,
        "refunds": refunds,
        "refund_total": sum(refund.amount for refund in refunds),
        "was_confirmed": booking.confirmed_at is not None,
    }


def _page_of(edition: Edition, lang: str) -> str:
    slugs = {"slug": edition.master_class.slug, "date": edition.slug}
    return url_for("catalogue.show", lang=lang, **slugs, _external=True)


def of_calling_off(booking: Booking) -> Cancellation | None:
    """How calling the date off ended this booking; None when it had ended otherwise."""
    query = select(Cancellation).where(Cancellation.booking_id == booking.id, Cancellation.ground == REASON)
    return db.session.scalars(query.order_by(Cancellation.id.desc()).limit(1)).first()
