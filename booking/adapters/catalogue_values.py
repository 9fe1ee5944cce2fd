"""Values as a catalogue file writes them: names, addresses, and days fixed ('2026-12-05') or relative ('+3w sat')."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from booking.adapters.toml_tables import as_text
from booking.domain import local_time

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
RELATIVE = re.compile(r"([+-]\d{1,3})w (mon|tue|wed|thu|fri|sat|sun)")
DAY_HELP = 'write "2026-12-05", or "+3w sat" for the Saturday three weeks after the week of the first start'
END_OF_DAY = time(23, 59, 59)


def day(value: Any, first_day: date) -> date:
    """The calendar day that `value` names. Raises ValueError with what to write instead."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    text = str(value).strip().lower()
    match = RELATIVE.fullmatch(text)
    if match:
        monday = first_day - timedelta(days=first_day.weekday())
        return monday + timedelta(weeks=int(match[1]), days=WEEKDAYS.index(match[2]))
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{value!r} is not a day: {DAY_HELP}") from None


def clock(value: Any) -> time:
    """The time of day of '09:00' (or a TOML time). Raises ValueError with what to write instead."""
    if isinstance(value, time):
        return value
    match = re.fullmatch(r"([01]?\d|2[0-3])[:h.]([0-5]\d)", str(value).strip())
    if not match:
        raise ValueError(f'{value!r} is not a time: write hours and minutes, as in "09:00"')
    return time(int(match[1]), int(match[2]))


def instant(value: Any, first_day: date, zone: ZoneInfo, otherwise: time) -> datetime:
    """The instant of a day and, after a blank, a time; a day alone stands for `otherwise` on it. Local in `zone`."""
    if isinstance(value, datetime):
        return value if value.tzinfo else checked(value.date(), value.time(), zone)
    if isinstance(value, date):
        return checked(value, otherwise, zone)
    words = str(value).strip()
    match = re.fullmatch(r"(.+?)[ T](\d{1,2}[:h.]\d\d)", words)
    if match:
        return checked(day(match[1], first_day), clock(match[2]), zone)
    return checked(day(words, first_day), otherwise, zone)


def checked(on: date, at: time, zone: ZoneInfo) -> datetime:
    """That local time as an aware datetime, the first of the two when it comes twice. Raises ValueError when clocks
    skip it that night."""
    try:
        return local_time.instant(on, at, zone.key)
    except local_time.ClockChange as change:
        if change.reason == "twice":
            return datetime.combine(on, at, zone)
        raise ValueError(f"{at:%H:%M} does not exist on {on.isoformat()}: clocks go forward that night") from None


def slug(value: Any) -> str:
    """A name for addresses: small letters, digits and hyphens."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", as_text(value)):
        raise ValueError(
            f'"{value}" cannot be part of an address: use small letters, digits and hyphens, as in "my-day"'
        )
    return as_text(value)


def zone(value: Any) -> str:
    """The name of a time zone."""
    try:
        return ZoneInfo(as_text(value)).key
    except (OSError, LookupError, ValueError):
        raise ValueError(f'"{value}" is not a time zone: write its name, as in "Europe/Zurich"') from None


def address(value: Any) -> str:
    """The address of a page."""
    if not re.fullmatch(r"https?://[^\s/]+\S*", as_text(value)):
        raise ValueError(f'"{value}" is not the address of a page: it begins with https://')
    return as_text(value)


def mailbox(value: Any) -> str:
    """An e-mail address."""
    if not re.fullmatch(r"[^\s@]+@[^\s@]+\.[^\s@.]+", as_text(value)):
        raise ValueError(f'"{value}" is not an e-mail address: write it as in "name@example.org"')
    return as_text(value)


def picture(value: Any) -> str:
    """The path of a picture under booking/static."""
    if not re.fullmatch(r"[a-z0-9][\w/-]*\.(svg|png|jpg|jpeg|webp|avif)", as_text(value)):
        raise ValueError(f'"{value}" is not a picture of this site: write its path, as in "img/class-lake.svg"')
    return as_text(value)


def percentage(value: Any) -> str:
    """A share above 0 up to 100, as plain text."""
    try:
        number = Decimal(str(value).strip().rstrip("%"))
    except InvalidOperation:
        number = Decimal(0)
    if isinstance(value, bool) or not 0 < number <= 100:
        raise ValueError(f"{value!r} is not a percentage: write a number above 0 and up to 100")
    return f"{number.normalize():f}"
