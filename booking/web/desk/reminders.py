"""Reminding those who owe: exactly who, how much and since when, then one button."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for

from booking.adapters import clock
from booking.domain.account import is_overdue
from booking.domain.errors import PlanChanged
from booking.domain.message import REMINDER_PAUSE
from booking.domain.permission import Permission
from booking.persistence import audiences, editions
from booking.persistence.masterclasses import Edition
from booking.services import message
from booking.web.desk.guard import actor, desk_area, needs
from booking.web.desk.message_forms import SendForm
from booking.web.desk.message_words import date_label
from booking.web.refusals import sentence

blueprint = desk_area("reminders", __name__)


@blueprint.get("/messages/reminders")
@needs(Permission.BOOKINGS)
def show() -> Any:
    """Who would be reminded: of one date (`edition`) everybody who owes; of all dates, whose payment is overdue."""
    return _page(_edition())


@blueprint.post("/messages/reminders")
@needs(Permission.BOOKINGS)
def send() -> Any:
    """Reminds those who were shown, nobody twice within days."""
    edition, form = _edition(), SendForm()
    try:
        number = message.remind(_ids(edition), form.shown.data or "", actor(), clock.now())
    except PlanChanged as refusal:
        return _page(edition, sentence(refusal)), 409
    return redirect(url_for("desk_messages.show", message_id=number), 303)


def _edition() -> Edition | None:
    slug = request.args.get("edition")
    return editions.find(slug) if slug else None


def _ids(edition: Edition | None) -> list[int]:
    return [edition.id] if edition else []


def _page(edition: Edition | None, problem: str = "") -> str:
    now = clock.now()
    proposal = message.propose(message.reminder(_ids(edition), now), now)
    accounts = audiences.accounts([person.booking_id for person in proposal.people])
    rows = audiences.bookings_of(proposal.people)
    return render_template(
        "desk/messages/reminders.html",
        edition=edition,
        proposal=proposal,
        unreached=audiences.bookings_of(proposal.unreached),
        rows=[(booking, *accounts[booking.id]) for booking in rows],
        total=sum(owed for owed, _due in accounts.values()),
        form=SendForm(formdata=None, shown=proposal.shown),
        pause=REMINDER_PAUSE.days,
        date_label=date_label,
        now=now,
        is_overdue=is_overdue,
        problem=problem,
    )
