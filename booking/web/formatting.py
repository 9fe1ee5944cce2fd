"""How money, dates and hours are printed; the only place that knows a pattern.

Every function writes in the current language (`flask_babel.get_locale()`, so also under `force_locale` in a mail) and
is a template filter of the same name; `hours` and `date_range`, which take two values, are template functions too.
Datetimes must be aware and already in the zone to be shown: `{{ starts_at | local(edition.zone) | full_date }}`.
"""

from __future__ import annotations

from datetime import date, datetime, time, tzinfo
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers
from flask import Flask
from flask_babel import get_locale

from booking.adapters import wording

NBSP = "\u00a0"
MINUS = "\u2212"
THOUSANDS = "’"

# Babel's own formats put a comma after the weekday and know no "1er"; in these patterns `d` stands only for the day.
FULL_DATE = "EEEE d MMMM y"
SHORT_DATE = "d MMMM y"
DAY_AND_MONTH = "d MMMM"
MONTH_AND_YEAR = "LLLL y"
MONTH = "LLL"
WEEKDAY = "EEEE"


def chf(centimes: int) -> str:
    """123450 -> 'CHF 1’234.50', the same in both languages."""
    francs, rest = divmod(abs(centimes), 100)
    return f"CHF{NBSP}{MINUS if centimes < 0 else ''}{grouped(francs)}.{rest:02d}"


def chf_headline(centimes: int) -> str:
    """34000 -> 'CHF 340.–', for headings; sums that are not whole francs as `chf`."""
    return f"{chf(centimes)[:-2]}–" if centimes % 100 == 0 else chf(centimes)


def grouped(number: int) -> str:
    """12345 -> '12’345'."""
    return f"{number:,}".replace(",", THOUSANDS)


def percent(value: int | Decimal) -> str:
    """Decimal('33.3') -> '33,3 %' or '33.3%'."""
    number = numbers.format_decimal(value, locale=_locale())
    return f"{number}{NBSP}%" if _french() else f"{number}%"


def local(moment: datetime, zone: str | tzinfo) -> datetime:
    """The same instant on the clocks of `zone` (an IANA name)."""
    return _aware(moment).astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone)


def iso(value: date) -> str:
    """For `<time datetime>`: '2011-12-03', or '2011-12-03T09:00:00+01:00' for a datetime."""
    return _aware(value).isoformat(timespec="seconds") if isinstance(value, datetime) else value.isoformat()


def full_date(value: date) -> str:
    """'samedi 3 décembre 2011', 'Saturday 3 December 2011'."""
    return _date(value, FULL_DATE)


def short_date(value: date) -> str:
    """'3 décembre 2011', '3 December 2011'."""
    return _date(value, SHORT_DATE)


def full_datetime(moment: datetime) -> str:
    """'samedi 3 décembre 2011 à 23 h 59', 'Saturday 3 December 2011 at 23:59'."""
    return f"{full_date(moment)} {'à' if _french() else 'at'} {_clock(moment)}"


def short_datetime(moment: datetime) -> str:
    """'3 décembre 2011 à 23 h 59', '3 December 2011 at 23:59'."""
    return f"{short_date(moment)} {'à' if _french() else 'at'} {_clock(moment)}"


def day_number(value: date) -> str:
    """'3': the large figure of a date block."""
    return str(value.day)


def month_short(value: date) -> str:
    """'déc.', 'Dec'."""
    return _date(value, MONTH)


def month_year(value: date) -> str:
    """'décembre 2011', 'December 2011'."""
    return _date(value, MONTH_AND_YEAR)


def weekday(value: date) -> str:
    """'samedi', 'Saturday'."""
    return _date(value, WEEKDAY)


def hours(start: time | datetime, end: time | datetime | None = None) -> str:
    """'9 h – 17 h', '09:00–17:00'; with a start alone '18 h 30', '18:30'."""
    first = _on_a_clock(start)
    return _clock(first) if end is None else wording.hours(first, _on_a_clock(end), _locale().language)


def duration(minutes: int) -> str:
    """'7 heures', '3 hours 30 minutes'; '' for none."""
    return wording.duration(minutes, _locale().language)


def date_range(first: date, last: date) -> str:
    """'du 12 au 15 février 2014', '12–15 February 2014'; a single day as `short_date`."""
    if (first.year, first.month, first.day) == (last.year, last.month, last.day):
        return short_date(first)
    same_year = first.year == last.year
    same_month = same_year and first.month == last.month
    begin = _date(first, "d" if same_month else DAY_AND_MONTH if same_year else SHORT_DATE)
    if _french():
        return f"du {begin} au {short_date(last)}"
    return f"{begin}{'–' if same_month else ' – '}{short_date(last)}"


MONEY = (chf, chf_headline, percent, grouped)
DATES = (full_date, short_date, full_datetime, short_datetime, day_number, month_short, month_year, weekday, date_range)
OTHERS = (local, iso, hours, duration)


def init_app(app: Flask) -> None:
    """Registers every format above as a template filter, and those of two values as functions."""
    app.jinja_env.filters.update({filter_.__name__: filter_ for filter_ in (*MONEY, *DATES, *OTHERS)})
    app.jinja_env.globals.update(hours=hours, date_range=date_range)


def _date(value: date, pattern: str) -> str:
    if isinstance(value, datetime):
        value = _aware(value).date()
    return _written(value, pattern, _locale())


@lru_cache(maxsize=4096)
def _written(day: date, pattern: str, locale: Locale) -> str:
    """Kept, because a catalogue writes the same few days again and again and patterns are slow."""
    if locale.language == "fr" and day.day == 1:
        pattern = pattern.replace("d", "'1er'")
    return dates.format_date(day, pattern, locale=locale)


def _clock(value: time | datetime) -> str:
    return wording.clock(_on_a_clock(value), _locale().language)


def _on_a_clock(value: time | datetime) -> time | datetime:
    return _aware(value) if isinstance(value, datetime) else value


def _aware(moment: datetime) -> datetime:
    """Raises ValueError for a datetime without a zone: printing it would be a guess."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no zone")
    return moment


def _locale() -> Locale:
    locale: Locale | None = get_locale()
    if locale is None:
        raise RuntimeError("formats need an application context, which knows the language")
    return locale


def _french() -> bool:
    return _locale().language == "fr"
