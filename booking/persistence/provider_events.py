"""Events of a payment provider that were acted upon: written in the same transaction as their effect."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column

from booking.persistence.db import Model, db, insert_once


class ProviderEvent(Model):
    """`id` is the provider's; events are hints, so that one acted upon twice changes nothing."""

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    acted_at: Mapped[datetime]


def acted_upon(event_id: str, kind: str, now: datetime) -> None:
    """Remembers the event in the caller's transaction; once, however often it comes. '' is no event."""
    if event_id:
        insert_once(ProviderEvent, id=event_id, kind=kind, acted_at=now)


def unknown(event_ids: Collection[str]) -> set[str]:
    """Those that were never acted upon."""
    known = db.session.scalars(select(ProviderEvent.id).where(ProviderEvent.id.in_(event_ids)))
    return set(event_ids) - set(known)
