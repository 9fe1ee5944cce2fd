"""Mail: a row of the outbox becomes a letter in the reader's language, then goes to a server or a folder.

`send` is the handler of the outbox topic "mail".
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from booking.adapters.mail import compose, kept, transport
from booking.config import current
from booking.persistence import transaction
from booking.persistence.db import db
from booking.services import mails
from booking.services.message import settle


def send(payload: dict[str, Any], now: datetime) -> None:
    """Writes and sends the letter that `payload` asks for: kind, to ('booker' or 'organiser'), key, and ids.

    One that has been overtaken is not sent; of one about a booking, a copy is kept for the desk. Raises JobFailed when
    it could not be handed over; a repetition carries the same Message-ID.
    """
    assert not transaction.in_transaction()
    settings = current()
    message = compose.compose(payload, settings, now)
    db.session.rollback()  # the letter is written: no transaction is held open while a server is talked to
    copy = kept.copy_of(message, payload) if message and "booking_id" in payload else None
    if message:
        transport.of(settings).deliver(message)
    if "recipient_id" in payload:  # at once: whoever got it is not to get it again
        settle(payload["recipient_id"], message is not None, now)
    if copy:
        mails.keep(copy, now)


__all__ = ["send"]
