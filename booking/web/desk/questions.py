"""What a class asks of each attendee."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from booking.adapters import clock
from booking.adapters.characters import slug_of
from booking.domain.errors import ChangedMeanwhile, NotFound, PromiseBroken
from booking.domain.marks import marks
from booking.domain.permission import Permission
from booking.persistence import class_index
from booking.persistence.masterclasses import MasterClass, Question
from booking.services import questions
from booking.web.desk.guard import actor, desk_area, done, needs
from booking.web.desk.question_forms import QuestionForm, filled, with_rows
from booking.web.refusals import sentence

blueprint = desk_area("questions", __name__)


@blueprint.get("/classes/<class_slug>/questions/new")
@needs(Permission.CLASSES)
def new(class_slug: str) -> str:
    """An empty question."""
    return _page(class_index.find(class_slug), with_rows(QuestionForm(formdata=None)))


@blueprint.post("/classes/<class_slug>/questions/new")
@needs(Permission.CLASSES)
def create(class_slug: str) -> Any:
    """Asks one more question."""
    offer, form = class_index.find(class_slug), QuestionForm()
    if shown := _not_to_be_saved(offer, form):
        return shown
    wish = slug_of(form.label_en.data or form.label_fr.data)[:40] or "question"
    questions.write(class_slug, wish, form.values, clock.now(), actor())
    return _done(_("The question is asked from now on."), class_slug)


@blueprint.get("/classes/<class_slug>/questions/<int(max=2147483647):question_id>")
@needs(Permission.CLASSES)
def edit(class_slug: str, question_id: int) -> str:
    """One question, to change."""
    offer = class_index.find(class_slug)
    question = _find(offer, question_id)
    return _page(offer, filled(question), question)


@blueprint.post("/classes/<class_slug>/questions/<int(max=2147483647):question_id>")
@needs(Permission.CLASSES)
def change(class_slug: str, question_id: int) -> Any:
    """Saves the question; answers stay readable."""
    offer, form = class_index.find(class_slug), QuestionForm()
    question = _find(offer, question_id)
    if shown := _not_to_be_saved(offer, form, question):
        return shown
    try:
        questions.change(class_slug, question_id, form.values, form.seen.data or "", clock.now(), actor())
    except PromiseBroken as refusal:
        form.kind.errors = [_words(refusal)]
        return _page(offer, form, question), 409
    except ChangedMeanwhile as refusal:
        offer = class_index.find(class_slug)
        question = _find(offer, question_id)
        form.seen.data = marks(questions.values_of(question))
        return _page(offer, form, question, problem=sentence(refusal)), 409
    return _done(_("The question is saved."), class_slug)


@blueprint.post("/classes/<class_slug>/questions/<int(max=2147483647):question_id>/move")
@needs(Permission.CLASSES)
def move(class_slug: str, question_id: int) -> Response:
    """One place up or down."""
    steps = request.form.get("steps", "")
    if steps not in ("-1", "1"):
        abort(400)
    questions.move(class_slug, question_id, int(steps), clock.now(), actor())
    return redirect(url_for("desk_classes.show", class_slug=class_slug, _anchor="questions"), 303)


@blueprint.post("/classes/<class_slug>/questions/<int(max=2147483647):question_id>/removal")
@needs(Permission.CLASSES)
def remove(class_slug: str, question_id: int) -> Response:
    """Deleted, or asked no more when somebody has answered."""
    gone = questions.remove(class_slug, question_id, clock.now(), actor())
    words = _("The question is deleted.") if gone else _("The question is asked no more. Its answers stay readable.")
    return _done(words, class_slug)


@blueprint.post("/classes/<class_slug>/questions/<int(max=2147483647):question_id>/return")
@needs(Permission.CLASSES)
def ask_again(class_slug: str, question_id: int) -> Response:
    """A question that was put away is asked again."""
    questions.ask_again(class_slug, question_id, clock.now(), actor())
    return _done(_("The question is asked again."), class_slug)


def _find(offer: MasterClass, question_id: int) -> Question:
    found = next((question for question in offer.questions if question.id == question_id), None)
    if found is None:
        raise NotFound("question")
    return found


def _not_to_be_saved(offer: MasterClass, form: QuestionForm, question: Question | None = None) -> Any:
    """The form again, when one more answer was wanted or something needs correcting."""
    if request.form.get("action") == "add":
        return _page(offer, with_rows(form, 1), question)
    if not form.validate():
        return _page(offer, with_rows(form), question), 422
    return None


def _page(offer: MasterClass, form: QuestionForm, question: Question | None = None, problem: str | None = None) -> str:
    return render_template(
        "desk/questions/form.html",
        offer=offer,
        form=form,
        question=question,
        answers=questions.answers(question.id) if question else 0,
        problem=problem,
    )


def _words(refusal: PromiseBroken) -> str:
    if refusal.what == "kind":
        return str(_("People have answered this question in another form. Stop asking it, and ask a new one."))
    return str(_("Somebody has chosen an answer that is gone. Put it back, or ask another question instead."))


def _done(words: str, class_slug: str) -> Response:
    return done(words, "desk_classes.show", class_slug=class_slug, _anchor="questions")
