"""The copy of a mail that the desk keeps: its words in both readings, without attachments, opening nothing."""

from __future__ import annotations

import re
from email.message import EmailMessage
from typing import Any, Final

from booking.adapters.mail.headers import POLICY
from booking.persistence.sent_mails import Copy

HEADERS: Final = ("Subject", "From", "To", "Reply-To", "Date", "Message-ID")
KEY: Final = re.compile(r"/my/[\w.~=-]+")  # in addresses: whoever has it acts as the participant
NO_KEY: Final = "/my/…"
PICTURE: Final = re.compile(r'<img[^>]*\bsrc="cid:[^>]*\balt="([^"]*)"[^>]*>')  # the logo, which is no word


def copy_of(message: EmailMessage, payload: dict[str, Any]) -> Copy:
    """What to keep of a message that left for the outbox row `payload`, which names its booking."""
    return Copy(
        key=payload["key"],
        booking_id=payload["booking_id"],
        kind=payload["kind"],
        reader=payload["to"],
        recipient=message["To"].addresses[0].addr_spec,
        subject=str(message["Subject"]),
        attachments=tuple(part.get_filename() or "" for part in message.iter_attachments()),
        message=_without_attachments(message).as_bytes(policy=POLICY),
    )


def _without_attachments(message: EmailMessage) -> EmailMessage:
    copy = EmailMessage(policy=POLICY)
    for name in HEADERS:
        copy[name] = str(message[name])
    copy.set_content(_words(message, "plain"), cte="quoted-printable")
    copy.add_alternative(_words(message, "html"), subtype="html", cte="quoted-printable")
    copy["Content-Language"] = str(message["Content-Language"])
    return copy


def _words(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    words = str(part.get_content()) if isinstance(part, EmailMessage) else ""
    return PICTURE.sub(r"\1", KEY.sub(NO_KEY, words))
