"""The catalogue for programs: calendars, an Atom feed, the sitemap and robots.txt."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from flask import Blueprint, render_template, url_for

from booking import config
from booking.adapters import calendar, clock
from booking.persistence import counters, queries, site
from booking.persistence.masterclasses import Edition
from booking.persistence.queries import Offer
from booking.web.i18n import current_language
from booking.web.invitations import invitation
from booking.web.page_cache import SharedPage

KEPT: Final = timedelta(days=90)  # dates stay in the calendar this long after they were held
YEAR: Final = timedelta(days=365)

blueprint = Blueprint("feeds", __name__)


@blueprint.get("/<lang:lang>/calendar.ics")
def calendar_feed() -> SharedPage:
    """Every coming date, to subscribe to."""
    now = clock.now()
    return _calendar(queries.offers(now - KEPT, now), site.current().organiser.known_as)


@blueprint.get("/<lang:lang>/classes/<slug>.ics")
def class_calendar(slug: str) -> SharedPage:
    """The dates of one class. Raises NotFound."""
    return _calendar(queries.class_page(slug, clock.now()).offers)


@blueprint.get("/<lang:lang>/feed.atom")
def atom() -> SharedPage:
    """The coming dates as entries."""
    now = clock.now()
    offers = [offer for offer in queries.offers(now, now) if not offer.edition.called_off_at]
    entries = [(offer, invitation(offer, now), announced(offer.edition, now)) for offer in offers]
    body = render_template(
        "catalogue/feed.atom.xml",
        entries=entries,
        updated=max((moment for _offer, _item, moment in entries), default=now),
        base_url=config.current().base_url,
    )
    return SharedPage(body, mimetype="application/atom+xml")


@blueprint.get("/sitemap.xml")
def sitemap() -> SharedPage:
    """Every page that may be found, in every language."""
    pages: list[tuple[str, dict[str, Any]]] = [("catalogue.index", {})]
    pages += [("catalogue.show", {"slug": slug}) for slug in queries.published_slugs()]
    pages += [("pages.show", {"page": page}) for page in ("legal", "privacy", "terms")]
    settings = config.current()
    addresses = [
        {lang: settings.base_url + url_for(endpoint, lang=lang, **arguments) for lang in settings.languages}
        for endpoint, arguments in pages
    ]
    return SharedPage(render_template("catalogue/sitemap.xml", addresses=addresses), mimetype="application/xml")


@blueprint.get("/robots.txt")
def robots() -> SharedPage:
    """What search engines may read: all but bookings."""
    settings = config.current()
    closed = [f"Disallow: /{lang}/{part}/" for lang in settings.languages for part in ("editions", "bookings", "my")]
    lines = ["User-agent: *", *closed, "", f"Sitemap: {settings.base_url}{url_for('feeds.sitemap')}", ""]
    return SharedPage("\n".join(lines), mimetype="text/plain")


def announced(edition: Edition, now: datetime) -> datetime:
    """An instant for readers to sort an entry by, the same at every reading once it is past. The catalogue keeps no
    time of writing, so the opening of registration stands for it, or a year before the class."""
    return min(edition.registration_opens_at or edition.starts_at - YEAR, now)


def _calendar(offers: Iterable[Offer], name: str = "") -> SharedPage:
    # Stamped with the hour, so that a calendar program that asks again within it finds nothing new to read.
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    base_url = config.current().base_url
    entries = [
        calendar.edition_entry(
            offer.edition, base_url + url_for("catalogue.show", slug=offer.edition.master_class.slug)
        )
        for offer in offers
    ]
    content = calendar.publish(entries, current_language(), counters.read(counters.CATALOGUE), hour, name)
    return SharedPage(content, mimetype=calendar.MIMETYPE)
