"""The whole desk, walked: every page for every role, and what holds for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.routing.converters import AnyConverter, IntegerConverter
from werkzeug.test import TestResponse

from booking.domain.permission import Permission, Role, may
from booking.persistence.db import db
from booking.persistence.masterclasses import Edition
from booking.web.desk.guard import PREFIX
from tests.factories import make_booking, make_edition
from tests.web.client import browser_of
from tests.web.desk.organiser import Desk

OF_A_DATE = {"edition_slug", "reference", "attendee_id"}  # arguments that lead to one date


@pytest.fixture
def house(desk: Desk) -> dict[str, dict[str, Any]]:
    """Two dates with a booking each, by whose class it is: 'own' for the trainer who signs in, and 'other'."""
    with desk.rows():
        trainer_id = make_edition().master_class.trainers[0].id
        make_edition()
        known = {}
        editions = db.session.scalars(select(Edition).order_by(Edition.id)).all()
        for name, edition in zip(("own", "other"), editions, strict=True):
            booking = make_booking(edition)
            known[name] = {
                "class_slug": edition.master_class.slug,
                "edition_slug": edition.slug,
                "reference": booking.reference,
                "attendee_id": booking.attendees[0].id,
                "venue_slug": edition.venue.slug,
                "trainer_slug": edition.master_class.trainers[0].slug,
                "policy_slug": edition.master_class.policy_template.slug,
            }
    desk.person("trainer", trainer_id=trainer_id)
    return known


def rules(desk: Desk, method: str) -> Iterator[Rule]:
    found = (rule for rule in desk.app.url_map.iter_rules() if rule.endpoint.startswith(PREFIX))
    return (rule for rule in found if method in (rule.methods or ()))


def permission(desk: Desk, rule: Rule) -> Permission:
    wanted: Permission = desk.app.view_functions[rule.endpoint].permission  # type: ignore[attr-defined]
    return wanted


def path(desk: Desk, rule: Rule, known: dict[str, Any]) -> str:
    values = {name: known.get(name) or example(rule, name) for name in rule.arguments}
    built: str = desk.app.url_map.bind("localhost").build(rule.endpoint, {**values, "lang": "en"})
    return built


def example(rule: Rule, name: str) -> Any:
    converter = rule._converters[name]
    if isinstance(converter, IntegerConverter):
        return 1
    return sorted(converter.items)[0] if isinstance(converter, AnyConverter) else "x"


def look(desk: Desk, address: str) -> TestResponse:
    """What is there, be it a page, a part of one, or a file; pages are inspected by the tests of their areas."""
    return FlaskClient.open(desk.seat, address)


def send(desk: Desk, address: str) -> TestResponse:
    """An empty form, with its token."""
    page = desk.get("account")
    token = page.text.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]
    return desk.seat.post(address, data={"csrf_token": token})


@pytest.mark.parametrize("role", Role)
def test_every_page_opens_for_whom_it_should(desk: Desk, house: dict[str, dict[str, Any]], role: Role) -> None:
    desk.as_(role).get()
    wrong = {}
    for rule in rules(desk, "GET"):
        status = look(desk, path(desk, rule, house["own"])).status_code
        if (status == 403) == may(role, permission(desk, rule)) or status >= 500:
            wrong[rule.endpoint] = status
    assert wrong == {}


@pytest.mark.parametrize("role", [Role.STAFF, Role.TRAINER])
def test_every_act_is_refused_to_whom_it_should(desk: Desk, house: dict[str, dict[str, Any]], role: Role) -> None:
    desk.as_(role).get()
    refused = [rule for rule in rules(desk, "POST") if not may(role, permission(desk, rule))]
    assert refused
    before = desk.contents()
    answers = {rule.endpoint: send(desk, path(desk, rule, house["own"])).status_code for rule in refused}
    assert {endpoint: status for endpoint, status in answers.items() if status != 403} == {}
    assert desk.contents() == before


def test_trainers_see_nothing_of_dates_they_do_not_teach(desk: Desk, house: dict[str, dict[str, Any]]) -> None:
    desk.as_("trainer").get()
    of_dates = [
        rule
        for rule in desk.app.url_map.iter_rules()
        if rule.endpoint.startswith(PREFIX) and OF_A_DATE & rule.arguments
    ]
    before, wrong = desk.contents(), {}
    for rule in of_dates:
        address = path(desk, rule, house["other"])
        answer = look(desk, address) if "GET" in (rule.methods or ()) else send(desk, address)
        if answer.status_code not in (403, 404):
            wrong[rule.endpoint] = answer.status_code
    assert wrong == {}
    assert desk.contents() == before


def test_a_trainer_without_a_link_sees_no_date(desk: Desk, house: dict[str, dict[str, Any]]) -> None:
    desk.person("trainer", email="new@example.org")
    browser = browser_of(desk.app)
    desk.sign_in(browser, "new@example.org")
    for rule in rules(desk, "GET"):
        if permission(desk, rule) is Permission.ATTEND and OF_A_DATE & rule.arguments:
            assert browser.get(path(desk, rule, house["own"])).status_code in (403, 404), rule.endpoint


def test_strangers_are_led_to_the_door(desk: Desk, house: dict[str, dict[str, Any]]) -> None:
    for rule in rules(desk, "GET"):
        answer = desk.browser.get(path(desk, rule, house["own"]))
        assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (302, "/en/desk/sign-in"), rule
        assert answer.headers["Cache-Control"] == "private, no-store"


def test_no_form_is_taken_without_its_token(desk: Desk, house: dict[str, dict[str, Any]]) -> None:
    desk.get()
    before = desk.contents()
    for rule in rules(desk, "POST"):
        assert desk.seat.post(path(desk, rule, house["own"])).status_code == 400, rule.endpoint
    assert desk.contents() == before


def test_looking_changes_nothing(desk: Desk, house: dict[str, dict[str, Any]]) -> None:
    desk.get()
    before = desk.contents()
    for rule in rules(desk, "GET"):
        look(desk, path(desk, rule, house["own"]))
        assert desk.contents() == before, rule.endpoint


def test_pages_of_the_desk_are_kept_nowhere(desk: Desk, house: dict[str, dict[str, Any]]) -> None:
    desk.get()
    for rule in rules(desk, "GET"):
        answer = look(desk, path(desk, rule, house["own"]))
        assert "no-store" in answer.headers["Cache-Control"], rule.endpoint
        if answer.status_code == 200 and answer.data.startswith(b"<!doctype html>"):
            assert '<meta name="robots" content="noindex">' in answer.text, rule.endpoint


def test_every_page_of_signing_in_is_ours_and_speaks_both_languages(desk: Desk) -> None:
    desk.person("owner")
    for rule in desk.app.url_map.iter_rules():
        if rule.endpoint.startswith("security.") and "GET" in (rule.methods or ()) and "token" not in rule.arguments:
            for lang in ("en", "fr"):
                address = desk.app.url_map.bind("localhost").build(rule.endpoint, {"lang": lang})
                for browser in (desk.browser, desk.seat):
                    page = browser.get(address, follow_redirects=True)  # the browser inspects what it gets
                    assert page.status_code in (200, 404), address
                    assert 'class="site-header' in page.text or 'class="desk-bar' in page.text, address
