"""A letter as a MIME message: two readings of the same words, its attachments, and headers that machines need."""

from __future__ import annotations

import hashlib
import re
import textwrap
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import force_locale

from booking.adapters.mail import logo
from booking.adapters.mail.headers import POLICY, for_header
from booking.adapters.mail.logo import MailLogo
from booking.adapters.mail.reading import AnyLetter, read
from booking.config import Settings

if TYPE_CHECKING:
    from css_inline import CSSInliner

WIDTH: Final = 76  # characters of a line of plain text
SIGNATURE: Final = "-- "  # mail programs know by this line, with its blank, that a signature follows


def compose(payload: dict[str, Any], settings: Settings, now: datetime) -> EmailMessage | None:
    """The message that the outbox row asks for, in the language of its reader; None when it has been overtaken, or its
    reader has no address."""
    with current_app.test_request_context(base_url=settings.base_url):
        letter = read(payload, settings, now)
        if letter.is_overtaken or not letter.recipient[1]:
            return None
        with force_locale(f"{letter.lang}_CH"):
            return _message(letter, payload["key"], settings, now)


def _message(letter: AnyLetter, key: str, settings: Settings, now: datetime) -> EmailMessage:
    subject, html, text = readings(letter)
    message = EmailMessage(policy=POLICY)
    message["Subject"] = subject
    message["From"] = _address(letter.site.organiser.known_as, letter.site.sender)
    message["To"] = _address(*letter.recipient)
    if letter.reply_to[1]:  # whoever booked by telephone may have none
        message["Reply-To"] = _address(*letter.reply_to)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id(key, settings.base_url)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    if picture := picture_of(letter):
        picture.enclose(message)
    for attachment in letter.attachments(now):
        message.add_attachment(
            attachment.content, *attachment.mimetype.split("/"), filename=attachment.filename, params=attachment.params
        )
    message["Content-Language"] = letter.lang  # only now: adding parts moves every Content- header into the first
    return message


def readings(letter: AnyLetter) -> tuple[str, str, str]:
    """Subject (the organiser's own, else the house's), HTML and plain text."""
    context = _common_facts(letter) | letter.facts()
    own = for_header(context.get("own_subject", ""))  # empty also where all that stands in it is, such as {place}
    context["subject"] = subject = own or for_header(_render(letter, "subject.txt", context))
    html, text = _render(letter, "body.html", context), _render(letter, "body.txt", context)
    return subject, _inlined(html), plain(text)


def picture_of(letter: AnyLetter) -> MailLogo | None:
    """What stands at the head of the letter, beside or instead of the organiser's name."""
    return logo.of(letter.site.logo, urlsplit(letter.settings.base_url).hostname or "localhost")


def _common_facts(letter: AnyLetter) -> dict[str, Any]:
    """What the frame and the templates of all letters may name."""
    return {
        "lang": letter.lang,
        "kind": letter.kind,
        "now": letter.now,
        "organiser": letter.site.organiser,
        "logo": picture_of(letter),
        "base_url": letter.settings.base_url,
        "demo": letter.settings.demo,
    }


def message_id(key: str, base_url: str) -> str:
    """The same for every try of the same outbox row."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{urlsplit(base_url).hostname}>"


def plain(text: str) -> str:
    """Lines of at most WIDTH characters, kept under their indent; addresses of pages stay whole."""
    lines = []
    for line in re.sub(r"\n{3,}", "\n\n", text.strip("\n")).splitlines():
        if line == SIGNATURE:
            lines.append(line)
            continue
        indent = " " * (len(line) - len(line.lstrip(" -")))
        lines += textwrap.wrap(
            line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        ) or [""]
    return "\n".join(lines) + "\n"


def _render(letter: AnyLetter, part: str, context: dict[str, Any]) -> str:
    return current_app.jinja_env.get_template(f"email/{letter.folder}/{part}").render(context)


def _inlined(html: str) -> str:
    return str(_inliner().inline(html))


@lru_cache(1)
def _inliner() -> CSSInliner:
    """Rules go onto the elements, since many readers drop a stylesheet; only the dark ones stay in the head."""
    from css_inline import CSSInliner

    return CSSInliner(load_remote_stylesheets=False, keep_at_rules=True, apply_width_attributes=True)


def _address(name: str, address: str) -> Address:
    """Raises ValueError when it cannot be an address. Domains with accents go as machines write them."""
    user, _, domain = address.rpartition("@")
    if not user or not domain:
        raise ValueError("a letter needs an address")
    return Address(for_header(name), user, domain.encode("idna").decode())
