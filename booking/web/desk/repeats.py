"""The same date again: every week, every month, or on days of one's own. Shown first, each day to be ticked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from flask import render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext, ngettext
from flask_wtf import FlaskForm
from wtforms import IntegerField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import NumberRange, ValidationError

from booking.adapters import clock
from booking.domain.catalogue import MeetingSpec
from booking.domain.editions import MOST_REPEATS, DateRefused, on_day, overlap, repeated
from booking.domain.errors import PolicyUnfitForPrice
from booking.domain.local_time import ClockChange
from booking.domain.permission import Permission
from booking.domain.publication import Publication
from booking.persistence import editions as rows
from booking.persistence.masterclasses import Edition
from booking.services import editions
from booking.web.booking_forms import stripped
from booking.web.desk.edition_values import FAULTS
from booking.web.desk.guard import actor, desk_area, done, needs
from booking.web.refusals import sentence

WRITTEN: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")

blueprint = desk_area("repeats", __name__)


class Candidate(NamedTuple):
    """A day on which the date would be repeated: until when it would last, or what stands against it: that clocks
    change (`ends_at` is None), or the first day of a date of the class that it would overlap. It is `free` when only
    another day of this list stands against it."""

    day: date
    ends_at: datetime | None
    overlaps: date | None = None
    free: bool = True


class RepeatForm(FlaskForm):
    """How often, or on which days."""

    class Meta:
        csrf = False  # nothing is changed by it: it is sent in the address

    rhythm = RadioField(
        lazy_pgettext("repeat", "How"),
        choices=[
            SelectChoice("week", _l("every week")),
            SelectChoice("two_weeks", _l("every second week")),
            SelectChoice("month", _l("every month, on the same weekday of it")),
            SelectChoice("days", _l("on days that I choose")),
        ],
        default="week",
    )
    times = IntegerField(
        _l("How often"),
        [NumberRange(1, MOST_REPEATS, _l("Enter a number from 1 to 30."))],
        default=4,
        render_kw={"inputmode": "numeric"},
    )
    days = TextAreaField(_l("Days that I choose, one on each line"), filters=[stripped])

    def validate_days(self, field: Any) -> None:
        """Every line is a day, once the days are asked for."""
        if self.rhythm.data == "days" and not self.own():
            raise ValidationError(_("Enter at least one day, as in 2027-03-14."))
        if len(self.own()) > MOST_REPEATS:
            raise ValidationError(_("Enter 30 days at most."))

    def own(self) -> list[date]:
        """The days that were typed. Raises ValidationError with the line that is none."""
        found = []
        for line in (self.days.data or "").splitlines():
            if line.strip():
                found.append(_day(line.strip()))
        return sorted(set(found))

    def chosen(self, first: date) -> list[date]:
        """The days after `first` that this form asks for."""
        if self.rhythm.data == "days":
            return self.own()
        return repeated(first, self.rhythm.data, self.times.data or 1)


@blueprint.get("/editions/<edition_slug>/repeat")
@needs(Permission.CLASSES)
def edit(edition_slug: str) -> Any:
    """Asks for the days; once they are named, shows what would be written."""
    edition = rows.find(edition_slug)
    form = RepeatForm(formdata=request.args if request.args else None)
    asked = bool(request.args) and form.validate()
    return _page(edition, form, form.chosen(_first_day(edition)) if asked else [])


@blueprint.post("/editions/<edition_slug>/repeat")
@needs(Permission.CLASSES)
def write(edition_slug: str) -> Any:
    """Writes the dates whose days are ticked, all or none."""
    days = [date.fromisoformat(day) for day in request.form.getlist("day") if re.fullmatch(r"\d{4}-\d\d-\d\d", day)]
    state = Publication.PUBLISHED if request.form.get("action") == "publish" else Publication.DRAFT
    edition, problem = rows.find(edition_slug), ""
    try:
        if added := days and editions.repeat(edition_slug, days[:MOST_REPEATS], state, clock.now(), actor()):
            told = ngettext("%(num)d date is added.", "%(num)d dates are added.", len(added))
            return done(told, "desk_classes.show", class_slug=edition.master_class.slug)
        problem = _("Tick at least one day.")
    except ClockChange:
        problem = _("On one of these days the clocks change at the time of a session. Leave that day out.")
    except DateRefused as refusal:
        problem = " ".join(dict.fromkeys(FAULTS[fault.reason]() for fault in refusal.faults))
    except PolicyUnfitForPrice as refusal:
        problem = sentence(refusal)
    edition = rows.find(edition_slug)
    return _page(edition, RepeatForm(formdata=None), days, problem)


def _page(edition: Edition, form: RepeatForm, days: list[date], problem: str = "") -> Any:
    page = render_template(
        "desk/editions/repeat.html",
        edition=edition,
        form=form,
        candidates=_candidates(edition, sorted(set(days))) if days else [],
        problem=problem,
    )
    return page, 422 if form.errors or problem else 200


def _candidates(edition: Edition, days: list[date]) -> list[Candidate]:
    """Of days that stand in each other's way the earlier one is proposed."""
    spec, found = rows.spec_of(edition), []
    there = [(_first_day(other), rows.meetings_of(other)) for other in rows.taking_place(edition.master_class_id)]
    proposed: list[tuple[date, tuple[MeetingSpec, ...]]] = []
    for day in days:
        try:
            meetings = on_day(spec, day).meetings
        except ClockChange:
            found.append(Candidate(day, None, free=False))
            continue
        held, planned = (_overlapped(meetings, dates) for dates in (there, proposed))
        ends_at = meetings[-1].ends_at.astimezone(ZoneInfo(spec.zone))
        found.append(Candidate(day, ends_at, held or planned, not held))
        if not held and not planned:
            proposed.append((day, meetings))
    return found


def _overlapped(
    meetings: tuple[MeetingSpec, ...], dates: Iterable[tuple[date, tuple[MeetingSpec, ...]]]
) -> date | None:
    return next((day for day, others in dates if overlap(meetings, others)), None)


def _first_day(edition: Edition) -> date:
    return edition.starts_at.astimezone(ZoneInfo(edition.zone)).date()


def _day(line: str) -> date:
    """'2027-03-14' or '14.3.2027'. Raises ValidationError."""
    match = WRITTEN.fullmatch(line)
    try:
        year, month, day = match.group(1, 2, 3) if match and match[1] else match.group(6, 5, 4) if match else ()
        return date(int(year), int(month), int(day))
    except ValueError:
        raise ValidationError(_("“%(line)s” is not a day. Enter it as in 2027-03-14.", line=line[:40])) from None
