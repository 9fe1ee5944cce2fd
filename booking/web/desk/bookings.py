"""Registrations: all of them in a table that is searched, filtered and sorted, and the page of each."""

from __future__ import annotations

from flask import Response, render_template, request
from werkzeug.wrappers import Response as Answer

from booking.adapters import clock
from booking.adapters.mail import mailbox
from booking.adapters.mail.mailbox import Letter
from booking.domain.account import AccountState
from booking.domain.booking import BookingState
from booking.domain.errors import NotFound
from booking.domain.local_time import ZONE
from booking.domain.permission import Permission
from booking.persistence import class_index, registration_choices, registrations, sent_mails, timeline
from booking.persistence.bookings import Booking, by_reference
from booking.persistence.sent_mails import SentMail
from booking.web.desk.booking_page import page_of
from booking.web.desk.booking_words import ACCOUNT_TAGS, STATE_TAGS, account_words, moved_choices
from booking.web.desk.bookings_query import Query
from booking.web.desk.guard import desk_area, needs
from booking.web.letter_frame import framed
from booking.web.papers import document_of
from booking.web.standing import state_words

blueprint = desk_area("bookings", __name__)


@blueprint.get("/bookings/")
@needs(Permission.BOOKINGS)
def index() -> str:
    """A page of the table; everything chosen is in the address."""
    query, now = Query.of(request.args), clock.now()
    found = registrations.find(query.wanted, now)
    return render_template(
        "desk/bookings/index.html",
        query=query,
        found=found,
        zone=ZONE,
        classes=class_index.titles(),
        editions=registration_choices.editions(query.class_, query.edition, now),
        states=[(state.value, state_words(state)) for state in BookingState],
        accounts=[(account.value, account_words(account)) for account in AccountState] + moved_choices(),
        state_words=state_words,
        account_words=account_words,
        state_tags=STATE_TAGS,
        account_tags=ACCOUNT_TAGS,
    )


@blueprint.get("/bookings/<reference>")
@needs(Permission.BOOKINGS)
def show(reference: str) -> str:
    """One booking with all that hangs on it. Raises NotFound."""
    kind = request.args.get("show", "")
    kind = kind if kind in timeline.KINDS else ""
    return render_template("desk/bookings/show.html", **page_of(timeline.dossier(reference), kind, clock.now()))


@blueprint.get("/bookings/<reference>/documents/<document_number>.pdf")
@needs(Permission.BOOKINGS)
def document(reference: str, document_number: str) -> Response:
    """One of the booking's papers, drawn anew from what was frozen. Raises NotFound."""
    return document_of(by_reference(reference).id, document_number)


@blueprint.get("/bookings/<reference>/mails/<int(max=2147483647):mail_id>")
@needs(Permission.BOOKINGS)
def mail(reference: str, mail_id: int) -> str:
    """A mail as it left. Raises NotFound, also for one that is no longer kept."""
    booking = by_reference(reference)
    sent, letter = _sent(booking, mail_id)
    return render_template("desk/bookings/mail.html", booking=booking, sent=sent, letter=letter)


@blueprint.get("/bookings/<reference>/mails/<int(max=2147483647):mail_id>/letter")
@needs(Permission.BOOKINGS)
def mail_letter(reference: str, mail_id: int) -> Answer:
    """Its HTML part alone, for the frame."""
    return framed(_sent(by_reference(reference), mail_id)[1].html)


def _sent(booking: Booking, mail_id: int) -> tuple[SentMail, Letter]:
    sent = sent_mails.of_booking(booking.id, mail_id)
    if sent is None or sent.message is None:
        raise NotFound("mail")
    return sent, mailbox.read(str(sent.id), sent.message)
