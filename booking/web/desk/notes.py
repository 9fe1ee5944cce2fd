"""Notes on a booking, letters once more, and fresh links."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from booking.adapters import clock
from booking.adapters.mail import reading
from booking.config import current
from booking.domain.errors import NotFound
from booking.domain.permission import Permission
from booking.persistence import letters, sent_mails
from booking.persistence.bookings import Booking, by_reference
from booking.persistence.sent_mails import SentMail
from booking.services import manage
from booking.web.desk.booking_forms import NoteForm
from booking.web.desk.guard import actor, desk_area, done, needs
from booking.web.desk.outcome_words import mail_name

blueprint = desk_area("notes", __name__)


class Letter(NamedTuple):
    """A mail that the participant got and that still holds."""

    mail: SentMail
    name: str


@blueprint.route("/bookings/<reference>/notes", methods=["GET", "POST"])
@needs(Permission.BOOKINGS)
def add(reference: str) -> Any:
    """A note for whoever looks at the booking. Raises NotFound."""
    booking, form = by_reference(reference), NoteForm()
    if form.validate_on_submit():
        manage.write_note(booking.id, form.body.data or "", clock.now(), actor())
        return done(_("The note is kept."), "desk_bookings.show", reference=booking.reference)
    return render_template("desk/actions/note.html", booking=booking, form=form), 422 if form.errors else 200


@blueprint.get("/bookings/<reference>/letters")
@needs(Permission.BOOKINGS)
def mails(reference: str) -> str:
    """What can be sent once more. Raises NotFound."""
    booking = by_reference(reference)
    return render_template(
        "desk/actions/letters.html", booking=booking, found=_still_true(booking), zone=booking.edition.zone
    )


@blueprint.post("/bookings/<reference>/letters/<int(max=2147483647):mail_id>")
@needs(Permission.BOOKINGS)
def resend(reference: str, mail_id: int) -> Response:
    """One of them, once more, written anew. Raises NotFound."""
    booking = by_reference(reference)
    if mail_id not in [letter.mail.id for letter in _still_true(booking)]:
        raise NotFound("mail")
    if not booking.email:
        return _unreached(booking)
    manage.resend(booking.id, mail_id, clock.now(), actor())
    return done(_("The e-mail goes out once more."), "desk_bookings.show", reference=booking.reference)


@blueprint.post("/bookings/<reference>/link")
@needs(Permission.BOOKINGS)
def link(reference: str) -> Response:
    """A fresh link by mail; the older ones stop working. Raises NotFound."""
    booking = by_reference(reference)
    if not booking.email:
        return _unreached(booking)
    manage.send_link(booking.id, clock.now(), actor())
    return done(_("A fresh link is on its way."), "desk_bookings.show", reference=booking.reference)


def _unreached(booking: Booking) -> Response:
    """The address was taken away since the page was shown: nothing goes out."""
    flash(_("This booking has no e-mail address."), "warning")
    return redirect(url_for("desk_bookings.show", reference=booking.reference), 303)


def _still_true(booking: Booking) -> list[Letter]:
    """The latest of each mail to the participant that is not overtaken, latest first."""
    found: dict[tuple[str, tuple[tuple[str, int], ...]], Letter] = {}
    for mail in sent_mails.to_booker(booking.id):
        told = letters.told_by(mail.key)
        if told is None:
            continue
        kind, ids = told
        payload = {"kind": kind, "to": "booker", "booking_id": booking.id, "key": mail.key, **ids}
        if not reading.read(payload, current(), clock.now()).is_overtaken:
            found[kind, tuple(sorted(ids.items()))] = Letter(mail, mail_name(kind))
    return sorted(found.values(), key=lambda letter: -letter.mail.id)
