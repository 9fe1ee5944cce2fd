"""Classes as the desk lists them: each with its next date, in a number of queries that does not grow with them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, raiseload, selectinload

from booking.domain.bilingual import Bilingual
from booking.domain.errors import NotFound
from booking.domain.publication import Publication
from booking.persistence import queries
from booking.persistence.bookings import Booking
from booking.persistence.db import db
from booking.persistence.masterclasses import Edition, MasterClass, Trainer
from booking.persistence.queries import Offer, SeatCount
from booking.persistence.registration_rows import folded
from booking.persistence.vouchers import Voucher

# A class that can be found first of all, then what is being written, then what is over.
ORDER: Final = (Publication.PUBLISHED, Publication.DRAFT, Publication.CLOSED, Publication.ARCHIVED)


class ClassTitle(NamedTuple):
    """What a list to choose from says of a class."""

    id: int
    slug: str
    title: Bilingual
    state: Publication
    vat_exempt: bool


@dataclass(frozen=True)
class ClassRow:
    """A class with its next date (None when none is planned) and how many are to come."""

    master_class: MasterClass
    next: Offer | None
    coming: int


def titles() -> list[ClassTitle]:
    """Every class, the newest first."""
    columns = (MasterClass.id, MasterClass.slug, MasterClass.title, MasterClass.state, MasterClass.vat_exempt)
    return [ClassTitle(*row) for row in db.session.execute(select(*columns).order_by(MasterClass.id.desc()))]


def counts() -> dict[Publication, int]:
    """How many classes there are in each state."""
    found = db.session.execute(select(MasterClass.state, func.count()).group_by(MasterClass.state)).all()
    return {state: dict(found).get(state, 0) for state in ORDER}


def search(states: Collection[Publication], words: str) -> list[int]:
    """Ids of classes in one of `states` that have all `words` in a title or in their address, without case and
    accents: published ones first, then by title."""
    query = select(MasterClass.id, MasterClass.state, MasterClass.title, MasterClass.slug)
    wanted, found = folded(words).split(), []
    for class_id, state, title, slug in db.session.execute(query.where(MasterClass.state.in_(states))):
        text = folded(f"{title.fr} {title.en} {slug}")
        if all(word in text for word in wanted):
            found.append((ORDER.index(state), text, class_id))
    return [class_id for _order, _text, class_id in sorted(found)]


def rows(ids: Collection[int], now: datetime) -> list[ClassRow]:
    """These classes in that order. Five queries."""
    classes = {one.id: one for one in db.session.scalars(select(MasterClass).where(MasterClass.id.in_(ids)))}
    query = (
        select(Edition)
        .where(Edition.master_class_id.in_(ids), Edition.ends_at > now, Edition.called_off_at.is_(None))
        .where(Edition.state != Publication.ARCHIVED)
        .order_by(Edition.starts_at, Edition.id)
        .options(joinedload(Edition.venue), selectinload(Edition.meetings), raiseload("*"))
    )
    coming: dict[int, list[Edition]] = {}
    for edition in db.session.scalars(query):
        coming.setdefault(edition.master_class_id, []).append(edition)
    first = {class_id: editions[0] for class_id, editions in coming.items()}
    seats = queries.seat_counts([edition.id for edition in first.values()], now)
    offers = {class_id: Offer(one, seats.get(one.id, SeatCount())) for class_id, one in first.items()}
    return [ClassRow(classes[one], offers.get(one), len(coming.get(one, ()))) for one in ids if one in classes]


def find(slug: str) -> MasterClass:
    """The class with all that its own page at the desk says. Raises NotFound."""
    query = (
        select(MasterClass)
        .where(MasterClass.slug == slug)
        .options(
            selectinload(MasterClass.editions).options(joinedload(Edition.venue), selectinload(Edition.meetings)),
            selectinload(MasterClass.trainers).joinedload(Trainer.photo),
            selectinload(MasterClass.questions),
            joinedload(MasterClass.policy_template),
            joinedload(MasterClass.photo),
        )
    )
    found = db.session.scalar(query)
    if found is None:
        raise NotFound("class")
    return found


def use_of(offer: MasterClass) -> tuple[str, int] | None:
    """What relies on the class, as StillUsed names it, and how much of it: bookings at any time, then vouchers."""
    booked = select(func.count(Booking.id)).join(Booking.edition).where(Edition.master_class_id == offer.id)
    vouchers = select(func.count(Voucher.id)).where(Voucher.master_class_id == offer.id)
    counts = (("booking", db.session.scalar(booked) or 0), ("voucher", db.session.scalar(vouchers) or 0))
    return next(((by, count) for by, count in counts if count), None)


def dates(offer: MasterClass, now: datetime) -> list[Offer]:
    """All its dates with their live seats, next ones first, then past ones, latest first."""
    seats = queries.seat_counts([edition.id for edition in offer.editions], now)
    offers = [Offer(edition, seats.get(edition.id, SeatCount())) for edition in offer.editions]
    past = [one for one in offers if one.edition.ends_at <= now]
    return [*(one for one in offers if one.edition.ends_at > now), *reversed(past)]
