"""What can be done with a booking, by whom and when: the links of its page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from flask_babel import gettext as _

from booking.domain.booking import ALIVE, BookingState
from booking.domain.errors import NotPossibleNow
from booking.domain.permission import Permission
from booking.persistence import todo
from booking.persistence.bookings import Booking
from booking.persistence.organisers import Organiser
from booking.persistence.standing import Standing
from booking.services import settle
from booking.web.act_refusals import ACTS


class Action(NamedTuple):
    """A link to the page that does it, by endpoint (with the booking's `reference`). `kind` is that of the button.
    Where it is not possible now, `why_not` says so: people look for it all the same."""

    label: str
    endpoint: str
    permission: Permission
    kind: str = "secondary"
    why_not: str = ""


def available(booking: Booking, stands: Standing, person: Organiser, now: datetime) -> list[Action]:
    """What `person` may do with the booking at `now`: what is possible first, the most likely before all."""
    granted = [action for action in _actions(booking, stands, now) if person.may(action.permission)]
    return sorted(granted, key=lambda action: bool(action.why_not))


def _actions(booking: Booking, stands: Standing, now: datetime) -> Iterator[Action]:
    owed, alive, over = stands.balance, booking.state in ALIVE, booking.edition.ends_at <= now
    expects = owed > 0 or booking.state is BookingState.EXPIRED
    paid = Action(_("Mark as paid"), "desk_payments.new", Permission.MONEY)
    if expects:
        yield paid._replace(kind="primary" if owed > 0 else "secondary")
    if todo.mismatches(booking.id):
        yield Action(_("Settle a payment that does not fit"), "desk_mismatches.show", Permission.MONEY)
    if alive and booking.active:
        yield Action(_("Change who attends"), "desk_seats.index", Permission.BOOKINGS)
    if alive:
        yield Action(_("Write a message"), "desk_messages.new", Permission.BOOKINGS)
    yield Action(_("Send an e-mail again"), "desk_notes.mails", Permission.BOOKINGS)
    yield Action(_("Write a note"), "desk_notes.add", Permission.BOOKINGS)
    yield Action(_("Change contact and address"), "desk_seats.contact", Permission.BOOKINGS)
    yield Action(_("Add a seat"), "desk_seats.new", Permission.MONEY, why_not=_growing(booking, over))
    if owed > 0:
        yield Action(_("Waive what is owed"), "desk_payments.waiver", Permission.MONEY)
    yield Action(_("Give money back"), "desk_refunds.give", Permission.MONEY, why_not=_giving(stands))
    if stands.mistakable:
        yield Action(_("Take a payment out again"), "desk_mistakes.show", Permission.MONEY)
    if not expects:
        yield paid._replace(why_not=_why("settled"))
    yield Action(_("Cancel"), "desk_cancellations.propose", Permission.MONEY, "danger", "" if alive else _why("ended"))


def _growing(booking: Booking, over: bool) -> str:
    if booking.state not in ALIVE:
        return _why("ended")
    if booking.edition.called_off_at is not None:
        return _why("called_off")
    return _why("over") if over else ""


def _giving(stands: Standing) -> str:
    try:
        settle.giveable(stands)
    except NotPossibleNow as refusal:
        return _why(refusal.why)
    return ""


def _why(reason: str) -> str:
    return ACTS[NotPossibleNow].words(NotPossibleNow(reason))
