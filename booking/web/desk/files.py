"""Files of registrations, money and papers: asked for here, written by a job, fetched here for some days."""

from __future__ import annotations

import io
from typing import Any, Final

from flask import redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response
from wtforms import RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional, ValidationError

from booking.adapters import clock
from booking.domain.errors import NotFound
from booking.domain.export import COLUMNS, KEPT, ExportFormat, ExportKind
from booking.domain.permission import Permission
from booking.persistence.db import db
from booking.persistence.exports import Export
from booking.persistence.masterclasses import Edition
from booking.services import export
from booking.services.export import Wish
from booking.web.desk.export_words import KINDS, codes, heading
from booking.web.desk.fields import DayField, first_instant, last_second
from booking.web.desk.guard import actor, desk_area, done, needs
from booking.web.formatting import local, short_date
from booking.web.i18n import current_language, words

ZONE: Final = "Europe/Zurich"  # of the days of a period
LISTED: Final = 20
MIMETYPES: Final = {
    ExportFormat.CSV: "text/csv",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

blueprint = desk_area("files", __name__)


class ExportForm(FlaskForm):
    """What to write into a file."""

    kind = RadioField(_l("What"), choices=[SelectChoice(str(kind), label) for kind, label in KINDS.items()])
    format = RadioField(
        _l("As"),
        choices=[SelectChoice("xlsx", _l("Excel file (XLSX)")), SelectChoice("csv", _l("plain table (CSV)"))],
        default="xlsx",
    )
    edition = SelectField(_l("Of which date"), coerce=int, default=0)
    since = DayField(_l("From"), [Optional()])
    until = DayField(_l("Until"), [Optional()])

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        latest = db.session.scalars(
            select(Edition).options(joinedload(Edition.master_class)).order_by(Edition.starts_at.desc()).limit(200)
        )
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
    form = ExportForm(kind=asked if asked in KINDS else "registrations", edition=_edition_wanted())
    if form.validate_on_submit():
        export_id = export.ask(_wish(form), clock.now(), actor())
        return redirect(url_for("desk_files.show", export_id=export_id), 303)
    recent = db.session.scalars(select(Export).order_by(Export.id.desc()).limit(LISTED)).all()
    return render_template("desk/files/index.html", form=form, recent=recent, kinds=KINDS, zone=ZONE, days=KEPT.days)


@blueprint.get("/files/<int:export_id>")
@needs(Permission.FILES)
def show(export_id: int) -> str:
    """How far a file is; the page renews itself until it is done."""
    return render_template("desk/files/show.html", export=_found(export_id), kinds=KINDS, days=KEPT.days)


@blueprint.get("/files/<int:export_id>/content")
@needs(Permission.FILES)
def fetch(export_id: int) -> Response:
    """The file itself."""
    found = _found(export_id)
    if not found.ready or found.content is None:
        raise NotFound("export")
    from_memory = io.BytesIO(found.content)
    return send_file(from_memory, MIMETYPES[found.format], as_attachment=True, download_name=found.filename, etag=False)


@blueprint.post("/files/<int:export_id>/erasure")
@needs(Permission.FILES)
def erase(export_id: int) -> Response:
    """Takes the file away now."""
    export.erase(_found(export_id).id, clock.now(), actor())
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


def _edition_wanted() -> int:
    slug = request.args.get("edition", "")
    return db.session.scalar(select(Edition.id).where(Edition.slug == slug)) or 0 if slug else 0


def _found(export_id: int) -> Export:
    found = db.session.get(Export, export_id)
    if found is None:
        raise NotFound("export")
    return found


def _named(edition: Edition) -> str:
    return f"{short_date(local(edition.starts_at, edition.zone))} – {words(edition.master_class.title)}"
