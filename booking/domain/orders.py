"""What a booking is ordered with, whoever writes it down: the participant on the pages or the organiser at the desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Contact:
    """The person who books. `email` is checked and lower case, '' for somebody without one (written down at the desk
    alone); the address is needed only where it is wanted."""

    name: str
    email: str
    phone: str = ""
    company: str = ""
    street: str = ""
    house_number: str = ""
    postcode: str = ""
    town: str = ""
    country: str = "CH"


@dataclass(frozen=True)
class SeatOrder:
    """One attendee; `answers` by question id."""

    name: str
    email: str
    answers: Mapping[int, str]


@dataclass(frozen=True)
class Acceptance:
    """The terms that were ticked: their text, its SHA-256, its language and the number of the version."""

    digest: str
    language: str
    body: str
    number: int = 0
