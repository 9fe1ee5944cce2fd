"""Questions of a class at the desk: asked, ordered, changed, put away; what was answered stays readable."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from booking.persistence.masterclasses import Question
from tests.factories import make_edition
from tests.web.desk.buttons import press
from tests.web.desk.organiser import Desk
from tests.web.participant import errors_of

LEVEL = {"label_fr": "Niveau", "label_en": "Level"}
ANSWERS = {"choices-0-fr": "Aucun", "choices-0-en": "None", "choices-1-fr": "Bon", "choices-1-en": "Good"}


@pytest.fixture
def hub(desk: Desk) -> str:
    """The path of a class with a date."""
    with desk.rows():
        return f"classes/{make_edition().master_class.slug}"


def stored(desk: Desk) -> list[dict[str, Any]]:
    with desk.rows() as session:
        return [
            {name: getattr(one, name) for name in ("id", "key", "kind", "choices", "required", "when", "retired")}
            for one in session.scalars(select(Question).order_by(Question.position))
        ]


def ask(desk: Desk, hub: str, **values: Any) -> Any:
    return desk.submit(desk.get(f"{hub}/questions/new"), **{**LEVEL, **values})


def test_a_question_is_asked_on_the_booking_form(desk: Desk, hub: str) -> None:
    page = ask(desk, hub, required="y", hint_en="Honestly")
    assert "The question is asked from now on." in page.text
    (asked,) = stored(desk)
    assert (asked["key"], asked["kind"].value, asked["required"], asked["when"]) == ("level", "text", True, "booking")
    with desk.rows() as session:
        slug = session.scalars(select(Question)).one().master_class.editions[0].slug
    form = desk.form(slug)
    assert "Level" in form.text
    assert "Honestly" in form.text


def test_answers_to_choose_from_have_keys_that_stay(desk: Desk, hub: str) -> None:
    ask(desk, hub, kind="choice", **ANSWERS)
    (asked,) = stored(desk)
    assert asked["choices"] == [
        {"key": "none", "fr": "Aucun", "en": "None"},
        {"key": "good", "fr": "Bon", "en": "Good"},
    ]
    path = f"{hub}/questions/{asked['id']}"
    page = desk.submit(desk.get(path), "action=add", form=0, **{"choices-1-en": "Fine"})
    assert 'name="choices-2-fr"' in page.text
    desk.submit(page, form=0, **{"choices-2-fr": "Bien", "choices-2-en": "Good"})
    assert [one["key"] for one in stored(desk)[0]["choices"]] == ["none", "good", "good-2"]
    desk.submit(desk.get(path), form=0, **{"choices-0-fr": "", "choices-0-en": ""})
    assert [one["en"] for one in stored(desk)[0]["choices"]] == ["Fine", "Good"]


@pytest.mark.parametrize(
    ("typed", "where"),
    [
        ({"label_en": ""}, ["label_en"]),
        ({"kind": "choice"}, ["kind-0"]),
        ({"kind": "choice", **ANSWERS, "choices-1-en": ""}, ["choices-1-en"]),
        ({"kind": "choice", **ANSWERS, "choices-1-en": "", "choices-1-fr": ""}, ["kind-0"]),
    ],
)
def test_what_is_wrong_is_told_at_its_field(desk: Desk, hub: str, typed: dict[str, str], where: list[str]) -> None:
    page = ask(desk, hub, **typed)
    assert (page.status_code, errors_of(page)) == (422, where)
    assert stored(desk) == []


def test_they_are_moved_up_and_down(desk: Desk, hub: str) -> None:
    for name in ("One", "Two", "Three"):
        ask(desk, hub, label_en=name)
    page = desk.get(hub)
    assert page.text.count(">↑<") == page.text.count(">↓<") == 2
    last = stored(desk)[-1]["id"]
    page = press(desk, page, f"/questions/{last}/move")
    assert [one["key"] for one in stored(desk)] == ["one", "two", "three"], "a form without its button moves nothing"
    assert page.status_code == 400
    press(desk, desk.get(hub), f"/questions/{last}/move", steps="-1")
    assert [one["key"] for one in stored(desk)] == ["one", "three", "two"]


def test_what_was_answered_is_put_away_and_comes_back(desk: Desk, hub: str) -> None:
    ask(desk, hub, kind="choice", **ANSWERS)
    (asked,) = stored(desk)
    with desk.rows() as session:
        slug = session.get_one(Question, asked["id"]).master_class.editions[0].slug
    desk.book(slug, **{f"seats-0-q{asked['id']}": "good"})
    path = f"{hub}/questions/{asked['id']}"
    page = desk.get(path)
    assert "1 person has answered." in page.text
    refused = desk.submit(page, form=0, kind="text")
    assert (refused.status_code, errors_of(refused)) == (409, ["kind-0"])
    refused = desk.submit(desk.get(path), form=0, **{"choices-1-fr": "", "choices-1-en": "", "choices-2-fr": "Moyen",
                                                    "choices-2-en": "Fair", "choices-2-key": ""})  # fmt: skip
    assert "Somebody has chosen an answer that is gone." in refused.text
    assert "asked no more. Its answers stay readable." in press(desk, desk.get(path), "/removal").text
    assert stored(desk)[0]["retired"]
    assert "Level" not in desk.form(slug).text
    assert "La poser à nouveau" in desk.get(hub, lang="fr").text
    press(desk, desk.get(hub), "/return")
    assert not stored(desk)[0]["retired"]


def test_what_nobody_answered_is_deleted(desk: Desk, hub: str) -> None:
    ask(desk, hub)
    page = press(desk, desk.get(f"{hub}/questions/{stored(desk)[0]['id']}"), "/removal")
    assert "The question is deleted." in page.text
    assert stored(desk) == []


def test_of_two_who_write_the_second_sees_what_is_stored(desk: Desk, hub: str) -> None:
    ask(desk, hub)
    path = f"{hub}/questions/{stored(desk)[0]['id']}"
    mine = desk.get(path)
    desk.submit(desk.get(path), form=0, label_en="Their level", required="y")
    page = desk.submit(mine, form=0, label_en="My level")
    assert page.status_code == 409
    assert "Their level" in page.text
    assert 'value="My level"' in page.text
    desk.submit(page, form=0)
    assert stored(desk)[0]["required"] is False
