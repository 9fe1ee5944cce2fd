"""Letters to people of the desk: whole in both languages, with links that open, and none that has been overtaken."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from booking.adapters import desk_links
from booking.adapters.mail import compose
from booking.adapters.mail.desk_letters import KINDS, WHAT
from booking.config import current
from booking.domain.permission import Role
from booking.persistence import desk_letters, organisers, outbox
from booking.persistence.db import db
from booking.persistence.organisers import Organiser
from booking.persistence.outbox import OutboxJob
from booking.persistence.sign_ins import begin
from booking.persistence.transaction import atomic
from tests.adapters.test_mail import Page, body, written
from tests.factories import NOW

EXAMPLES = [(kind, "") for kind in KINDS if kind != "account_changed"] + [("account_changed", what) for what in WHAT]


@pytest.fixture(autouse=True)
def _inside(app: Flask) -> Iterator[None]:
    with app.test_request_context(base_url=current_base(app)):
        yield


def current_base(app: Flask) -> str:
    base: str = app.extensions["settings"].base_url
    return base


def somebody(**facts: Any) -> Organiser:
    known = {"email": "lea@example.org", "name": "Léa Exemple", "locale": "fr", "role": Role.STAFF, "created_at": NOW}
    with atomic():
        return organisers.write(Organiser(**known | facts))


def asked_for(kind: str, person: Organiser, **facts: Any) -> dict[str, Any]:
    """The payload as it stands in the outbox."""
    with atomic():
        desk_letters.post(kind, person.id, NOW, **facts)
    payload: dict[str, Any] = db.session.query(OutboxJob).one().payload
    return payload


def example(kind: str, what: str, locale: str) -> dict[str, Any]:
    invited = {"invited_at": NOW} if kind == "invitation" else {"password": "x", "new_email": "new@example.org"}
    person = somebody(locale=locale, **invited)
    facts: dict[str, Any] = {"what": what} if what else {}
    if kind == "new_device":
        with atomic():
            facts["sign_in_id"] = begin(person.id, "secret", "Firefox, Android", False, NOW).id
    return asked_for(kind, person, **facts)


def link(message: EmailMessage) -> str:
    found = re.search(r"^http\S+", body(message, "plain"), re.MULTILINE)
    assert found
    return found[0]


@pytest.mark.parametrize("locale", ["fr", "en"])
@pytest.mark.parametrize(("kind", "what"), EXAMPLES)
def test_every_letter_is_whole(kind: str, what: str, locale: str) -> None:
    message = written(example(kind, what, locale), "person")
    text, page = body(message, "plain"), Page(body(message, "html"))
    assert message["Content-Language"] == page.all("html")[0]["lang"] == locale
    address = "new@example.org" if kind == "email_change" else "lea@example.org"
    assert message["To"] == f"Léa Exemple <{address}>"
    assert len(page.all("h1")) == 1
    assert message["Subject"].strip()
    assert not re.search(r"%\(\w+\)|\{\{|\{%|\bNone\b|Undefined", text)
    assert link(message) in [address["href"] for address in page.all("a")]
    assert max(len(line) for line in text.splitlines() if "://" not in line) <= compose.WIDTH


def test_rows_open_nothing() -> None:
    """What waits in the outbox, in backups and in logs holds neither a link nor an address."""
    payload = example("invitation", "", "fr")
    assert set(payload) == {"kind", "to", "organiser_id", "at"}


def test_a_repetition_is_recognised() -> None:
    payload = example("password_reset", "", "fr")
    assert written(payload, "person", "k")["Message-ID"] == written(payload, "person", "k")["Message-ID"]


def test_the_invitation_opens_for_that_person() -> None:
    message = written(example("invitation", "", "en"), "person")
    token = link(message).rpartition("/")[2]
    person = db.session.query(Organiser).one()
    assert desk_links.read_invitation(token) == (person.id, person.invited_at)
    week_later = (NOW + timedelta(days=7)).astimezone(ZoneInfo("Europe/Zurich"))
    assert f"{week_later:%-d %B %Y at %H:%M}" in " ".join(body(message, "plain").split())


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("invitation", {"invited_at": NOW + timedelta(hours=1)}),  # a newer one was sent
        ("invitation", {"password": "x"}),
        ("invitation", {"active": False}),
        ("password_reset", {"active": False}),
        ("email_change", {"new_email": None}),
    ],
)
def test_what_no_longer_holds_is_not_sent(kind: str, change: dict[str, Any]) -> None:
    payload = example(kind, "", "fr")
    with atomic():
        person = db.session.query(Organiser).one()
        for name, value in change.items():
            setattr(person, name, value)
    assert compose.compose({"key": "k", **payload}, current(), NOW) is None


def test_whoever_is_gone_is_not_written() -> None:
    payload = example("invitation", "", "fr")
    with atomic():
        db.session.delete(db.session.query(Organiser).one())
    assert compose.compose({"key": "k", **payload}, current(), NOW) is None


def test_the_same_letter_is_asked_for_once_a_second() -> None:
    person = somebody(password="x")
    asked_for("password_reset", person)
    asked_for("password_reset", person)
    assert outbox.undelivered() == []
