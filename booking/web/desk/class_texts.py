"""The texts of a class and what it is made of: one form in parts, with a preview, safe against a second writer."""

from __future__ import annotations

from typing import NamedTuple

from flask import render_template, request
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from booking.adapters import clock
from booking.domain.catalogue import NotPublishable
from booking.domain.errors import ChangedMeanwhile, PolicyUnfitForPrice, Refusal, SlugRefused
from booking.domain.permission import Permission
from booking.persistence import class_index
from booking.persistence.masterclasses import MasterClass
from booking.services import classes
from booking.web import markdown
from booking.web.desk import class_words
from booking.web.desk.class_choices import offer_choices
from booking.web.desk.class_forms import HINTS, MARKDOWN, NAMED, TITLE, ClassForm
from booking.web.desk.guard import actor, desk_area, done, needs
from booking.web.i18n import spoken
from booking.web.refusals import sentence

blueprint = desk_area("class_texts", __name__)


class Part(NamedTuple):
    """One text as everybody will read it: its name, and its HTML by language."""

    name: str
    html: dict[str, Markup]


@blueprint.get("/classes/<class_slug>/edit")
@needs(Permission.CLASSES)
def edit(class_slug: str) -> str:
    """All that its page says, to change."""
    offer = class_index.find(class_slug)
    form = offer_choices(ClassForm(formdata=None), offer)
    form.fill(classes.values_of(offer))
    return _page(offer, form)


@blueprint.post("/classes/<class_slug>/edit")
@needs(Permission.CLASSES)
def change(class_slug: str) -> str | Response | tuple[str, int]:
    """Saves, or shows how the texts will look. What was typed is never lost."""
    offer = class_index.find(class_slug)
    form = offer_choices(ClassForm(), offer)
    fine = form.validate()
    if request.form.get("action") == "preview":
        return _page(offer, form, preview=True)
    if not fine:
        return _page(offer, form), 422
    values = form.values(classes.values_of(offer))
    try:
        classes.change(class_slug, values, form.seen.data or "", clock.now(), actor())
    except ChangedMeanwhile:
        offer = class_index.find(class_slug)
        form.compare(classes.values_of(offer))
        return _page(offer, form, met=True), 409
    except (SlugRefused, PolicyUnfitForPrice, NotPublishable) as refusal:
        _tell(form, refusal)
        return _page(offer, form), 409
    return done(_("The class is saved."), "desk_classes.show", class_slug=values["slug"])


def _tell(form: ClassForm, refusal: Refusal) -> None:
    """Puts the refusal at the field that it is about."""
    if isinstance(refusal, NotPublishable):
        for what in refusal.what:
            text, field = class_words.MISSING[what]
            form[field].errors = [_("%(what)s The class is on the site: it cannot do without.", what=str(text))]
    else:
        field = "slug" if isinstance(refusal, SlugRefused) else "policy"
        form[field].errors = [sentence(refusal)]


def _page(offer: MasterClass, form: ClassForm, preview: bool = False, met: bool = False) -> str:
    return render_template(
        "desk/classes/edit.html",
        offer=offer,
        form=form,
        met=met,
        previewed=_previewed(form) if preview else None,
        title_texts=TITLE,
        markdown_texts=MARKDOWN,
        named=NAMED,
        hints=HINTS if len(spoken()) > 1 else {**HINTS, "summary": _("Two or three sentences.")},
        names=spoken(),
    )


def _previewed(form: ClassForm) -> list[Part]:
    """The Markdown as the public page writes it; texts that are there in no language are left out."""
    parts = []
    for name in MARKDOWN:
        typed = {language: form[f"{name}_{language}"].data or "" for language in spoken()}
        if any(typed.values()):
            html = {language: markdown.render(text, 4) for language, text in typed.items()}
            parts.append(Part(str(NAMED[name]), html))
    return parts
