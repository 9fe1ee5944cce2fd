"""What every page may say without asking: who offers the classes, the feeds, the picture for shared links."""

from __future__ import annotations

from typing import NamedTuple

from flask import Flask, url_for
from flask_babel import gettext as _
from werkzeug.local import LocalProxy

from booking.config import Settings
from booking.persistence import site
from booking.web.assets import asset
from booking.web.markdown import markdown, plain
from booking.web.places import map_address
from booking.web.schedule import schedule_of


class Feed(NamedTuple):
    """A way to follow the catalogue, for the head and the foot of pages."""

    label: str
    url: str
    type: str


def init_app(app: Flask, settings: Settings) -> None:
    """Gives templates `site` and `organiser` as of now, `demo`, `feeds`, `share_picture()`, `schedule_of()` (mails
    have no view that could hand it to them) and the filters `markdown`, `plain` and `map_address`."""
    app.jinja_env.filters.update(markdown=markdown, plain=plain, map_address=map_address)
    app.jinja_env.globals.update(
        site=LocalProxy(site.last_known),
        organiser=LocalProxy(lambda: site.last_known().organiser),
        demo=settings.demo,
        feeds=feeds,
        schedule_of=schedule_of,
        share_picture=lambda: settings.base_url + asset("img/share.png"),
    )


def feeds() -> list[Feed]:
    """The feeds in the page's language."""
    return [
        Feed(_("Calendar of all dates"), url_for("feeds.calendar_feed"), "text/calendar"),
        Feed(_("News by Atom feed"), url_for("feeds.atom"), "application/atom+xml"),
    ]
