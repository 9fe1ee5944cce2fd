"""Every address of the site: answers in both languages, changes nothing by being looked at, and carries its guards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from booking.persistence.demo import DemoCheckout
from booking.persistence.documents import Document
from booking.persistence.drafts import Draft
from booking.persistence.masterclasses import Edition
from booking.web.desk.sign_in import is_desk
from tests.web.participant import PAYER_IBAN, Participant

OWN = ("manage.", "cancellations.", "payments.", "bookings.")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
HUGE = "9" * 40


@pytest.fixture
def addresses(participant: Participant) -> dict[str, str]:
    """endpoint -> a path that leads somewhere, for every rule that can be opened."""
    slug = participant.edition()
    own = participant.book_and_pay(slug, refunds="fail")
    participant.browser.submit(participant.cancellation(own))
    participant.run_jobs()
    other = participant.book(slug, email="bea@example.org")
    unfinished = participant.book(slug, "demo", email="dora@example.org")
    page = participant.check(slug, email="carl@example.org")  # last: a draft is found again by whoever begins anew
    mails = participant.app.extensions["settings"].data_dir / "mail"
    with participant.rows() as session:
        known: dict[str, Any] = {
            "edition": slug,
            "slug": session.scalars(select(Edition)).one().master_class.slug,
            "token": own.request.path.rpartition("/")[2],
            "number": session.scalars(select(Document.number)).first(),
            "refund_id": 2,
            "checkout_id": unfinished.request.path.rpartition("/")[2],
            "name": next(file.stem for file in sorted(mails.iterdir()) if b"pdf" in file.read_bytes()),
            "page": "terms",
            "path": "x",
            "digest": "0",
            "lang": "en",
        }
        assert session.get(DemoCheckout, known["checkout_id"])
        assert session.query(Draft).count() == 4
    draft, pending = page.request.path.split("/")[3], other.request.path.rpartition("/")[2]
    special = {
        "bookings.edit": {"token": draft},
        "bookings.check": {"token": draft},
        "manage.attendees": {"token": pending},
        "manage.calendar_file": {"token": pending},
        "cancellations.propose": {"token": pending},
        "cancellations.done": {"number": 1},
        "mailbox.attachment": {"number": 1},
    }
    return {rule.endpoint: _path(participant.app, rule, known | special.get(rule.endpoint, {}))
            for rule in _opened(participant.app)}  # fmt: skip


def _opened(app: Flask) -> Iterator[Rule]:
    """All but the letter inside its frame, which is no page of ours, and the desk with the way in, which have their own
    tests."""
    rules = (rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()))
    elsewhere = ("mailbox.letter", "welcome.")
    return (rule for rule in rules if not rule.endpoint.startswith(elsewhere) and not is_desk(rule.endpoint))


def _path(app: Flask, rule: Rule, known: dict[str, Any]) -> str:
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        path: str = adapter.build(rule.endpoint, {name: known[name] for name in rule.arguments}, method="GET")
        return path


def test_every_page_answers_in_both_languages(participant: Participant, addresses: dict[str, str]):
    answers = {}
    for endpoint, path in addresses.items():
        for lang in ("en", "fr"):
            response = participant.browser.get(path.replace("/en/", f"/{lang}/", 1), follow_redirects=True)
            answers[endpoint, lang] = response.status_code
    for endpoint in ("assets.serve", "look.logo", "pictures.serve", "manage.certificate"):  # files not there
        assert answers.pop((endpoint, "en")) == answers.pop((endpoint, "fr")) == 404
    assert set(answers.values()) == {200}, answers


def test_looking_changes_nothing(participant: Participant, addresses: dict[str, str]):
    before = participant.contents()
    for path in addresses.values():
        participant.browser.get(path)
        participant.browser.head(path)
        participant.browser.options(path)
    assert participant.contents() == before


def test_head_is_get_without_a_body(participant: Participant, addresses: dict[str, str]):
    for path in addresses.values():
        seen, asked = participant.browser.get(path), participant.browser.head(path)
        assert (asked.status_code, asked.mimetype, asked.data) == (seen.status_code, seen.mimetype, b""), path


def test_guards_are_everywhere(participant: Participant, addresses: dict[str, str]):
    lost = ["/en/nothing", "/fr/my/abc", "/nothing", "/en/classes/nothing"]
    for path in [*addresses.values(), *lost]:
        headers = participant.browser.get(path).headers
        assert {name: headers.get(name) for name in HEADERS} == HEADERS, path
        assert "default-src 'none'" in headers["Content-Security-Policy"], path
        assert "frame-ancestors" in headers["Content-Security-Policy"], path


def test_pages_of_one_person_are_kept_nowhere(participant: Participant, addresses: dict[str, str]):
    for endpoint, path in addresses.items():
        response = participant.browser.get(path)
        if endpoint.startswith(OWN):
            assert response.headers["Cache-Control"] == "private, no-store", path
            if response.mimetype == "text/html" and response.status_code == 200:
                assert '<meta name="robots" content="noindex">' in response.text, path


def test_forms_are_not_answers_to_links(participant: Participant):
    assert participant.browser.get("/en/my/abc/payment").status_code == 405


ODD = (
    f"/en/my/{{token}}/refunds/{HUGE}/account",
    f"/en/my/{{token}}/cancellations/{HUGE}",
    f"/en/my/{{token}}/cancellation?seat={HUGE}&seat=-1&seat=é",
    f"/en/demo/mailbox/x/attachments/{HUGE}",
    "/en/editions/%00/booking",
    "/en/editions/a%2Fb/booking",
    "/en/bookings/%00/details",
    "/en/my/%00",
    "/en/demo/pay/%00",
    "/en/classes/%F0%9F%98%80",
    "/fr/link?lang=%00",
)


@pytest.mark.parametrize("path", ODD)
def test_odd_addresses_find_nothing_or_something(participant: Participant, path: str):
    own = participant.book(participant.edition())
    answer = participant.browser.get(path.format(token=own.request.path.rpartition("/")[2]))
    assert answer.status_code in (200, 303, 404), path


def test_the_refund_account_of_another_booking(participant: Participant):
    slug = participant.edition()
    own = participant.book_and_pay(slug, refunds="fail")
    participant.browser.submit(participant.cancellation(own))
    participant.run_jobs()
    other = participant.book(slug, email="bea@example.org")
    path = f"{other.request.path}/refunds/2/account"
    assert participant.browser.get(path).status_code == 303
    form = participant.browser.get(f"{own.request.path}/refunds/2/account")
    data = {"csrf_token": form.text.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]}
    participant.browser.post(path, data=data | {"iban": PAYER_IBAN, "holder": "Eve"})
    assert not any("Eve" in str(row) for row in participant.contents()["refund"])


def test_the_demonstration_is_nowhere_in_earnest(make_app: Callable[..., Flask]):
    app = make_app(demo=False, secret_key="x" * 40, base_url="https://classes.example.ch")
    client = app.test_client()
    assert not [rule.rule for rule in app.url_map.iter_rules() if "/demo/" in rule.rule]
    for path in ("/en/demo/mailbox", "/demo/mailbox", "/en/demo/pay/x"):
        assert client.get(path).status_code == 404
    page = client.get("/en/", base_url="https://localhost")
    assert "demo-banner" not in page.text
    assert page.headers["Strict-Transport-Security"]
    assert "Secure" in client.get("/en/link", base_url="https://localhost").headers["Set-Cookie"]
