"""The cancellation schedule as pages and mails show it: a line in time with amounts for these very seats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from flask_babel import pgettext

from booking.domain import cancellation
from booking.domain.cancellation import SeatPrice, Timing
from booking.domain.policy import CancellationPolicy
from booking.web import formatting


@dataclass(frozen=True)
class ScheduleStep:
    """One segment, through `last_day` (None: from then on). Sums in centimes for all the seats together."""

    percent_text: str
    last_day: date | None
    fee: int
    refund: int
    is_now: bool
    is_past: bool


@dataclass(frozen=True)
class Schedule:
    """What the macros of components/schedule.html draw. Days and `free_until` are local to the edition's zone.

    `free_until`: through this instant cancelling costs nothing whatever the line says (the policy's hours or days
    after booking, or the date was moved); None without such a promise, and once it is over.
    """

    today: date
    starts_on: date
    steps: tuple[ScheduleStep, ...]
    free_until: datetime | None

    @property
    def now(self) -> ScheduleStep:
        """The step we are on."""
        return next(step for step in self.steps if step.is_now)


def schedule_of(
    policy: CancellationPolicy | None,
    timing: Timing,
    seats: Sequence[SeatPrice],
    now: datetime,
    paid: int | None = None,
) -> Schedule | None:
    """The schedule for `seats` as seen at `now` (aware); None where nothing can be charged.

    `paid` (centimes) is what was received for these seats; by default their whole net price, as before booking.
    `timing.booked_at` is None before booking: then nothing is said of the hours after it.
    """
    price = sum(seat.net_price for seat in seats)
    if policy is None or price == 0:
        return None
    paid = price if paid is None else paid
    line = tuple(_joined(cancellation.steps(policy, timing, seats)))
    here = _position(line, policy, timing, now)
    return Schedule(
        today=_local(now, timing).date(),
        starts_on=_local(timing.first_meeting, timing).date(),
        steps=tuple(
            ScheduleStep(
                percent_text=_percent_text(step),
                last_day=step.last_day,
                fee=step.fee,
                refund=max(0, paid - step.fee),
                is_now=index == here,
                is_past=index < here,
            )
            for index, step in enumerate(line)
        ),
        free_until=_free_until(policy, timing, now),
    )


def _joined(line: Sequence[cancellation.Step]) -> Iterator[cancellation.Step]:
    """Without steps that only repeat the next one's fee (a last tier that is 100 % already)."""
    for step, following in pairwise(line):
        if (step.percent, step.fixed, step.fee) != (following.percent, following.fixed, following.fee):
            yield step
    yield line[-1]


def _position(line: Sequence[cancellation.Step], policy: CancellationPolicy, timing: Timing, now: datetime) -> int:
    """Index of the step that `now` is on. A free period ends at its deadline's second, not with the day."""
    today = _local(now, timing).date()
    here = next(index for index, step in enumerate(line) if step.last_day is None or today <= step.last_day)
    deadline = timing.registration_deadline
    if policy.free_until_deadline and deadline and now > deadline and line[here].last_day == today:
        return here + (line[here].last_day == _local(deadline, timing).date())
    return here


def _percent_text(step: cancellation.Step) -> str:
    """'30 %', '25 % + CHF 50.–'; a fixed sum alone is named, since the fee beside it says how much."""
    if not step.fixed:
        return formatting.percent(step.percent)
    if not step.percent:
        # I18N: kind of cancellation fee, beside its amount: a flat sum instead of a percentage
        flat: str = pgettext("fee", "as a flat sum")
        return flat
    return f"{formatting.percent(step.percent)} + {formatting.chf_headline(step.fixed)}"


def _free_until(policy: CancellationPolicy, timing: Timing, now: datetime) -> datetime | None:
    if timing.booked_at is None:
        return None
    promise = max(timedelta(hours=policy.free_hours), timedelta(days=policy.withdrawal_days))
    until = max(timing.booked_at + promise, timing.free_after_move or timing.booked_at)
    return _local(until, timing) if timing.booked_at < until and now <= until else None


def _local(moment: datetime, timing: Timing) -> datetime:
    return formatting.local(moment, timing.zone)
