"""The words of certificates: of all classes, and of one class that says it otherwise."""

from __future__ import annotations

from typing import Any, Final

from flask import render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import Length

from booking.adapters import clock
from booking.domain.certificates import PLACEHOLDERS
from booking.domain.permission import Permission
from booking.persistence import editions
from booking.persistence.masterclasses import MasterClass
from booking.services import certificate
from booking.web.booking_forms import stripped
from booking.web.desk.fields import check_braces, pair
from booking.web.desk.guard import actor, desk_area, done, needs

TEXT: Final = Length(max=2000, message=_l("Enter at most 2000 characters."))
MEANINGS: Final[dict[str, LazyString]] = {
    "name": _l("the person; large when it stands alone in a paragraph"),
    "class": _l("title of the class; larger when it stands alone in a paragraph"),
    "dates": _l("the days that the person attended"),
    "hours": _l("how long that was, as “8 hours”"),
    "place": _l("where it was"),
    "trainer": _l("who taught it"),
    "organiser": _l("your name"),
}

blueprint = desk_area("certificate_texts", __name__)


class TextForm(FlaskForm):
    """Plain text; an empty line begins a new paragraph."""

    text_fr = TextAreaField(_l("Words in French"), [TEXT], filters=[stripped])
    text_en = TextAreaField(_l("Words in English"), [TEXT], filters=[stripped])

    def _known(self, field: Any) -> None:
        check_braces(field, PLACEHOLDERS)

    validate_text_fr = validate_text_en = _known


@blueprint.route("/certificate-text", methods=["GET", "POST"])
@needs(Permission.CLASSES)
def general() -> Any:
    """The words of all classes that have none of their own."""
    return _page(None)


@blueprint.route("/classes/<class_slug>/certificate-text", methods=["GET", "POST"])
@needs(Permission.CLASSES)
def of_class(class_slug: str) -> Any:
    """The words of one class; empty ones are the general ones."""
    return _page(editions.class_of(class_slug))


def _page(owner: MasterClass | None) -> Any:
    known = certificate.own_text(owner)
    form = TextForm(text_fr=known.fr, text_en=known.en)
    if form.validate_on_submit():
        certificate.set_text(pair(form, "text"), owner.id if owner else None, actor(), clock.now())
        back = {"class_slug": owner.slug} if owner else {}
        return done(_("Saved. Certificates issued from now on say so."), ".of_class" if owner else ".general", **back)
    page = render_template(
        "desk/attendance/certificate_text.html",
        form=form,
        owner=owner,
        meanings={f"{{{name}}}": MEANINGS[name] for name in PLACEHOLDERS},
        general=certificate.text_for(None),
        action=url_for(".of_class", class_slug=owner.slug) if owner else url_for(".general"),
    )
    return page, 422 if form.errors else 200
