"""What becomes of mails once they left: kept for the desk to read, then erased."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from booking.persistence import sent_mails
from booking.persistence.sent_mails import Copy
from booking.persistence.transaction import atomic

TEXTS_KEPT: Final = timedelta(days=365)  # as the privacy page says


def keep(copy: Copy, now: datetime) -> None:
    """Writes down a mail that has just left; one that left twice is written down once."""
    with atomic():
        sent_mails.keep(copy, now)


def erase(now: datetime) -> None:
    """Forgets what was written, and to whom, a year ago. That something was sent, and when, stays."""
    with atomic():
        sent_mails.erase_before(now - TEXTS_KEPT)
