"""What a site needs before it opens, and how far it is: Today asks until nothing is left, the settings list it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flask import url_for
from flask_babel import gettext as _

from booking import config
from booking.persistence import queries, schedules, site
from booking.persistence.site import Site


class Step(NamedTuple):
    """`href` is '' where only whoever installed the site can do it."""

    label: str
    done: bool
    why: str
    href: str


def steps() -> list[Step]:
    """All of them, in the order in which they are best taken."""
    return [*_of_settings(site.current()), *_of_work()]


def _of_settings(now: Site) -> Iterator[Step]:
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


def _of_work() -> Iterator[Step]:
    settings = config.current()
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
    yield Step(
        _("Mail that leaves"),
        bool(settings.smtp_url) or settings.demo,
        _("No mail server is set, so nobody receives anything. Whoever installed the site sets it."),
        "",
    )
