"""Forms about a date: its sessions and place, its price and group, and the days between which it is booked.

Times are typed on the clocks of the date's own zone; where clocks change that night, the field says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time
from typing import Any, Final
from zoneinfo import available_timezones

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from flask_wtf import FlaskForm
from wtforms import (
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields import TimeField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from booking.domain.bilingual import Bilingual
from booking.domain.booking import Confirmation
from booking.domain.catalogue import EditionSpec, MeetingSpec
from booking.domain.editions import LIMITS, MOST_SEATS, Fault
from booking.domain.local_time import ZONE
from booking.persistence import resources
from booking.web.booking_forms import NAME, one_line, stripped
from booking.web.desk.edition_values import FAULTS, NOTHING, every_field, instant_of
from booking.web.desk.fields import DayField, MoneyField, pair

MOST_MEETINGS: Final = 30
WORDS: Final = Length(max=2000, message=_l("Enter at most 2000 characters."))
LAST_MINUTE: Final = time(23, 59)  # a limit at 23:59 holds through its last second
USUAL: Final = {"early_until": LAST_MINUTE, "opens": time(), "closes": LAST_MINUTE, "decision": time(12)}


class ClockField(TimeField):
    """A time of day; what cannot be read is told in words."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Raises ValueError with what to type instead."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Enter a time, as in 09:00.")) from None


class MeetingForm(Form):
    """One session."""

    day = DayField(lazy_pgettext("session", "Day"), [InputRequired(_l("Enter the day of this session."))])
    starts = ClockField(lazy_pgettext("session", "From"), [InputRequired(_l("Enter when it begins."))])
    ends = ClockField(lazy_pgettext("session", "To"), [InputRequired(_l("Enter when it ends."))])
    title_fr = StringField(_l("Its own title, in French"), [NAME], filters=[one_line])
    title_en = StringField(_l("Its own title, in English"), [NAME], filters=[one_line])

    def validate_ends(self, field: Any) -> None:
        """After it begins."""
        if self.starts.data and field.data and field.data <= self.starts.data:
            raise ValidationError(_("It ends before it begins. Enter a later time."))


class WhenAndWhere(FlaskForm):
    """What moving a date may change."""

    meetings = FieldList(FormField(MeetingForm), min_entries=1, max_entries=MOST_MEETINGS)
    venue = SelectField(lazy_pgettext("date", "Place"), default="")
    online_url = StringField(
        _l("Address for joining online"),
        filters=[one_line],
        render_kw={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"},
    )
    zone = StringField(
        _l("Time zone"),
        [DataRequired(_l("Enter a time zone, as in Europe/Zurich."))],
        default=ZONE,
        filters=[one_line],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    early_until_day = DayField(lazy_pgettext("limit", "Day"), [Optional()])
    early_until_time = ClockField(lazy_pgettext("limit", "Time"), [Optional()])
    opens_day = DayField(lazy_pgettext("limit", "Day"), [Optional()])
    opens_time = ClockField(lazy_pgettext("limit", "Time"), [Optional()])
    closes_day = DayField(lazy_pgettext("limit", "Day"), [Optional()])
    closes_time = ClockField(lazy_pgettext("limit", "Time"), [Optional()])
    decision_day = DayField(lazy_pgettext("limit", "Day"), [Optional()])
    decision_time = ClockField(lazy_pgettext("limit", "Time"), [Optional()])

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.venue.choices = [
            SelectChoice("", _("No place: online only")),
            *(SelectChoice(venue.slug, f"{venue.name}, {venue.town}") for venue in resources.venues()),
        ]

    def validate_zone(self, field: Any) -> None:
        if field.data not in available_timezones():
            raise ValidationError(_("This is not the name of a time zone. Enter one as in Europe/Zurich."))

    def validate_online_url(self, field: Any) -> None:
        if field.data and not field.data.startswith(("https://", "http://")):
            raise ValidationError(_("Enter the whole address, which begins with https://."))

    def read(self, base: EditionSpec) -> EditionSpec | None:
        """What was typed, over what `base` says of fields that this form does not have; None, with errors at the
        fields, where a local time is no single instant."""
        typed = self._limits(self.zone.data if "zone" in self else base.zone)
        if "online_url" in self:
            typed["online_url"] = self.online_url.data or ""
        if "meetings" in self:
            meetings = [self._meeting(row.form) for row in self.meetings]
            found = sorted((m for m in meetings if m), key=lambda meeting: meeting.starts_at)
            typed |= {"meetings": tuple(found), "venue": self.venue.data or None, "zone": self.zone.data}
        if any(field.errors for field in every_field(self)):
            self._gather()
            return None
        return replace(base, **typed)

    def explain(self, faults: Iterable[Fault], before: EditionSpec | None, now: datetime) -> None:
        """Puts a sentence at each field that cannot stay as it is."""
        for fault in faults:
            if fault.field == "meetings" and "meetings" in self:
                for row in self._concerned(fault, before, now):
                    row.day.errors = [FAULTS[fault.reason]()]
            else:
                name = f"{fault.field}_day" if fault.field in LIMITS else fault.field
                self[name].errors = [FAULTS[fault.reason]()]
        self._gather()

    def _gather(self) -> None:
        """Sentences at fields of a session count as the form's."""
        if "meetings" in self:
            self.meetings.errors = [row.errors for row in self.meetings if row.errors]

    def _limits(self, zone: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in LIMITS:
            if f"{name}_day" not in self:
                continue
            day, at = self[f"{name}_day"], self[f"{name}_time"].data or USUAL[name]
            found[name] = instant_of(day, day.data, at, zone) if day.data else None
            if found[name] and at == LAST_MINUTE:
                found[name] = found[name].replace(second=59)
        return found

    def _meeting(self, row: Any) -> MeetingSpec | None:
        zone = self.zone.data
        starts = instant_of(row.day, row.day.data, row.starts.data, zone)
        ends = instant_of(row.day, row.day.data, row.ends.data, zone)
        return MeetingSpec(starts, ends, pair(row, "title")) if starts and ends else None

    def _concerned(self, fault: Fault, before: EditionSpec | None, now: datetime) -> list[Any]:
        """The sessions that a fault is about; the first one when it is about them all."""
        rows = [row.form for row in self.meetings]
        if fault.reason != "in_the_past":
            return rows[:1]
        known = {(meeting.starts_at, meeting.ends_at) for meeting in before.meetings} if before else set()
        typed = [(row, self._meeting(row)) for row in rows]
        return [row for row, m in typed if m and m.starts_at <= now and (m.starts_at, m.ends_at) not in known]


class EditionForm(WhenAndWhere):
    """Everything about a date; `shown` are the marks of what it was filled from."""

    shown = HiddenField()
    price = MoneyField(_l("Price of a seat, in CHF"), [InputRequired(_l("Enter the price; 0 when it is free."))])
    early_price = MoneyField(_l("Early-bird price, in CHF"), [Optional()])
    minimum = IntegerField(
        _l("Minimum number of participants"),
        [Optional(), NumberRange(0, MOST_SEATS, _l("Enter a number of people, or leave it empty."))],
        render_kw={"inputmode": "numeric"},
    )
    capacity = IntegerField(
        _l("Number of seats"),
        [
            InputRequired(_l("Enter how many seats there are.")),
            NumberRange(1, MOST_SEATS, _l("Enter a number of seats, 1 or more.")),
        ],
        render_kw={"inputmode": "numeric"},
    )
    confirmation = RadioField(
        _l("A booking is confirmed"),
        choices=[
            SelectChoice(Confirmation.ON_PAYMENT.value, _l("once it is paid: until then the seat is only held")),
            SelectChoice(Confirmation.ON_BOOKING.value, _l("at once, and billed with 30 days to pay")),
        ],
        default=Confirmation.ON_PAYMENT.value,
    )

    def read(self, base: EditionSpec = NOTHING) -> EditionSpec | None:
        """As above, with the sums; a new date has no base."""
        sums = {
            "price": self.price.centimes,
            "early_price": self.early_price.centimes,
            "minimum": self.minimum.data or 0,
            "capacity": self.capacity.data,
            "confirmation": Confirmation(self.confirmation.data),
        }
        return super().read(replace(base, **sums))


def rows_changed(form: WhenAndWhere, action: str) -> bool:
    """Adds or removes a session as the button said; whether there was one to press. Nothing typed is lost."""
    if action == "add" and len(form.meetings) < MOST_MEETINGS:
        form.meetings.append_entry()
        return True
    number = action.removeprefix("remove-")
    if action.startswith("remove-") and number.isdecimal() and len(form.meetings) > 1:
        rows = [row.data for row in form.meetings]
        kept = [row for index, row in enumerate(rows) if index != int(number)]
        while form.meetings.entries:
            form.meetings.pop_entry()
        for row in kept:
            form.meetings.append_entry(row)
        return True
    return False


class ConfirmForm(FlaskForm):
    """The last step of what concerns everybody: what was shown, and words of one's own for the letter."""

    shown = HiddenField()
    words_fr = TextAreaField(_l("Your own words, in French"), [WORDS], filters=[stripped])
    words_en = TextAreaField(_l("Your own words, in English"), [WORDS], filters=[stripped])

    @property
    def words(self) -> Bilingual:
        """Whoever reads the other language reads the only one there is."""
        return pair(self, "words")
