"""The form of a message to many: which dates, who of them, and the words in both languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from booking.domain.message import Audience, Reach, Words, allowed
from booking.persistence.bookings import Booking
from booking.persistence.masterclasses import Edition
from booking.persistence.messages import Message
from booking.services.message import Draft
from booking.web.booking_forms import one_line, stripped
from booking.web.desk.fields import check_braces, pair

SUBJECT: Final = Length(max=150, message=_l("Enter at most 150 characters."))
TEXT: Final = Length(max=5000, message=_l("Enter at most 5000 characters."))
AUDIENCES: Final = {
    Audience.CONFIRMED: lazy_pgettext("audience", "Confirmed"),
    Audience.PENDING: lazy_pgettext("audience", "Awaiting payment"),
    Audience.ALL: lazy_pgettext("audience", "All of them"),
    Audience.OWING: lazy_pgettext("audience", "Those who owe something"),
    Audience.CHOSEN: lazy_pgettext("audience", "Only those I choose below"),
}
REACHES: Final = {
    Reach.BOOKERS: _l("Whoever booked"),
    Reach.ATTENDEES: _l("Each person attending who has an address; for the others, whoever booked"),
}


def _offered(labels: Mapping[Any, LazyString]) -> list[SelectChoice]:
    return [SelectChoice(value.value, label) for value, label in labels.items()]


class Choices(SelectMultipleField):
    """Boxes to tick, of whole numbers."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: Any, **options: Any) -> None:
        super().__init__(label, coerce=int, **options)

    def pre_validate(self, form: Any) -> None:
        """Whatever is not offered is left out: it went away while the form was open."""
        offered = {choice.value for choice in self.choices or []}
        self.data: list[int] = [value for value in self.data or [] if value in offered]


class MessageForm(FlaskForm):
    """Empty languages are refused only when somebody needs them, once it is known who gets the message."""

    dates = Choices(_l("Dates"))
    audience = RadioField(_l("Who gets it?"), choices=_offered(AUDIENCES), default=Audience.CONFIRMED.value, coerce=str)
    chosen = Choices(_l("Bookings"))
    reach = RadioField(_l("At which address?"), choices=_offered(REACHES), default=Reach.BOOKERS.value, coerce=str)
    subject_fr = StringField(_l("Subject in French"), [SUBJECT], filters=[one_line])
    subject_en = StringField(_l("Subject in English"), [SUBJECT], filters=[one_line])
    text_fr = TextAreaField(_l("Text in French"), [TEXT], filters=[stripped])
    text_en = TextAreaField(_l("Text in English"), [TEXT], filters=[stripped])

    def offer(self, editions: Sequence[Edition], bookings: Sequence[Booking], day: Any) -> None:
        """What can be ticked; `day` words a date."""
        self.dates.choices = [SelectChoice(edition.id, day(edition)) for edition in editions]
        self.chosen.choices = [SelectChoice(booking.id, _label(booking)) for booking in bookings]

    @property
    def draft(self) -> Draft:
        """What was typed."""
        words = Words(pair(self, "subject"), pair(self, "text"))
        audience, reach = Audience(self.audience.data), Reach(self.reach.data)
        return Draft(tuple(self.dates.data or ()), audience, reach, tuple(self.chosen.data or ()), words)

    def validate_dates(self, field: Any) -> None:
        """A message is about something."""
        if not field.data:
            raise ValidationError(_("Choose at least one date."))

    def validate_chosen(self, field: Any) -> None:
        """Choosing means naming somebody."""
        if self.audience.data == Audience.CHOSEN and not field.data:
            raise ValidationError(_("Choose at least one booking, or another answer above."))

    def _known(self, field: Any) -> None:
        if self.reach.data in list(Reach):  # else that is what is told
            check_braces(field, allowed(Reach(self.reach.data)))

    validate_subject_fr = validate_subject_en = validate_text_fr = validate_text_en = _known

    def lack(self, languages: Sequence[str]) -> None:
        """Says at the fields which languages are needed and empty."""
        asked = {
            "subject_fr": _("Write the subject in French."),
            "text_fr": _("Write the text in French."),
            "subject_en": _("Write the subject in English."),
            "text_en": _("Write the text in English."),
        }
        if any(self[name].data for name in asked):
            asked = {
                "subject_fr": _("Write the subject in French too: some of these people read French."),
                "text_fr": _("Write the text in French too: some of these people read French."),
                "subject_en": _("Write the subject in English too: some of these people read English."),
                "text_en": _("Write the text in English too: some of these people read English."),
            }
        for name, words in asked.items():
            if name.partition("_")[2] in languages and not self[name].data:
                self[name].errors = [words]


def _label(booking: Booking) -> str:
    label = f"{booking.name}, {booking.reference}"
    return label if booking.email else str(_("%(booking)s (no e-mail address)", booking=label))


class SendForm(FlaskForm):
    """What was shown, so that nothing else is done."""

    shown = HiddenField()


def of_message(message: Message) -> dict[str, Any]:
    """The values of the form for a draft that is changed."""
    return {
        "dates": [edition.id for edition in message.editions],
        "audience": message.audience.value,
        "reach": message.reach.value,
        "chosen": message.chosen,
        "subject_fr": message.subject.fr,
        "subject_en": message.subject.en,
        "text_fr": message.text.fr,
        "text_en": message.text.en,
    }
