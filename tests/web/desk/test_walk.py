"""Somebody who follows every link of the desk: each page is well made, in both languages, changes nothing by being
looked at, and no page is there that no link leads to."""

from __future__ import annotations

import re
from collections import Counter, deque
from html import unescape
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from booking.adapters.gateways import current_ports
from booking.domain.booking import Confirmation
from booking.domain.publication import Publication
from booking.persistence.bookings import Booking
from booking.services import pay
from tests.factories import make_class
from tests.web.desk.organiser import Desk
from tests.web.participant import PAYER_IBAN

LINK: Final = re.compile(r'(?:href|action|src)="([^"#]+)')
PAGES: Final = 6  # looked at of one kind
UNTOLD: Final = {  # to which no link of these pages leads
    "desk_home.index",  # /desk, for people who type it
    "desk_account.after_second_factor",  # where the extension sends people
    "desk_settings_look.contrast",  # asked by a script
    "desk_settings_texts.review",  # once something is drafted
    "desk_refunds.account",  # while an account is wanted
    "desk_mismatches.show",  # while a payment does not fit
    "desk_decisions.show",  # below a minimum
    "desk_people.second_factor",  # of who has one
    "desk_certificates.show", "desk_certificates.correct",  # once issued
    "security.static", "security.tf_select", "security.two_factor_rescue",  # not used
    "security.login", "security.forgot_password", "security.reset_password", "security.wan_signin",  # before signing in
    "security.mf_recovery", "security.two_factor_token_validation",
    "security.verify", "security.wan_verify", "security.wan_delete", "security.mf_recovery_codes",  # a factor needed
}  # fmt: skip


@pytest.fixture
def filled(desk: Desk) -> Desk:
    """A desk with something on every page."""
    over = desk.edition(slug="over", meetings=[("2026-10-01 09:00", "2026-10-01 17:00")])
    desk.at("2026-08-01 10:00").book_and_pay(over, email="over@example.org")
    desk.at("2026-11-01 10:00").book_and_pay(desk.edition_asking(), email="carla@example.org", **{"seats-0-q1": "Some"})
    desk.book(desk.edition(slug="account", confirmation=Confirmation.ON_BOOKING), email="owing@example.org")
    gone = desk.book(desk.edition(slug="gone"), email="gone@example.org")
    with desk.rows() as session:
        booking = session.scalars(select(Booking).where(Booking.email == "gone@example.org")).one()
        pay.mark_paid(booking.qr_reference or "", 34000, desk.now, current_ports())
    desk.browser.submit(desk.cancellation(gone), iban=PAYER_IBAN, holder="Gone")
    desk.book(desk.edition(slug="waiting"), email="waiting@example.org")
    with desk.rows():
        make_class(slug="a-draft", state=Publication.DRAFT)
    desk.person("staff")
    desk.submit(desk.get("vouchers/new"), code="SPRING", value="10")
    desk.submit(desk.get("topics/new"), title_fr="Écriture", title_en="Writing")
    desk.submit(desk.get("files/"), kind="journal", format="csv")
    desk.submit(desk.get("editions/over/certificates"))
    for lang in ("French", "English"):
        desk.submit(desk.get("messages/new", edition="account"), subject_en=lang, text_en=lang)
    desk.submit(desk.get("messages/2"))
    desk.run_jobs()
    return desk


def endpoint(desk: Desk, path: str) -> str:
    """What answers a GET of this path; '' for nothing or nothing of the desk."""
    try:
        found, _arguments = desk.app.url_map.bind("localhost").match(path, method="GET")
    except HTTPException:
        return ""
    return found if found.startswith(("desk_", "security.")) else ""


def links(page: TestResponse) -> list[str]:
    if page.mimetype != "text/html":
        return []
    return [unescape(found) for found in LINK.findall(page.text) if "/desk" in found]


def walk(desk: Desk, lang: str) -> tuple[Counter[str], dict[str, int]]:
    """How many pages of each kind were seen, and those that answered with anything but 200."""
    waiting, known = deque([f"/{lang}/desk/"]), {f"/{lang}/desk/"}
    seen: Counter[str] = Counter()
    wrong: dict[str, int] = {}
    while waiting:
        path = waiting.popleft()
        page = desk.seat.get(path, follow_redirects=True)
        if page.status_code != 200:
            wrong[path] = page.status_code
        for link in links(page):
            kind = endpoint(desk, urlsplit(link).path)
            if kind and link not in known and seen[kind] < PAGES and link.startswith(f"/{lang}/"):
                known.add(link)
                seen[kind] += 1
                waiting.append(link)
    return seen, wrong


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_page_of_the_desk_is_reached_and_well_made(filled: Desk, lang: str) -> None:
    seen, wrong = walk(filled, lang)
    assert not wrong
    opened = {rule.endpoint for rule in filled.app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    pages = {name for name in opened if name.startswith(("desk_", "security."))}
    missed = sorted(pages - set(seen) - UNTOLD)
    assert not missed, " ".join(missed)


def test_looking_changes_nothing(filled: Desk) -> None:
    filled.get()
    before = told(filled)
    walk(filled, "en")
    assert told(filled) == before


def told(desk: Desk) -> dict[str, Any]:
    contents = desk.contents()
    contents.pop("sign_in")
    return contents
