"""Who came to which meeting, and what a certificate may say of it."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Presence(StrEnum):
    """What was noted at the door; nothing noted is no Presence at all."""

    PRESENT = "present"
    ABSENT = "absent"


@dataclass(frozen=True)
class Sitting:
    """One meeting of an edition; its break, in minutes, counts for nobody."""

    id: int
    starts_at: datetime
    ends_at: datetime
    pause: int = 0

    @property
    def minutes(self) -> int:
        """Without the break."""
        return max(0, (self.ends_at - self.starts_at) // timedelta(minutes=1) - self.pause)


@dataclass(frozen=True)
class Attended:
    """The meetings that count for one person, and their length together, breaks left out."""

    sittings: tuple[Sitting, ...]

    @property
    def minutes(self) -> int:
        """Of all of them together."""
        return sum(sitting.minutes for sitting in self.sittings)


def taken(marks: Collection[Mapping[int, Presence]]) -> set[int]:
    """Meetings at which anybody was marked; `marks` are by meeting, one mapping a person."""
    return {meeting for marked in marks for meeting in marked}


def attended(sittings: Collection[Sitting], marks: Mapping[int, Presence], taken: Collection[int]) -> Attended:
    """What counts for a person with these marks: where attendance was taken, being present; else, having a seat."""
    return Attended(
        tuple(s for s in sittings if marks.get(s.id) is Presence.PRESENT or (s.id not in taken and s.id not in marks))
    )


def by_family_name(name: str) -> tuple[str, str]:
    """The order of lists at the door: by the last word, without case and accents, then by the whole name."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", name).casefold() if not unicodedata.combining(one))
    words = plain.split()
    return (words[-1] if words else "", plain)
