"""The cancellation schedule to the second and the centime (rules: cancellation schedule)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from booking.domain.cancellation import (
    CancellationQuote,
    SeatPrice,
    Timing,
    check_price,
    days_before,
    lowered,
    quote,
    seat_fee,
    steps,
)
from booking.domain.errors import TooMuch
from booking.domain.payment import settlement
from booking.domain.policy import CancellationPolicy, CancellationTier, PolicyError, parse_policy
from tests.factories import SEED_POLICY, at

REFERENCE_CLASS = Timing("Europe/Zurich", at("2011-12-03 09:00"))
EDITION_R = Timing("Europe/Zurich", at("2026-12-05 09:00"))
SEAT = SeatPrice(34000, 34000)


def z(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def fee(policy: CancellationPolicy, days: int, price: int = 34000, net: int | None = None) -> int:
    """The fee of one seat `days` days before."""
    return seat_fee(policy, policy.tier_for(days), SeatPrice(price, price if net is None else net))


@pytest.mark.parametrize(
    ("local", "utc", "days", "charged"),
    [
        pytest.param("2011-11-18 23:59:59", "2011-11-18 22:59:59", 15, 10200, id="last second at 30 %"),
        pytest.param("2011-11-19 00:00:00", "2011-11-18 23:00:00", 14, 17000, id="first second at 50 %"),
        pytest.param("2011-11-25 23:59:59", "2011-11-25 22:59:59", 8, 17000, id="last second at 50 %"),
        pytest.param("2011-11-26 00:00:00", "2011-11-25 23:00:00", 7, 27200, id="first second at 80 %"),
        pytest.param("2011-12-02 23:59:59", "2011-12-02 22:59:59", 1, 27200, id="last second at 80 %"),
        pytest.param("2011-12-03 00:00:00", "2011-12-02 23:00:00", 0, 34000, id="the day itself"),
        pytest.param("2011-12-03 09:00:00", "2011-12-03 08:00:00", 0, 34000, id="as it begins"),
        pytest.param("2011-12-04 10:00:00", "2011-12-04 09:00:00", -1, 34000, id="absent"),
        pytest.param("2011-06-01 10:00:00", "2011-06-01 08:00:00", 185, 10200, id="half a year before, summer time"),
    ],
)
def test_reference_class(local: str, utc: str, days: int, charged: int) -> None:
    assert at(local) == z(utc)
    now = quote(SEED_POLICY, REFERENCE_CLASS, z(utc), [SEAT])
    assert (now.days, now.fee, 34000 - now.fee) == (days, charged, 34000 - charged)


@pytest.mark.parametrize(
    ("start", "utc", "days", "percent"),
    [
        pytest.param("2026-04-11 09:00", "2026-03-27 22:59:59", 15, 30, id="before clocks go forward"),
        pytest.param("2026-04-11 09:00", "2026-03-27 23:00:00", 14, 50, id="clocks go forward in between"),
        pytest.param("2026-07-11 09:00", "2026-06-26 21:59:59.999000", 15, 30, id="summer: last instant at 30 %"),
        pytest.param("2026-07-11 09:00", "2026-06-26 22:00:00", 14, 50, id="summer: first instant at 50 %"),
        pytest.param("2026-10-31 09:00", "2026-10-16 21:59:59.999999", 15, 30, id="before clocks go back"),
        pytest.param("2026-10-31 09:00", "2026-10-16 22:00:00", 14, 50, id="clocks go back in between"),
        pytest.param("2026-03-30 00:30", "2026-03-28 22:59:59", 2, 80, id="start after midnight, spring night"),
    ],
)
def test_days_are_calendar_days_whatever_the_clocks_do(start: str, utc: str, days: int, percent: int) -> None:
    now = quote(SEED_POLICY, Timing("Europe/Zurich", at(start)), z(utc), [SEAT])
    assert (now.days, now.percent) == (days, percent)


def test_days_are_counted_in_the_zone_of_the_edition() -> None:
    start, received = z("2026-12-05 09:00"), z("2026-11-20 23:30")
    assert days_before(Timing("Europe/Zurich", start), SEED_POLICY, received) == 14
    assert days_before(Timing("Europe/London", start), SEED_POLICY, received) == 15
    assert days_before(Timing("America/New_York", start), SEED_POLICY, received) == 15


@pytest.mark.parametrize(
    ("days", "charged"),
    [(400, 10200), (16, 10200), (15, 10200), (14, 17000), (9, 17000), (8, 17000), (7, 27200), (2, 27200), (1, 27200)],
)
def test_every_day_of_the_seed_policy(days: int, charged: int) -> None:
    assert fee(SEED_POLICY, days) == charged


@pytest.mark.parametrize(
    ("price", "percent", "step", "charged"),
    [
        pytest.param(31635, 30, 5, 9490, id="94.905 is 94.90"),
        pytest.param(33350, 15, 5, 5005, id="50.025 is 50.05, half-up"),
        pytest.param(33350, 15, 1, 5003, id="50.025 is 50.03 to the centime"),
        pytest.param(31635, 30, 1, 9491, id="94.905 is 94.91 to the centime"),
        pytest.param(10007, 50, 5, 5005, id="50.035 is 50.05"),
        pytest.param(10001, 100, 5, 10000, id="rounded down at 100 %"),
        pytest.param(10003, 100, 5, 10003, id="rounding up never exceeds the price"),
        pytest.param(1, 80, 5, 0, id="a centime"),
        pytest.param(0, 80, 5, 0, id="nothing"),
    ],
)
def test_rounding(price: int, percent: int, step: int, charged: int) -> None:
    assert fee(parse_policy(f"1:{percent}", rounding_step=step), 1, price) == charged


@pytest.mark.parametrize(
    ("policy", "net", "expected"),
    [
        pytest.param(parse_policy("1:10", min_fee=5000), 34000, 5000, id="least fee above the share"),
        pytest.param(parse_policy("1:50", min_fee=5000), 34000, 17000, id="share above the least fee"),
        pytest.param(parse_policy("1:10", min_fee=5000), 3000, 3000, id="least fee capped by the price"),
        pytest.param(parse_policy("1:0+100"), 34000, 10000, id="fixed sum"),
        pytest.param(parse_policy("1:0+100"), 8000, 8000, id="fixed sum capped by the price"),
        pytest.param(parse_policy("1:90+50"), 34000, 34000, id="percent and sum capped by the price"),
        pytest.param(parse_policy("1:50"), 30600, 15300, id="net price after a discount"),
        pytest.param(parse_policy("1:50", basis="list"), 30600, 17000, id="list price before the discount"),
        pytest.param(parse_policy("1:80", basis="list"), 10000, 10000, id="list price capped by what the seat costs"),
    ],
)
def test_formula_and_caps(policy: CancellationPolicy, net: int, expected: int) -> None:
    assert fee(policy, 1, 34000, net) == expected


@pytest.mark.parametrize(
    ("text", "by_days"),
    [
        pytest.param(
            "30:0+100,15:50", {31: 10000, 30: 10000, 29: 17000, 15: 17000, 14: 34000, 0: 34000}, id="sum then percents"
        ),
        pytest.param(
            "30:25+50,15:50+50,1:100+50",
            {30: 13500, 29: 22000, 15: 22000, 14: 34000, 0: 34000},
            id="percent plus a fixed sum",
        ),
        pytest.param("30:0,15:30", {31: 0, 30: 0, 29: 10200, 15: 10200, 14: 34000}, id="free early"),
        pytest.param("0:20", {5: 6800, 0: 6800, -1: 34000}, id="the day itself too"),
    ],
)
def test_policies_of_the_real_world(text: str, by_days: dict[int, int]) -> None:
    policy = parse_policy(text)
    check_price(policy, 34000)
    assert {days: fee(policy, days) for days in by_days} == by_days


DEADLINE = at("2026-11-30 23:59:59")
MODULES = Timing("Europe/Zurich", at("2027-02-10 18:00"), DEADLINE, booked_at=at("2026-10-01 12:00"))


@pytest.mark.parametrize(
    ("received", "days", "charged"),
    [
        pytest.param("2027-01-26 23:59:59", 15, 195000, id="15 days before the first module"),
        pytest.param("2027-01-27 00:00:00", 14, 325000, id="14 days before"),
        pytest.param("2027-02-11 09:00:00", -1, 650000, id="after the first module"),
    ],
)
def test_the_first_meeting_counts(received: str, days: int, charged: int) -> None:
    now = quote(SEED_POLICY, MODULES, at(received), [SeatPrice(650000, 650000)])
    assert (now.days, now.fee) == (days, charged)


def test_the_registration_deadline_as_anchor() -> None:
    policy = parse_policy("15:30,8:50,1:80", anchor="registration_deadline")
    assert days_before(MODULES, policy, at("2026-11-15 23:59:59")) == 15
    assert days_before(MODULES, policy, at("2026-11-16 00:00:00")) == 14
    assert quote(policy, MODULES, at("2026-11-30 23:59:59"), [SEAT]).fee == 34000
    without = Timing("Europe/Zurich", at("2027-02-10 18:00"))
    assert days_before(without, policy, at("2027-01-26 23:59:59")) == 15


@pytest.mark.parametrize(
    ("options", "received", "ground"),
    [
        pytest.param({"free_hours": 24}, "2026-10-02 12:00:00", "free_hours", id="24 hours to the second"),
        pytest.param({"free_hours": 24}, "2026-10-02 12:00:01", "tier", id="24 hours and a second"),
        pytest.param({"free_until_deadline": True}, "2026-11-30 23:59:59.999", "free_until_deadline", id="deadline"),
        pytest.param({"free_until_deadline": True}, "2026-12-01 00:00:00", "tier", id="after the deadline"),
        pytest.param({"withdrawal_days": 14}, "2026-10-15 11:59:59", "withdrawal", id="withdrawal"),
        pytest.param({"withdrawal_days": 14}, "2026-10-15 12:00:00", "tier", id="withdrawal is over"),
        pytest.param({"withdrawal_days": 14, "free_hours": 1}, "2026-10-01 12:30", "withdrawal", id="outranks"),
    ],
)
def test_free_grounds(options: dict, received: str, ground: str) -> None:
    now = quote(parse_policy("15:30", **options), MODULES, at(received), [SEAT])
    assert (now.ground, now.fee) == (ground, 10200 if ground == "tier" else 0)


def test_a_pending_hold_goes_for_free_even_on_the_day() -> None:
    now = quote(SEED_POLICY, EDITION_R, at("2026-12-05 08:00"), [SEAT], pending=True)
    assert (now.ground, now.fee, now.percent) == ("pending", 0, 0)


def test_seats_are_quoted_one_by_one() -> None:
    now = quote(SEED_POLICY, EDITION_R, at("2026-11-21 00:00"), [SEAT, SeatPrice(34000, 30600)])
    assert (now.fees, now.fee) == ((17000, 15300), 32300)


# What holds for every policy, price and instant

PERCENT = st.decimals(0, 100, places=2)
TIERS = st.builds(CancellationTier, st.integers(0, 400), PERCENT, st.integers(0, 50000))
PRICES = st.integers(0, 700000)


@st.composite
def policies(draw: st.DrawFn) -> CancellationPolicy:
    tiers = draw(st.lists(TIERS, min_size=1, max_size=5, unique_by=lambda tier: tier.min_days))
    rising = sorted(tiers, key=lambda tier: (tier.percent, tier.fixed))
    days = sorted((tier.min_days for tier in tiers), reverse=True)
    tiers = [CancellationTier(day, tier.percent, tier.fixed) for day, tier in zip(days, rising, strict=True)]
    options = {
        "min_fee": draw(st.sampled_from([0, 0, 2500])),
        "rounding_step": draw(st.sampled_from([1, 5])),
        "basis": draw(st.sampled_from(["net", "list"])),
    }
    try:
        return CancellationPolicy(tuple(tiers), **options)
    except PolicyError:
        assume(False)
        raise


SECONDS = st.integers(-20 * 86400, 450 * 86400)


@given(policies(), PRICES, SECONDS, SECONDS)
def test_the_fee_never_falls_as_time_passes(policy: CancellationPolicy, price: int, one: int, other: int) -> None:
    try:
        check_price(policy, price)
    except PolicyError:
        assume(False)
    early, late = sorted((one, other), reverse=True)
    fees = [
        quote(policy, EDITION_R, EDITION_R.first_meeting - timedelta(seconds=s), [SeatPrice(price, price)]).fee
        for s in (early, late)
    ]
    assert fees[0] <= fees[1]


@given(policies(), PRICES, st.integers(0, 100), SECONDS)
def test_fee_and_refund_share_what_was_paid(
    policy: CancellationPolicy, price: int, discount: int, seconds: int
) -> None:
    seats = [SeatPrice(price, price - price * discount // 100)] * 2
    paid = sum(seat.net_price for seat in seats)
    now = quote(policy, EDITION_R, EDITION_R.first_meeting - timedelta(seconds=seconds), seats)
    assert all(0 <= fee <= seat.net_price for fee, seat in zip(now.fees, seats, strict=True))
    assert settlement(0, 0, paid, now.fee).refund + now.fee == paid
    unpaid = settlement(paid, 0, paid, now.fee)
    assert (unpaid.due, unpaid.refund) == (now.fee, 0)


@given(policies(), st.integers(0, 420), st.sampled_from(["00:00:00", "12:00:00", "23:59:59.999999"]))
def test_the_line_shown_says_what_is_charged(policy: CancellationPolicy, days: int, clock: str) -> None:
    start = datetime.fromisoformat("2026-12-05 09:00").date()
    day = start - timedelta(days=days)
    charged = quote(policy, EDITION_R, at(f"{day} {clock}"), [SEAT, SEAT]).fee
    line = steps(policy, EDITION_R, [SEAT, SEAT])
    assert next(step.fee for step in line if step.last_day is None or day <= step.last_day) == charged


@given(policies())
def test_a_policy_survives_its_freezing(policy: CancellationPolicy) -> None:
    assert CancellationPolicy.from_json(policy.to_json()) == policy


@given(PERCENT)
def test_percents_stay_exact(percent: Decimal) -> None:
    assert CancellationPolicy.from_json(parse_policy(f"1:{percent}").to_json()).tiers[0].percent == percent


@pytest.mark.parametrize("options", [{"free_hours": 24}, {"withdrawal_days": 14}], ids=["free hours", "withdrawal"])
def test_nothing_is_free_once_the_class_has_begun(options: dict[str, int]) -> None:
    policy = parse_policy("15:30,8:50,1:80", **options)
    starts = datetime(2026, 12, 5, 8, tzinfo=UTC)
    timing = Timing("Europe/Zurich", starts, booked_at=starts - timedelta(hours=2))
    seat = [SeatPrice(34000, 34000)]
    assert quote(policy, timing, starts - timedelta(seconds=1), seat).fee == 0
    assert quote(policy, timing, starts, seat).fee == 34000


@pytest.mark.parametrize(
    ("fees", "lower", "shared"),
    [
        ((10200,), 5000, (5000,)),
        ((10200, 10200, 10200), 10000, (3334, 3333, 3333)),
        ((10200, 0, 5100), 10000, (6667, 0, 3333)),
        ((0, 1, 1), 1, (0, 1, 0)),
        ((10200, 10200), 0, (0, 0)),
    ],
)
def test_a_lower_fee_is_shared_as_the_fees_were(fees: tuple[int, ...], lower: int, shared: tuple[int, ...]) -> None:
    asked = CancellationQuote(15, Decimal(30), 0, fees, "tier")
    quote = lowered(asked, lower)
    assert (quote.fees, quote.fee, quote.ground) == (shared, lower, "lowered")
    assert all(part <= before for part, before in zip(quote.fees, fees, strict=True))


def test_a_fee_is_lowered_and_never_raised() -> None:
    asked = CancellationQuote(15, Decimal(30), 0, (10200, 0), "tier")
    assert lowered(asked, 10200) is asked
    for fee in (10201, -1):
        with pytest.raises(TooMuch):
            lowered(asked, fee)
