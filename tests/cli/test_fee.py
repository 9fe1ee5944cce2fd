"""`flask fee`: the table of the rules to the second, and refusals in a sentence (rules: "cancellation schedule")."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask

SEED = "15:30,8:50,1:80"
REFERENCE = {"policy": SEED, "start": "2011-12-03T09:00", "price": "340", "at": "2011-11-18T23:59:59"}


def run(app: Flask, **changes: str) -> Any:
    options = {**REFERENCE, **changes}
    arguments = [part for name, value in options.items() for part in (f"--{name.replace('_', '-')}", value)]
    return app.test_cli_runner().invoke(args=["fee", *arguments])


def simulated(app: Flask, **changes: str) -> dict[str, Any]:
    result = run(app, **changes)
    assert result.exit_code == 0, result.output
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


TABLE = [
    ("2011-11-18T23:59:59", "2011-11-18T22:59:59Z", 15, "30", "102.00", "238.00"),
    ("2011-11-19T00:00:00", "2011-11-18T23:00:00Z", 14, "50", "170.00", "170.00"),
    ("2011-11-25T23:59:59", "2011-11-25T22:59:59Z", 8, "50", "170.00", "170.00"),
    ("2011-11-26T00:00:00", "2011-11-25T23:00:00Z", 7, "80", "272.00", "68.00"),
    ("2011-12-02T23:59:59", "2011-12-02T22:59:59Z", 1, "80", "272.00", "68.00"),
    ("2011-12-03T00:00:00", "2011-12-02T23:00:00Z", 0, "100", "340.00", "0.00"),
]


@pytest.mark.parametrize(("local", "utc", "days", "percent", "fee", "refund"), TABLE, ids=[row[0] for row in TABLE])
def test_every_row_of_the_rules(app: Flask, local: str, utc: str, days: int, percent: str, fee: str, refund: str):
    expected = {"days": days, "percent": percent, "fee": fee, "refund": refund}
    for moment in (local, utc, f"{local}.999" if local.endswith("59") else local):
        answer = simulated(app, at=moment)
        assert {key: answer[key] for key in expected} == expected


def test_the_whole_answer(app: Flask):
    result = run(app)
    assert result.stdout.count("\n") == 1
    assert json.loads(result.stdout) == {
        "days": 15,
        "percent": "30",
        "fixed": "0.00",
        "fee": "102.00",
        "refund": "238.00",
        "price": "340.00",
        "received": "2011-11-18T23:59:59+01:00",
        "start": "2011-12-03T09:00:00+01:00",
        "schedule": [
            {"until": "2011-11-18", "percent": "30", "fixed": "0.00", "fee": "102.00"},
            {"until": "2011-11-25", "percent": "50", "fixed": "0.00", "fee": "170.00"},
            {"until": "2011-12-02", "percent": "80", "fixed": "0.00", "fee": "272.00"},
            {"until": None, "percent": "100", "fixed": "0.00", "fee": "340.00"},
        ],
    }


@pytest.mark.parametrize(
    ("start", "at", "days"),
    [
        ("2026-04-11T09:00", "2026-03-27T22:59:59Z", 15),
        ("2026-04-11T09:00", "2026-03-27T23:00:00Z", 14),
        ("2026-07-11T09:00", "2026-06-26T21:59:59.999Z", 15),
        ("2026-07-11T09:00", "2026-06-26T22:00:00Z", 14),
        ("2027-02-10T09:00", "2027-01-26T12:00", 15),
    ],
)
def test_days_are_those_of_the_calendar(app: Flask, start: str, at: str, days: int):
    assert simulated(app, start=start, at=at)["days"] == days


def test_days_are_counted_in_the_zone(app: Flask):
    assert simulated(app, at="2011-11-19T03:00:00Z", zone="America/New_York")["days"] == 15
    assert simulated(app, at="2011-11-19T03:00:00Z")["days"] == 14


@pytest.mark.parametrize(
    ("changes", "fee", "refund"),
    [
        ({"price": "333.00", "rounding": "0.05"}, "99.90", "233.10"),
        ({"price": "316.35"}, "94.90", "221.45"),
        ({"price": "316.35", "rounding": "0.01"}, "94.91", "221.44"),
        ({"price": "0"}, "0.00", "0.00"),
        ({"min_fee": "150"}, "150.00", "190.00"),
        ({"min_fee": "999"}, "340.00", "0.00"),
        ({"policy": "30:0+100,15:50", "at": "2011-11-01T12:00"}, "100.00", "240.00"),
        ({"policy": "15:25+50,8:50+50,1:100"}, "135.00", "205.00"),
        ({"policy": "1:0"}, "0.00", "340.00"),
        ({"policy": "15:30"}, "102.00", "238.00"),
        ({"policy": "15:30", "at": "2011-11-19T00:00"}, "340.00", "0.00"),
        ({"price": "6500.00"}, "1950.00", "4550.00"),
    ],
)
def test_formula(app: Flask, changes: dict[str, str], fee: str, refund: str):
    answer = simulated(app, **changes)
    assert (answer["fee"], answer["refund"]) == (fee, refund)


REFUSED = {
    "unreadable": {"policy": "fifteen days: 30 %"},
    "empty": {"policy": ""},
    "half-a-tier": {"policy": "15:30,8"},
    "no-number": {"policy": "15:x"},
    "negative-days": {"policy": "-1:30"},
    "more-than-all": {"policy": "15:130"},
    "negative-percent": {"policy": "15:-30"},
    "overlapping": {"policy": "15:30,15:50"},
    "falling": {"policy": "15:80,8:50"},
    "falling-sum": {"policy": "30:0+100,15:10"},
    "infinite": {"policy": "15:inf"},
    "not-a-number": {"policy": "15:nan"},
    "day-unknown": {"start": "2011-13-03T09:00"},
    "no-day": {"at": "yesterday"},
    "too-early": {"at": "0001-01-01T00:00+14:00"},
    "zone-unknown": {"zone": "Europe/Lausanne"},
    "zone-a-path": {"zone": "../../etc/passwd"},
    "zone-empty": {"zone": ""},
    "price-unreadable": {"price": "abc"},
    "price-negative": {"price": "-340"},
    "price-endless": {"price": "9" * 400},
    "price-finer-than-a-centime": {"price": "340.005"},
    "step-zero": {"rounding": "0"},
}


@pytest.mark.parametrize("changes", REFUSED.values(), ids=REFUSED.keys())
def test_refused_with_a_sentence(app: Flask, changes: dict[str, str]):
    result = run(app, **changes)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    last = result.stderr.strip().splitlines()[-1]
    assert last.startswith("Error: ")
    assert len(last) > 25
    assert "Traceback" not in result.stderr
