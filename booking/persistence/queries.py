"""Read models: what pages, feeds and exports ask for, each in a number of queries that does not grow with the rows.

Rows are loaded with everything a page says and nothing else; whatever was left out raises instead of loading silently.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final, cast

from sqlalchemy import Select, bindparam, case, func, select
from sqlalchemy.orm import contains_eager, joinedload, load_only, raiseload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from booking.domain import publication
from booking.domain.booking import BookingState
from booking.domain.errors import NotFound
from booking.domain.payment import RefundState
from booking.domain.publication import Publication
from booking.persistence.bookings import Attendee, Booking, holds_seats
from booking.persistence.db import db
from booking.persistence.masterclasses import Edition, MasterClass, Topic, Trainer
from booking.persistence.payments import Refund

BRIEF: Final = (  # what is said of a class away from its own page
    MasterClass.slug,
    MasterClass.kind,
    MasterClass.state,
    MasterClass.language,
    MasterClass.title,
    MasterClass.summary,
    MasterClass.topics,
    MasterClass.picture,
    MasterClass.picture_credit,
)
SHOWN: Final = MasterClass.state.in_(publication.SHOWN)


@dataclass(frozen=True)
class SeatCount:
    """Live seats of an edition: `taken` by confirmed bookings, `held` by bookings that are being paid."""

    taken: int = 0
    held: int = 0


@dataclass(frozen=True)
class Offer:
    """An edition with its class, its venue, its meetings and its live seats."""

    edition: Edition
    seats: SeatCount

    @property
    def free(self) -> int:
        """Seats that can be booked."""
        return max(0, self.edition.capacity - self.seats.taken - self.seats.held)


@dataclass(frozen=True)
class ClassPage:
    """A class with its trainers and policy, its offers by date, and the next offer of each related class."""

    master_class: MasterClass
    offers: tuple[Offer, ...]
    topics: tuple[Topic, ...]
    related: tuple[Related, ...]


@dataclass(frozen=True)
class Related:
    """Another class and its next edition, if one is coming."""

    master_class: MasterClass
    edition: Edition | None


def offers(since: datetime, now: datetime) -> list[Offer]:
    """Every edition of a published class that ends after `since`, by start; called-off ones too. Three queries."""
    return _counted(db.session.scalars(_offers(), {"since": since}).all(), now)


def topics() -> list[Topic]:
    """All topics."""
    return list(db.session.scalars(select(Topic)))


def class_page(slug: str, now: datetime, preview: bool = False) -> ClassPage:
    """Everything a class page says. Raises NotFound for a class that does not exist or is not shown.

    `NotFound.what` is 'class' or, for one that was taken out of the catalogue after it ran, 'removed'. A `preview`
    shows any class, with all dates that are not put away.
    """
    query = (
        select(MasterClass)
        .where(MasterClass.slug == slug)
        .options(
            selectinload(MasterClass.editions).options(*_whereabouts()),
            selectinload(MasterClass.trainers).joinedload(Trainer.photo),
            joinedload(MasterClass.policy_template),
            joinedload(MasterClass.photo),
            raiseload("*", sql_only=True),
        )
    )
    master_class = db.session.scalars(query).one_or_none()
    if master_class is None or not (master_class.shown or preview):
        raise NotFound("removed" if master_class and _has_run(master_class, now) else "class")
    states = {*publication.SHOWN, *((Publication.DRAFT,) if preview else ())}
    shown = [edition for edition in master_class.editions if edition.state in states]
    for edition in shown:
        # Each date keeps its class alive and at hand, whatever becomes of the page.
        set_committed_value(edition, "master_class", master_class)
    chosen = [topic for topic in topics() if topic.slug in master_class.topics]
    return ClassPage(
        master_class,
        offers=tuple(_counted(shown, now)),
        topics=tuple(chosen),
        related=tuple(_related(master_class.related, now)),
    )


def published_slugs() -> list[str]:
    """Slugs of all classes that are shown, for the sitemap."""
    return list(db.session.scalars(select(MasterClass.slug).where(SHOWN).order_by(MasterClass.slug)))


def anything_published() -> bool:
    """Whether some class is published with a published date."""
    published = (Edition.state == Publication.PUBLISHED) & (MasterClass.state == Publication.PUBLISHED)
    query = select(Edition.id).join(Edition.master_class).where(published).limit(1)
    return db.session.scalar(query) is not None


def refunds_of(booking_id: int, opened_at: datetime | None = None) -> list[Refund]:
    """The refunds of a booking that count, oldest first: one that failed is told by the one that takes its place, one
    that was withdrawn not at all.

    `opened_at` leaves those that were opened at that instant, as by one cancellation, or replace one of them.
    """
    found = db.session.scalars(select(Refund).where(Refund.booking_id == booking_id).order_by(Refund.id)).all()
    opened = {refund.id for refund in found if opened_at in (None, refund.created_at)}
    silent = {refund.replaces_id for refund in found} | {r.id for r in found if r.state is RefundState.WITHDRAWN}
    return [refund for refund in found if refund.id not in silent and {refund.id, refund.replaces_id} & opened]


def seat_counts(edition_ids: Collection[int], now: datetime) -> dict[int, SeatCount]:
    """Live seats per edition, in one query; editions without any are absent."""
    found = db.session.execute(_live_seats(), {"editions": list(edition_ids), "now": now})
    return {edition_id: SeatCount(taken, live - taken) for edition_id, live, taken in found}


def _counted(editions: Iterable[Edition], now: datetime) -> list[Offer]:
    editions = list(editions)
    counts = seat_counts([edition.id for edition in editions], now)
    return [Offer(edition, counts.get(edition.id, SeatCount())) for edition in editions]


def _related(slugs: Collection[str], now: datetime) -> list[Related]:
    """In the order of `slugs`, leaving out what is not shown."""
    query = (
        select(MasterClass)
        .where(SHOWN, MasterClass.slug.in_(slugs))
        .options(selectinload(MasterClass.editions).options(*_whereabouts()), *_brief())
    )
    found = {master_class.slug: master_class for master_class in db.session.scalars(query)}
    return [Related(found[slug], _next_edition(found[slug], now)) for slug in slugs if slug in found]


def _next_edition(master_class: MasterClass, now: datetime) -> Edition | None:
    coming = (edition for edition in master_class.editions if edition.starts_at > now and not edition.called_off_at)
    return next((edition for edition in coming if edition.state in publication.SHOWN), None)


def _has_run(master_class: MasterClass, now: datetime) -> bool:
    return bool(master_class.editions) and all(edition.ends_at <= now for edition in master_class.editions)


@cache
def _live_seats() -> Select[int, int, int]:
    """(edition, live seats, seats of confirmed bookings) of `editions` at `now`, built once like `_offers`."""
    confirmed = case((Booking.state == BookingState.CONFIRMED, 1), else_=0)
    now = cast(datetime, bindparam("now"))
    return (
        select(Booking.edition_id, func.count(Attendee.id), func.sum(confirmed))
        .join(Attendee, Attendee.booking_id == Booking.id)
        .where(Booking.edition_id.in_(bindparam("editions", expanding=True)))
        .where(Attendee.cancelled_at.is_(None), holds_seats(now))
        .group_by(Booking.edition_id)
    )


@cache
def _offers() -> Select[Edition]:
    """The statement, built once: building it takes longer than running it."""
    return (
        select(Edition)
        .join(Edition.master_class)
        .where(SHOWN, Edition.state.in_(publication.SHOWN), Edition.ends_at > bindparam("since"))
        .order_by(Edition.starts_at, Edition.id)
        .options(contains_eager(Edition.master_class).options(*_brief()), *_whereabouts())
    )


def _whereabouts() -> tuple[Any, ...]:
    return (joinedload(Edition.venue), selectinload(Edition.meetings))


def _brief() -> tuple[Any, ...]:
    return (load_only(*BRIEF, raiseload=True), joinedload(MasterClass.photo), raiseload("*", sql_only=True))
