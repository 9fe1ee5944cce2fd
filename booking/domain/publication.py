"""Where a class or one of its dates stands between a first note and the archive."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from booking.domain.state import Transitions


class Publication(StrEnum):
    """DRAFT: the desk alone sees it. PUBLISHED: shown and bookable. CLOSED: shown, takes no bookings.
    ARCHIVED: no longer shown."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"
    ARCHIVED = "archived"


SHOWN: Final = (Publication.PUBLISHED, Publication.CLOSED)

PUBLICATION_TRANSITIONS: Final = Transitions(
    {
        Publication.DRAFT: {Publication.PUBLISHED, Publication.ARCHIVED},
        Publication.PUBLISHED: {Publication.CLOSED, Publication.ARCHIVED, Publication.DRAFT},
        Publication.CLOSED: {Publication.PUBLISHED, Publication.ARCHIVED},
        Publication.ARCHIVED: {Publication.CLOSED, Publication.DRAFT},
    }
)
