"""Forms of the booking path: shape only; whether a booking is possible is the services' business."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import pgettext
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    FieldList,
    Form,
    FormField,
    HiddenField,
    RadioField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Email, Length

from booking.domain.bilingual import Bilingual
from booking.persistence.masterclasses import Question, QuestionKind
from booking.web.countries import CountryField
from booking.web.i18n import words

MAX_SEATS = 20
INVISIBLE = ("Cc", "Cs")  # control characters and halves of surrogate pairs

NAME = Length(max=100, message=_l("Enter at most 100 characters."))
SHORT = Length(max=16, message=_l("Enter at most 16 characters."))
LINE = Length(max=40, message=_l("Enter at most 40 characters."))
ADDRESS = Email(message=_l("This e-mail address is not complete: enter it as in name@example.org."))


def stripped(value: str | None) -> str:
    """What was typed, without blanks around it and without what no keyboard types: databases and mails refuse it."""
    kept = (sign for sign in value or "" if sign in "\r\n\t" or unicodedata.category(sign) not in INVISIBLE)
    return "".join(kept).strip()


def one_line(value: str | None) -> str:
    """As `stripped`, and line breaks become blanks: names stand in the headers of mails."""
    return " ".join(stripped(value).split())


def no_or_whole_address(form: Form, field: Field) -> None:
    """An address may be left out. (WTForms' Optional skips values that were kept and not just sent.)"""
    if field.data:
        ADDRESS(form, field)


class SeatForm(Form):
    """One attendee. The class's own questions are added as fields q<id>."""

    name = StringField(_l("Name of the person attending"), [NAME], filters=[one_line])
    email = EmailField(
        _l("Their e-mail address"),
        [no_or_whole_address],
        filters=[one_line],
        render_kw={"autocomplete": "off"},
    )


class DetailsForm(FlaskForm):
    """Who books, who attends, how to bill. `seats` is added per class, with its questions."""

    name = StringField(
        _l("Your name"),
        [DataRequired(_l("Enter your first and last name.")), NAME],
        filters=[one_line],
        render_kw={"autocomplete": "name"},
    )
    email = EmailField(
        _l("Your e-mail address"),
        [DataRequired(_l("Enter your e-mail address: the confirmation goes there.")), ADDRESS],
        filters=[one_line],
        render_kw={"autocomplete": "email"},
    )
    phone = TelField(_l("Telephone"), [LINE], filters=[one_line], render_kw={"autocomplete": "tel", "inputmode": "tel"})
    company = StringField(_l("Company"), [NAME], filters=[one_line], render_kw={"autocomplete": "organization"})
    street = StringField(_l("Street"), [NAME], filters=[one_line], render_kw={"autocomplete": "address-line1"})
    house_number = StringField(_l("Number"), [SHORT], filters=[one_line])
    postcode = StringField(_l("Postcode"), [SHORT], filters=[one_line], render_kw={"autocomplete": "postal-code"})
    town = StringField(_l("Town"), [NAME], filters=[one_line], render_kw={"autocomplete": "address-level2"})
    country = CountryField(_l("Country"), render_kw={"autocomplete": "country"}, default="CH")
    voucher = StringField(_l("Voucher code"), [LINE], filters=[one_line], render_kw={"autocomplete": "off"})
    terms = BooleanField(
        _l("I have read and accept the terms"),
        [DataRequired(_l("Tick this box to accept the terms; without it, no booking can be made."))],
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Field by field, then what depends on several fields."""
        fine: bool = super().validate(extra_validators)
        for index, seat in enumerate(self.seats):
            if index and not seat.form.name.data:
                seat.form.name.errors = [str(_l("Enter this person’s name, or remove the person."))]
                fine = False
        address = (self.street, self.postcode, self.town)
        if any(field.data for field in (*address, self.house_number)):
            for field in address:
                if not field.data:
                    field.errors = [str(_l("An invoice address needs a street, a postcode and a town."))]
                    fine = False
        self.seats.errors = [seat.errors for seat in self.seats if seat.errors]
        return fine

    def forget_token(self) -> None:
        """Leaves the form token out of what is to be corrected: nobody can correct it."""
        if "csrf_token" in self:
            self.csrf_token.errors = []


def details_form(questions: list[Question], **values: Any) -> DetailsForm:
    """The form for a class with these questions, filled from the request or from `values`."""

    class Seat(SeatForm):
        pass

    for question in questions:
        setattr(Seat, f"q{question.id}", question_field(question))

    class Details(DetailsForm):
        seats = FieldList(FormField(Seat), min_entries=1, max_entries=MAX_SEATS)

    return Details(**values)


def question_field(question: Question, optional: bool = False) -> Field:
    """The field for one of the organiser's questions, in the current language; `optional` overrules the question."""
    must = question.required and not optional
    label = words(question.label)
    required = [DataRequired(_l("Answer this question: the organiser needs to know."))] if must else []
    description = words(question.hint)
    limit = Length(max=2000, message=_l("Enter at most 2000 characters."))
    if question.kind is QuestionKind.LONG_TEXT:
        return TextAreaField(label, [*required, limit], filters=[stripped], description=description)
    if question.kind is QuestionKind.TEXT:
        return StringField(label, [*required, limit], filters=[one_line], description=description)
    if question.kind is QuestionKind.YES_NO:
        choices = [SelectChoice("yes", pgettext("answer", "Yes")), SelectChoice("no", pgettext("answer", "No"))]
    else:
        choices = [
            SelectChoice(choice["key"], words(Bilingual(choice["fr"], choice["en"]))) for choice in question.choices
        ]
    if not must:
        choices.append(SelectChoice("", pgettext("answer", "No answer")))
    return RadioField(label, required, choices=choices, default=None if must else "", description=description)


def answers_of(seat: Mapping[str, Any]) -> dict[int, str]:
    """Answers by question id, out of the plain values of a seat's form; '' for none."""
    return {int(name[1:]): value or "" for name, value in seat.items() if name[0] == "q" and name[1:].isdecimal()}


class CheckForm(FlaskForm):
    """The last step: how to pay, and what was shown."""

    channel = RadioField(_l("How would you like to pay?"), [DataRequired(_l("Choose how you would like to pay."))])
    shown_total = HiddenField()
    shown_promise = HiddenField()
    once_more = HiddenField()
