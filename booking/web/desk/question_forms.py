"""The form of a question: its words in both languages, and the answers to choose from."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, FieldList, Form, FormField, HiddenField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from booking.adapters.characters import slug_of
from booking.domain.marks import marks
from booking.persistence.masterclasses import Question
from booking.services import questions
from booking.web.desk.class_forms import LINE, in_language
from booking.web.desk.class_words import QUESTION_KINDS
from booking.web.desk.fields import Spoken
from booking.web.i18n import unspoken

MOST_CHOICES: Final = 30
LABEL: Final = Length(max=300, message=_l("Enter at most 300 characters."))


class ChoiceForm(Form):
    """One answer to choose; `key` is what is stored when somebody picks it, and stays when its words change."""

    key = HiddenField()
    fr = in_language("fr", StringField, LINE)
    en = in_language("en", StringField, LINE)


class QuestionForm(FlaskForm):
    """`seen` marks what the form was filled from."""

    seen = HiddenField()
    label_fr = in_language("fr", StringField, Spoken(_l("Ask the question in French.")), LABEL)
    label_en = in_language("en", StringField, Spoken(_l("Ask the question in English.")), LABEL)
    hint_fr = in_language("fr", StringField, LABEL)
    hint_en = in_language("en", StringField, LABEL)
    kind = RadioField(
        _l("The answer is"),
        choices=[SelectChoice(kind.value, label) for kind, label in QUESTION_KINDS.items()],
        default="text",
    )
    choices = FieldList(FormField(ChoiceForm), max_entries=MOST_CHOICES)
    required = BooleanField(_l("It must be answered"))
    when = RadioField(
        _l("It is asked"),
        choices=[
            SelectChoice("booking", _l("on the booking form")),
            SelectChoice("before", _l("in the questionnaire before the class, which may be filled in later")),
        ],
        default="booking",
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Each field, then the answers to choose from: two or more, each in the languages of the site."""
        fine: bool = super().validate(extra_validators)
        if self.kind.data != "choice":
            return fine
        rows = [row.form for row in self.choices if row.form.fr.data or row.form.en.data]
        for row in rows:
            for field in (row.fr, row.en):
                if not field.data and not unspoken(field.short_name):
                    field.errors = [_("Write this answer in both languages, or in neither to take it away.")]
                    fine = False
        if len(rows) < 2:
            self.kind.errors = [_("Write two answers or more to choose from.")]
            fine = False
        self.choices.errors = [row.errors for row in self.choices if row.errors]
        return fine

    @property
    def values(self) -> dict[str, Any]:
        """As `services.questions.values_of`."""
        names = ("label_fr", "label_en", "hint_fr", "hint_en", "kind", "required", "when")
        return {name: self[name].data for name in names} | {"choices": self._choices()}

    def _choices(self) -> list[dict[str, str]]:
        """Rows with words; a new one gets a key out of them that no other has."""
        if self.kind.data != "choice":
            return []
        rows = [row.data for row in self.choices if row.data["fr"] or row.data["en"]]
        taken = {row["key"] for row in rows}
        for row in rows:
            if not row["key"]:
                wish = slug_of(row["en"] or row["fr"])[:40] or "answer"
                row["key"] = next(key for key in _numbered(wish) if key not in taken)
                taken.add(row["key"])
        return [{name: row[name] for name in ("key", "fr", "en")} for row in rows]


def filled(question: Question) -> QuestionForm:
    """The form of a question that is there."""
    values = questions.values_of(question)
    form = QuestionForm(formdata=None, data={**values, "seen": marks(values)})
    return with_rows(form)


def with_rows(form: QuestionForm, more: int = 0) -> QuestionForm:
    """The same form with `more` empty answers; two at least, for whoever changes the kind."""
    for _row in range(max(more, 2 - len(form.choices))):
        if len(form.choices) < MOST_CHOICES:
            form.choices.append_entry()
    return form


def _numbered(wish: str) -> list[str]:
    return [wish, *(f"{wish}-{number}" for number in range(2, MOST_CHOICES + 2))]
