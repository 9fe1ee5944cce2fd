"""What letters to people of the desk know. The links in them are made here, when they are written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from flask import url_for
from flask_security.recoverable import generate_reset_password_token

from booking.adapters import desk_links
from booking.config import Settings
from booking.persistence.db import db
from booking.persistence.organisers import INVITATION_LASTS, Organiser
from booking.persistence.sign_ins import SignIn
from booking.persistence.site import Site

KINDS: Final = (
    "invitation",
    "password_reset",  # somebody asked for a new password
    "new_device",  # sign_in_id: a browser that this person never used
    "account_changed",  # what: see WHAT
    "email_change",  # to the new address, which is to be confirmed
    "bank_changed",  # by_id, ends_in: to every owner, another account takes the transfers
)
WHAT: Final = (
    "password_changed", "second_factor_on", "second_factor_off", "second_factor_reset", "recovery_code_used",
    "passkey_added", "passkey_removed", "email",
)  # fmt: skip
RESET_LASTS: Final = timedelta(days=1)


@dataclass(frozen=True)
class DeskLetter:
    """One letter to one person of the desk; as `Letter` otherwise."""

    kind: str
    person: Organiser | None
    payload: dict[str, Any]
    settings: Settings
    site: Site
    now: datetime
    to_organiser: bool = False
    booking: None = None

    @property
    def folder(self) -> str:
        return self.kind

    @property
    def lang(self) -> str:
        return self.person.locale if self.person else self.site.organiser.locale

    @property
    def recipient(self) -> tuple[str, str]:
        """Name and address; no address when the person is gone."""
        if self.person is None:
            return "", ""
        email = self.person.new_email if self.kind == "email_change" else self.person.email
        return self.person.name, email or ""

    @property
    def reply_to(self) -> tuple[str, str]:
        return self.site.organiser.name, self.site.organiser.email

    @property
    def is_overtaken(self) -> bool:
        """Whether its link would open nothing any more, or the person was turned away."""
        person = self.person
        if person is None or not person.active:
            return True
        if self.kind == "invitation":
            latest = person.invited_at and int(person.invited_at.timestamp()) == self.payload["at"]
            return not (latest and person.is_invited(self.now))
        if self.kind == "password_reset":
            return person.password is None or self.now - self._moment >= RESET_LASTS
        return self.kind == "email_change" and person.new_email is None

    def facts(self) -> dict[str, Any]:
        """What the templates may name; times in UTC."""
        person = self.person
        assert person is not None
        pages: dict[str, Any] = {"lang": self.lang, "_external": True}
        return {
            "person": person,
            "moment": self._moment,
            "desk_url": url_for("desk_home.index", _external=True),
            "account_url": url_for("desk_account.show", **pages),
            "forgotten_url": url_for("security.forgot_password", **pages),
            "what": self.payload.get("what"),
            **self._own_facts(person, pages),
        }

    def attachments(self, now: datetime) -> list[Any]:
        return []

    def _own_facts(self, person: Organiser, pages: dict[str, Any]) -> dict[str, Any]:
        if self.kind == "invitation":
            until = self._moment + INVITATION_LASTS
            return {"url": desk_links.invitation_url(person), "until": until}
        if self.kind == "password_reset":
            token = generate_reset_password_token(person)  # type: ignore[no-untyped-call]
            return {"url": url_for("security.reset_password", token=token, **pages)}
        if self.kind == "email_change":
            return {"url": desk_links.address_url(person)}
        if self.kind == "new_device":
            row = db.session.get(SignIn, self.payload["sign_in_id"])
            return {"device": row.device if row else ""}
        if self.kind == "bank_changed":
            by = db.session.get(Organiser, self.payload.get("by_id", 0))
            bank_url = url_for("desk_settings_bank.edit", **pages)
            return {"by": by.name if by else "", "ends_in": self.payload.get("ends_in", ""), "bank_url": bank_url}
        return {}

    @property
    def _moment(self) -> datetime:
        """When what the letter speaks of happened."""
        return datetime.fromtimestamp(self.payload["at"], UTC)


def read(payload: dict[str, Any], settings: Settings, site: Site, now: datetime) -> DeskLetter:
    """The letter that an outbox row asks for. Raises ValueError for a kind that nobody is written."""
    if payload["kind"] not in KINDS:
        raise ValueError(f"no letter of kind {payload['kind']!r}")
    person = db.session.get(Organiser, payload["organiser_id"])
    return DeskLetter(payload["kind"], person, payload, settings, site, now)
