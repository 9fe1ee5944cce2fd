"""The folder of .eml files, read back for the mailbox page of the demonstration."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final

from booking.adapters.mail.transport import FOLDER

NAME: Final = re.compile(r"[0-9T]+-[0-9a-f]+")  # what Folder names its files; nothing else is ever opened


@dataclass(frozen=True)
class Attachment:
    filename: str
    mimetype: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """One message as its reader sees it. `name` is its file's, without the ending."""

    name: str
    sender: str
    recipient: str
    reply_to: str
    subject: str
    lang: str
    date: datetime
    text: str
    html: str
    attachments: tuple[Attachment, ...]
    source: bytes


def letters(data_dir: Path, limit: int = 200) -> list[Letter]:
    """The latest messages, newest first."""
    paths = sorted((data_dir / FOLDER).glob("*.eml"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    return [letter for path in paths[:limit] if (letter := letter_named(data_dir, path.stem))]


def letter_named(data_dir: Path, name: str) -> Letter | None:
    """One message; None for a name that is no file of ours."""
    path = data_dir / FOLDER / f"{name}.eml"
    if not NAME.fullmatch(name) or not path.is_file():
        return None
    return read(name, path.read_bytes())


def read(name: str, source: bytes) -> Letter:
    """A message as its reader sees it."""
    message = message_from_bytes(source, _class=EmailMessage, policy=default)
    return Letter(
        name=name,
        sender=str(message["From"]),
        recipient=str(message["To"]),
        reply_to=str(message["Reply-To"] or ""),
        subject=str(message["Subject"]),
        lang=str(message["Content-Language"]),
        date=parsedate_to_datetime(message["Date"]),
        text=_body(message, "plain"),
        html=_with_pictures(message, _body(message, "html")),
        attachments=tuple(_attachment(part) for part in message.iter_attachments()),
        source=source,
    )


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if isinstance(part, EmailMessage) else ""


def _with_pictures(message: EmailMessage, html: str) -> str:
    """The HTML with the pictures that the message brings along in place of their names."""
    for part in message.walk():
        if part["Content-ID"]:
            content = b64encode(_attachment(part).content).decode()
            name = f"cid:{part['Content-ID'].strip('<> ')}"
            html = html.replace(name, f"data:{part.get_content_type()};base64,{content}")
    return html


def _attachment(part: EmailMessage) -> Attachment:
    content = part.get_payload(decode=True)
    return Attachment(
        part.get_filename() or "", part.get_content_type(), content if isinstance(content, bytes) else b""
    )
