"""The cancellation schedule: what cancelling costs, to the day and the centime.

To change a fee *schedule*, edit the policy in the catalogue file. To change a fee *rule* (how days are counted, how a
fee is computed and rounded), change it here: `days_before`, `seat_fee` and `quote` are the whole of it. How a policy is
written and which ones are refused is in `policy`.
Source: the rules of the house, "cancellation schedule" (docs/rules.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal
from zoneinfo import ZoneInfo

from booking.domain.booking import end_of_second
from booking.domain.errors import TooMuch
from booking.domain.money import round_half_up
from booking.domain.policy import FULL_FEE, CancellationPolicy, CancellationTier, PolicyError

Ground = Literal["tier", "lowered", "pending", "called_off", "moved", "withdrawal", "free_hours", "free_until_deadline"]

MOVED_DAYS: Final = 10  # after a move, who had booked before it may withdraw for nothing


@dataclass(frozen=True)
class Timing:
    """Aware datetimes of one booking; days are counted in `zone`, the edition's IANA zone.

    `moved_at` is when the organiser last moved the date; `called_off`, that it does not take place.
    """

    zone: str
    first_meeting: datetime
    registration_deadline: datetime | None = None
    booked_at: datetime | None = None
    moved_at: datetime | None = None
    called_off: bool = False

    def anchor_day(self, policy: CancellationPolicy) -> date:
        """The local day that tiers count back from."""
        at = self.first_meeting
        if policy.anchor == "registration_deadline" and self.registration_deadline:
            at = self.registration_deadline
        return at.astimezone(ZoneInfo(self.zone)).date()

    @property
    def free_after_move(self) -> datetime | None:
        """Through this instant a booking made before the move is cancelled for nothing: the end of the tenth day after
        it, or the start if that comes first. None for bookings made since, and where nothing was moved."""
        if self.moved_at is None or self.booked_at is None or self.booked_at > self.moved_at:
            return None
        zone = ZoneInfo(self.zone)
        last_day = self.moved_at.astimezone(zone).date() + timedelta(days=MOVED_DAYS)
        return min(datetime.combine(last_day, time(23, 59, 59), zone), self.first_meeting)


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


def check_price(policy: CancellationPolicy, price: int) -> None:
    """Raises PolicyError if, at this seat price in centimes, a later tier would cost less than an earlier one."""
    seat = SeatPrice(list_price=price, net_price=price)
    fees = [seat_fee(policy, tier, seat) for tier in (*policy.tiers, FULL_FEE)]
    for earlier, later, tier in zip(fees, fees[1:], (*policy.tiers[1:], FULL_FEE), strict=False):
        if later < earlier:
            where = "after the last tier" if tier is FULL_FEE else f"at {tier.min_days} days"
            raise PolicyError(
                f"the fee falls {where}: at this price it goes down as the day comes nearer",
                "falls_at_price",
                None if tier is FULL_FEE else tier.min_days,
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


def lowered(asked: CancellationQuote, fee: int) -> CancellationQuote:
    """The quote with a lower fee that the organiser decided on (centimes, all seats together), shared over the seats as
    the fees were. The same quote when it is no lower. Raises TooMuch when it is higher, or negative."""
    if not 0 <= fee <= asked.fee:
        raise TooMuch(asked.fee)
    if fee == asked.fee:
        return asked
    shares = [part * fee // asked.fee for part in asked.fees]
    rounded = [number for number, part in enumerate(asked.fees) if part * fee % asked.fee]
    for number in rounded[: fee - sum(shares)]:  # the centimes that were lost
        shares[number] += 1
    return replace(asked, fees=tuple(shares), ground="lowered")


def steps(policy: CancellationPolicy, timing: Timing, seats: Sequence[SeatPrice]) -> tuple[Step, ...]:
    """The whole schedule for these seats, earliest first, ending with the open step after the last tier."""
    anchor = timing.anchor_day(policy)
    line = []
    if policy.free_until_deadline and timing.registration_deadline:
        until = timing.registration_deadline.astimezone(ZoneInfo(timing.zone)).date()
        line.append(Step(Decimal(0), 0, until, 0))
    for tier in (*policy.tiers, FULL_FEE):
        last_day = None if tier is FULL_FEE else anchor - timedelta(days=tier.min_days)
        if last_day and line and line[-1].last_day and last_day <= line[-1].last_day:
            continue  # wholly inside the free period
        fee = sum(seat_fee(policy, tier, seat) for seat in seats)
        line.append(Step(tier.percent, tier.fixed, last_day, fee))
    return tuple(line)


def _free_ground(policy: CancellationPolicy, timing: Timing, received: datetime) -> Ground | None:
    booked, deadline = timing.booked_at, timing.registration_deadline
    if timing.called_off:
        return "called_off"
    if received >= timing.first_meeting:  # what has begun can no longer be had for nothing
        return None
    if timing.free_after_move and received <= end_of_second(timing.free_after_move):
        return "moved"
    if booked and policy.withdrawal_days and received < booked + timedelta(days=policy.withdrawal_days):
        return "withdrawal"
    if booked and policy.free_hours and received <= booked + timedelta(hours=policy.free_hours):
        return "free_hours"
    if policy.free_until_deadline and deadline and received <= end_of_second(deadline):
        return "free_until_deadline"
    return None
