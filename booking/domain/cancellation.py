"""The cancellation schedule: what cancelling costs, to the day and the centime.

To change a fee *schedule*, edit the policy in the catalogue file. To change a fee *rule* (how days are counted, how a
fee is computed and rounded), change it here: `days_before`, `seat_fee` and `quote` are the whole of it.
Source: the rules of the house, "cancellation schedule" (docs/rules.md).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from booking.domain.booking import end_of_second
from booking.domain.money import round_half_up

Basis = Literal["net", "list"]
Anchor = Literal["first_meeting", "registration_deadline"]
Ground = Literal["tier", "pending", "withdrawal", "free_hours", "free_until_deadline"]

MAX_DAYS: Final = 3650  # ten years: beyond it a tier is a slip of the pen, and days would leave the calendar
WRITTEN_TIER: Final = re.compile(
    r"\s*(\d{1,4})\s*:\s*(\d{1,3}(?:\.\d{1,4})?)\s*%?\s*(?:\+\s*(\d{1,7}(?:\.\d{1,2})?)\s*)?", re.ASCII
)


class PolicyError(ValueError):
    """The tiers are not a total, rising function of time; the message says why, in English, for organisers."""


@dataclass(frozen=True)
class CancellationTier:
    """`min_days` whole days or more before the anchor: `percent` of the basis plus `fixed` centimes."""

    min_days: int
    percent: Decimal
    fixed: int = 0


FULL_FEE = CancellationTier(min_days=-(10**6), percent=Decimal(100))  # nearer than the last tier, or absent


@dataclass(frozen=True)
class CancellationPolicy:
    """A schedule of fees. Tiers are kept by descending `min_days`; sums are centimes.

    Raises PolicyError unless the tiers are a total, rising function (no overlap, no fee that falls as the day nears).
    """

    tiers: tuple[CancellationTier, ...]
    min_fee: int = 0
    rounding_step: int = 5
    basis: Basis = "net"
    anchor: Anchor = "first_meeting"
    free_hours: int = 0
    free_until_deadline: bool = False
    withdrawal_days: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "tiers", tuple(sorted(self.tiers, key=lambda t: -t.min_days)))
        _check_shape(self)

    def tier_for(self, days: int) -> CancellationTier:
        """The first tier, by descending min_days, that `days` reaches; 100 % when none does."""
        return next((tier for tier in self.tiers if days >= tier.min_days), FULL_FEE)

    def check_for_price(self, price: int) -> None:
        """Raises PolicyError if, at this seat price in centimes, a later tier would cost less than an earlier one."""
        seat = SeatPrice(list_price=price, net_price=price)
        fees = [seat_fee(self, tier, seat) for tier in (*self.tiers, FULL_FEE)]
        for earlier, later, tier in zip(fees, fees[1:], (*self.tiers[1:], FULL_FEE), strict=False):
            if later < earlier:
                where = "after the last tier" if tier is FULL_FEE else f"at {tier.min_days} days"
                raise PolicyError(f"the fee falls {where}: at this price it goes down as the day comes nearer")

    def to_json(self) -> dict[str, Any]:
        """Plain values, to freeze the policy on a booking."""
        plain = asdict(self)
        plain["tiers"] = [{**asdict(tier), "percent": str(tier.percent)} for tier in self.tiers]
        return plain

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> CancellationPolicy:
        """The inverse of `to_json`."""
        tiers = tuple(CancellationTier(**{**tier, "percent": Decimal(tier["percent"])}) for tier in plain["tiers"])
        return cls(**{**plain, "tiers": tiers})


@dataclass(frozen=True)
class Timing:
    """Aware datetimes of one booking; days are counted in `zone`, the edition's IANA zone."""

    zone: str
    first_meeting: datetime
    registration_deadline: datetime | None = None
    booked_at: datetime | None = None

    def anchor_day(self, policy: CancellationPolicy) -> date:
        """The local day that tiers count back from."""
        at = self.first_meeting
        if policy.anchor == "registration_deadline" and self.registration_deadline:
            at = self.registration_deadline
        return at.astimezone(ZoneInfo(self.zone)).date()


@dataclass(frozen=True)
class SeatPrice:
    """One seat's list price and its net price after discounts, in centimes."""

    list_price: int
    net_price: int


@dataclass(frozen=True)
class CancellationQuote:
    """What cancelling the seats costs at one instant: `fees` per seat in order, centimes. `ground` says why."""

    days: int
    percent: Decimal
    fixed: int
    fees: tuple[int, ...]
    ground: Ground

    @property
    def fee(self) -> int:
        """All seats together, centimes."""
        return sum(self.fees)


@dataclass(frozen=True)
class Step:
    """One segment of the schedule line: until `last_day` 23:59:59.999 local (None: from then on) the fee is `fee`."""

    percent: Decimal
    fixed: int
    last_day: date | None
    fee: int
    days: int | None


def days_before(timing: Timing, policy: CancellationPolicy, received: datetime) -> int:
    """Whole calendar days, in the edition's zone, from the day of receipt to the anchor's day (rules: D)."""
    return (timing.anchor_day(policy) - received.astimezone(ZoneInfo(timing.zone)).date()).days


def seat_fee(policy: CancellationPolicy, tier: CancellationTier, seat: SeatPrice) -> int:
    """fee = min(seat price, max(min_fee, percent x basis + fixed)), rounded half-up; never above the seat's price."""
    basis = seat.net_price if policy.basis == "net" else seat.list_price
    raw = Fraction(tier.percent) * basis / 100 + tier.fixed
    return min(
        seat.net_price,
        round_half_up(min(Fraction(seat.net_price), max(Fraction(policy.min_fee), raw)), policy.rounding_step),
    )


def quote(
    policy: CancellationPolicy,
    timing: Timing,
    received: datetime,
    seats: Sequence[SeatPrice],
    pending: bool = False,
) -> CancellationQuote:
    """What cancelling `seats` costs when the request is received at `received` (aware).

    `pending` is a hold that was never confirmed: it goes for free.
    """
    days = days_before(timing, policy, received)
    tier = policy.tier_for(days)
    ground = "pending" if pending else _free_ground(policy, timing, received)
    if ground:
        return CancellationQuote(days, Decimal(0), 0, tuple(0 for _ in seats), ground)
    fees = tuple(seat_fee(policy, tier, seat) for seat in seats)
    return CancellationQuote(days, tier.percent, tier.fixed, fees, "tier")


def steps(policy: CancellationPolicy, timing: Timing, seats: Sequence[SeatPrice]) -> tuple[Step, ...]:
    """The whole schedule for these seats, earliest first, ending with the open step after the last tier."""
    anchor = timing.anchor_day(policy)
    line = []
    if policy.free_until_deadline and timing.registration_deadline:
        until = timing.registration_deadline.astimezone(ZoneInfo(timing.zone)).date()
        line.append(Step(Decimal(0), 0, until, 0, (anchor - until).days))
    for tier in (*policy.tiers, FULL_FEE):
        last_day = None if tier is FULL_FEE else anchor - timedelta(days=tier.min_days)
        if last_day and line and line[-1].last_day and last_day <= line[-1].last_day:
            continue  # wholly inside the free period
        fee = sum(seat_fee(policy, tier, seat) for seat in seats)
        line.append(Step(tier.percent, tier.fixed, last_day, fee, tier.min_days if last_day else None))
    return tuple(line)


def parse_policy(text: str, **options: Any) -> CancellationPolicy:
    """'15:30,8:50,1:80' or, with a fixed sum in francs after a plus, '30:0+100,15:50'. Raises PolicyError."""
    tiers = []
    for part in text.split(","):
        written = WRITTEN_TIER.fullmatch(part)
        if not written:
            raise PolicyError(f"cannot read {part.strip()[:40]!r}: write days:percent, as in 15:30,8:50,1:80")
        days, percent, francs = written.groups()
        tiers.append(CancellationTier(int(days), Decimal(percent), int(Decimal(francs or 0) * 100)))
    return CancellationPolicy(tuple(tiers), **options)


def _free_ground(policy: CancellationPolicy, timing: Timing, received: datetime) -> Ground | None:
    booked, deadline = timing.booked_at, timing.registration_deadline
    if received >= timing.first_meeting:  # what has begun can no longer be had for nothing
        return None
    if booked and policy.withdrawal_days and received < booked + timedelta(days=policy.withdrawal_days):
        return "withdrawal"
    if booked and policy.free_hours and received <= booked + timedelta(hours=policy.free_hours):
        return "free_hours"
    if policy.free_until_deadline and deadline and received <= end_of_second(deadline):
        return "free_until_deadline"
    return None


def _check_shape(policy: CancellationPolicy) -> None:
    if not policy.tiers:
        raise PolicyError("a policy needs at least one tier, as in 15:30,8:50,1:80")
    for tier in policy.tiers:
        if not 0 <= tier.min_days <= MAX_DAYS or tier.fixed < 0 or not _is_share(tier.percent):
            raise PolicyError(
                f"a tier is out of range: 0 to {MAX_DAYS} days, 0 to 100 % in ten-thousandths, no negative sums"
            )
    for earlier, later in zip(policy.tiers, policy.tiers[1:], strict=False):
        if earlier.min_days == later.min_days:
            raise PolicyError(f"two tiers overlap at {later.min_days} days")
        falls = later.percent <= earlier.percent and later.fixed <= earlier.fixed
        if falls and (later.percent, later.fixed) != (earlier.percent, earlier.fixed):
            raise PolicyError(f"the fee falls at {later.min_days} days: it must not go down as the day comes nearer")
    if policy.rounding_step not in (1, 5, 10, 100) or policy.min_fee < 0 or policy.withdrawal_days not in (0, 14):
        raise PolicyError(
            "rounding is 0.01, 0.05, 0.10 or 1.00; the least fee is not negative; withdrawal 0 or 14 days"
        )
    if not 0 <= policy.free_hours <= MAX_DAYS * 24:
        raise PolicyError("the hours during which cancelling is free are not negative")


def _is_share(percent: Decimal) -> bool:
    """0 to 100 with at most four decimals; neither NaN nor a number too fine to compute with."""
    return percent.is_finite() and 0 <= percent <= 100 and percent == round(percent, 4)
