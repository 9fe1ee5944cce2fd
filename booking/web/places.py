"""Where an edition takes place, in a word and on a map."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from flask_babel import gettext as _

from booking.persistence.masterclasses import Edition, Venue

MAP: Final = "https://www.openstreetmap.org/search"


def town_of(edition: Edition) -> str:
    """The town, or that it is online."""
    if edition.venue is None:
        online: str = _("Online")
        return online
    return edition.venue.town or edition.venue.name


def map_address(venue: Venue) -> str:
    """A page with a map, to be opened by whoever wants it: we show no foreign tile. The organiser's, else a search."""
    if venue.map_url:
        return venue.map_url
    parts = (f"{venue.street} {venue.house_number}", f"{venue.postcode} {venue.town}", venue.country)
    return f"{MAP}?{urlencode({'query': ', '.join(part.strip() for part in parts if part.strip())})}"
