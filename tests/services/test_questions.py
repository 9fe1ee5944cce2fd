"""Questions at the desk: their order, and answers that stay readable."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from booking.domain.actor import ORGANISER
from booking.domain.booking import BookingState
from booking.domain.errors import ChangedMeanwhile, NotFound, PromiseBroken
from booking.domain.marks import marks
from booking.persistence.bookings import Answer
from booking.persistence.db import db
from booking.persistence.masterclasses import Question
from booking.persistence.transaction import atomic
from booking.services import questions
from tests.factories import NOW, make_booking, make_class, make_edition

TEXT = {
    "kind": "text", "label_fr": "Niveau", "label_en": "Level", "hint_fr": "", "hint_en": "", "choices": [],
    "required": False, "when": "booking",
}  # fmt: skip
CHOICES = [{"key": "new", "fr": "Aucun", "en": "None"}, {"key": "old", "fr": "Bon", "en": "Good"}]


@pytest.fixture
def slug(_inside: None) -> str:
    """A class without questions."""
    return str(make_class().slug)


def ask(slug: str, wish: str = "level", **values: Any) -> int:
    return questions.write(slug, wish, TEXT | values, NOW, ORGANISER)


def find(question_id: int) -> Question:
    db.session.expire_all()
    return db.session.get_one(Question, question_id)


def order(slug: str) -> list[str]:
    db.session.expire_all()
    return list(db.session.scalars(select(Question.key).where(~Question.retired).order_by(Question.position)))


def answer(question_id: int, value: str) -> None:
    """Somebody booked and answered."""
    question = find(question_id)
    booking = make_booking(make_edition(question.master_class), BookingState.CONFIRMED)
    with atomic():
        db.session.add(Answer(attendee_id=booking.attendees[0].id, question_id=question_id, value=value))


def change(slug: str, question_id: int, **values: Any) -> None:
    before = questions.values_of(find(question_id))
    questions.change(slug, question_id, before | values, marks(before), NOW, ORGANISER)


def test_questions_come_last_and_have_keys_of_their_own(slug: str) -> None:
    first, second, third = ask(slug), ask(slug), ask(slug, "diet")
    assert [find(one).key for one in (first, second, third)] == ["level", "level-2", "diet"]
    assert order(slug) == ["level", "level-2", "diet"]


def test_they_are_moved_among_those_asked_at_the_same_time(slug: str) -> None:
    a, _before, b, c = ask(slug, "a"), ask(slug, "before", when="before"), ask(slug, "b"), ask(slug, "c")
    for question_id, steps, then in [
        (c, -1, ["a", "before", "c", "b"]),
        (c, -1, ["c", "before", "a", "b"]),
        (c, -1, ["c", "before", "a", "b"]),
        (a, 1, ["c", "before", "b", "a"]),
        (a, 1, ["c", "before", "b", "a"]),
        (b, 1, ["c", "before", "a", "b"]),
    ]:
        questions.move(slug, question_id, steps, NOW, ORGANISER)
        assert order(slug) == then


def test_equal_positions_do_not_stop_a_move(slug: str) -> None:
    ids = [ask(slug, key) for key in ("a", "b", "c")]
    with atomic():
        for one in ids:
            db.session.get_one(Question, one).position = 0
    questions.move(slug, ids[2], -1, NOW, ORGANISER)
    assert order(slug) == ["a", "c", "b"]


def test_what_nobody_answered_may_become_anything_and_is_deleted(slug: str) -> None:
    asked = ask(slug)
    change(slug, asked, kind="choice", choices=CHOICES, required=True, when="before", hint_en="Honestly")
    assert questions.values_of(find(asked)) == TEXT | {
        "kind": "choice", "choices": CHOICES, "required": True, "when": "before", "hint_en": "Honestly",
    }  # fmt: skip
    assert questions.remove(slug, asked, NOW, ORGANISER)
    assert db.session.get(Question, asked) is None


def test_answers_stay_readable(slug: str) -> None:
    asked = ask(slug, kind="choice", choices=CHOICES)
    answer(asked, "old")
    with pytest.raises(PromiseBroken) as caught:
        change(slug, asked, kind="text", choices=[])
    assert caught.value.what == "kind"
    with pytest.raises(PromiseBroken) as caught:
        change(slug, asked, choices=CHOICES[:1])
    assert caught.value.what == "choices"
    change(slug, asked, choices=[CHOICES[1] | {"en": "Fine"}], label_en="Your level")
    assert find(asked).choices == [{"key": "old", "fr": "Bon", "en": "Fine"}]


def test_what_was_answered_is_retired_and_may_be_asked_again(slug: str) -> None:
    asked, _other = ask(slug), ask(slug, "diet")
    answer(asked, "Some")
    assert not questions.remove(slug, asked, NOW, ORGANISER)
    assert (find(asked).retired, questions.answers(asked), order(slug)) == (True, 1, ["diet"])
    questions.move(slug, asked, 1, NOW, ORGANISER)
    questions.ask_again(slug, asked, NOW, ORGANISER)
    assert order(slug) == ["diet", "level"]


def test_of_two_who_write_the_second_is_told(slug: str) -> None:
    asked = ask(slug)
    opened = questions.values_of(find(asked))
    change(slug, asked, required=True)
    with pytest.raises(ChangedMeanwhile):
        questions.change(slug, asked, opened | {"label_fr": "X"}, marks(opened), NOW, ORGANISER)


def test_a_question_is_found_in_its_class_only(slug: str) -> None:
    asked, other = ask(slug), make_class().slug
    for act in (questions.remove, questions.ask_again):
        with pytest.raises(NotFound):
            act(other, asked, NOW, ORGANISER)
    with pytest.raises(NotFound):
        questions.move(slug, asked + 1, 1, NOW, ORGANISER)
