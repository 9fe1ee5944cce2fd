"""The legal notice, the privacy page and the terms as they were published at the desk, every version kept.

Before the first one, a page is its file in the content folder; bookings that accepted that one count as version 0.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ForeignKey, Index, and_, func, select
from sqlalchemy.orm import Mapped, mapped_column

from booking.domain.bilingual import Bilingual
from booking.persistence.bookings import Booking
from booking.persistence.db import Model, db
from booking.persistence.terms import TermsVersion


class SiteText(Model):
    """One version of one page, as Markdown with placeholders. `number` counts from 1 for each page."""

    __table_args__ = (Index("uq_site_text_number", "page", "number", unique=True),)
    id: Mapped[int] = mapped_column(primary_key=True)
    page: Mapped[str]
    number: Mapped[int]
    body: Mapped[Bilingual]
    published_at: Mapped[datetime]
    organiser_id: Mapped[int | None] = mapped_column(ForeignKey("organiser.id"))


class Published(NamedTuple):
    """The version in force of a page."""

    number: int
    body: Bilingual


def published() -> dict[str, Published]:
    """By page; a page that was never published here is missing."""
    latest = select(SiteText.page, func.max(SiteText.number).label("number")).group_by(SiteText.page).subquery()
    query = select(SiteText).join(latest, and_(SiteText.page == latest.c.page, SiteText.number == latest.c.number))
    return {row.page: Published(row.number, row.body) for row in db.session.scalars(query)}


def versions(page: str) -> list[SiteText]:
    """Every version of a page, the latest first."""
    return list(db.session.scalars(select(SiteText).where(SiteText.page == page).order_by(SiteText.number.desc())))


def version(page: str, number: int) -> SiteText | None:
    """One of them."""
    return db.session.scalar(select(SiteText).where(SiteText.page == page, SiteText.number == number))


def acceptances() -> dict[int, int]:
    """How many bookings accepted each version of the terms, by its number."""
    accepted = TermsVersion.digest == Booking.terms_digest
    counted = select(TermsVersion.number, func.count(Booking.id)).join(Booking, accepted)
    return {row[0]: row[1] for row in db.session.execute(counted.group_by(TermsVersion.number))}
