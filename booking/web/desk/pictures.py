"""Pictures of classes and portraits of trainers: sent, described for those who do not see them, taken away."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from werkzeug.wrappers import Response
from wtforms import StringField

from booking.adapters import clock
from booking.adapters.pictures import prepare
from booking.domain.errors import PictureRefused
from booking.domain.permission import Permission
from booking.domain.pictures import PreparedPicture
from booking.persistence import class_index, resources
from booking.persistence.masterclasses import MasterClass, Trainer
from booking.services import pictures
from booking.services.pictures import Owner
from booking.web.booking_forms import NAME, one_line
from booking.web.desk.class_forms import LINE, in_language
from booking.web.desk.fields import pair
from booking.web.desk.guard import actor, desk_area, done, needs
from booking.web.desk.uploads import take_pictures
from booking.web.i18n import spoken, words
from booking.web.pictures import picture_of
from booking.web.refusals import sentence

blueprint = desk_area("pictures", __name__)


class PictureForm(FlaskForm):
    """The file may stay away once a picture is there: then its words alone are changed."""

    file = FileField(_l("Picture"))
    alt_fr = in_language("fr", StringField, LINE)
    alt_en = in_language("en", StringField, LINE)
    credit = StringField(_l("Who made it"), [NAME], filters=[one_line])


@blueprint.get("/classes/<class_slug>/picture")
@needs(Permission.CLASSES)
def edit_class(class_slug: str) -> str:
    """The picture of a class."""
    return _edit("class", class_slug)


@blueprint.post("/classes/<class_slug>/picture")
@needs(Permission.CLASSES)
def show_class(class_slug: str) -> Any:
    """Another picture, or other words for it."""
    return _change("class", class_slug)


@blueprint.post("/classes/<class_slug>/picture/removal")
@needs(Permission.CLASSES)
def remove_class(class_slug: str) -> Response:
    """No picture any more."""
    pictures.remove("class", class_slug, clock.now(), actor())
    return done(_("The picture is removed."), "desk_classes.show", class_slug=class_slug)


@blueprint.get("/trainers/<trainer_slug>/picture")
@needs(Permission.CLASSES)
def edit_trainer(trainer_slug: str) -> str:
    """The portrait of a trainer."""
    return _edit("trainer", trainer_slug)


@blueprint.post("/trainers/<trainer_slug>/picture")
@needs(Permission.CLASSES)
def show_trainer(trainer_slug: str) -> Any:
    """Another portrait, or other words for it."""
    return _change("trainer", trainer_slug)


@blueprint.post("/trainers/<trainer_slug>/picture/removal")
@needs(Permission.CLASSES)
def remove_trainer(trainer_slug: str) -> Response:
    """No portrait any more."""
    pictures.remove("trainer", trainer_slug, clock.now(), actor())
    return done(_("The picture is removed."), "desk_trainers.index")


def _edit(owner: Owner, slug: str) -> str:
    row = _find(owner, slug)
    form = PictureForm(formdata=None)
    if row.photo:
        form.alt_fr.data, form.alt_en.data, form.credit.data = row.photo.alt.fr, row.photo.alt.en, row.photo.credit
    return _page(owner, row, form)


def _change(owner: Owner, slug: str) -> Any:
    """Everything that is wrong is told at once. A page that comes back never has the file in it: that is told too."""
    row, form = _find(owner, slug), PictureForm()
    form.validate()
    _describe(form, row)
    prepared = _prepared(form, row)
    if form.errors:
        if prepared:
            form.file.errors = [_("Choose the file once more: nothing is saved yet.")]
        return _page(owner, row, form), 422
    alt, credit = pair(form, "alt"), form.credit.data or ""
    if prepared:
        pictures.show(owner, slug, prepared, alt, credit, clock.now(), actor())
    else:
        pictures.describe(owner, slug, alt, credit, clock.now(), actor())
    return done(_("The picture is saved."), f"desk_pictures.edit_{owner}", **{f"{owner}_slug": slug})


def _describe(form: PictureForm, row: MasterClass | Trainer) -> None:
    """Asks for words in each language that the page of the class, or of the trainer's classes, is written in."""
    written = row.title if isinstance(row, MasterClass) else row.bio
    asked = {"fr": _("Say in French what is to be seen on it."), "en": _("Say in English what is to be seen on it.")}
    of_site = set(spoken())
    for language in of_site - set(written.missing()) or of_site:
        field = form[f"alt_{language}"]
        if not field.data and not field.errors:
            field.errors = [asked[language]]


def _prepared(form: PictureForm, row: MasterClass | Trainer) -> PreparedPicture | None:
    """The file that was sent, if any, as it is kept; the sentence stands at its field if it cannot be."""
    body = form.file.data.read() if form.file.data else b""
    if not body:
        if row.photo is None:
            form.file.errors = [_("Choose the file of a picture.")]
        return None
    try:
        return prepare(body)
    except PictureRefused as refusal:
        form.file.errors = [sentence(refusal)]
        return None


def _find(owner: Owner, slug: str) -> MasterClass | Trainer:
    row: MasterClass | Trainer = class_index.find(slug) if owner == "class" else resources.find("trainer", slug)
    return row


def _page(owner: Owner, row: MasterClass | Trainer, form: PictureForm) -> str:
    back = {"class": "desk_classes.show", "trainer": "desk_trainers.edit"}[owner]
    arguments: dict[str, Any] = {f"{owner}_slug": row.slug}
    return render_template(
        "desk/pictures/form.html",
        owner=owner,
        name=(words(row.title) or row.slug) if isinstance(row, MasterClass) else row.name,
        form=form,
        picture=picture_of(row),
        back=url_for(back, **arguments),
        removal=url_for(f"desk_pictures.remove_{owner}", **arguments),
        action=url_for(f"desk_pictures.show_{owner}", **arguments),
    )


def _too_heavy(why: str) -> str:
    arguments = request.view_args or {}
    owner: Owner = "class" if "class_slug" in arguments else "trainer"
    form = PictureForm(formdata=None)
    form.file.errors = [why]
    return _page(owner, _find(owner, next(iter(arguments.values()))), form)


take_pictures(blueprint, Permission.CLASSES, _too_heavy)
