"""Every page of the desk asks who you are, and whether you may."""

from __future__ import annotations

import re

from booking.domain.permission import Permission
from booking.web.desk.guard import PREFIX
from tests.web.desk.organiser import Desk


def test_every_route_of_the_desk_names_its_permission(desk: Desk) -> None:
    views = {rule.endpoint for rule in desk.app.url_map.iter_rules() if rule.endpoint.startswith(PREFIX)}
    assert views
    for endpoint in views:
        assert isinstance(getattr(desk.app.view_functions[endpoint], "permission", None), Permission), endpoint


def test_nothing_of_the_desk_is_outside_the_guard(desk: Desk) -> None:
    for rule in desk.app.url_map.iter_rules():
        if "/desk" in rule.rule:
            assert rule.endpoint.startswith((PREFIX, "security.")), rule.endpoint


def test_a_number_that_no_row_can_have_leads_nowhere(desk: Desk) -> None:
    for rule in desk.app.url_map.iter_rules():
        if rule.endpoint.startswith(PREFIX) and "<int" in rule.rule and "GET" in (rule.methods or ()):
            numbered = re.sub(r"<int[^>]*>", "9" * 20, rule.rule).replace("<lang:lang>", "en")
            assert desk.seat.get(re.sub(r"<[^>]*>", "fr", numbered)).status_code == 404, rule.rule


def test_strangers_are_asked_to_sign_in(desk: Desk) -> None:
    page = desk.browser.get("/en/desk/account?x=1")
    assert page.status_code == 302
    assert page.headers["Location"] == "/en/desk/sign-in?next=/en/desk/account?x%3D1"


def test_signing_in_leads_to_the_page_that_was_wanted(desk: Desk) -> None:
    assert "Today" in desk.get().text
