"""Where organisers are signed in: a row for each browser, found by the secret in its cookie."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, ForeignKey, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from booking.persistence.db import Model, db
from booking.persistence.organisers import SECOND_FACTOR_REQUIRED, Organiser
from booking.persistence.settings import Setting

IDLE: Final = timedelta(hours=12)  # unseen for so long, a sign-in is over
LASTING: Final = timedelta(days=30)  # the same for a browser that is to stay signed in
SEEN_EVERY: Final = timedelta(minutes=5)  # how exactly it is known when a browser was last seen
KEPT: Final = timedelta(days=90)  # then it is forgotten


class SignIn(Model):
    """One browser in which an organiser is, or was, signed in. `digest` is the SHA-256 of the secret in its cookie."""

    id: Mapped[int] = mapped_column(primary_key=True)
    organiser_id: Mapped[int] = mapped_column(ForeignKey("organiser.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(unique=True)
    device: Mapped[str]  # such as 'Firefox, Android'; '' when unknown
    lasting: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Present(NamedTuple):
    """Somebody at the desk: who, in which browser, and whether everybody must have a second factor."""

    person: Organiser
    sign_in: SignIn
    second_factor_required: bool


def begin(organiser_id: int, secret: str, device: str, lasting: bool, now: datetime) -> SignIn:
    """Writes down that a browser signs in, inside the caller's transaction."""
    row = SignIn(organiser_id=organiser_id, digest=_digest(secret), device=device, lasting=lasting,
                 created_at=now, seen_at=now)  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def present(uniquifier: str, secret: str, now: datetime) -> Present | None:
    """Who shows `secret`, as long as the sign-in and the account last. One query: it is asked at each page."""
    required = exists().where(Setting.name == SECOND_FACTOR_REQUIRED)
    query = select(Organiser, SignIn, required).join(SignIn, SignIn.organiser_id == Organiser.id)
    query = query.where(SignIn.digest == _digest(secret), _open(now))
    found = db.session.execute(query.where(Organiser.fs_uniquifier == uniquifier, Organiser.active)).first()
    return Present(*found) if found else None


def of(organiser_id: int, now: datetime) -> Sequence[SignIn]:
    """Where the person is signed in, the latest seen first."""
    query = select(SignIn).where(SignIn.organiser_id == organiser_id, _open(now))
    return db.session.scalars(query.order_by(SignIn.seen_at.desc(), SignIn.id.desc())).all()


def last_seen() -> dict[int, datetime]:
    """When each person was last at the desk, by id."""
    query = select(SignIn.organiser_id, func.max(SignIn.seen_at)).group_by(SignIn.organiser_id)
    return {row[0]: row[1] for row in db.session.execute(query)}


def ever(organiser_id: int) -> bool:
    """Whether the person has signed in before, as far as is remembered."""
    return bool(db.session.scalar(select(exists().where(SignIn.organiser_id == organiser_id))))


def seen(sign_in_id: int, now: datetime) -> None:
    """Notes that the browser is in use."""
    _write(SignIn.id == sign_in_id, seen_at=now)


def end(organiser_id: int, now: datetime, only: int | None = None, but: int | None = None) -> None:
    """Ends the person's sign-ins: all, `only` one of them, or all `but` one (ids)."""
    chosen = [SignIn.organiser_id == organiser_id, SignIn.ended_at.is_(None)]
    chosen += [SignIn.id == only] if only else []
    chosen += [SignIn.id != but] if but else []
    _write(*chosen, ended_at=now)


def forget(now: datetime) -> None:
    """Erases sign-ins that nobody used for long."""
    db.session.execute(delete(SignIn).where(SignIn.seen_at < now - KEPT))


def _open(now: datetime) -> ColumnElement[bool]:
    in_use = or_(SignIn.seen_at > now - IDLE, and_(SignIn.lasting, SignIn.seen_at > now - LASTING))
    return and_(SignIn.ended_at.is_(None), in_use)


def _write(*chosen: ColumnElement[bool], **values: datetime) -> None:
    db.session.execute(update(SignIn).where(*chosen).values(**values).execution_options(synchronize_session=False))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
