"""What participants answered, to read before the day: by question and by person, on a page and on paper."""

from __future__ import annotations

from flask import Response, render_template
from flask_babel import pgettext

from booking.adapters import clock, sheets
from booking.adapters.answers import AnswerSheet, answer_sheet
from booking.domain.permission import Permission
from booking.persistence import attendance, editions
from booking.persistence.masterclasses import Edition
from booking.web.desk.attendance import printing
from booking.web.desk.guard import desk_area, needs, own_edition
from booking.web.i18n import current_language
from booking.web.papers import as_pdf

blueprint = desk_area("answers", __name__)


@blueprint.get("/editions/<edition_slug>/answers")
@needs(Permission.ATTEND)
def show(edition_slug: str) -> str:
    """The page, which prints well too."""
    edition = own_edition(editions.find(edition_slug))
    return render_template("desk/attendance/answers.html", edition=edition, found=_found(edition))


@blueprint.get("/editions/<edition_slug>/answers.pdf")
@needs(Permission.ATTEND)
def printed(edition_slug: str) -> Response:
    """The same on paper, in the language of the page."""
    edition = own_edition(editions.find(edition_slug))
    return as_pdf(
        sheets.answers(edition, _found(edition), printing()), f"{edition.slug}-{pgettext('file name', 'answers')}"
    )


def _found(edition: Edition) -> AnswerSheet:
    seats = attendance.seats(edition.id, clock.now())
    return answer_sheet(edition.master_class.questions, seats, attendance.answers(seats), current_language())
