"""Signed links for people of the desk: an invitation, the proof of a new e-mail address, the first owner's way in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from itsdangerous import BadData, URLSafeSerializer

from booking.config import current
from booking.persistence.organisers import Organiser

FIRST_OWNER_LASTS: Final = timedelta(days=1)


def invitation_url(person: Organiser) -> str:
    """Where somebody invited chooses a password; a later invitation makes it useless."""
    assert person.invited_at is not None
    token = _signer("invitation").dumps([person.id, person.invited_at.isoformat()])
    return f"{current().base_url}/{person.locale}/welcome/invitation/{token}"


def read_invitation(token: str) -> tuple[int, datetime] | None:
    """Whose invitation, and when it was written; None for a token that is none of ours."""
    try:
        organiser_id, invited_at = _signer("invitation").loads(token)
        return int(organiser_id), datetime.fromisoformat(invited_at)
    except (BadData, TypeError, ValueError):
        return None


def address_url(person: Organiser) -> str:
    """Where the new address is confirmed."""
    token = _signer("address").dumps([person.id, person.new_email])
    return f"{current().base_url}/{person.locale}/welcome/address/{token}"


def read_address(token: str) -> tuple[int, str] | None:
    """Who, and the new address; None for a token that is none of ours."""
    try:
        organiser_id, email = _signer("address").loads(token)
        return int(organiser_id), str(email)
    except (BadData, TypeError, ValueError):
        return None


def first_owner_url(now: datetime, locale: str) -> str:
    """Where the first person of an empty desk comes in, for a day."""
    token = _signer("first owner").dumps(int(now.timestamp()))
    return f"{current().base_url}/{locale}/welcome/owner/{token}"


def opens_for_first_owner(token: str, now: datetime) -> bool:
    """Whether the link is ours and not too old. That nobody was quicker is for the caller to see."""
    try:
        written = datetime.fromtimestamp(int(_signer("first owner").loads(token)), UTC)
    except (BadData, TypeError, ValueError, OverflowError):
        return False
    return now - written < FIRST_OWNER_LASTS


def _signer(purpose: str) -> Any:
    return URLSafeSerializer(current().secret_key, salt=f"desk {purpose}")
