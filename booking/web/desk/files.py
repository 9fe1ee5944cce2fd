"""Files of registrations, money and papers: asked for here, written by a job, fetched here for some days."""

from __future__ import annotations

import io
from typing import Any, Final

from flask import redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional, ValidationError

from booking.adapters import clock
from booking.domain.errors import NotFound
from booking.domain.export import COLUMNS, KEPT, ExportFormat, ExportKind
from booking.domain.local_time import ZONE
from booking.domain.permission import Permission
from booking.persistence import editions, exports
from booking.persistence.masterclasses import Edition
from booking.services import export
from booking.services.export import Wish
from booking.web.desk.export_words import KINDS, codes, heading
from booking.web.desk.fields import DayField, first_instant, last_second
from booking.web.desk.guard import actor, desk_area, done, needs
from booking.web.formatting import local, short_date
from booking.web.i18n import current_language, words

LISTED: Final = 20
OFFERED: Final = 200  # dates to choose from
MIMETYPES: Final = {
    ExportFormat.CSV: "text/csv",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

blueprint = desk_area("files", __name__)


class ExportForm(FlaskForm):
    """What to write into a file; `wanted` is the slug of the date that is chosen at first."""

    kind = RadioField(_l("What"), choices=[SelectChoice(str(kind), label) for kind, label in KINDS.items()])
    format = RadioField(
        _l("As"),
        choices=[SelectChoice("xlsx", _l("Excel file (XLSX)")), SelectChoice("csv", _l("plain table (CSV)"))],
        default="xlsx",
    )
    edition = SelectField(_l("Of which date"), coerce=int, default=0)
    since = DayField(_l("From"), [Optional()])
    until = DayField(_l("Until"), [Optional()])

    def __init__(self, kind: str, wanted: str) -> None:
        latest = editions.latest(OFFERED)
        super().__init__(kind=kind, edition=next((one.id for one in latest if one.slug == wanted), 0))
        self.edition.choices = [
            SelectChoice(0, _("every date")),
            *(SelectChoice(one.id, _named(one)) for one in latest),
        ]

    def validate_until(self, field: Any) -> None:
        """Not before the first day."""
        if self.since.data and field.data and field.data < self.since.data:
            raise ValidationError(_("Enter a last day that is not before the first."))


@blueprint.route("/files/", methods=["GET", "POST"])
@needs(Permission.FILES)
def index() -> str | Response:
    """What can be had as a file, and the files of the last days."""
    asked = request.args.get("kind", "")
    form = ExportForm(asked if asked in KINDS else "registrations", request.args.get("edition", ""))
    if form.validate_on_submit():
        export_id = export.ask(_wish(form), clock.now(), actor())
        return redirect(url_for("desk_files.show", export_id=export_id), 303)
    recent = exports.latest(LISTED)
    return render_template("desk/files/index.html", form=form, recent=recent, kinds=KINDS, zone=ZONE, days=KEPT.days)


@blueprint.get("/files/<int(max=2147483647):export_id>")
@needs(Permission.FILES)
def show(export_id: int) -> str:
    """How far a file is; the page renews itself until it is done."""
    return render_template("desk/files/show.html", export=exports.find(export_id), kinds=KINDS, days=KEPT.days)


@blueprint.get("/files/<int(max=2147483647):export_id>/content")
@needs(Permission.FILES)
def fetch(export_id: int) -> Response:
    """The file itself."""
    found = exports.find(export_id)
    if not found.ready or found.content is None:
        raise NotFound("export")
    from_memory = io.BytesIO(found.content)
    return send_file(from_memory, MIMETYPES[found.format], as_attachment=True, download_name=found.filename, etag=False)


@blueprint.post("/files/<int(max=2147483647):export_id>/erasure")
@needs(Permission.FILES)
def erase(export_id: int) -> Response:
    """Takes the file away now."""
    export.erase(export_id, clock.now(), actor())
    return done(_("The file is erased."), "desk_files.index")


def _wish(form: ExportForm) -> Wish:
    kind = ExportKind(form.kind.data)
    return Wish(
        kind=kind,
        format=ExportFormat(form.format.data),
        edition_id=form.edition.data or None,
        since=first_instant(form.since.data, ZONE),
        until=last_second(form.until.data, ZONE),
        locale=current_language(),
        headings=[heading(column.name) for column in COLUMNS[kind]],
        words=codes(kind),
    )


def _named(edition: Edition) -> str:
    return f"{short_date(local(edition.starts_at, edition.zone))} – {words(edition.master_class.title)}"
