"""Terms, privacy page and legal notice: drafted, looked at, published, every version kept."""

from __future__ import annotations

import re
from typing import Any, Final

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm
from markupsafe import Markup
from werkzeug.wrappers import Response
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length

from booking.adapters import clock
from booking.domain.bilingual import Bilingual
from booking.domain.errors import ChangedMeanwhile, NotFound, UnknownPlaceholder
from booking.domain.permission import Permission
from booking.persistence import organisers, site, site_texts
from booking.services import site_texts as writing
from booking.web import pages
from booking.web.booking_forms import stripped
from booking.web.desk.fields import Spoken
from booking.web.desk.guard import actor, desk_area, done, needs
from booking.web.i18n import spoken
from booking.web.markdown import render
from booking.web.refusals import sentence

LONGEST: Final = Length(max=60_000, message=_l("This text is too long: enter at most 60 000 characters."))
TITLES: Final[dict[str, LazyString]] = {
    "terms": _l("Terms"), "privacy": _l("Privacy"), "legal": _l("Legal notice"),
}  # fmt: skip

WRAP: Final = re.compile(r"(?<![\n\\])\n(?=[^\s#>|*+\-\d])")  # within a paragraph, but not where a line is to end

blueprint = desk_area("settings_texts", __name__)


class TextForm(FlaskForm):
    """Both languages. `shown` is the fingerprint of the draft that the form was filled from."""

    fr = TextAreaField(_l("French"), [Spoken(_l("Write the French text.")), LONGEST], filters=[stripped],
                       render_kw={"rows": 24})  # fmt: skip
    en = TextAreaField(_l("English"), [Spoken(_l("Write the English text.")), LONGEST], filters=[stripped],
                       render_kw={"rows": 24})  # fmt: skip
    shown = HiddenField()

    @property
    def text(self) -> Bilingual:
        """What was written."""
        return Bilingual(self.fr.data or "", self.en.data or "")


@blueprint.get("/settings/texts/")
@needs(Permission.SETTINGS)
def index() -> str:
    """The three pages, with what is in force and what is being written."""
    published, drafts = site.current().texts, {page: writing.draft_of(page) for page in TITLES}
    latest = {page: site_texts.version(page, published[page].number) for page in published}
    return render_template("desk/settings/texts.html", titles=TITLES, latest=latest, drafts=drafts)


@blueprint.get("/settings/texts/<any(terms, privacy, legal):page>")
@needs(Permission.SETTINGS)
def edit(page: str) -> str:
    """The draft, or the text in force to begin one."""
    draft = writing.draft_of(page)
    text = draft or in_force(page)
    return _page(page, TextForm(data={"fr": text.fr, "en": text.en, "shown": writing.fingerprint(draft)}))


@blueprint.post("/settings/texts/<any(terms, privacy, legal):page>")
@needs(Permission.SETTINGS)
def change(page: str) -> str | Response:
    """Keeps the draft, or only shows it; nobody but the desk sees it."""
    form, action = TextForm(), request.form.get("action", "save")
    if not form.validate() or action == "preview":
        return _page(page, form, preview=not form.errors)
    try:
        known = pages.placeholders(site.current())
        writing.save_draft(page, form.text, known, form.shown.data or "", clock.now(), actor())
    except UnknownPlaceholder as refusal:
        holder = next((field for field in (form.fr, form.en) if refusal.names[0] in (field.data or "")), form.fr)
        holder.errors = [sentence(refusal)]
        return _page(page, form)
    except ChangedMeanwhile as refusal:
        form.shown.data = writing.fingerprint(writing.draft_of(page))
        return _page(page, form, problem=sentence(refusal))
    if action == "publish":
        return redirect(url_for("desk_settings_texts.review", page=page), 303)
    return done(_("The draft is kept. Nobody sees it before you publish it."), "desk_settings_texts.edit", page=page)


@blueprint.get("/settings/texts/<any(terms, privacy, legal):page>/publication")
@needs(Permission.SETTINGS)
def review(page: str) -> str:
    """The draft as readers will see it, before they do."""
    draft = writing.draft_of(page) or abort(404)
    return render_template("desk/settings/text_review.html", page=page, title=TITLES[page], texts=rendered(draft),
                           shown=writing.fingerprint(draft), unchanged=draft == in_force(page))  # fmt: skip


@blueprint.post("/settings/texts/<any(terms, privacy, legal):page>/publication")
@needs(Permission.SETTINGS)
def publish(page: str) -> Response:
    """The draft is in force."""
    try:
        number = writing.publish(page, request.form.get("shown", ""), clock.now(), actor())
    except ChangedMeanwhile as refusal:
        flash(sentence(refusal), "warning")
        return redirect(url_for("desk_settings_texts.review", page=page), 303)
    except NotFound:
        flash(_("There is no draft any more."), "warning")
        return redirect(url_for("desk_settings_texts.versions", page=page), 303)
    return done(_("Version %(number)s is in force.", number=number), "desk_settings_texts.versions", page=page)


@blueprint.post("/settings/texts/<any(terms, privacy, legal):page>/draft/deletion")
@needs(Permission.SETTINGS)
def drop(page: str) -> Response:
    """Throws the draft away."""
    try:
        writing.drop_draft(page, request.form.get("shown", ""), clock.now(), actor())
    except ChangedMeanwhile as refusal:
        flash(sentence(refusal), "warning")
        return redirect(url_for("desk_settings_texts.edit", page=page), 303)
    return done(_("The draft is gone; the text in force stays."), "desk_settings_texts.edit", page=page)


@blueprint.get("/settings/texts/<any(terms, privacy, legal):page>/versions/")
@needs(Permission.SETTINGS)
def versions(page: str) -> str:
    """Every version with its day, who published it and, of the terms, how many bookings accepted it."""
    found = site_texts.versions(page)
    accepted = site_texts.acceptances() if page == "terms" else {}
    return render_template("desk/settings/text_versions.html", page=page, title=TITLES[page], versions=found,
                           names=organisers.names(), accepted=accepted)  # fmt: skip


@blueprint.get("/settings/texts/<any(terms, privacy, legal):page>/versions/<int(max=2147483647):number>")
@needs(Permission.SETTINGS)
def version(page: str, number: int) -> str:
    """One version, 0 being the text that came with the installation."""
    found = site_texts.version(page, number) if number else None
    if number and found is None:
        abort(404)
    text = found.body if found else _of_files(page)
    return render_template("desk/settings/text_version.html", page=page, title=TITLES[page], number=number,
                           found=found, texts=rendered(text))  # fmt: skip


def in_force(page: str) -> Bilingual:
    """The text that readers see, its placeholders in it."""
    published = site.current().texts.get(page)
    return published.body if published else _of_files(page)


def rendered(text: Bilingual) -> dict[str, Markup]:
    """What readers would see now in each language of the site, under a heading of the third level."""
    now = site.current()
    return {lang: render(pages.filled(text.best(lang), now), top=3) for lang in spoken()}


def _of_files(page: str) -> Bilingual:
    """The files, their paragraphs on one line each: the width of a file is not that of a field."""
    french, english = (WRAP.sub(" ", pages.text_of_file(page, language).strip()) for language in ("fr", "en"))
    return Bilingual(french, english)


def _page(page: str, form: TextForm, problem: str | None = None, preview: bool = False) -> str:
    known: dict[str, Any] = {f"{{{name}}}": value for name, value in pages.placeholders(site.current()).items()}
    draft = writing.draft_of(page)
    return render_template("desk/settings/text.html", page=page, title=TITLES[page], form=form, problem=problem,
                           known=known, draft=draft, texts=rendered(form.text) if preview else None,
                           drafted=writing.fingerprint(draft))  # fmt: skip
