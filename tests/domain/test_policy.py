"""What a policy may be, how it is written, and the line that pages draw of it (rules: cancellation schedule)."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

from booking.domain.cancellation import SeatPrice, Timing, check_price, steps
from booking.domain.policy import CancellationPolicy, CancellationTier, PolicyError, parse_policy
from tests.factories import SEED_POLICY, at

SEAT = SeatPrice(34000, 34000)
EDITION_R = Timing("Europe/Zurich", at("2026-12-05 09:00"))


def test_order_of_writing_does_not_matter() -> None:
    assert parse_policy("1:80, 15:30 ,8 : 50 %") == SEED_POLICY
    assert [tier.min_days for tier in SEED_POLICY.tiers] == [15, 8, 1]


@pytest.mark.parametrize(
    ("text", "tier"),
    [
        ("15:30", CancellationTier(15, Decimal(30))),
        ("15:30%", CancellationTier(15, Decimal(30))),
        ("15:12.5", CancellationTier(15, Decimal("12.5"))),
        ("30:0+100", CancellationTier(30, Decimal(0), 10000)),
        ("30:25 % + 50.50", CancellationTier(30, Decimal(25), 5050)),
        ("0:100", CancellationTier(0, Decimal(100))),
    ],
)
def test_a_tier_as_written(text: str, tier: CancellationTier) -> None:
    assert parse_policy(text).tiers == (tier,)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("30", id="no colon"),
        pytest.param("15:", id="no percent"),
        pytest.param(":30", id="no days"),
        pytest.param("15:30,", id="an empty tier"),
        pytest.param("15:30;8:50", id="wrong separator"),
        pytest.param("a:b", id="letters"),
        pytest.param("-1:30", id="days after the start"),
        pytest.param("15:-30", id="negative percent"),
        pytest.param("15:30+-5", id="negative sum"),
        pytest.param("15:NaN", id="not a number"),
        pytest.param("15:Infinity", id="infinite"),
        pytest.param("15:1e2", id="exponent"),
        pytest.param("15:3_0", id="underscore"),
        pytest.param("15:30%%", id="twice percent"),
        pytest.param("15:30+1e999999", id="huge sum"),
        pytest.param("15:30+NaN", id="sum that is no number"),
        pytest.param("15:30+0.005", id="half a centime"),
        pytest.param("15:0." + "0" * 5000 + "1", id="too fine"),
        pytest.param("9" * 5000 + ":30", id="huge days"),
        pytest.param("٣٠:30", id="digits of another script"),
        pytest.param("1.5:30", id="half a day"),
    ],
)
def test_unreadable_policies_are_refused_in_one_short_sentence(text: str) -> None:
    with pytest.raises(PolicyError, match="write days:percent") as refused:
        parse_policy(text)
    assert len(str(refused.value)) < 120


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("15:30,15:50", "overlap at 15", id="overlap"),
        pytest.param("15:50,8:30", "falls at 8", id="percent falls"),
        pytest.param("15:50,8:30,1:80", "falls at 8", id="falls in the middle"),
        pytest.param("15:30+50,8:30", "falls at 8", id="sum falls"),
        pytest.param("15:101", "out of range", id="above 100 %"),
        pytest.param("3651:30", "out of range", id="ten years and a day"),
    ],
)
def test_policies_that_are_no_rising_function_are_refused(text: str, why: str) -> None:
    with pytest.raises(PolicyError, match=why):
        parse_policy(text)


@pytest.mark.parametrize(
    "tier",
    [
        pytest.param(CancellationTier(10**9, Decimal(30)), id="days beyond the calendar"),
        pytest.param(CancellationTier(-1, Decimal(30)), id="negative days"),
        pytest.param(CancellationTier(15, Decimal("NaN")), id="not a number"),
        pytest.param(CancellationTier(15, Decimal("sNaN")), id="signalling"),
        pytest.param(CancellationTier(15, Decimal("Infinity")), id="infinite"),
        pytest.param(CancellationTier(15, Decimal("1e-900000")), id="too fine to compute with"),
        pytest.param(CancellationTier(15, Decimal(30), -1), id="negative sum"),
    ],
)
def test_tiers_out_of_range_are_refused_wherever_they_come_from(tier: CancellationTier) -> None:
    with pytest.raises(PolicyError, match="out of range"):
        CancellationPolicy((tier,))


@pytest.mark.parametrize(
    "options",
    [{"rounding_step": 3}, {"min_fee": -1}, {"withdrawal_days": 7}, {"free_hours": -1}, {"free_hours": 10**9}],
)
def test_options_out_of_range_are_refused(options: dict) -> None:
    with pytest.raises(PolicyError):
        parse_policy("15:30", **options)


def test_no_tiers_is_no_policy() -> None:
    with pytest.raises(PolicyError, match="at least one tier"):
        CancellationPolicy(())


def test_a_fixed_sum_before_percents_holds_for_some_prices_only() -> None:
    policy = parse_policy("30:0+100,15:50")
    for price in (0, 20000, 34000):
        check_price(policy, price)
    for price in (15000, 19990):
        with pytest.raises(PolicyError, match="falls at 15 days"):
            check_price(policy, price)


def test_every_option_survives_a_way_through_json() -> None:
    policy = CancellationPolicy(
        tiers=(CancellationTier(30, Decimal("12.50"), 5000), CancellationTier(1, Decimal(100))),
        min_fee=2500,
        rounding_step=1,
        basis="list",
        anchor="registration_deadline",
        free_hours=24,
        free_until_deadline=True,
        withdrawal_days=14,
    )
    assert CancellationPolicy.from_json(json.loads(json.dumps(policy.to_json()))) == policy


def test_the_line_of_edition_r() -> None:
    line = steps(SEED_POLICY, EDITION_R, [SEAT])
    assert [(step.percent, step.last_day, step.fee) for step in line] == [
        (30, date(2026, 11, 20), 10200),
        (50, date(2026, 11, 27), 17000),
        (80, date(2026, 12, 4), 27200),
        (100, None, 34000),
    ]


def test_the_line_for_several_seats_adds_what_each_is_rounded_to() -> None:
    assert steps(SEED_POLICY, EDITION_R, [SeatPrice(33300, 31635)] * 3)[0].fee == 3 * 9490


def test_the_line_begins_with_the_free_period_and_leaves_out_what_lies_inside_it() -> None:
    timing = Timing("Europe/Zurich", at("2026-12-05 09:00"), at("2026-11-25 23:59:59"))
    line = steps(parse_policy("15:30,8:50,1:80", free_until_deadline=True), timing, [SEAT])
    assert [(step.last_day, step.fee) for step in line] == [
        (date(2026, 11, 25), 0),
        (date(2026, 11, 27), 17000),
        (date(2026, 12, 4), 27200),
        (None, 34000),
    ]
