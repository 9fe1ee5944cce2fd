"""What a class asks of each attendee, as the desk keeps it. What was answered stays readable: such a question keeps its
kind and the choices that somebody picked, and is retired where another one would be deleted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select

from booking.domain.actor import Actor
from booking.domain.errors import ChangedMeanwhile, NotFound
from booking.domain.marks import changed
from booking.domain.promises import PromisedQuestion, broken_by_question
from booking.persistence import counters, journal, plain_values
from booking.persistence.bookings import Answer
from booking.persistence.class_specs import question_spec
from booking.persistence.db import db
from booking.persistence.masterclasses import MasterClass, Question, QuestionKind, lock_class
from booking.persistence.transaction import atomic

FIELDS: Final = ("kind", "label", "hint", "choices", "required", "when")


def values_of(question: Question) -> dict[str, Any]:
    """All that the form of a question shows."""
    return plain_values.read(question, FIELDS)


def answers(question_id: int) -> int:
    """How many people have answered."""
    return db.session.scalar(select(func.count()).where(Answer.question_id == question_id)) or 0


def write(class_slug: str, wish: str, values: Mapping[str, Any], now: datetime, by: Actor) -> int:
    """A new question at the end of the list. Its key, which files and exports name it by, is `wish` or near it."""
    with atomic():
        offer = lock_class(class_slug)
        question = Question(key=_free_key(offer, wish), position=_last(offer) + 1)
        plain_values.write(question, FIELDS, _typed(values))
        offer.questions.append(question)
        db.session.flush()
        _note("question_written", question, now, by)
        return question.id


def change(class_slug: str, question_id: int, values: Mapping[str, Any], seen: str, now: datetime, by: Actor) -> None:
    """Saves the form. Raises NotFound, ChangedMeanwhile, and PromiseBroken when answers would become unreadable."""
    with atomic():
        question = _locked(class_slug, question_id)
        if changed(seen, values_of(question)):
            raise ChangedMeanwhile
        promised = _promised(question)
        if not plain_values.write(question, FIELDS, _typed(values)):
            return
        if promised:
            for broken in broken_by_question(promised, question.key, question_spec(question)):
                raise broken
        _note("question_changed", question, now, by)


def move(class_slug: str, question_id: int, steps: int, now: datetime, by: Actor) -> None:
    """Up (-1) or down (1) by one among the questions that are asked at the same time; at the end nothing happens."""
    with atomic():
        question = _locked(class_slug, question_id)
        everything = question.master_class.questions
        peers = [one for one in everything if one.when == question.when and not one.retired]
        if question.retired or not 0 <= peers.index(question) + steps < len(peers):
            return
        order, other = list(everything), peers[peers.index(question) + steps]
        here, there = order.index(question), order.index(other)
        order[here], order[there] = other, question
        for position, one in enumerate(order):
            one.position = position
        _note("question_moved", question, now, by)


def remove(class_slug: str, question_id: int, now: datetime, by: Actor) -> bool:
    """Deletes it if nobody answered; else it is asked no more and its answers stay, which is told by False."""
    with atomic():
        question = _locked(class_slug, question_id)
        answered = answers(question.id) > 0
        _note("question_retired" if answered else "question_deleted", question, now, by)
        if answered:
            question.retired = True
        else:
            question.master_class.questions.remove(question)
        return not answered


def ask_again(class_slug: str, question_id: int, now: datetime, by: Actor) -> None:
    """A retired question is asked again, last of all."""
    with atomic():
        question = _locked(class_slug, question_id)
        question.position = _last(question.master_class) + 1
        question.retired = False
        _note("question_revived", question, now, by)


def _locked(class_slug: str, question_id: int) -> Question:
    """Raises NotFound."""
    offer = lock_class(class_slug)
    query = select(Question).where(Question.id == question_id, Question.master_class_id == offer.id).with_for_update()
    question = db.session.scalar(query.execution_options(populate_existing=True))
    if question is None:
        raise NotFound("question")
    return question


def _typed(values: Mapping[str, Any]) -> dict[str, Any]:
    return {**values, "kind": QuestionKind(values["kind"])}


def _promised(question: Question) -> PromisedQuestion | None:
    """What the answers rely on; None when there are none."""
    given = db.session.scalars(select(Answer.value).where(Answer.question_id == question.id).distinct()).all()
    return PromisedQuestion(question.kind.value, frozenset(given)) if given else None


def _free_key(offer: MasterClass, wish: str) -> str:
    taken = {question.key for question in offer.questions}
    numbered = (f"{wish}-{number}" for number in range(2, len(taken) + 3))
    return next(key for key in (wish, *numbered) if key not in taken)


def _last(offer: MasterClass) -> int:
    return max((question.position for question in offer.questions), default=-1)


def _note(action: str, question: Question, now: datetime, by: Actor) -> None:
    journal.note(action, by, now, master_class=question.master_class.slug, question=question.key)
    counters.catalogue_changed()
