"""Figures of twelve months: by month and by class, each sum with the address of the bookings behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from flask import url_for
from flask_babel import gettext as _
from flask_babel import pgettext

from booking.domain import periods
from booking.domain.local_time import ZONE
from booking.domain.periods import month_after
from booking.persistence import figures as sums_of
from booking.persistence.figures import Sums
from booking.web import formatting, i18n
from booking.web.desk import charts


class Cell(NamedTuple):
    """A sum in centimes, and where its rows are."""

    label: str
    centimes: int
    url: str


class Row(NamedTuple):
    """What the bookings of a month or of a class came to."""

    label: str
    url: str
    sums: Sums
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Figures:
    """Of a calendar `year`, or of the last twelve months (None); `most` is the longest bar of a class, centimes."""

    year: int | None
    years: list[int]
    zone: str
    total: Row
    months: list[Row]
    classes: list[Row]
    most: int
    chart: charts.Columns


def figures(now: datetime, year: int | None) -> Figures | None:
    """None before the first booking. An unknown year is that of nobody's bookings: the last twelve months are shown."""
    first = sums_of.first_booking()
    if first is None:
        return None
    here = ZoneInfo(ZONE)
    years = list(range(now.astimezone(here).year, first.astimezone(here).year - 1, -1))
    year = year if year in years else None
    period = periods.of_year(year) if year else periods.latest(now)
    found = sums_of.of_bookings_made(period.edges)
    months = list(zip(period.months, found.months, strict=True))
    whole = partial(_row, first=period.first, after=period.after)
    return Figures(
        year=year,
        years=years,
        zone=period.zone,
        total=whole(_("Together"), found.total),
        months=[_row(formatting.month_year(month), sums, month, month_after(month)) for month, sums in months],
        classes=[whole(i18n.words(one.title), one.sums, of_class=one.slug) for one in found.classes],
        most=max((one.sums.paid + one.sums.owed for one in found.classes), default=0),
        chart=charts.columns(
            charts.Column(formatting.month_short(month), sums.paid, sums.owed, sums.refunded) for month, sums in months
        ),
    )


def _row(label: str, sums: Sums, first: date, after: date, of_class: str | None = None) -> Row:
    """Of the bookings made from `first` on and before `after`."""
    asked: dict[str, Any] = {"class": of_class} if of_class else {}
    asked |= {"since": first.isoformat(), "until": (after - timedelta(days=1)).isoformat()}
    rows = partial(url_for, "desk_bookings.index", **asked)
    cells = (
        Cell(pgettext("sum", "Booked"), sums.booked, rows()),
        Cell(pgettext("sum", "Paid"), sums.paid, rows(payment="received")),
        Cell(pgettext("sum", "Owed"), sums.owed, rows(payment="owed")),
        Cell(pgettext("sum", "Refunded"), sums.refunded, rows(payment="returned")),
        Cell(pgettext("sum", "Fees"), sums.fees, rows(payment="charged")),
    )
    return Row(label, rows(), sums, cells)
