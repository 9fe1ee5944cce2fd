"""What participants were promised when they booked, and which changes would break it.

Prices and policies may change: a booking carries its own. What it does not carry (hours, place, zone, the deadline
that its policy counts from) stays as it was while a booking lives. Calling off or moving an edition is no edit:
everybody concerned must be told, and who does not like the new date or place may go.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from booking.domain.catalogue import EditionSpec, QuestionSpec
from booking.domain.errors import PromiseBroken
from booking.domain.policy import CancellationPolicy


@dataclass(frozen=True)
class PromisedEdition:
    """An edition as its live bookings know it: `seats` taken, their frozen `policies`, the slugs of class and venue."""

    master_class: str
    venue: str | None
    zone: str
    meetings: tuple[tuple[datetime, datetime], ...]
    closes: datetime | None
    seats: int
    policies: tuple[CancellationPolicy, ...]


Change = Literal["date", "place", "link"]


def changes(before: EditionSpec, after: EditionSpec) -> frozenset[Change]:
    """What participants must be told of: another date (hours, clocks) or place, which lets them go, or only another
    address to join at."""
    found: set[Change] = set()
    if _hours(before) != _hours(after) or before.zone != after.zone:
        found.add("date")
    if before.venue != after.venue or (before.online_url and not after.online_url):
        found.add("place")
    elif before.online_url and before.online_url != after.online_url:
        found.add("link")
    return frozenset(found)


def frees(changed: frozenset[Change]) -> bool:
    """Whether who had booked may withdraw for nothing because of it."""
    return bool(changed - {"link"})


@dataclass(frozen=True)
class PromisedQuestion:
    """A question that was answered: its kind and the choices that somebody picked."""

    kind: str
    picked: frozenset[str]


def broken_by_edition(promised: PromisedEdition, master_class: str, spec: EditionSpec) -> list[PromiseBroken]:
    """What the edition as now written, in that class, would take back."""
    kept = {
        "class": promised.master_class == master_class,
        "meetings": promised.meetings == _hours(spec),
        "venue": promised.venue == spec.venue,
        "zone": promised.zone == spec.zone,
        "capacity": promised.seats <= spec.capacity,
        "closes": not nearer_deadline(promised.policies, promised.meetings[0][0], promised.closes, spec.closes),
    }
    return [PromiseBroken(f"edition {spec.slug}", what) for what, is_kept in kept.items() if not is_kept]


def broken_by_question(promised: PromisedQuestion, where: str, spec: QuestionSpec) -> list[PromiseBroken]:
    """Answers must stay readable: same kind, and every choice that was picked is still there."""
    if promised.kind != spec.kind:
        return [PromiseBroken(where, "kind")]
    if spec.kind == "choice" and promised.picked - {choice["key"] for choice in spec.choices}:
        return [PromiseBroken(where, "choices")]
    return []


def nearer_deadline(
    policies: Collection[CancellationPolicy], start: datetime, before: datetime | None, after: datetime | None
) -> bool:
    """Whether a booking's frozen policy would cost more, or sooner, with the registration deadline `after`."""
    anchored = any(policy.anchor == "registration_deadline" for policy in policies)
    if anchored and (after or start) < (before or start):
        return True
    free_until = before and any(policy.free_until_deadline for policy in policies)
    return bool(free_until and before and (after is None or after < before))


def _hours(spec: EditionSpec) -> tuple[tuple[datetime, datetime], ...]:
    return tuple((meeting.starts_at, meeting.ends_at) for meeting in spec.meetings)
