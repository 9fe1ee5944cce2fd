"""What participants were promised when they booked, and which catalogue changes would break it.

Prices and policies may change: a booking carries its own. What it does not carry (hours, place, zone, the deadline
that its policy counts from) stays as it was while a booking lives. Calling off or moving an edition is not an edit of
the catalogue: everybody concerned must be told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

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


@dataclass(frozen=True)
class PromisedQuestion:
    """A question that was answered: its kind and the choices that somebody picked."""

    kind: str
    picked: frozenset[str]


def broken_by_edition(promised: PromisedEdition, master_class: str, spec: EditionSpec) -> list[PromiseBroken]:
    """What the edition as now written, in that class, would take back."""
    meetings = tuple((meeting.starts_at, meeting.ends_at) for meeting in spec.meetings)
    kept = {
        "class": promised.master_class == master_class,
        "meetings": promised.meetings == meetings,
        "venue": promised.venue == spec.venue,
        "zone": promised.zone == spec.zone,
        "capacity": promised.seats <= spec.capacity,
        "closes": not _nearer_deadline(promised, spec.closes),
    }
    return [PromiseBroken(f"edition {spec.slug}", what) for what, is_kept in kept.items() if not is_kept]


def broken_by_question(promised: PromisedQuestion, where: str, spec: QuestionSpec) -> list[PromiseBroken]:
    """Answers must stay readable: same kind, and every choice that was picked is still there."""
    if promised.kind != spec.kind:
        return [PromiseBroken(where, "kind")]
    if spec.kind == "choice" and promised.picked - {choice["key"] for choice in spec.choices}:
        return [PromiseBroken(where, "choices")]
    return []


def _nearer_deadline(promised: PromisedEdition, closes: datetime | None) -> bool:
    """Whether a booking's frozen policy would cost more, or sooner, with the new registration deadline."""
    start = promised.meetings[0][0]
    anchored = any(policy.anchor == "registration_deadline" for policy in promised.policies)
    free_until = promised.closes and any(policy.free_until_deadline for policy in promised.policies)
    if anchored and (closes or start) < (promised.closes or start):
        return True
    return bool(free_until and promised.closes and (closes is None or closes < promised.closes))
