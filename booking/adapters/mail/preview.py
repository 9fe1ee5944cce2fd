"""A letter to look at, with the organiser's words as they are being written."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from flask import current_app
from flask_babel import force_locale

from booking.adapters.mail import compose, samples
from booking.adapters.mail.letters import Letter
from booking.adapters.mail.message_letters import MessageTest
from booking.adapters.mail.reading import AnyLetter, read
from booking.config import Settings
from booking.domain.documents import Issuer
from booking.domain.letters import Words
from booking.persistence import scratch, site
from booking.persistence.messages import Message
from booking.persistence.organisers import Organiser


class Preview(NamedTuple):
    """Both readings of a letter."""

    subject: str
    html: str
    text: str


def of_kind(kind: str, language: str, words: Words, issuer: Issuer, settings: Settings, now: datetime) -> Preview:
    """A letter of that kind about invented people, with these words in place of those that are kept."""
    with scratch.database():
        return of(samples.payload(kind, language, issuer, now), words, settings, now)


def of(payload: dict[str, Any], words: Words, settings: Settings, now: datetime) -> Preview:
    """The letter that an outbox row would ask for, with these words in place of those that are kept."""
    with current_app.test_request_context(base_url=settings.base_url):
        letter = read(payload, settings, now)
        assert isinstance(letter, Letter)
        letters = {**letter.site.letters, (letter.kind, letter.lang): words}
        letter = replace(letter, site=replace(letter.site, letters=letters))
        with force_locale(f"{letter.lang}_CH"):
            return _seen(letter)


def of_message(message: Message, reader: Organiser, language: str, settings: Settings, now: datetime) -> Preview:
    """A message to many as somebody called like `reader` would get it."""
    with current_app.test_request_context(base_url=settings.base_url):
        letter = MessageTest(message, reader, language, settings, site.current(), now, is_test=False)
        with force_locale(f"{language}_CH"):
            return _seen(letter)


def _seen(letter: AnyLetter) -> Preview:
    subject, html, text = compose.readings(letter)
    picture = compose.picture_of(letter)
    return Preview(subject, picture.shown_in(html) if picture else html, text)
