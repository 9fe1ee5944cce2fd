"""The way out: an SMTP server when one is set, else .eml files in a folder, which the mailbox page shows."""

from __future__ import annotations

import os
import smtplib
import ssl
import tempfile
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit

from booking.adapters.mail.headers import POLICY
from booking.config import Settings
from booking.services.outbox import JobFailed

TIMEOUT: Final = 20  # seconds, for each answer of the server; far below the outbox's lease
PORTS: Final = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
FOLDER: Final = "mail"


class Transport(Protocol):
    """A way for letters to leave."""

    def deliver(self, message: EmailMessage) -> None:
        """Hands a message over. Raises JobFailed, in words that name nobody, when it is to be tried again."""

    def check(self) -> None:
        """Tries the way and sends nothing. Raises what smtplib, sockets and files raise."""


def of(settings: Settings) -> Transport:
    """The transport that the settings choose."""
    return Server(settings.smtp_url) if settings.smtp_url else Folder(settings.data_dir / FOLDER)


@dataclass(frozen=True)
class Server:
    """smtp://, smtps:// or smtp+starttls://user:password@host:port; certificates are verified."""

    url: str

    def deliver(self, message: EmailMessage) -> None:
        try:
            with self._connect() as connection:
                connection.send_message(message)
        except smtplib.SMTPResponseException as error:
            raise JobFailed(f"the mail server answered {error.smtp_code}") from error
        except smtplib.SMTPRecipientsRefused as error:
            codes = sorted({code for code, _words in error.recipients.values()})
            raise JobFailed(f"the mail server refused the recipient: {', '.join(map(str, codes))}") from error
        except (smtplib.SMTPException, OSError) as error:
            raise JobFailed(f"the mail server cannot be used: {type(error).__name__}") from error

    def check(self) -> None:
        with self._connect():
            pass

    def _connect(self) -> smtplib.SMTP:
        parts = urlsplit(self.url)
        host, port = parts.hostname or "localhost", parts.port or PORTS[parts.scheme]
        if parts.scheme == "smtps":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                host, port, timeout=TIMEOUT, context=ssl.create_default_context()
            )
        else:
            connection = smtplib.SMTP(host, port, timeout=TIMEOUT)
        try:
            if parts.scheme == "smtp+starttls":
                connection.starttls(context=ssl.create_default_context())
            if parts.username:
                connection.login(unquote(parts.username), unquote(parts.password or ""))
        except BaseException:
            connection.close()
            raise
        return connection


@dataclass(frozen=True)
class Folder:
    """One .eml file a message, named by time and Message-ID: a repeated message takes the place of its first copy."""

    path: Path

    def deliver(self, message: EmailMessage) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        name = message["Message-ID"].strip("<>").partition("@")[0]
        earlier = sorted(self.path.glob(f"*-{name}.eml"))
        sent = parsedate_to_datetime(message["Date"])
        target = earlier[0] if earlier else self.path / f"{sent:%Y%m%dT%H%M%S}-{name}.eml"
        self._write(target, message.as_bytes(policy=POLICY))

    def check(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=self.path):
            pass

    def _write(self, target: Path, content: bytes) -> None:
        """Whole or not at all: readers of the folder never see half a message."""
        handle, temporary = tempfile.mkstemp(dir=self.path, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
