"""The forms of a class: the few words of a new one, and all that its page says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp
from flask_babel import pgettext
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Regexp
from wtforms.widgets import CheckboxInput

from booking.domain.marks import changed, marks
from booking.web.booking_forms import no_or_whole_address, one_line, stripped
from booking.web.i18n import NAMES
from booking.web.invitations import KINDS

SLUG: Final = r"^[a-z0-9]+(-[a-z0-9]+)*$"
LINE: Final = Length(max=150, message=_l("Enter at most 150 characters."))
PARAGRAPH: Final = Length(max=600, message=_l("Enter at most 600 characters: this stands below the title."))
PAGE: Final = Length(max=20_000, message=_l("Enter at most 20’000 characters."))
# The words of a class in the order of its page: what each is called, and what is written there.
TITLE: Final = ("title", "summary", "series")
MARKDOWN: Final = (
    "objectives", "programme", "method", "audience", "prerequisites", "bring", "included", "credits",
)  # fmt: skip
NAMED: Final = {
    "title": _l("Title"),
    "summary": _l("Summary"),
    "series": _l("Series"),
    "objectives": _l("What you leave with"),
    "programme": _l("Programme"),
    "method": _l("Method and level"),
    "audience": _l("Who it is for"),
    "prerequisites": _l("What you need to know"),
    "bring": _l("What to bring"),
    "included": _l("What is included"),
    "credits": _l("With the support of"),
}
HINTS: Final = {
    "summary": _l("Two or three sentences, in both languages even when the class is taught in one."),
    "series": _l("A label that several classes share, such as the name of a cycle."),
    "objectives": _l("As a list: you will leave having…"),
    "bring": _l("As a list."),
    "included": _l("As a list: meals, material, handouts…"),
    "credits": _l("Partners and sponsors."),
}


def text_of(value: str | None) -> str:
    """As typed, with the line breaks that everything else here has."""
    return stripped(value).replace("\r\n", "\n").replace("\r", "\n")


def line_of(value: str | None) -> str:
    """As `text_of`, in one line; the narrow blanks before French signs stay, which `one_line` would widen."""
    return re.sub(r"[ \t\n]+", " ", text_of(value))


class Several(SelectMultipleField):
    """Any number of boxes to tick. What is no longer on offer is left out without a word."""

    option_widget = CheckboxInput()

    def pre_validate(self, form: Any) -> None:
        """Keeps what is on offer."""
        offered = {value for value, *_rest in self.iter_choices()}
        self.process_data([value for value in getattr(self, "data", None) or [] if value in offered])


def in_language(language: str, kind: type[Field], *checks: Any, **attributes: Any) -> Field:
    """A field whose label is the name of its language."""
    label = Markup('<span lang="{0}">{1}</span>').format(language, NAMES[language])
    text = text_of if kind is TextAreaField else line_of
    return kind(label, list(checks), filters=[text], render_kw={"lang": language, **attributes})


def _pairs(names: tuple[str, ...]) -> dict[str, Field]:
    """The fields of these texts, by name."""
    return {f"{name}_{language}": _text(name, language) for name in names for language in NAMES}


def _text(name: str, language: str) -> Field:
    if name in ("title", "series"):
        return in_language(language, StringField, LINE)
    return in_language(language, TextAreaField, PARAGRAPH if name == "summary" else PAGE)


# Errors are listed in the order in which fields are made, which is that of the page.
TITLE_FIELDS: Final = _pairs(TITLE)
KIND: Final = SelectField(
    _l("Kind"), choices=[SelectChoice(value, label) for value, label in KINDS.items()], default="workshop"
)
LANGUAGE: Final = RadioField(
    _l("Taught in"),
    [InputRequired(_l("Choose the language in which it is taught."))],
    choices=[SelectChoice("fr", _lp("taught in", "French")), SelectChoice("en", _lp("taught in", "English"))],
)
MARKDOWN_FIELDS: Final = _pairs(MARKDOWN)


class FirstWords(FlaskForm):
    """A new class: enough to find it again."""

    title_fr, title_en = TITLE_FIELDS["title_fr"], TITLE_FIELDS["title_en"]
    language = LANGUAGE
    kind = KIND

    def validate(self, extra_validators: Any = None) -> bool:
        """A title in one language is enough."""
        fine: bool = super().validate(extra_validators)
        if not (self.title_fr.data or self.title_en.data):
            self.title_fr.errors = [str(_l("Enter a title, in one language at least."))]
            fine = False
        return fine


class ClassForm(FlaskForm):
    """Everything but pictures, questions and dates. `seen` marks what the form was filled from.

    `theirs` is what somebody else has stored meanwhile, by field, where both wrote.
    """

    seen = HiddenField()
    kind = KIND
    language = LANGUAGE
    trainers = Several(_l("Trainers"))
    topics = Several(_l("Topics"))
    related = Several(_l("Related classes"))
    policy = SelectField(_l("Cancellation policy"))
    contact_email = EmailField(_l("Address for questions"), [no_or_whole_address], filters=[one_line])
    vat_exempt = BooleanField(_l("Exempt from VAT, as most teaching is"))
    slug = StringField(
        _l("Address of its page"),
        [
            Length(1, 80, _l("Enter 1 to 80 characters.")),
            Regexp(SLUG, message=_l("Use small letters without accents, digits and hyphens.")),
        ],
        filters=[one_line],
    )

    theirs: Mapping[str, Any] = {}

    def values(self, before: Mapping[str, Any]) -> dict[str, Any]:
        """As `services.classes.values_of`. What is not on the form, or was not touched, stays as it was `before`."""
        typed = {name: self[name].data for name in before if name in self}
        return {**before, **{name: value for name, value in typed.items() if not same(value, before[name])}}

    def fill(self, values: Mapping[str, Any]) -> None:
        """Shows what is stored, as seen now."""
        for name, value in values.items():
            if name in self:
                self[name].data = value
        self.seen.data = marks(values)

    def compare(self, stored: Mapping[str, Any]) -> None:
        """Somebody else has saved since. What this person left alone becomes what is stored; where both wrote, the
        words stay as typed and those that are stored are shown beside them."""
        seen, both = self.seen.data or "", {}
        untouched = stored.keys() - changed(seen, {name: self[name].data for name in stored if name in self})
        for name in changed(seen, stored):
            if name not in self or same(self[name].data, stored[name]):
                continue
            if name in untouched:
                self[name].data = stored[name]
            else:
                both[name] = stored[name]
        self.theirs, self.seen.data = both, marks(stored)


for _name, _field in {**TITLE_FIELDS, **MARKDOWN_FIELDS}.items():
    setattr(ClassForm, _name, _field)


def same(typed: Any, stored: Any) -> bool:
    """Whether a form that was not touched would send `typed` where `stored` is."""
    if isinstance(stored, list):
        return sorted(typed or []) == sorted(stored)
    if isinstance(stored, str):
        return text_of(typed) == text_of(stored)
    return bool(typed == stored)


def no_policy() -> SelectChoice:
    """For classes that cost nothing."""
    return SelectChoice("", pgettext("policy", "None: every date is free"))
