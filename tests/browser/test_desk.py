"""The desk in a real browser: every page that links lead to, wide and narrow, light and dark, in both languages.

What `Visitor.look` notices of each page (accessibility, sideways scrolling, the console, other hosts) fails the test.
"""

from __future__ import annotations

from collections import Counter, deque
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map

from booking import create_app
from booking.adapters import demo_people
from booking.config import Settings
from tests.browser.visitor import Site, Visitor

pytestmark = pytest.mark.browser

FILES = (".fetch", ".document", ".printed", ".specimen", "certificates.show", ".static", ".mail_letter", ".sample")
PAGES = 1  # looked at of one kind
LINKS = "[...document.querySelectorAll('a[href]')].map(link => link.href)"


@pytest.fixture(scope="session")
def routes() -> Map:
    """What the addresses of the site are, to tell the kind of a page."""
    return create_app(Settings(database_url="sqlite:///:memory:", demo=True, jobs="external")).url_map


@pytest.mark.parametrize(
    ("lang", "width", "dark"),
    [("en", 1280, False), ("fr", 390, False), ("fr", 1280, True), ("en", 390, True)],
    ids=["english wide", "french narrow", "french wide dark", "english narrow dark"],
)
def test_every_page_of_the_desk(chromium: Browser, site: Site, routes: Map, lang: str, width: int, dark: bool) -> None:
    person = Visitor(chromium, site, lang, width=width, dark=dark)
    sign_in(person)
    waiting, known, seen = deque([person.path]), {person.path}, Counter[str]()
    while waiting:
        path = waiting.popleft()
        if path != person.path:
            person.go(path)
        for link in person.page.evaluate(LINKS):
            target = urlsplit(link).path
            kind = endpoint(routes, target)
            if kind and target not in known and seen[kind] < PAGES and target.startswith(f"/{lang}/"):
                known.add(target)
                seen[kind] += 1
                waiting.append(target)
    person.leave()
    assert len(seen) > 60, "most pages were not reached"


def sign_in(person: Visitor, role: str = "owner") -> None:
    """As one of the people of the demonstration."""
    person.go("/desk/sign-in")
    email = next(one.email for one in demo_people.PEOPLE if one.role == role)
    person.fill(email=email, password=demo_people.PASSWORD)
    person.press(".form button.button-primary")


def endpoint(routes: Map, path: str) -> str:
    """The kind of a page of the desk; '' for files and what is not of the desk."""
    try:
        found, _arguments = routes.bind("localhost").match(path, method="GET")
    except HTTPException:
        return ""
    is_file = path.endswith(".pdf") or found.endswith(FILES)
    return "" if is_file or not found.startswith(("desk_", "security.")) else found
