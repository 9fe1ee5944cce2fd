"""What a date may be, what moving it means to who had booked, and local times around a change of the clocks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest

from booking.domain.bilingual import Bilingual
from booking.domain.booking import Confirmation, due_after_move
from booking.domain.cancellation import SeatPrice, Timing, quote
from booking.domain.catalogue import EditionSpec, MeetingSpec
from booking.domain.editions import Fault, faults, faults_of_time, repeated
from booking.domain.local_time import ClockChange, instant
from booking.domain.promises import changes, frees
from tests.factories import SEED_POLICY, at

SEAT = SeatPrice(34000, 34000)
NEW_START = at("2026-12-12 09:00")


def meeting(start: str, end: str) -> MeetingSpec:
    return MeetingSpec(at(start), at(end), Bilingual())


R = EditionSpec(
    slug="r",
    meetings=(meeting("2026-12-05 09:00", "2026-12-05 17:00"),),
    venue="lausanne",
    online_url="",
    zone="Europe/Zurich",
    price=34000,
    early_price=None,
    early_until=None,
    minimum=5,
    capacity=10,
    opens=None,
    closes=None,
    decision=None,
    confirmation=Confirmation.ON_PAYMENT,
)


# Moved on Sunday 1 November 2026 at 10:00: through Wednesday 11 November, 23:59:59.
@pytest.mark.parametrize(
    ("received", "ground", "fee"),
    [
        pytest.param("2026-11-01 10:00:00", "moved", 0, id="at once"),
        pytest.param("2026-11-11 10:00:00", "moved", 0, id="ten days later to the second"),
        pytest.param("2026-11-11 23:59:59.999999", "moved", 0, id="the last microsecond of the tenth day"),
        pytest.param("2026-11-12 00:00:00", "tier", 10200, id="midnight"),
    ],
)
def test_a_move_lets_who_had_booked_go_for_ten_days(received: str, ground: str, fee: int) -> None:
    timing = Timing("Europe/Zurich", NEW_START, None, at("2026-10-30 12:00"), at("2026-11-01 10:00"))
    found = quote(SEED_POLICY, timing, at(received), [SEAT])
    assert (found.ground, found.fee) == (ground, fee)


@pytest.mark.parametrize(
    ("booked", "ground"),
    [("2026-11-01 10:00:00", "moved"), ("2026-11-01 10:00:01", "tier"), ("2026-11-02 08:00:00", "tier")],
    ids=["up to its very moment", "the second after it", "the day after it"],
)
def test_who_books_the_new_date_gets_its_terms(booked: str, ground: str) -> None:
    timing = Timing("Europe/Zurich", NEW_START, None, at(booked), at("2026-11-01 10:00"))
    assert quote(SEED_POLICY, timing, at("2026-11-03 12:00"), [SEAT]).ground == ground


def test_a_move_at_the_last_moment_frees_until_the_class_begins() -> None:
    timing = Timing("Europe/Zurich", NEW_START, None, at("2026-10-30 12:00"), at("2026-12-08 10:00"))
    assert timing.free_after_move == NEW_START
    assert quote(SEED_POLICY, timing, at("2026-12-12 08:59:59"), [SEAT]).ground == "moved"
    assert quote(SEED_POLICY, timing, at("2026-12-12 09:00:00"), [SEAT]).fee == 34000


def test_a_date_called_off_costs_nothing_even_once_it_has_begun() -> None:
    timing = Timing("Europe/Zurich", NEW_START, None, at("2026-10-30 12:00"), called_off=True)
    assert quote(SEED_POLICY, timing, at("2026-12-13 09:00"), [SEAT]).ground == "called_off"


@pytest.mark.parametrize(
    ("change", "told", "free"),
    [
        ({"meetings": (meeting("2026-12-06 09:00", "2026-12-06 17:00"),)}, {"date"}, True),
        ({"meetings": (meeting("2026-12-05 09:00", "2026-12-05 17:30"),)}, {"date"}, True),
        ({"zone": "Europe/Paris"}, {"date"}, True),
        ({"venue": "morges"}, {"place"}, True),
        ({"venue": None, "online_url": "https://meet.example.org/a"}, {"place"}, True),
        ({"online_url": "https://meet.example.org/a"}, set(), False),
        ({"price": 50000, "capacity": 8, "minimum": 2}, set(), False),
    ],
    ids=["day", "hour", "clocks", "venue", "online instead", "online as well", "what bookings carry"],
)
def test_what_participants_must_be_told(change: dict[str, Any], told: set[str], free: bool) -> None:
    found = changes(R, replace(R, **change))
    assert (found, frees(found)) == (told, free)


def test_another_address_to_join_at_is_told_and_frees_nobody() -> None:
    online = replace(R, venue=None, online_url="https://meet.example.org/a")
    found = changes(online, replace(online, online_url="https://meet.example.org/b"))
    assert (found, frees(found)) == ({"link"}, False)
    both = replace(R, online_url="https://meet.example.org/a")
    assert changes(both, replace(both, online_url="")) == {"place"}


@pytest.mark.parametrize(
    ("due", "now", "start", "then"),
    [
        ("2026-11-11 23:59:59", "2026-11-02 12:00", "2026-12-12 09:00", "2026-11-11 23:59:59"),
        ("2026-11-11 23:59:59", "2026-11-02 12:00", "2026-11-10 09:00", "2026-11-08 23:59:59"),
        ("2026-11-11 23:59:59", "2026-11-02 12:00", "2026-11-03 09:00", "2026-11-03 09:00:00"),
    ],
    ids=["later", "two days before the new start", "until the start, where that is over"],
)
def test_when_a_transfer_is_due_after_a_move(due: str, now: str, start: str, then: str) -> None:
    assert due_after_move(at(due), at(now), at(start), "Europe/Zurich") == at(then)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"minimum": 11}, Fault("minimum", "above_capacity")),
        ({"early_price": 30000}, Fault("early_until", "early_alone")),
        ({"early_until": at("2026-11-01 23:59:59")}, Fault("early_price", "early_alone")),
        ({"price": 100_000_001}, Fault("price", "too_dear")),
        ({"early_price": 34000, "early_until": at("2026-11-01 23:59")}, Fault("early_price", "early_not_below")),
        ({"meetings": (*R.meetings, meeting("2026-12-05 16:59", "2026-12-05 18:00"))}, Fault("meetings", "overlap")),
        ({"closes": at("2026-12-05 09:01")}, Fault("closes", "after_start")),
        ({"opens": at("2026-11-02 09:00"), "closes": at("2026-11-02 09:00")}, Fault("closes", "closes_before_opens")),
    ],
)
def test_parts_that_contradict_each_other(change: dict[str, Any], fault: Fault) -> None:
    assert faults(R) == []
    assert faults(replace(R, **change)) == [fault]


def test_new_sessions_lie_ahead_and_held_ones_stay() -> None:
    first, second = R.meetings[0], meeting("2026-12-19 09:00", "2026-12-19 17:00")
    course = replace(R, meetings=(first, second))
    between = first.ends_at + timedelta(days=1)
    later = replace(course, meetings=(first, meeting("2027-01-09 09:00", "2027-01-09 17:00")))
    assert faults_of_time(later, course, between) == []
    assert faults_of_time(replace(course, meetings=(second,)), course, between) == [Fault("meetings", "was_held")]
    assert faults_of_time(R, None, between) == [Fault("meetings", "in_the_past")]


@pytest.mark.parametrize(
    ("first", "rhythm", "days"),
    [
        ("2026-12-05", "week", ["2026-12-12", "2026-12-19"]),
        ("2026-12-05", "two_weeks", ["2026-12-19", "2027-01-02"]),
        ("2026-12-05", "month", ["2027-01-02", "2027-02-06"]),
        ("2026-10-31", "month", ["2026-11-28", "2026-12-26"]),
    ],
    ids=["weekly", "every second week", "each first Saturday", "each fifth, else last, Saturday"],
)
def test_repeating(first: str, rhythm: Any, days: list[str]) -> None:
    assert repeated(date.fromisoformat(first), rhythm, 2) == [date.fromisoformat(day) for day in days]


@pytest.mark.parametrize(
    ("day", "clock", "reason"), [("2027-03-28", "02:30", "skipped"), ("2026-10-25", "02:30", "twice")]
)
def test_local_times_that_are_no_single_instant_are_refused(day: str, clock: str, reason: str) -> None:
    with pytest.raises(ClockChange) as refused:
        instant(date.fromisoformat(day), time.fromisoformat(clock), "Europe/Zurich")
    assert refused.value.reason == reason
    assert instant(date.fromisoformat(day), time(3, 30), "Europe/Zurich") == at(f"{day} 03:30")
