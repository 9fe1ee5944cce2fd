"""Terms, privacy page and legal notice: a draft that nobody sees, then a version that counts from its publication."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime

from booking.domain import placeholders
from booking.domain.actor import Actor
from booking.domain.bilingual import Bilingual
from booking.domain.errors import ChangedMeanwhile, NotFound
from booking.persistence import journal, settings, site_texts
from booking.persistence.db import db
from booking.persistence.site_texts import SiteText
from booking.persistence.transaction import atomic

DRAFT = "draft."


def draft_of(page: str) -> Bilingual | None:
    """The text that is being worked on, if any."""
    kept = settings.read(DRAFT + page, None)
    return Bilingual(**kept) if kept else None


def fingerprint(text: Bilingual | None) -> str:
    """What a form was filled from, posted back with it; of None the one of 'no draft yet'."""
    return hashlib.sha256(f"{text.fr}\0{text.en}".encode()).hexdigest()[:16] if text else "none"


def save_draft(page: str, text: Bilingual, known: Collection[str], shown: str, now: datetime, by: Actor) -> None:
    """Keeps what was written; `known` are the placeholders it may hold. Raises UnknownPlaceholder, ChangedMeanwhile."""
    for words in (text.fr, text.en):
        placeholders.check(words, known)
    with atomic():
        _check(page, shown, now)
        settings.write(DRAFT + page, {"fr": text.fr, "en": text.en}, now)
        journal.note("text_drafted", by, now, page=page)


def drop_draft(page: str, shown: str, now: datetime, by: Actor) -> None:
    """Throws the draft away. Raises ChangedMeanwhile."""
    with atomic():
        _check(page, shown, now)
        settings.write(DRAFT + page, None, now)
        journal.note("text_draft_dropped", by, now, page=page)


def publish(page: str, shown: str, now: datetime, by: Actor) -> int:
    """Makes the draft the version in force and gives its number. Who booked before keeps what was accepted.

    Raises NotFound('draft'), ChangedMeanwhile.
    """
    with atomic():
        _check(page, shown, now)
        text = draft_of(page)
        if text is None:
            raise NotFound("draft")
        latest = site_texts.versions(page)
        number = latest[0].number + 1 if latest else 1
        version = SiteText(page=page, number=number, body=text, published_at=now, organiser_id=by.organiser_id)
        db.session.add(version)
        settings.write(DRAFT + page, None, now)
        journal.note("text_published", by, now, page=page, version=number)
    return number


def _check(page: str, shown: str, now: datetime) -> None:
    settings.changed(now)  # whoever changes something at the same time waits here, and then sees this change
    if fingerprint(draft_of(page)) != shown:
        raise ChangedMeanwhile
