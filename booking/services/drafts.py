"""Keeping what a person typed on the way to a booking."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from booking.domain.errors import NotFound
from booking.persistence.db import db
from booking.persistence.drafts import Draft
from booking.persistence.transaction import atomic


def keep(edition_id: int, data: dict[str, Any], now: datetime, token: str | None = None) -> str:
    """Writes the form's plain values under `token`, or under a new unguessable one, which is given back.

    A draft that has become a booking is left as it is. Raises NotFound for an unknown token.
    """
    with atomic():
        if token is None:
            token = secrets.token_urlsafe(18)
            db.session.add(Draft(token=token, edition_id=edition_id, data=data, created_at=now))
            return token
        draft = db.session.get(Draft, token)
        if draft is None:
            raise NotFound("draft")
        if draft.booking_id is None:
            draft.data, draft.created_at = data, now
        return token


def find(token: str) -> Draft:
    """The draft under `token`. Raises NotFound."""
    draft = db.session.get(Draft, token)
    if draft is None:
        raise NotFound("draft")
    return draft
