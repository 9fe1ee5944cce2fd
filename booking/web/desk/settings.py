"""The first page of the settings: what a new installation still lacks, and what the environment holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flask import render_template, url_for
from flask_babel import gettext as _

from booking import config
from booking.domain.permission import Permission
from booking.persistence import queries, schedules, site
from booking.persistence.site import Site
from booking.web.desk.guard import desk_area, needs

blueprint = desk_area("settings", __name__)


class Step(NamedTuple):
    """Something a site needs before it opens. `href` is '' where only whoever installed it can do it."""

    label: str
    done: bool
    why: str
    href: str


class Secret(NamedTuple):
    """Something that stays in the environment: whether it is set, never what it is."""

    label: str
    words: str
    is_set: bool


@blueprint.get("/settings/")
@needs(Permission.SETTINGS)
def index() -> str:
    """What is still to do, every page of the settings, and what is set elsewhere."""
    return render_template("desk/settings/index.html", steps=list(_steps(site.current())), secrets=list(_secrets()))


def _steps(now: Site) -> Iterator[Step]:
    yield from _steps_here(now)
    yield Step(
        _("A cancellation policy"),
        bool(schedules.policies()),
        _("Classes that cost something need one: it says what cancelling costs, and until when."),
        url_for("desk_policies.index"),
    )
    yield Step(
        _("A first class with a date"),
        queries.anything_published(),
        _("Write it, add a date, and publish both."),
        url_for("desk_classes.index"),
    )
    settings = config.current()
    yield Step(
        _("Mail that leaves"),
        bool(settings.smtp_url) or settings.demo,
        _("No mail server is set, so nobody receives anything. Whoever installed the site sets it."),
        "",
    )


def _steps_here(now: Site) -> Iterator[Step]:
    organiser, texts = now.organiser, now.texts
    known = (organiser.name, organiser.street, organiser.postcode, organiser.town, organiser.email)
    yield Step(
        _("Name and full address"),
        all(known),
        _("The law wants them on the site, and every invoice carries them."),
        url_for("desk_settings_identity.edit"),
    )
    yield Step(
        _("A bank account"),
        bool(organiser.iban),
        _("Without one, participants cannot pay by bank transfer."),
        url_for("desk_settings_bank.edit"),
    )
    yield Step(
        _("Terms, read and published"),
        "terms" in texts,
        _("A text came with the installation. Read it: whoever books accepts it."),
        url_for("desk_settings_texts.edit", page="terms"),
    )
    yield Step(
        _("Privacy page and legal notice, read and published"),
        "privacy" in texts and "legal" in texts,
        _("They too came with the installation, and speak for you."),
        url_for("desk_settings_texts.index"),
    )


def _secrets() -> Iterator[Secret]:
    settings = config.current()
    if settings.stripe.secret_key:
        stripe = _("Set, for real payments.") if settings.stripe.live else _("Set, for tests: no money moves.")
    else:
        stripe = _("Not set: cards and TWINT are not offered.")
    yield Secret(_("Cards and TWINT (Stripe)"), stripe, bool(settings.stripe.secret_key))
    if settings.stripe.secret_key:
        told = bool(settings.stripe.webhook_secrets)
        yield Secret(_("What Stripe reports"), _("Set.") if told else _("Not set: payments are noticed late."), told)
    mail = _("Set.") if settings.smtp_url else _("Not set: mails stay in a folder of the server.")
    yield Secret(_("Mail server"), mail, bool(settings.smtp_url))
    yield Secret(_("Address that mails come from"), site.current().sender, True)
    yield Secret(_("Secret key that signs links"), _("Set."), True)
    https = settings.base_url.startswith("https://")
    yield Secret(_("Public address"), settings.base_url, https)
