"""Certificates of attendance: who gets one, all in one click, and anew where a name was wrong."""

from __future__ import annotations

from typing import Any, Final

from flask import Response, render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext, pgettext
from flask_wtf import FlaskForm
from wtforms import IntegerField, StringField
from wtforms.validators import DataRequired, NumberRange, Optional

from booking.adapters import certificates as drawn
from booking.adapters import clock
from booking.adapters.gateways import current_ports
from booking.domain.attendance import by_family_name
from booking.domain.errors import ChangedMeanwhile, NotFound, NotYetOver, PlanChanged
from booking.domain.permission import Permission
from booking.persistence import certificates, editions, site
from booking.persistence.certificates import Certificate
from booking.persistence.masterclasses import Edition
from booking.services import certificate
from booking.web.booking_forms import NAME, one_line
from booking.web.desk.guard import actor, desk_area, done, needs, own_edition
from booking.web.desk.message_forms import SendForm
from booking.web.i18n import current_language
from booking.web.papers import as_pdf
from booking.web.refusals import sentence

LONGEST_PAUSE: Final = 480  # minutes: a whole working day

blueprint = desk_area("certificates", __name__)


class NameForm(FlaskForm):
    """The name as it should have been."""

    name = StringField(
        _l("Name on the certificate"), [DataRequired(_l("Enter the name of the person attending.")), NAME],
        filters=[one_line],
    )  # fmt: skip


class PauseForm(FlaskForm):
    """The break that certificates do not count."""

    minutes = IntegerField(
        _l("Breaks that do not count, in minutes a session"),
        [Optional(), NumberRange(0, LONGEST_PAUSE, _l("Enter 0 to 480 minutes."))],
        render_kw={"inputmode": "numeric"},
    )


@blueprint.get("/editions/<edition_slug>/certificates")
@needs(Permission.ATTEND)
def index(edition_slug: str) -> Any:
    """Who would get one and who has one, with the hours that count."""
    return _page(own_edition(editions.find(edition_slug)))


@blueprint.post("/editions/<edition_slug>/certificates")
@needs(Permission.ATTEND)
def issue(edition_slug: str) -> Any:
    """Issues and mails them to those who were shown."""
    edition, shown = own_edition(editions.find(edition_slug)), SendForm().shown.data or ""
    try:
        number = certificate.issue(edition.id, shown, current_ports().issuer, actor(), clock.now())
    except (PlanChanged, NotYetOver) as refusal:
        return _page(editions.find(edition_slug), sentence(refusal)), 409
    words = ngettext(
        "%(num)d certificate is issued and on its way.", "%(num)d certificates are issued and on their way.", number
    )
    return done(words, ".index", edition_slug=edition_slug)


@blueprint.post("/editions/<edition_slug>/certificates/hours")
@needs(Permission.ATTEND)
def set_hours(edition_slug: str) -> Any:
    """Counts without the breaks of the date, and shows the hours again."""
    edition, form = own_edition(editions.find(edition_slug)), PauseForm()
    if not form.validate():
        return _page(edition, pause=form), 422
    certificate.set_pause(edition.id, form.minutes.data or 0, actor(), clock.now())
    return done(_("The hours are counted anew."), ".index", edition_slug=edition_slug)


@blueprint.get("/editions/<edition_slug>/certificates/specimen.pdf")
@needs(Permission.ATTEND)
def specimen(edition_slug: str) -> Response:
    """How they look, in the language of the page; issues nothing."""
    edition = own_edition(editions.find(edition_slug))
    content = certificate.specimen(edition, current_ports().issuer, current_language(), clock.now())
    return as_pdf(drawn.render(content, site.current().logo), pgettext("file name", "specimen"))


@blueprint.get("/editions/<edition_slug>/certificates/<document_number>.pdf")
@needs(Permission.ATTEND)
def show(edition_slug: str, document_number: str) -> Response:
    """One certificate, the same as ever."""
    return as_pdf(drawn.render(_found(edition_slug, document_number).frozen, site.current().logo), document_number)


@blueprint.route("/editions/<edition_slug>/certificates/<document_number>/correction", methods=["GET", "POST"])
@needs(Permission.ATTEND)
def correct(edition_slug: str, document_number: str) -> Any:
    """A new one in the right name, which cites the old one."""
    row, problem = _found(edition_slug, document_number), ""
    form = NameForm(name=row.attendee.name)
    if form.validate_on_submit():
        try:
            ports, name = current_ports(), form.name.data or ""
            number = certificate.reissue(document_number, name, ports.issuer, actor(), clock.now())
            return done(_("Certificate %(number)s is on its way.", number=number), ".index", edition_slug=edition_slug)
        except ChangedMeanwhile:
            problem = _("This certificate was replaced already.")
    edition, row = editions.find(edition_slug), _found(edition_slug, document_number)
    page = render_template("desk/attendance/correction.html", edition=edition, row=row, form=form, problem=problem)
    return page, 422 if form.errors else 409 if problem else 200


def _found(edition_slug: str, number: str) -> Certificate:
    edition, row = own_edition(editions.find(edition_slug)), certificates.numbered(number)
    if row is None or row.edition_id != edition.id:
        raise NotFound("certificate")
    return row


def _page(edition: Edition, problem: str = "", pause: PauseForm | None = None) -> str:
    proposal = certificate.propose(edition)
    return render_template(
        "desk/attendance/certificates.html",
        edition=edition,
        proposal=proposal,
        people=sorted(proposal.people, key=lambda person: by_family_name(person.seat.name)),
        form=SendForm(formdata=None, shown=proposal.shown),
        pause=pause or PauseForm(formdata=None, minutes=certificate.pause_of(edition)),
        is_over=clock.now() >= edition.ends_at,
        problem=problem,
    )
