"""Fields that forms of the desk share: sums of money, days, and texts in two languages."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from wtforms import DateField, StringField
from wtforms.validators import DataRequired, StopValidation, ValidationError

from booking.domain import money, placeholders
from booking.domain.bilingual import Bilingual
from booking.domain.errors import UnknownPlaceholder
from booking.web.i18n import unspoken
from booking.web.refusals import sentence


class MoneyField(StringField):
    """A sum typed in francs ('340', '340.50', '1’234.–'); `data` is what was typed, `centimes` the sum or None."""

    def __init__(self, label: Any = None, validators: Any = None, **options: Any) -> None:
        kept = {"inputmode": "decimal", "autocomplete": "off"} | options.pop("render_kw", {})
        super().__init__(label, validators, render_kw=kept, **options)

    @property
    def centimes(self) -> int | None:
        """The sum; None when nothing (readable) was typed."""
        try:
            return money.parse(self.data) if self.data else None
        except ValueError:
            return None

    def pre_validate(self, form: Any) -> None:
        """Raises ValidationError with what to type instead."""
        if self.data and self.centimes is None:
            raise ValidationError(_("Enter a sum in francs, as in 340 or 340.50."))


class Spoken(DataRequired):
    """Asks for words in the language of the field ('title_fr', 'fr'), unless the site does not speak it."""

    def __call__(self, form: Any, field: Any) -> None:
        """Raises StopValidation; without a sentence where nothing is asked."""
        if unspoken(field.short_name) and not field.data:
            field.errors = []
            raise StopValidation()
        super().__call__(form, field)


class DayField(DateField):
    """A day, typed or picked; what cannot be read is told in words."""

    data: date | None

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Raises ValueError with what to type instead."""
        try:
            super().process_formdata(valuelist)
            if self.data and not 1900 < self.data.year < 9000:  # its midnight must exist in UTC, too
                raise ValueError
        except ValueError:
            self.data = None
            raise ValueError(_("Enter a day, as in 2027-03-14.")) from None


def first_instant(day: date | None, zone: str) -> datetime | None:
    """Midnight at the beginning of `day` in `zone`."""
    return datetime.combine(day, time(), ZoneInfo(zone)) if day else None


def last_second(day: date | None, zone: str) -> datetime | None:
    """23:59:59 of `day` in `zone`: limits are inclusive."""
    return datetime.combine(day, time(23, 59, 59), ZoneInfo(zone)) if day else None


def pair(form: Any, name: str) -> Bilingual:
    """The two fields <name>_fr and <name>_en as one text."""
    return Bilingual(form[f"{name}_fr"].data or "", form[f"{name}_en"].data or "")


def check_braces(field: Any, known: Collection[str]) -> None:
    """For validators. Raises ValidationError where something stands in braces in the text that is not `known`."""
    try:
        placeholders.check(field.data or "", known)
    except UnknownPlaceholder as refusal:
        raise ValidationError(sentence(refusal)) from None
