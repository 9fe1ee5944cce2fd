"""Venues, trainers and topics at the desk."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from booking.persistence.masterclasses import Topic, Trainer, Venue
from tests.factories import make_class, make_edition
from tests.web.desk.buttons import press
from tests.web.desk.organiser import Desk
from tests.web.participant import errors_of

MODELS: dict[str, Any] = {"venues": Venue, "trainers": Trainer, "topics": Topic}
NEW = {
    "venues": {"name": "Le Grenier", "town": "Morges", "access_fr": "À pied"},
    "trainers": {"name": "Bea Exemple", "bio_en": "Binds books."},
    "topics": {"title_fr": "Reliure", "title_en": "Binding"},
}
WRONG = {
    "venues": ({"name": "", "town": "", "map_url": "javascript:alert(1)"}, ["name", "town", "map_url"]),
    "trainers": ({"name": " "}, ["name"]),
    "topics": ({"title_en": ""}, ["title_en"]),
}
every_area = pytest.mark.parametrize("area", NEW)


def slugs(desk: Desk, area: str) -> list[str]:
    with desk.rows() as session:
        return list(session.scalars(select(MODELS[area].slug).order_by(MODELS[area].slug)))


@every_area
def test_it_is_added_changed_and_deleted(desk: Desk, area: str) -> None:
    assert "There is no " in desk.get(f"{area}/").text
    page = desk.submit(desk.get(f"{area}/new"), **NEW[area])
    assert "It is saved, and can be chosen now." in page.text
    (slug,) = slugs(desk, area)
    field = next(iter(NEW[area]))
    assert "The changes are saved." in desk.submit(desk.get(f"{area}/{slug}"), form=0, **{field: "Autrement"}).text
    assert "Autrement" in desk.get(f"{area}/").text
    press(desk, desk.get(f"{area}/{slug}"), "/deletion")
    assert slugs(desk, area) == []


def test_a_venue_that_a_new_date_misses_is_added_on_the_way(desk: Desk) -> None:
    with desk.rows():
        owner = make_class().slug
    page = desk.get(f"classes/{owner}/editions/new")
    assert f'<a href="/en/desk/venues/new?back={owner}">Add a venue</a>' in page.text
    page = desk.submit(desk.get("venues/new", back=owner), **NEW["venues"])
    assert page.request.path == f"/en/desk/classes/{owner}/editions/new"
    assert "Le Grenier, Morges" in page.text


@every_area
def test_what_is_wrong_is_told_at_its_field(desk: Desk, area: str) -> None:
    typed, where = WRONG[area]
    page = desk.submit(desk.get(f"{area}/new"), **(NEW[area] | typed))
    assert (page.status_code, errors_of(page)) == (422, where)
    assert slugs(desk, area) == []


@every_area
def test_of_two_who_write_the_second_sees_what_is_stored(desk: Desk, area: str) -> None:
    desk.submit(desk.get(f"{area}/new"), **NEW[area])
    (slug,) = slugs(desk, area)
    field = next(iter(NEW[area]))
    mine = desk.get(f"{area}/{slug}")
    desk.submit(desk.get(f"{area}/{slug}"), form=0, **{field: "Theirs"})
    page = desk.submit(mine, form=0, **{field: "Mine"})
    assert page.status_code == 409
    assert "Theirs" in page.text
    assert 'value="Mine"' in page.text
    desk.submit(page, form=0)
    assert "Mine" in desk.get(f"{area}/").text


def test_what_is_used_has_no_button_and_is_refused(desk: Desk) -> None:
    with desk.rows():
        edition = make_edition(make_class())
        paths = [f"venues/{edition.venue.slug}", f"trainers/{edition.master_class.trainers[0].slug}"]
    for path in paths:
        page = desk.get(path)
        assert "/deletion" not in page.text
        token = page.text.partition('name="csrf_token" type="hidden" value="')[2].partition('"')[0]
        answer = desk.seat.post(f"/en/desk/{path}/deletion", data={"csrf_token": token}, follow_redirects=True)
        assert "It cannot be deleted" in answer.text


def test_a_place_that_was_promised_asks_twice(desk: Desk) -> None:
    slug = desk.edition()
    desk.book(slug)
    with desk.rows() as session:
        venue = session.scalars(select(Venue.slug)).one()
    page = desk.get(f"venues/{venue}")
    assert "1 seat is booked for what is to come" in page.text
    refused = desk.submit(page, street="Elsewhere")
    assert (refused.status_code, errors_of(refused)) == (409, ["same_place"])
    assert 'value="Elsewhere"' in refused.text
    desk.submit(refused, same_place="y")
    assert "Elsewhere" in desk.get("venues/").text
    assert "The changes are saved." in desk.submit(desk.get(f"venues/{venue}"), access_en="Bus 7").text


def test_what_is_not_there_is_not_found(desk: Desk) -> None:
    for area in NEW:
        assert desk.get(f"{area}/nothing").status_code == 404
