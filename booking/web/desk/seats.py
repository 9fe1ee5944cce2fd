"""One more seat, and who attends: better written, or somebody else."""

from __future__ import annotations

from typing import Any

from flask import render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired

from booking.adapters import clock
from booking.adapters.gateways import current_ports
from booking.domain.errors import ChangedMeanwhile, GatewayUnavailable, NotFound, NotPossibleNow, Refusal, TooMuch
from booking.domain.orders import SeatOrder
from booking.domain.permission import Permission
from booking.persistence.bookings import Attendee, Booking, by_reference
from booking.persistence.outcomes import Outcome
from booking.services import enrol, manage, pay
from booking.services.manage import SeatChange
from booking.web.booking_forms import NAME, answers_of, no_or_whole_address, one_line, question_field
from booking.web.desk.booking_forms import WITHOUT_FILLING, ContactForm, PriceFields
from booking.web.desk.guard import actor, desk_area, done, needs
from booking.web.desk.rehearsals import Act, ActForm, Look, look_at, perform
from booking.web.refusals import desk_sentence

blueprint = desk_area("seats", __name__)


class PersonFields(FlaskForm):
    """Somebody who attends; an address is not needed."""

    name = StringField(
        _l("Name of the person attending"),
        [DataRequired(_l("Enter the name of the person attending.")), NAME],
        filters=[one_line],
        render_kw=WITHOUT_FILLING,
    )
    email = EmailField(_l("Their e-mail address"), [no_or_whole_address], filters=[one_line], render_kw=WITHOUT_FILLING)


class SeatForm(PersonFields, PriceFields, ActForm):
    """One more seat."""


class AttendeeForm(PersonFields):
    """Who attends. Questions of the class are added as fields q<id>."""

    shown = HiddenField()
    who = RadioField(
        _l("Who comes?"),
        choices=[
            SelectChoice("same", _l("the same person: a correction")),
            SelectChoice("other", _l("somebody else")),
        ],
        default="same",
    )


@blueprint.route("/bookings/<reference>/seats/new", methods=["GET", "POST"])
@needs(Permission.MONEY)
def new(reference: str) -> Any:
    """One more seat: what it means, then exactly that. Raises NotFound."""
    booking, form = by_reference(reference), SeatForm()
    form.offer(booking.edition)
    if not form.validate_on_submit():
        look = Look() if form.errors else look_at(form, _adding(booking, form))
        return _seat_page(reference, form, look)
    try:
        pay.end_attempts(booking.id, clock.now(), current_ports())
    except GatewayUnavailable as refusal:
        return _seat_page(reference, form, Look(problem=desk_sentence(refusal)))
    outcome = perform(form, _adding(booking, form))
    if isinstance(outcome, Outcome):
        words = _("%(name)s has a seat.", name=form.name.data)
        return done(words, "desk_bookings.show", reference=booking.reference)
    if isinstance(outcome.refusal, TooMuch):
        form.price.errors = [outcome.problem]
        outcome = Look()
    return _seat_page(reference, form, outcome)


@blueprint.get("/bookings/<reference>/attendees")
@needs(Permission.BOOKINGS)
def index(reference: str) -> Any:
    """The seats, to choose whose to change. Raises NotFound."""
    return render_template("desk/actions/attendees.html", booking=by_reference(reference))


@blueprint.route("/bookings/<reference>/attendees/<int(max=2147483647):attendee_id>", methods=["GET", "POST"])
@needs(Permission.BOOKINGS)
def edit(reference: str, attendee_id: int) -> Any:
    """One seat: its person better written, with the answers; or somebody else. Raises NotFound."""
    booking = by_reference(reference)
    seat = next((seat for seat in booking.active if seat.id == attendee_id), None)
    if seat is None:
        raise NotFound("attendee")
    form, problem = _attendee_form(seat), ""
    if form.validate_on_submit():
        try:
            words = _change(booking, seat, form)
        except (NotPossibleNow, ChangedMeanwhile) as refusal:
            problem, form.shown.data = desk_sentence(refusal), manage.seat_seen(seat)  # saved once more, it is meant
        else:
            return done(words, "desk_bookings.show", reference=booking.reference)
    page = render_template("desk/actions/attendee.html", booking=booking, seat=seat, form=form, problem=problem)
    return page, 422 if form.errors else 409 if problem else 200


@blueprint.route("/bookings/<reference>/contact", methods=["GET", "POST"])
@needs(Permission.BOOKINGS)
def contact(reference: str) -> Any:
    """Who booked, and where to write. Raises NotFound."""
    booking = by_reference(reference)
    form, problem = ContactForm(obj=booking, shown=manage.contact_seen(booking)), ""
    if form.validate_on_submit():
        shown = form.shown.data or ""
        try:
            manage.change_contact(booking.id, form.contact(), form.locale.data, shown, clock.now(), actor())
        except ChangedMeanwhile as refusal:
            problem, form.shown.data = desk_sentence(refusal), manage.contact_seen(booking)
        else:
            return done(_("The contact is saved."), "desk_bookings.show", reference=booking.reference)
    page = render_template("desk/actions/contact.html", booking=booking, form=form, problem=problem)
    return page, 422 if form.errors else 409 if problem else 200


def _adding(booking: Booking, form: SeatForm) -> Act:
    seat = SeatOrder(form.name.data or "", (form.email.data or "").lower(), {})
    number, price = booking.id, form.chosen(booking.edition)
    return lambda shown: enrol.add_seat(number, seat, price, clock.now(), current_ports(), actor(), shown)


def _seat_page(reference: str, form: SeatForm, look: Look) -> tuple[str, int]:
    page = render_template(
        "desk/actions/seat.html",
        booking=by_reference(reference),  # anew: a rehearsal leaves nothing of what was read before it
        form=form,
        look=look,
        hopeless=isinstance(look.refusal, Refusal) and not form.errors,
    )
    return page, 422 if form.errors else look.status


def _attendee_form(seat: Attendee) -> Any:
    """Filled with what is known; nobody need answer anything here."""

    class Answering(AttendeeForm):
        pass

    questions = [q for q in seat.booking.edition.master_class.questions if not q.retired]
    for question in sorted(questions, key=lambda q: (q.when != "booking", q.position)):
        setattr(Answering, f"q{question.id}", question_field(question, optional=True))
    known = {f"q{answer.question_id}": answer.value for answer in seat.answers}
    return Answering(data={"name": seat.name, "email": seat.email, "shown": manage.seat_seen(seat), **known})


def _change(booking: Booking, seat: Attendee, form: Any) -> str:
    name, email, now = form.name.data, (form.email.data or "").lower(), clock.now()
    shown = form.shown.data or ""
    if form.who.data == "other":
        manage.substitute(booking.id, seat.id, name, email, shown, now, actor())
        if not booking.email:
            return str(_("%(name)s comes now. No e-mail reaches whoever booked: tell them yourself.", name=name))
        return str(_("%(name)s comes now. Whoever booked is told.", name=name))
    change = SeatChange(name, email, answers_of(form.data))
    manage.correct_attendee(booking.id, seat.id, change, shown, now, actor())
    return str(_("It is saved."))
