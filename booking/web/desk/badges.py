"""Name badges to print."""

from __future__ import annotations

from typing import Final

from flask import Response, render_template, request
from flask_babel import lazy_gettext as _l
from flask_babel import pgettext

from booking.adapters import clock, sheets
from booking.adapters.sheets import BADGES
from booking.domain.permission import Permission
from booking.persistence import attendance, editions
from booking.web.desk.attendance import printing
from booking.web.desk.guard import desk_area, needs, own_edition
from booking.web.papers import as_pdf

FORMATS: Final = {
    "90x54": _l("90 × 54 mm, ten on a sheet"),
    "105x74": _l("105 × 74 mm (A7), eight on a sheet"),
    "148x105": _l("105 × 148 mm (A6, upright), four on a sheet"),
}

blueprint = desk_area("badges", __name__)


@blueprint.get("/editions/<edition_slug>/badges")
@needs(Permission.ATTEND)
def show(edition_slug: str) -> str:
    """Which format, and where on a used sheet of labels to begin."""
    edition = own_edition(editions.find(edition_slug))
    seats = attendance.seats(edition.id, clock.now())
    most = max(form.each for form in BADGES.values())
    return render_template("desk/attendance/badges.html", edition=edition, seats=seats, formats=FORMATS, most=most)


@blueprint.get("/editions/<edition_slug>/badges.pdf")
@needs(Permission.ATTEND)
def printed(edition_slug: str) -> Response:
    """A badge for everybody expected; `format` as in FORMATS, `first` the label to begin with, from 1."""
    edition = own_edition(editions.find(edition_slug))
    form = BADGES.get(request.args.get("format", ""), BADGES["90x54"])
    first = max(1, request.args.get("first", 1, int))
    names = [seat.name for seat in attendance.seats(edition.id, clock.now())]
    return as_pdf(
        sheets.badges(edition, names, form, first - 1, printing()), f"{edition.slug}-{pgettext('file name', 'badges')}"
    )
