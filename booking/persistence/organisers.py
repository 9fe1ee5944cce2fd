"""People who sign in at the desk, and their passkeys. Where they are signed in is in `sign_ins`.

Flask-Security works on these rows: the names of most columns are its own.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from flask_security import RoleMixin, SQLAlchemyUserDatastore, UserMixin, WebAuthnMixin
from sqlalchemy import JSON, ForeignKey, LargeBinary, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from booking.domain.errors import AddressTaken, LastOwner, NotFound
from booking.domain.permission import Permission, Role, may
from booking.persistence import settings
from booking.persistence.db import Model, db
from booking.persistence.masterclasses import Trainer

INVITATION_LASTS: Final = timedelta(days=7)
SECOND_FACTOR_REQUIRED: Final = "second_factor_required"  # a setting: set, everybody must have one


class Organiser(UserMixin, Model):
    """A person with an account. `locale` is the language of the desk and of mails to this person; `trainer_id` names
    the trainer whose editions a person in the role TRAINER sees.

    Without a password it is an invitation, written at `invited_at`. `new_email` waits for its owner's confirmation.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)  # lower case
    new_email: Mapped[str | None]
    name: Mapped[str]
    locale: Mapped[str] = mapped_column(default="fr")
    role: Mapped[Role]
    trainer_id: Mapped[int | None] = mapped_column(ForeignKey("trainer.id"))
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    invited_at: Mapped[datetime | None]
    password: Mapped[str | None]  # argon2id
    fs_uniquifier: Mapped[str] = mapped_column(
        unique=True, default=lambda: uuid.uuid4().hex
    )  # changed, it ends sessions
    tf_primary_method: Mapped[str | None]
    tf_totp_secret: Mapped[str | None]  # encrypted
    tf_last_counter: Mapped[int | None]  # of the last code that was accepted: none is accepted twice
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(JSON))  # digests
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(unique=True)  # type: ignore[assignment]

    trainer: Mapped[Trainer | None] = relationship()
    webauthn: Mapped[list[Passkey]] = relationship(  # type: ignore[assignment]
        back_populates="user", cascade="all, delete-orphan", order_by="Passkey.id"
    )

    @property
    def roles(self) -> list[RoleMixin]:  # type: ignore[override]
        """None of Flask-Security's: what people may do is `domain.permission`."""
        return []

    @property
    def has_second_factor(self) -> bool:
        return self.tf_primary_method is not None

    def may(self, permission: Permission) -> bool:
        """Whether this person is granted `permission`."""
        return may(self.role, permission)

    def is_invited(self, now: datetime) -> bool:
        """Whether the link of the last invitation opens."""
        open_until = self.invited_at and self.invited_at + INVITATION_LASTS
        return self.password is None and self.active and open_until is not None and now < open_until

    def is_locked(self, form_error: list[str] | None = None) -> bool:
        """Asked by Flask-Security before it lets somebody in. It notes that an account is not active, but lets a
        passkey in all the same; this is what stops it."""
        return not self.active

    def check_tf_required_setup(self) -> bool:
        """Asked by Flask-Security before a second factor is taken away."""
        return second_factor_required()


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

    user: Mapped[Organiser] = relationship(back_populates="webauthn")


class NoRole(RoleMixin):
    """Flask-Security asks for a kind of role; ours are a column of the person."""


def datastore() -> SQLAlchemyUserDatastore:
    """What Flask-Security reads and writes people and passkeys by."""
    return SQLAlchemyUserDatastore(db, Organiser, NoRole, Passkey)


def any_at_all() -> bool:
    """Whether somebody has an account, be it an invited one."""
    return db.session.scalar(select(Organiser.id).limit(1)) is not None


def everybody() -> Sequence[Organiser]:
    """Those who are active first, then by name."""
    order = (Organiser.active.desc(), Organiser.name, Organiser.id)
    return db.session.scalars(select(Organiser).options(joinedload(Organiser.trainer)).order_by(*order)).all()


def names() -> dict[int, str]:
    """The names of everybody who has or had an account, by id, the first one first."""
    found = db.session.execute(select(Organiser.id, Organiser.name).order_by(Organiser.id))
    return {organiser_id: name for organiser_id, name in found}  # noqa: C416


def by_id(organiser_id: int) -> Organiser | None:
    """The person with that id."""
    return db.session.get(Organiser, organiser_id)


def by_email(email: str) -> Organiser | None:
    """The person with that address, however it is written."""
    return db.session.scalar(select(Organiser).where(Organiser.email == email.strip().lower()))


def lock(organiser_id: int) -> Organiser:
    """The person, the row locked until the transaction ends. Raises NotFound."""
    person = db.session.get(Organiser, organiser_id, with_for_update=True, populate_existing=True)
    if person is None:
        raise NotFound("organiser")
    return person


def lock_for_leaving(organiser_id: int) -> Organiser:
    """As `lock`, for who is about to stop being an active owner. Locks all owners first, in the order of their ids, so
    that two cannot leave at once. Raises LastOwner, NotFound."""
    query = select(Organiser).where(Organiser.role == Role.OWNER, Organiser.active).order_by(Organiser.id)
    owners = db.session.scalars(query.with_for_update()).all()
    others = [one for one in owners if one.id != organiser_id and one.password]
    if not others and any(one.id == organiser_id for one in owners):
        raise LastOwner
    return lock(organiser_id)


def write(person: Organiser) -> Organiser:
    """Adds the person, or sends the changes of one to the database. Raises AddressTaken."""
    db.session.add(person)
    try:
        db.session.flush()
    except IntegrityError:
        raise AddressTaken from None
    return person


def second_factor_required() -> bool:
    """Whether everybody must have a second factor."""
    return settings.read(SECOND_FACTOR_REQUIRED, False)
