"""At the door: who is here. A page for a phone, and a sheet to sign."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import pgettext

from booking.adapters import clock, sheets
from booking.adapters.sheets import Printing
from booking.domain.account import is_overdue
from booking.domain.attendance import Presence
from booking.domain.permission import Permission
from booking.persistence import attendance as rows
from booking.persistence import editions, site
from booking.persistence.masterclasses import Edition, Meeting
from booking.services import attendance
from booking.web.desk.guard import actor, desk_area, done, needs, own_edition
from booking.web.i18n import current_language
from booking.web.papers import as_pdf

blueprint = desk_area("attendance", __name__)


@blueprint.get("/editions/<edition_slug>/attendance")
@needs(Permission.ATTEND)
def sheet(edition_slug: str) -> str:
    """Who is expected at one meeting (`meeting`, by default today's), and who is here."""
    edition, now = own_edition(editions.find(edition_slug)), clock.now()
    meeting = _meeting(edition, request.args.get("meeting", type=int), now)
    seats, marks = rows.seats(edition.id, now), rows.marks(edition.id)
    presences = {seat.id: marks.get(seat.id, {}).get(meeting.id) for seat in seats}
    return render_template(
        "desk/attendance/sheet.html",
        edition=edition,
        meeting=meeting,
        seats=seats,
        presences=presences,
        owing=rows.owing(edition.id),
        is_overdue=lambda due_at: is_overdue(due_at, now),
        here=sum(presence is Presence.PRESENT for presence in presences.values()),
        absent=sum(presence is Presence.ABSENT for presence in presences.values()),
        is_early=_day(now, edition) < _day(meeting.starts_at, edition),
        free=max(0, edition.capacity - len(seats)),
    )


@blueprint.post("/editions/<edition_slug>/attendance")
@needs(Permission.ATTEND)
def mark(edition_slug: str) -> Any:
    """Notes one person, or takes the note back; leads back to the row."""
    edition, now = own_edition(editions.find(edition_slug)), clock.now()
    meeting = _meeting(edition, request.form.get("meeting", type=int), now)
    seat_id, value = request.form.get("seat", 0, int), request.form.get("presence", "")
    if value not in ("", *Presence) or seat_id not in [seat.id for seat in rows.seats(edition.id, now)]:
        abort(404)
    attendance.mark(seat_id, meeting.id, Presence(value) if value else None, actor(), now)
    return redirect(url_for(".sheet", edition_slug=edition_slug, meeting=meeting.id, _anchor=f"seat-{seat_id}"), 303)


@blueprint.post("/editions/<edition_slug>/attendance/rest")
@needs(Permission.ATTEND)
def mark_rest(edition_slug: str) -> Any:
    """Everybody who was not marked yet is here."""
    edition, now = own_edition(editions.find(edition_slug)), clock.now()
    meeting = _meeting(edition, request.form.get("meeting", type=int), now)
    attendance.mark_rest(edition.id, meeting.id, actor(), now)
    return done(_("Everybody is here."), ".sheet", edition_slug=edition_slug, meeting=meeting.id)


@blueprint.get("/editions/<edition_slug>/attendance.pdf")
@needs(Permission.ATTEND)
def printed(edition_slug: str) -> Response:
    """The sheet to sign, in the language of the page."""
    edition, now = own_edition(editions.find(edition_slug)), clock.now()
    content = sheets.attendance(edition, rows.seats(edition.id, now), rows.marks(edition.id), printing())
    return as_pdf(content, f"{edition.slug}-{pgettext('file name', 'attendance')}")


def printing() -> Printing:
    """Who prints, and when."""
    now = site.current()
    return Printing(current_language(), now.organiser.name, now.theme.light.accent, clock.now(), now.logo)


def _meeting(edition: Edition, wanted: int | None, now: datetime) -> Meeting:
    """The one that was asked for; else today's, the next one, or the last."""
    found = {meeting.id: meeting for meeting in edition.meetings}
    if wanted is not None:
        return found.get(wanted) or abort(404)
    coming = (meeting for meeting in edition.meetings if _day(meeting.ends_at, edition) >= _day(now, edition))
    return next(coming, edition.meetings[-1])


def _day(moment: datetime, edition: Edition) -> Any:
    return moment.astimezone(ZoneInfo(edition.zone)).date()
