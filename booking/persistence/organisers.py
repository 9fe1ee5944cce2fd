"""People who sign in at the desk, their passkeys, and where they are signed in.

Flask-Security works on these rows: the names of most columns are its own.
"""

from __future__ import annotations

from datetime import datetime

from flask_security import RoleMixin, UserMixin, WebAuthnMixin
from sqlalchemy import JSON, ForeignKey, LargeBinary
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.domain.permission import Permission, Role, may
from booking.persistence.db import Model
from booking.persistence.masterclasses import Trainer


class Organiser(UserMixin, Model):
    """A person with an account. `locale` is the language of the desk and of mails to this person; `trainer_id` names
    the trainer whose editions a person in the role TRAINER sees."""

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)  # lower case
    name: Mapped[str]
    locale: Mapped[str] = mapped_column(default="fr")
    role: Mapped[Role]
    trainer_id: Mapped[int | None] = mapped_column(ForeignKey("trainer.id"))
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    password: Mapped[str | None]  # argon2id
    fs_uniquifier: Mapped[str] = mapped_column(unique=True)  # changed, it ends every session
    tf_primary_method: Mapped[str | None]
    tf_totp_secret: Mapped[str | None]  # encrypted
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(JSON))
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(unique=True)  # type: ignore[assignment]

    trainer: Mapped[Trainer | None] = relationship()
    webauthn: Mapped[list[Passkey]] = relationship(  # type: ignore[assignment]
        back_populates="user", cascade="all, delete-orphan"
    )

    @property
    def roles(self) -> list[RoleMixin]:  # type: ignore[override]
        """None of Flask-Security's: what people may do is `domain.permission`."""
        return []

    def may(self, permission: Permission) -> bool:
        """Whether this person is granted `permission`."""
        return may(self.role, permission)


class Passkey(WebAuthnMixin, Model):
    """A key kept by a device or a password manager of an organiser."""

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("organiser.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1024), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(default=0)
    transports: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(JSON))
    backup_state: Mapped[bool] = mapped_column(default=False)
    device_type: Mapped[str]
    extensions: Mapped[str | None]
    name: Mapped[str]
    usage: Mapped[str]
    lastuse_datetime: Mapped[datetime]
    create_datetime: Mapped[datetime]

    user: Mapped[Organiser] = relationship(back_populates="webauthn")


class SignIn(Model):
    """One browser in which an organiser is, or was, signed in. `digest` is the SHA-256 of the secret in its cookie."""

    id: Mapped[int] = mapped_column(primary_key=True)
    organiser_id: Mapped[int] = mapped_column(ForeignKey("organiser.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(unique=True)
    device: Mapped[str]  # such as 'Firefox, Android'
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
