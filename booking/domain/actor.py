"""Who does something: told to every verb that leaves a line in the journal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True)
class Actor:
    """A side, and the organiser's id when a person who signed in at the desk acts."""

    kind: Literal["participant", "organiser", "provider", "system"]
    organiser_id: int | None = None


PARTICIPANT: Final = Actor("participant")
ORGANISER: Final = Actor("organiser")  # by a command: nobody signed in
PROVIDER: Final = Actor("provider")
SYSTEM: Final = Actor("system")


def at_the_desk(organiser_id: int) -> Actor:
    """The person who signed in."""
    return Actor("organiser", organiser_id)
