"""What people of the desk change about themselves, and where they are signed in."""

from __future__ import annotations

from datetime import datetime

from booking.domain.actor import at_the_desk
from booking.domain.errors import AddressTaken, LinkOver
from booking.persistence import desk_letters, journal, organisers, sign_ins
from booking.persistence.transaction import atomic


def rename(organiser_id: int, name: str, locale: str, now: datetime) -> None:
    """Name, and language of the desk and of mails."""
    with atomic():
        row = organisers.lock(organiser_id)
        row.name, row.locale = name, locale
        journal.note("account_changed", at_the_desk(row.id), now)


def ask_for_address(organiser_id: int, email: str, now: datetime) -> None:
    """Mails a link to the new address, and tells the old one, which stays until the link is followed.

    Raises AddressTaken.
    """
    with atomic():
        row = organisers.lock(organiser_id)
        other = organisers.by_email(email)
        if other is not None and other.id != row.id:
            raise AddressTaken
        row.new_email = email.strip().lower()
        desk_letters.post("email_change", row.id, now)
        desk_letters.post("account_changed", row.id, now, what="email")


def take_address(organiser_id: int, email: str, now: datetime) -> None:
    """The link was followed: the new address counts. Raises LinkOver, AddressTaken."""
    with atomic():
        row = organisers.lock(organiser_id)
        if row.new_email != email or not row.active:
            raise LinkOver
        row.email, row.new_email = email, None
        organisers.write(row)
        journal.note("address_changed", at_the_desk(row.id), now)


def end_sign_in(organiser_id: int, sign_in_id: int, now: datetime) -> None:
    """Signs one browser out."""
    with atomic():
        sign_ins.end(organiser_id, now, only=sign_in_id)
        journal.note("signed_out", at_the_desk(organiser_id), now)


def end_other_sign_ins(organiser_id: int, sign_in_id: int, now: datetime) -> None:
    """Signs every browser out but that one."""
    with atomic():
        sign_ins.end(organiser_id, now, but=sign_in_id)
        journal.note("signed_out", at_the_desk(organiser_id), now, which="others")


def seen(sign_in_id: int, now: datetime) -> None:
    """Notes that a browser is in use."""
    with atomic():
        sign_ins.seen(sign_in_id, now)


def forget_sign_ins(now: datetime) -> None:
    """The sweep: erases sign-ins that nobody used for long."""
    with atomic():
        sign_ins.forget(now)
