"""The first page of the settings: what a new installation still lacks, and what the environment holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flask import render_template, url_for
from flask_babel import gettext as _

from booking import config
from booking.domain.permission import Permission
from booking.persistence import site
from booking.web.desk import readiness
from booking.web.desk.guard import desk_area, needs

blueprint = desk_area("settings", __name__)


class Secret(NamedTuple):
    """Something that stays in the environment: whether it is set, never what it is."""

    label: str
    words: str
    is_set: bool
    href: str = ""  # of where it can be seen


@blueprint.get("/settings/")
@needs(Permission.SETTINGS)
def index() -> str:
    """What is still to do, every page of the settings, and what is set elsewhere."""
    return render_template("desk/settings/index.html", steps=readiness.steps(), secrets=list(_secrets()))


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
    if settings.demo:
        yield Secret(_("Mail server"), _("Demonstration: in the mailbox"), True, url_for("mailbox.index"))
    else:
        mail = _("Set.") if settings.smtp_url else _("Not set: mails stay in a folder of the server.")
        yield Secret(_("Mail server"), mail, bool(settings.smtp_url))
    yield Secret(_("Address that mails come from"), site.current().sender, True)
    yield Secret(_("Secret key that signs links"), _("Set."), True)
    https = settings.base_url.startswith("https://")
    yield Secret(_("Public address"), settings.base_url, https)
