"""The desk's menu: the areas that the person who signed in may open."""

from __future__ import annotations

from typing import Final, NamedTuple

from flask import Flask, request, url_for
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from booking.domain.permission import Permission
from booking.web.desk.guard import me


class Area(NamedTuple):
    """An entry of the menu and the endpoint it leads to."""

    label: LazyString
    endpoint: str
    permission: Permission


class Entry(NamedTuple):
    """An entry as the page shows it."""

    label: LazyString
    href: str
    area: str  # the name of the blueprint, for its drawing
    current: bool


MENU: Final = (Area(lazy_gettext("Today"), "desk_today.index", Permission.OWN),)


def init_app(app: Flask) -> None:
    """Gives templates `desk_menu()` and `me()`."""
    app.jinja_env.globals.update(desk_menu=desk_menu, me=me)


def desk_menu() -> list[Entry]:
    """What this person may open, in order."""
    here = (request.endpoint or "").partition(".")[0]
    return [
        Entry(area.label, url_for(area.endpoint), name, name == here)
        for area in MENU
        if me().may(area.permission) and (name := area.endpoint.partition(".")[0])
    ]
