"""Words that the pages of messages share."""

from __future__ import annotations

from typing import Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from booking.persistence.masterclasses import Edition
from booking.web.formatting import date_range, full_date, local
from booking.web.i18n import words

MEANINGS: Final[dict[str, LazyString]] = {
    "name": _l("the reader’s name"),
    "class": _l("title of the class"),
    "date": _l("its first day"),
    "place": _l("where it is"),
    "trainer": _l("who teaches it"),
    "organiser": _l("your name"),
    "reference": _l("reference of the booking (only to whoever booked)"),
    "amount_owed": _l("what is still to be paid (only to whoever booked)"),
    "link": _l("page of the booking; behind words: [your booking]({link}) (only to whoever booked)"),
}


def day_of(edition: Edition) -> str:
    """'samedi 5 décembre 2026', or from the first day to the last."""
    starts, ends = local(edition.starts_at, edition.zone), local(edition.ends_at, edition.zone)
    return full_date(starts) if starts.date() == ends.date() else date_range(starts, ends)


def date_label(edition: Edition) -> str:
    """A date among those of other classes."""
    return str(_("%(title)s, %(day)s", title=words(edition.master_class.title), day=day_of(edition)))
