"""A site whose organiser is not set yet: nothing on it is half said, on no page, in no mail."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import fields

import pytest
from flask import Flask

from booking.adapters import clock, desk_links
from booking.adapters.mail import compose
from booking.config import OrganiserIdentity, current
from booking.persistence.site import Site
from booking.web.pages import filled, text_of_file
from tests.adapters.letters import BOOKER
from tests.factories import NOW
from tests.web.participant import Participant

NOBODY = OrganiserIdentity(**{field.name: "" for field in fields(OrganiserIdentity)} | {"locale": "fr"})
PAGES = ("", "terms", "privacy", "legal", "link", "feed.atom", "calendar.ics", "nowhere", "desk/sign-in")
HALF_SAID = re.compile(
    r",\s*[,.]|^\s*[,.·]+\s*$|[–-]\s*(?=</title>)|\bmailto:[\"?\s]|<>|<strong>\s*</strong>|\{\w+\}|"
    r"\b(?:to|of|by|with) +[:.,]|\b(?:à|de|du|par|avec)(?: +[.,]|\s{2,}:)",
    re.MULTILINE,
)
TAG = re.compile(r"<(?!/title)[^>]*>")
STYLE = re.compile(r"<style.*?</style>", re.DOTALL)


@pytest.fixture
def unnamed(participant: Participant, make_app: Callable[..., Flask]) -> Participant:
    """In real use."""
    participant.app = make_app(demo=False, secret_key="x" * 40, base_url="http://localhost", initial_organiser=NOBODY)
    participant.browser = type(participant.browser)(participant.app, participant.app.response_class)
    return participant


def half_said(text: str) -> list[str]:
    """What is missing something: around the place, in the source and in the words alone."""
    source = STYLE.sub("", text)
    seen = (source, html.unescape(TAG.sub("", source)))
    return [words[max(0, hit.start() - 60) : hit.end() + 20] for words in seen for hit in HALF_SAID.finditer(words)]


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_pages_of_an_empty_site(unnamed: Participant, page: str, lang: str) -> None:
    answer = unnamed.browser.get(f"/{lang}/{page}")
    assert answer.status_code == (404 if page == "nowhere" else 200)
    assert half_said(answer.text) == []


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_pages_on_the_way_to_a_seat(unnamed: Participant, lang: str) -> None:
    slug = unnamed.edition(price=0)
    with unnamed.rows():
        welcome = desk_links.first_owner_url(clock.now(), lang)
    sent = unnamed.browser.submit(unnamed.browser.get(f"/{lang}/link"), email="ada@example.org")
    pages = [sent, unnamed.browser.get(welcome), unnamed.browser.get(f"/{lang}/"), unnamed.form(slug, lang)]
    pages += [unnamed.check(slug, lang=lang), unnamed.book(slug, lang=lang)]
    assert [found for page in pages for found in half_said(page.text)] == []


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_mails_of_an_empty_site(make_app: Callable[..., Flask], lang: str) -> None:
    """They need an address to come from; all else may lack."""
    with make_app(demo=True, mail_from="classes@example.org", initial_organiser=NOBODY).app_context():
        for name, write in BOOKER.items():
            message = compose.compose({"to": "booker", "key": name} | write(lang), current(), NOW)
            assert message is not None, name
            assert message["From"] == "Atelier <classes@example.org>"
            parts = [message.get_body((kind,)) for kind in ("plain", "html")]
            assert [found for part in parts if part for found in half_said(part.get_content())] == [], name


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("page", ["terms", "privacy", "legal"])
def test_texts_lose_whole_paragraphs(app: Flask, page: str, lang: str) -> None:
    with app.app_context():
        text = text_of_file(page, lang)
    kept = filled(text, Site(NOBODY)).strip()
    blocks = re.split(r"\n{2,}", text.strip())
    assert set(re.split(r"\n{2,}", kept)) <= set(blocks)
    assert not kept.startswith("-")
    assert not re.search(r"^#.*\n+(#|\Z)", kept, re.MULTILINE)
    whole = filled(text, Site(OrganiserIdentity(uid="x")))
    assert len(re.split(r"\n{2,}", whole.strip())) == len(blocks)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("One wraps\nhere, {name}\nand ends.\n\nStays.\n", "\nStays.\n"),
        ("**Somebody**\\\n{street} {house_number}\\\nMorges\n", "**Somebody**\\\nMorges\n"),
        ("- a\n- {phone}\n- c\n  goes on {uid}\n- d\n", "- a\n- d\n"),
        ("# T\n\n## A\n\n{name}\n\n## B\n\nwords\n", "# T\n\n## B\n\nwords\n"),
        ("{unknown} words\n\n## Bare\n\n## B\n", "{unknown} words\n\n## Bare\n\n## B\n"),
    ],
)
def test_what_belongs_together_is_left_out_together(text: str, left: str) -> None:
    assert filled(text, Site(NOBODY)) == left
