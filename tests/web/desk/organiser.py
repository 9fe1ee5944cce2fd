"""Somebody who works at the desk, at a time that the test sets. Pages are in English.

def test_something(desk: Desk) -> None:
    page = desk.get("bookings/")              # signed in as the owner
    page = desk.as_("trainer").get("")        # as somebody else
"""

from __future__ import annotations

import re
from typing import Any

from flask_security import hash_password
from werkzeug.test import TestResponse

from booking.adapters.mail import mailbox
from booking.adapters.mail.mailbox import Letter
from booking.domain.permission import Role
from booking.persistence.db import db
from booking.persistence.organisers import Organiser
from booking.persistence.transaction import atomic
from tests.factories import NOW
from tests.web.client import Browser, browser_of
from tests.web.participant import Participant

PASSWORD = "a long password for tests"
_HASHED: dict[str, str] = {}  # hashing takes longer than most tests


class Desk(Participant):
    """A participant who can also sign in; `browser` is signed out, each role has a browser of its own."""

    def __init__(self) -> None:
        self.browsers: dict[str, Browser] = {}
        self.role = "owner"

    def as_(self, role: str) -> Desk:
        """From now on this role's browser is used."""
        self.role = role
        return self

    @property
    def seat(self) -> Browser:
        """The browser of the role, signed in."""
        if self.role not in self.browsers:
            browser = browser_of(self.app)
            self.browsers[self.role] = browser
            self.sign_in(browser, self.person(self.role))
        return self.browsers[self.role]

    def person(self, role: str, **facts: Any) -> str:
        """The e-mail address of somebody in that role, made when there is none."""
        email: str = facts.get("email", f"{role}@example.org")
        with self.app.app_context():
            if db.session.query(Organiser).filter_by(email=email).first() is None:
                hashed = _HASHED.get(PASSWORD) or _HASHED.setdefault(PASSWORD, hash_password(PASSWORD))
                known = {"email": email, "name": role.title(), "locale": "en", "created_at": NOW, "password": hashed}
                with atomic():
                    db.session.add(Organiser(role=Role(role), **known | facts))
        return email

    def sign_in(self, browser: Browser, email: str, password: str = PASSWORD) -> TestResponse:
        page = browser.get("/en/desk/sign-in")
        return browser.submit(page, email=email, password=password)

    def get(self, path: str = "", lang: str = "en", **query: Any) -> TestResponse:
        """A page of the desk; `path` stands behind /en/desk/. Signs in anew where that is too long ago."""
        address, wanted = f"/{lang}/desk/{path}", query or None
        page = self.seat.get(address, query_string=wanted, follow_redirects=True)
        if not page.request.path.endswith("/sign-in"):
            return page
        del self.browsers[self.role]
        return self.seat.get(address, query_string=wanted, follow_redirects=True)

    def submit(self, page: TestResponse, button: str | None = None, form: int = -1, **values: Any) -> TestResponse:
        return self.seat.submit(page, button, form, **values)


def letters_to(desk: Desk, email: str) -> list[str]:
    """Subjects of the mails that went to an address, oldest first."""
    return [letter.subject for letter in _letters(desk, email)]


def letter_link(desk: Desk, email: str, subject: str) -> str:
    """The address that the latest such mail leads to."""
    letter = next(letter for letter in reversed(_letters(desk, email)) if letter.subject == subject)
    found = re.search(r"^http\S+", letter.text, re.MULTILINE)
    assert found
    return found[0]


def _letters(desk: Desk, email: str) -> list[Letter]:
    folder = desk.app.extensions["settings"].data_dir
    found = sorted(mailbox.letters(folder), key=lambda letter: letter.date)
    return [letter for letter in found if f"<{email}>" in letter.recipient]
