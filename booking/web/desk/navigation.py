"""The desk's menu: the areas that the person who signed in may open."""

from __future__ import annotations

from typing import Final, NamedTuple

from flask import Flask, request, url_for
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from booking.domain.permission import Permission
from booking.web.desk.guard import me


class Area(NamedTuple):
    """An entry of the menu and the endpoint it leads to; `parts` are other blueprints whose pages belong to it."""

    label: LazyString
    endpoint: str
    permission: Permission
    parts: tuple[str, ...] = ()


class Entry(NamedTuple):
    """An entry as the page shows it."""

    label: LazyString
    href: str
    area: str  # the name of the blueprint, for its drawing
    current: bool


CLASSES: Final = (
    "desk_class_texts", "desk_class_states", "desk_questions", "desk_pictures", "desk_venues", "desk_trainers",
    "desk_topics", "desk_policies", "desk_vouchers", "desk_editions", "desk_repeats", "desk_moves",
    "desk_calling_off", "desk_decisions", "desk_attendance", "desk_answers", "desk_badges", "desk_certificates",
    "desk_certificate_texts",
)  # fmt: skip
ON_A_BOOKING: Final = (
    "desk_enrolment", "desk_payments", "desk_mistakes", "desk_mismatches", "desk_cancellations", "desk_seats",
    "desk_notes",
)  # fmt: skip
MENU: Final = (
    Area(lazy_gettext("Today"), "desk_today.index", Permission.OWN),
    Area(lazy_gettext("Bookings"), "desk_bookings.index", Permission.BOOKINGS, ON_A_BOOKING),
    Area(lazy_gettext("Classes"), "desk_classes.index", Permission.CLASSES, CLASSES),
    Area(lazy_gettext("Messages"), "desk_messages.index", Permission.BOOKINGS, ("desk_reminders",)),
    Area(lazy_gettext("Refunds"), "desk_refunds.index", Permission.MONEY),
    Area(lazy_gettext("Files"), "desk_files.index", Permission.FILES, ("desk_journal", "desk_personal_data")),
    Area(lazy_gettext("Settings"), "desk_settings.index", Permission.SETTINGS, ("desk_people",)),
)


def init_app(app: Flask) -> None:
    """Gives templates `desk_menu()` and `me()`."""
    app.jinja_env.globals.update(desk_menu=desk_menu, me=me)


def desk_menu() -> list[Entry]:
    """What this person may open, in order."""
    here = (request.endpoint or "").partition(".")[0]
    return [
        Entry(area.label, url_for(area.endpoint), name, here in (name, *area.parts) or here.startswith(f"{name}_"))
        for area in MENU
        if me().may(area.permission) and (name := area.endpoint.partition(".")[0])
    ]
