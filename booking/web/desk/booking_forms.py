"""Forms of a booking itself: who books, what a seat costs, a note."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, RadioField, StringField, TelField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, ValidationError

from booking.adapters import clock
from booking.domain.orders import Contact
from booking.persistence.masterclasses import Edition
from booking.services import enrol
from booking.services.enrol import Price
from booking.web import formatting
from booking.web.booking_forms import LINE, NAME, SHORT, no_or_whole_address, one_line, stripped
from booking.web.countries import CountryField
from booking.web.desk.fields import MoneyField
from booking.web.i18n import spoken

LANGUAGES: Final = {"fr": _l("French"), "en": _l("English")}
REASON: Final = Length(max=1000, message=_l("Enter at most 1000 characters."))
WITHOUT_FILLING: Final = {"autocomplete": "off", "spellcheck": "false"}


def _languages() -> list[SelectChoice]:
    return [SelectChoice(language, LANGUAGES[language]) for language in spoken()]


class ContactForm(FlaskForm):
    """Who books, and where to write. `shown` is what the form was filled from."""

    shown = HiddenField()
    name = StringField(
        _l("Name"),
        [DataRequired(_l("Enter first and last name.")), NAME],
        filters=[one_line],
        render_kw=WITHOUT_FILLING,
    )
    email = EmailField(_l("E-mail address"), [no_or_whole_address], filters=[one_line], render_kw=WITHOUT_FILLING)
    locale = RadioField(_l("Language of mails and documents"), choices=_languages)
    phone = TelField(_l("Telephone"), [LINE], filters=[one_line], render_kw=WITHOUT_FILLING)
    company = StringField(_l("Company"), [NAME], filters=[one_line], render_kw=WITHOUT_FILLING)
    street = StringField(_l("Street"), [NAME], filters=[one_line], render_kw=WITHOUT_FILLING)
    house_number = StringField(_l("Number"), [SHORT], filters=[one_line], render_kw=WITHOUT_FILLING)
    postcode = StringField(_l("Postcode"), [SHORT], filters=[one_line], render_kw=WITHOUT_FILLING)
    town = StringField(_l("Town"), [NAME], filters=[one_line], render_kw=WITHOUT_FILLING)
    country = CountryField(_l("Country"), default="CH")

    def contact(self) -> Contact:
        """What was typed."""
        names = ("name", "phone", "company", "street", "house_number", "postcode", "town", "country")
        return Contact(email=(self.email.data or "").lower(), **{name: self[name].data or "" for name in names})


class PriceFields(FlaskForm):
    """What a seat costs: today's price, or a lower one with its reason."""

    cost = RadioField(_l("Price of a seat"), default="today")
    price = MoneyField(_l("Price"))
    price_reason = TextAreaField(_l("Why it is lower"), [REASON], filters=[stripped])

    def validate_price(self, field: Any) -> None:
        """Needed where it is another one."""
        if self.cost.data == "other" and field.centimes is None:
            raise ValidationError(_("Enter the price in francs; 0 for none."))

    def validate_price_reason(self, field: Any) -> None:
        """Needed where it is another one."""
        if self.cost.data == "other" and not field.data:
            raise ValidationError(_("Enter why the price is lower."))

    def offer(self, edition: Edition) -> None:
        """The choices for a date, by what they cost today."""
        today = enrol.price_now(edition, clock.now())
        self.cost.choices = [SelectChoice("today", _("%(price)s, today’s price", price=formatting.chf(today)))]
        if edition.early_price is not None and edition.early_price < today:
            self.cost.choices.append(
                ("early", _("%(price)s, the early-bird price", price=formatting.chf(edition.early_price)))
            )
        if edition.price:
            self.cost.choices.append(SelectChoice("other", _("another one")))

    def chosen(self, edition: Edition) -> Price:
        """What was chosen, once it was checked."""
        if self.cost.data == "early":
            return Price(edition.early_price)
        if self.cost.data == "other":
            return Price(self.price.centimes, self.price_reason.data or "")
        return Price()


class NoteForm(FlaskForm):
    """A few lines on a booking."""

    body = TextAreaField(
        _l("Note"),
        [DataRequired(_l("Write the note.")), Length(max=4000, message=_l("Enter at most 4000 characters."))],
        filters=[stripped],
    )
