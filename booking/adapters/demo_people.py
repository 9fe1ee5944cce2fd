"""Who works at the desk of the demonstration: invented, and all with the same password, which everybody may know."""

from __future__ import annotations

from typing import Final, NamedTuple

from booking.domain.permission import Role

PASSWORD: Final = "sept bateaux sur le lac"  # noqa: S105  public on purpose, never outside the demonstration


class DemoPerson(NamedTuple):
    """`trainer` is the address part of a trainer of the demonstration's catalogue."""

    name: str
    email: str
    role: Role
    locale: str
    trainer: str = ""


PEOPLE: Final = (
    DemoPerson("Hélène Corbaz", "helene@atelier-du-lac.example.ch", Role.OWNER, "fr", "helene-corbaz"),
    DemoPerson("Noémie Rey", "noemie@atelier-du-lac.example.ch", Role.STAFF, "fr"),
    DemoPerson("Maeve Lindqvist", "maeve@atelier-du-lac.example.ch", Role.TRAINER, "en", "maeve-lindqvist"),
)
