"""Forms of the participant's own page."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, FieldList, FormField, HiddenField, StringField
from wtforms.validators import DataRequired, Length, Regexp

from booking.persistence.bookings import Booking
from booking.services.manage import SeatChange
from booking.web.booking_forms import ADDRESS, NAME, SeatForm, answers_of, one_line, question_field

HOLDER_LIMIT: Final = 70  # characters of a name that banks take
HOLDER = Length(max=HOLDER_LIMIT, message=_l("Enter at most 70 characters."))


class LinkForm(FlaskForm):
    """Where to send fresh links."""

    email = EmailField(
        _l("The e-mail address you booked with"),
        [DataRequired(_l("Enter the e-mail address you booked with.")), ADDRESS],
        filters=[one_line],
        render_kw={"autocomplete": "email"},
    )


class IbanForm(FlaskForm):
    """The account for a refund by bank."""

    iban = StringField(
        "IBAN",
        [DataRequired(_l("Enter the IBAN of the account the money should go to."))],
        filters=[one_line],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    holder = StringField(
        _l("Account holder"),
        [DataRequired(_l("Enter the name of the account holder.")), HOLDER],
        filters=[one_line],
        render_kw={"autocomplete": "name"},
    )


def attendees_form(booking: Booking) -> Any:
    """A block of `seats` for each active attendee, filled with what is known; pre-course questions come last."""
    questions = [question for question in booking.edition.master_class.questions if not question.retired]

    class Seat(SeatForm):
        seat_id = HiddenField(validators=[Regexp(r"^\d{1,12}$")])
        substitute = BooleanField(_l("Somebody else comes in this person’s place"))
        name = StringField(
            _l("Name of the person attending"),
            [DataRequired(_l("Enter the name of the person attending.")), NAME],
            filters=[one_line],
        )

    for question in sorted(questions, key=lambda q: (q.when != "booking", q.position)):
        setattr(Seat, f"q{question.id}", question_field(question, optional=question.when != "booking"))

    class Attendees(FlaskForm):
        seats = FieldList(FormField(Seat), max_entries=len(booking.active))

    return Attendees(seats=[_known(seat) for seat in booking.active])


def changes_of(form: Any) -> dict[int, SeatChange]:
    """What `attendees_form` came back with, by attendee."""
    return {
        int(seat["seat_id"]): SeatChange(seat["name"], seat["email"], answers_of(seat), seat["substitute"])
        for seat in form.seats.data
    }


def _known(seat: Any) -> dict[str, Any]:
    answers = {f"q{answer.question_id}": answer.value for answer in seat.answers}
    return {"seat_id": str(seat.id), "name": seat.name, "email": seat.email, **answers}


class CancellationForm(FlaskForm):
    """The amounts that were shown, and the account for a refund by bank."""

    shown = HiddenField()
    iban = StringField("IBAN", filters=[one_line], render_kw={"autocomplete": "off", "spellcheck": "false"})
    holder = StringField(_l("Account holder"), [HOLDER], filters=[one_line], render_kw={"autocomplete": "name"})
