"""Versions of the terms, so that what a participant accepted can always be read again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column

from booking.persistence.db import Model, db, insert_once


class TermsVersion(Model):
    """One text in one language. `digest` is the SHA-256 of the Markdown, `number` the version of the terms that it was
    (`site_texts`; 0 for the file)."""

    digest: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str]
    body: Mapped[str]
    first_seen_at: Mapped[datetime]
    number: Mapped[int] = mapped_column(default=0)


def remember(digest: str, language: str, body: str, now: datetime, number: int = 0) -> None:
    """Keeps the text the first time it is accepted."""
    if db.session.scalar(select(TermsVersion.digest).where(TermsVersion.digest == digest)) is None:
        insert_once(TermsVersion, digest=digest, language=language, body=body, first_seen_at=now, number=number)
