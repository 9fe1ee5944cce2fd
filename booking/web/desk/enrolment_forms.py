"""The form of a booking by hand, and the order that it makes."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, FieldList, Form, FormField, HiddenField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, ValidationError

from booking.domain.orders import Acceptance, SeatOrder
from booking.domain.payment import Means
from booking.persistence.arrivals import Arrival
from booking.persistence.masterclasses import Edition
from booking.services.enrol import HandOrder, Way
from booking.web import pages
from booking.web.booking_forms import MAX_SEATS, NAME, answers_of, no_or_whole_address, one_line, question_field
from booking.web.desk.booking_forms import WITHOUT_FILLING, ContactForm, PriceFields
from booking.web.desk.money_forms import PaymentFields, noon_of, today
from booking.web.desk.rehearsals import ActForm
from booking.web.i18n import spoken

WAYS: Final = [
    SelectChoice(Way.TRANSFER.value, _l("by transfer: the seats are held until it has come")),
    SelectChoice(Way.ACCOUNT.value, _l("on account: confirmed now, to be paid within 30 days")),
    SelectChoice(Way.PAID.value, _l("paid already")),
]


class PersonForm(Form):
    """One attendee. Without a name, the person who books. The class's own questions are added as fields q<id>."""

    name = StringField(_l("Name of the person attending"), [NAME], filters=[one_line], render_kw=WITHOUT_FILLING)
    email = EmailField(_l("Their e-mail address"), [no_or_whole_address], filters=[one_line], render_kw=WITHOUT_FILLING)


class EnrolmentForm(ContactForm, PriceFields, PaymentFields, ActForm):
    """Who books, who attends, what it costs and how it is paid. `seats` is added per class, with its questions."""

    token = HiddenField(validators=[Length(min=10, max=60)])
    way = RadioField(_l("How is it paid?"), choices=WAYS, default=Way.TRANSFER.value)
    terms = BooleanField(
        _l("They were given the terms and the cancellation conditions, and agreed"),
        [DataRequired(_l("Give them the terms first, and tick this box: a booking rests on them."))],
    )
    once_more = BooleanField(_l("This is another booking, not the same once more"))

    def validate_day(self, field: Any) -> None:
        """Of weight only where it is paid already."""
        if self.way.data == Way.PAID and field.data and field.data > today():
            raise ValidationError(_("This day has not come yet. Enter the day on which it was paid."))

    def validate(self, extra_validators: Any = None) -> bool:
        """Field by field, then what depends on several fields."""
        fine: bool = super().validate(extra_validators)
        for index, seat in enumerate(self.seats):
            if index and not seat.form.name.data:
                seat.form.name.errors = [_("Enter this person’s name, or remove the person.")]
                fine = False
        self.seats.errors = [seat.errors for seat in self.seats if seat.errors]
        return fine

    def rearrange(self, action: str) -> bool:
        """Adds a person, or takes one away; whether `action` was one of these."""
        seats: Any = self.seats
        if action == "add" and len(seats) < MAX_SEATS:
            seats.append_entry()
        elif action.startswith("remove-") and action[7:].isdecimal() and len(seats) > 1:
            kept = [seat.data for number, seat in enumerate(seats) if str(number) != action[7:]]
            while len(seats):
                seats.pop_entry()
            for values in kept:
                seats.append_entry(values)
        else:
            return False
        self.shown.data = ""
        return True


def enrolment_form(edition: Edition, **values: Any) -> EnrolmentForm:
    """The form of a date: filled from the request, or with `values`."""

    class Person(PersonForm):
        pass

    for question in edition.master_class.questions:
        if not question.retired:
            setattr(Person, f"q{question.id}", question_field(question, optional=True))

    class Enrolment(EnrolmentForm):
        seats = FieldList(FormField(Person), min_entries=1, max_entries=MAX_SEATS)

    taught = edition.master_class.language
    form = Enrolment(**{"locale": taught if taught in spoken() else next(iter(spoken())), **values})
    form.offer(edition)
    return form


def order_of(edition: Edition, form: EnrolmentForm) -> HandOrder:
    """What was typed, once it was checked; the terms are those in force in the person's language."""
    contact, locale, way = form.contact(), form.locale.data, Way(form.way.data)
    terms = pages.terms_text(locale)
    day = noon_of(form.day.data or today())
    return HandOrder(
        edition_id=edition.id,
        token=form.token.data or "",
        locale=locale,
        contact=contact,
        seats=tuple(_seat(contact.name, contact.email, seat) for seat in form.seats.data),
        price=form.chosen(edition),
        way=way,
        terms=Acceptance(terms.digest, locale, terms.markdown, terms.number),
        arrival=Arrival(0, day, Means(form.means.data)) if way is Way.PAID else None,
        once_more=bool(form.once_more.data),
    )


def _seat(name: str, email: str, seat: dict[str, Any]) -> SeatOrder:
    """An attendee; without a name of its own, the person who books."""
    own = seat.get("name") or ""
    return SeatOrder(own or name, (seat.get("email") or ("" if own else email)).lower(), answers_of(seat))
