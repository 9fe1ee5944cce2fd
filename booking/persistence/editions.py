"""An edition as the plain value that forms and files speak of, and back into its rows."""

from __future__ import annotations

import hashlib
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import joinedload, selectinload

from booking.domain.bilingual import Bilingual
from booking.domain.catalogue import EditionSpec, MeetingSpec
from booking.domain.errors import NotFound
from booking.domain.publication import Publication
from booking.persistence.bookings import Booking, holds_seats
from booking.persistence.db import db
from booking.persistence.drafts import Draft
from booking.persistence.masterclasses import Edition, MasterClass, Meeting, Venue, at_hand, lock_edition
from booking.persistence.settings import CERTIFICATE_PAUSE, Setting


def find(slug: str) -> Edition:
    """Raises NotFound."""
    edition = db.session.scalar(select(Edition).where(Edition.slug == slug))
    if edition is None:
        raise NotFound("edition")
    return edition


def shown(slug: str) -> Edition:
    """One that everybody may read of, with its class and venue. Raises NotFound."""
    edition = db.session.scalar(select(Edition).where(Edition.slug == slug).options(*at_hand()))
    if edition is None or not edition.shown:
        raise NotFound("edition")
    return edition


def of_draft(draft: Draft) -> Edition:
    """The one that somebody has begun to book, with its class and venue."""
    return db.session.get_one(Edition, draft.edition_id, options=at_hand())


def latest(limit: int) -> list[Edition]:
    """Those that begin last, each with its class; the last one first."""
    query = select(Edition).options(joinedload(Edition.master_class)).order_by(Edition.starts_at.desc())
    return list(db.session.scalars(query.limit(limit)))


def lock(slug: str) -> Edition:
    """As `find`, the row locked: every change of an edition begins here. Raises NotFound."""
    return lock_edition(find(slug).id)


def spec_of(edition: Edition) -> EditionSpec:
    """What the rows say."""
    return EditionSpec(
        slug=edition.slug,
        meetings=meetings_of(edition),
        venue=edition.venue.slug if edition.venue else None,
        online_url=edition.online_url,
        zone=edition.zone,
        price=edition.price,
        early_price=edition.early_price,
        early_until=edition.early_until,
        minimum=edition.minimum,
        capacity=edition.capacity,
        opens=edition.registration_opens_at,
        closes=edition.registration_closes_at,
        decision=edition.decision_at,
        confirmation=edition.confirmation,
    )


def meetings_of(edition: Edition) -> tuple[MeetingSpec, ...]:
    """Its sessions, in order."""
    return tuple(MeetingSpec(m.starts_at, m.ends_at, m.title) for m in edition.meetings)


def taking_place(class_id: int) -> list[Edition]:
    """Dates of the class that are neither called off nor put away, with their sessions."""
    query = select(Edition).where(Edition.master_class_id == class_id, Edition.called_off_at.is_(None))
    query = query.where(Edition.state != Publication.ARCHIVED).order_by(Edition.starts_at)
    return list(db.session.scalars(query.options(selectinload(Edition.meetings))))


def write(edition: Edition, spec: EditionSpec) -> None:
    """Brings the rows to what `spec` says, but for the slug; it must have a session and a price. Raises NotFound for a
    venue that is gone."""
    edition.venue_id = _venue(spec.venue) if spec.venue else None
    edition.online_url, edition.zone = spec.online_url, spec.zone
    edition.price, edition.early_price, edition.early_until = spec.price or 0, spec.early_price, spec.early_until
    edition.minimum, edition.capacity, edition.confirmation = spec.minimum, spec.capacity, spec.confirmation
    edition.registration_opens_at, edition.registration_closes_at = spec.opens, spec.closes
    edition.decision_at = spec.decision
    edition.starts_at, edition.ends_at = spec.meetings[0].starts_at, spec.meetings[-1].ends_at
    known = {(meeting.starts_at, meeting.ends_at): meeting for meeting in edition.meetings}
    for meeting in spec.meetings:  # a session that stays keeps its row, and who was marked present at it
        row = known.pop((meeting.starts_at, meeting.ends_at), None)
        if row:
            row.title = meeting.title
        else:
            edition.meetings.append(Meeting(starts_at=meeting.starts_at, ends_at=meeting.ends_at, title=meeting.title))
    for row in known.values():
        edition.meetings.remove(row)
    db.session.flush()
    db.session.expire(edition, ["meetings", "venue"])


def plain(spec: EditionSpec) -> dict[str, Any]:
    """Text, numbers and lists, for domain.marks."""
    return {field.name: _plain(getattr(spec, field.name)) for field in fields(spec)}


def promised(edition: Edition) -> str:
    """A mark of what somebody agrees to beside the price: day, place, terms. Nobody agrees to others unseen."""
    spec, policy = spec_of(edition), edition.policy
    facts = (plain(spec)["meetings"], spec.zone, spec.venue, bool(spec.online_url), policy and policy.to_json())
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def was_booked(edition_id: int) -> bool:
    """Whether anybody ever booked it."""
    return bool(db.session.scalar(select(exists().where(Booking.edition_id == edition_id))))


def live_bookings(edition_id: int, now: datetime) -> list[Booking]:
    """Those that hold seats."""
    return list(db.session.scalars(select(Booking).where(Booking.edition_id == edition_id, holds_seats(now))))


def erase(edition: Edition) -> None:
    """Deletes an edition that nobody ever booked, and what somebody had begun to type or had set for it: SQLite gives
    its number to the next one."""
    db.session.execute(delete(Draft).where(Draft.edition_id == edition.id))
    db.session.execute(delete(Setting).where(Setting.name == f"{CERTIFICATE_PAUSE}.{edition.id}"))
    db.session.delete(edition)


def class_of(slug: str) -> MasterClass:
    """Raises NotFound."""
    owner = db.session.scalar(select(MasterClass).where(MasterClass.slug == slug))
    if owner is None:
        raise NotFound("class")
    return owner


def _venue(slug: str) -> int:
    found = db.session.scalar(select(Venue.id).where(Venue.slug == slug))
    if found is None:
        raise NotFound("venue")
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, Bilingual):
        return [value.fr, value.en]
    if isinstance(value, MeetingSpec):
        return [_plain(value.starts_at), _plain(value.ends_at), _plain(value.title)]
    return [_plain(item) for item in value] if isinstance(value, tuple) else value
