"""An act on a booking in one page: it shows what would happen with what is typed, and does exactly that or nothing.

    form = PaymentForm(...)
    act = lambda shown: settle.take(..., shown)
    if form.validate_on_submit():
        outcome = perform(form, act)
        if isinstance(outcome, Outcome): return done(...)
    return page(..., look=...)

The page posts back `shown`, the outcome it told of. Whoever changes a field and presses the button is first shown what
that changes, and presses once more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from wtforms import HiddenField

from booking.domain.errors import PlanChanged, Refusal
from booking.persistence.outcomes import Outcome
from booking.web.desk.outcome_words import Told, told
from booking.web.refusals import desk_sentence

Act = Callable[[str | None], Outcome]


class ActForm(FlaskForm):
    """A form that does something to a booking."""

    shown = HiddenField()


@dataclass(frozen=True)
class Look:
    """What the page says before the button: what would happen, or why nothing can. `moved`: it was another thing when
    it was shown last; `refusal` for whoever has a field to put it at."""

    told: Told | None = None
    problem: str = ""
    moved: bool = False
    refusal: Refusal | None = None

    @property
    def status(self) -> int:
        """A page that only says why nothing can be done was found all the same."""
        return 409 if request.method == "POST" and (self.moved or self.problem) else 200


def look_at(form: Any, act: Act, moved: bool = False) -> Look:
    """Rehearses the act, and has the form post back what it came to."""
    form.shown.data = ""
    try:
        outcome = act(None)
    except Refusal as refusal:
        return Look(problem=desk_sentence(refusal), refusal=refusal)
    form.shown.data = outcome.shown
    return Look(told(outcome), moved=moved)


def perform(form: Any, act: Act) -> Outcome | Look:
    """Does what was shown; else shows what would happen now."""
    shown = form.shown.data or ""
    try:
        return act(shown)
    except PlanChanged:
        return look_at(form, act, moved=bool(shown))
    except Refusal as refusal:
        form.shown.data = ""
        return Look(problem=desk_sentence(refusal), refusal=refusal)
