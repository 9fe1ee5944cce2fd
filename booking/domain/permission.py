"""Who may do what at the desk: three roles, and the permissions each is granted."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """OWNER may do everything; STAFF everything but people, bank and settings; TRAINER sees the own editions."""

    OWNER = "owner"
    STAFF = "staff"
    TRAINER = "trainer"


class Permission(StrEnum):
    """What a page of the desk asks for. ATTEND covers attendees, their answers and attendance; for a trainer only
    those of the own editions. OWN is what everybody may do with the own account."""

    OWN = "own"
    ATTEND = "attend"
    CLASSES = "classes"  # write, publish, move and call off
    BOOKINGS = "bookings"  # read all, write to participants
    MONEY = "money"  # payments, refunds, fees, documents, vouchers, policies
    FILES = "files"  # exports, journal, a person's data
    PEOPLE = "people"
    SETTINGS = "settings"


_STAFF: Final = frozenset(Permission) - {Permission.PEOPLE, Permission.SETTINGS}
GRANTED: Final = {
    Role.OWNER: frozenset(Permission),
    Role.STAFF: _STAFF,
    Role.TRAINER: frozenset({Permission.OWN, Permission.ATTEND}),
}


def may(role: Role, permission: Permission) -> bool:
    """Whether people of `role` are granted `permission`."""
    return permission in GRANTED[role]


def only_own_editions(role: Role) -> bool:
    """Whether what people of `role` see ends at the editions they teach."""
    return role is Role.TRAINER
