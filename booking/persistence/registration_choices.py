"""What the filters of the desk's list offer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import or_, select

from booking.domain.bilingual import Bilingual
from booking.persistence.db import db
from booking.persistence.masterclasses import Edition, MasterClass

RECENT: Final = timedelta(days=60)
MOST: Final = 200


class EditionChoice(NamedTuple):
    slug: str
    starts_at: datetime
    zone: str
    title: Bilingual


def editions(class_slug: str, edition_slug: str, now: datetime) -> list[EditionChoice]:
    """The dates of a class, or without one those of the last weeks and to come; the chosen one among them."""
    offered = MasterClass.slug == class_slug if class_slug else Edition.starts_at > now - RECENT
    query = (
        select(Edition.slug, Edition.starts_at, Edition.zone, MasterClass.title)
        .join(MasterClass)
        .where(or_(offered, Edition.slug == edition_slug))
        .order_by(Edition.slug != edition_slug, Edition.starts_at.desc() if class_slug else Edition.starts_at)
        .limit(MOST)
    )
    found = [EditionChoice(*row) for row in db.session.execute(query)]
    return sorted(found, key=lambda choice: choice.starts_at, reverse=bool(class_slug))
