"""How money, dates and hours are printed, in both languages (rules: money; design: two languages)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from flask import Flask
from flask_babel import force_locale

from booking import config
from booking.web import formatting, i18n
from booking.web.formatting import NBSP

SATURDAY = date(2011, 12, 3)
FIRST = date(2012, 3, 1)
LAST_MINUTE = datetime(2011, 11, 18, 22, 59, 59, tzinfo=UTC)


@pytest.fixture(scope="module", autouse=True)
def page() -> Iterator[Flask]:
    app = Flask("formats")
    config.init_app(app, config.Settings(demo=True))
    i18n.init_app(app, app.extensions["settings"])
    formatting.init_app(app)
    with app.app_context():
        yield app


@pytest.mark.parametrize(
    ("centimes", "printed", "headline"),
    [
        (0, "CHF 0.00", "CHF 0.–"),
        (5, "CHF 0.05", "CHF 0.05"),
        (34000, "CHF 340.00", "CHF 340.–"),
        (34050, "CHF 340.50", "CHF 340.50"),
        (123450, "CHF 1’234.50", "CHF 1’234.50"),
        (123456700, "CHF 1’234’567.00", "CHF 1’234’567.–"),
        (-10200, "CHF −102.00", "CHF −102.–"),
        (-5, "CHF −0.05", "CHF −0.05"),
    ],
)
@pytest.mark.parametrize("locale", ["fr_CH", "en_CH"])
def test_money_is_the_same_in_both_languages(locale: str, centimes: int, printed: str, headline: str) -> None:
    with force_locale(locale):
        assert formatting.chf(centimes) == printed.replace(" ", NBSP)
        assert formatting.chf_headline(centimes) == headline.replace(" ", NBSP)


@pytest.mark.parametrize(
    ("format_", "values", "french", "english"),
    [
        ("full_date", [SATURDAY], "samedi 3 décembre 2011", "Saturday 3 December 2011"),
        ("full_date", [FIRST], "jeudi 1er mars 2012", "Thursday 1 March 2012"),
        ("short_date", [SATURDAY], "3 décembre 2011", "3 December 2011"),
        ("short_date", [FIRST], "1er mars 2012", "1 March 2012"),
        ("short_date", [date(2014, 2, 11)], "11 février 2014", "11 February 2014"),
        ("day_number", [FIRST], "1", "1"),
        ("month_short", [SATURDAY], "déc.", "Dec"),
        ("month_short", [FIRST], "mars", "Mar"),
        ("month_year", [FIRST], "mars 2012", "March 2012"),
        ("weekday", [FIRST], "jeudi", "Thursday"),
        ("iso", [SATURDAY], "2011-12-03", "2011-12-03"),
        ("iso", [LAST_MINUTE], "2011-11-18T22:59:59+00:00", "2011-11-18T22:59:59+00:00"),
        ("date_range", [date(2014, 2, 12), date(2014, 2, 15)], "du 12 au 15 février 2014", "12–15 February 2014"),
        ("date_range", [date(2014, 3, 1), date(2014, 3, 2)], "du 1er au 2 mars 2014", "1–2 March 2014"),
        ("date_range", [date(2014, 2, 28), date(2014, 3, 1)],
         "du 28 février au 1er mars 2014", "28 February – 1 March 2014"),
        ("date_range", [date(2013, 12, 30), date(2014, 1, 2)],
         "du 30 décembre 2013 au 2 janvier 2014", "30 December 2013 – 2 January 2014"),
        ("date_range", [SATURDAY, SATURDAY], "3 décembre 2011", "3 December 2011"),
    ],
)  # fmt: skip
def test_dates(format_: str, values: list[date], french: str, english: str) -> None:
    function = getattr(formatting, format_)
    for locale, expected in (("fr_CH", french), ("en_CH", english)):
        with force_locale(locale):
            assert function(*values) == expected


@pytest.mark.parametrize(
    ("start", "end", "french", "english"),
    [
        (time(9), time(17), "9 h – 17 h", "09:00–17:00"),
        (time(18, 30), time(21), "18 h 30 – 21 h", "18:30–21:00"),
        (time(9, 5), None, "9 h 05", "09:05"),
        (time(0), None, "0 h", "00:00"),
    ],
)
def test_hours(start: time, end: time | None, french: str, english: str) -> None:
    with force_locale("fr_CH"):
        assert formatting.hours(start, end) == french.replace(" ", NBSP)
    with force_locale("en_CH"):
        assert formatting.hours(start, end) == english


def test_a_moment_is_printed_on_the_clocks_of_its_zone() -> None:
    moment = formatting.local(LAST_MINUTE, "Europe/Zurich")
    with force_locale("fr_CH"):
        assert formatting.full_datetime(moment) == "vendredi 18 novembre 2011 à 23 h 59".replace(
            "23 h 59", f"23{NBSP}h{NBSP}59"
        )
        assert formatting.short_datetime(moment) == f"18 novembre 2011 à 23{NBSP}h{NBSP}59"
    with force_locale("en_CH"):
        assert formatting.full_datetime(moment) == "Friday 18 November 2011 at 23:59"
    assert formatting.iso(moment) == "2011-11-18T23:59:59+01:00"


@pytest.mark.parametrize(
    ("value", "french", "english"), [(30, "30 %", "30%"), (Decimal("33.5"), "33,5 %", "33.5%"), (0, "0 %", "0%")]
)
def test_percent(value: int | Decimal, french: str, english: str) -> None:
    with force_locale("fr_CH"):
        assert formatting.percent(value) == french.replace(" ", NBSP)
    with force_locale("en_CH"):
        assert formatting.percent(value) == english


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no zone"):
        formatting.full_date(datetime(2011, 12, 3, 9))  # noqa: DTZ001


def test_templates_know_the_formats(page: Flask) -> None:
    source = "{{ day | full_date }}, {{ hours(start, start) }}, {{ 34000 | chf_headline }}"
    with force_locale("en_CH"):
        printed = page.jinja_env.from_string(source).render(day=SATURDAY, start=time(9))
    assert printed == f"Saturday 3 December 2011, 09:00–09:00, CHF{NBSP}340.–"
