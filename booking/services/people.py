"""Who works at the desk: invited, given a role, let in again, turned away. For owners, and for commands."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from booking.domain.actor import ORGANISER, Actor, at_the_desk
from booking.domain.errors import LinkOver
from booking.domain.permission import Role
from booking.persistence import counters, desk_letters, journal, organisers, settings, sign_ins
from booking.persistence.db import db
from booking.persistence.organisers import Organiser
from booking.persistence.transaction import atomic

PEOPLE = "people"  # a counter, whose row is locked while the first owner is written


@dataclass(frozen=True)
class Person:
    """Somebody as typed. `trainer_id` counts only for trainers."""

    email: str
    name: str
    locale: str
    role: Role
    trainer_id: int | None = None


def invite(person: Person, by: Actor, now: datetime) -> int:
    """Writes somebody down and mails them a link to choose a password; gives the id. Raises AddressTaken."""
    with atomic():
        row = _new(person, now)
        _note("invited", by, now, row, role=person.role)
        desk_letters.post("invitation", row.id, now)
        return row.id


def invite_again(organiser_id: int, by: Actor, now: datetime) -> None:
    """A new link; older ones stop working. Nothing for who has chosen a password."""
    with atomic():
        row = organisers.lock(organiser_id)
        if row.password is None and row.active:
            row.invited_at = now
            _note("invited", by, now, row)
            desk_letters.post("invitation", row.id, now)


def withdraw(organiser_id: int, by: Actor, now: datetime) -> None:
    """Takes an invitation back, as if it had never been written. Raises LinkOver for who has accepted it."""
    with atomic():
        row = organisers.lock(organiser_id)
        if row.password is not None or sign_ins.ever(row.id):
            raise LinkOver
        _note("invitation_withdrawn", by, now, row)
        db.session.delete(row)


def change(organiser_id: int, role: Role, trainer_id: int | None, by: Actor, now: datetime) -> None:
    """Gives somebody another role. Raises LastOwner."""
    with atomic():
        staying = role is Role.OWNER
        row = organisers.lock(organiser_id) if staying else organisers.lock_for_leaving(organiser_id)
        row.role, row.trainer_id = role, trainer_id if role is Role.TRAINER else None
        _note("role_changed", by, now, row, role=role)


def deactivate(organiser_id: int, by: Actor, now: datetime) -> None:
    """Turns somebody away: signed out everywhere at once. The journal keeps the name. Raises LastOwner."""
    with atomic():
        row = organisers.lock_for_leaving(organiser_id)
        row.active = False
        _sign_out(row, now)
        _note("deactivated", by, now, row)


def reactivate(organiser_id: int, by: Actor, now: datetime) -> None:
    """Lets somebody in again, with the password of before."""
    with atomic():
        row = organisers.lock(organiser_id)
        row.active = True
        _note("reactivated", by, now, row)


def forget_second_factor(organiser_id: int, by: Actor, now: datetime) -> None:
    """For who lost the phone and the recovery codes: the password alone signs in. Passkeys stay. They are told."""
    with atomic():
        row = organisers.lock(organiser_id)
        _without_second_factor(row)
        _note("second_factor_reset", by, now, row)
        desk_letters.post("account_changed", row.id, now, what="second_factor_reset")


def require_second_factor(required: bool, by: Actor, now: datetime) -> None:
    """Whether everybody must have a second factor; who has none is led to set it up."""
    with atomic():
        settings.write(organisers.SECOND_FACTOR_REQUIRED, True if required else None, now)
        journal.note("second_factor_required" if required else "second_factor_optional", by, now)


def accept(organiser_id: int, invited_at: datetime, name: str, locale: str, password: str, now: datetime) -> str:
    """Somebody invited chose a password (given as its hash); gives the e-mail address. Raises LinkOver."""
    with atomic():
        row = organisers.lock(organiser_id)
        if row.invited_at != invited_at or not row.is_invited(now):
            raise LinkOver
        row.name, row.locale, row.password, row.invited_at = name, locale, password, None
        _note("invitation_accepted", at_the_desk(row.id), now, row)
        return row.email


def first_owner(person: Person, password: str, now: datetime) -> int:
    """Writes the first person of an empty table. Raises LinkOver when somebody was quicker."""
    with atomic():
        counters.increase(PEOPLE)
        if organisers.any_at_all():
            raise LinkOver
        row = _new(person, now, password)
        _note("owner_created", at_the_desk(row.id), now, row)
        return row.id


def enter(person: Person, password: str | None, forget_factor: bool, now: datetime) -> int:
    """By a command: somebody new, or somebody of before let in again in this role, with this password (as its hash)
    or, for None, with none until the link of an invitation is followed. Gives the id."""
    with atomic():
        row = organisers.by_email(person.email)
        if row is None:
            row = _new(person, now, password)
        else:
            row.role, row.trainer_id, row.active = person.role, person.trainer_id, True
            row.password, row.invited_at = password, None if password else now
            _sign_out(row, now)
        if forget_factor:
            _without_second_factor(row)
        _note("entered", ORGANISER, now, row, role=person.role)
        return row.id


def _new(person: Person, now: datetime, password: str | None = None) -> Organiser:
    trainer_id = person.trainer_id if person.role is Role.TRAINER else None
    row = Organiser(
        email=person.email.strip().lower(), name=person.name, locale=person.locale, role=person.role,
        trainer_id=trainer_id, created_at=now, password=password, invited_at=None if password else now,
    )  # fmt: skip
    return organisers.write(row)


def _sign_out(row: Organiser, now: datetime) -> None:
    row.fs_uniquifier = uuid.uuid4().hex
    sign_ins.end(row.id, now)


def _without_second_factor(row: Organiser) -> None:
    row.tf_primary_method = row.tf_totp_secret = row.tf_last_counter = row.mf_recovery_codes = None


def _note(action: str, by: Actor, now: datetime, row: Organiser, **facts: Any) -> None:
    journal.note(action, by, now, organiser=row.id, **facts)
