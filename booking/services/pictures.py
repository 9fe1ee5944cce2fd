"""Pictures of classes and of trainers. One that nobody shows any more is forgotten with its files."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import exists, select

from booking.domain.actor import Actor
from booking.domain.bilingual import Bilingual
from booking.domain.errors import NotFound
from booking.domain.pictures import PreparedPicture
from booking.persistence import counters, journal
from booking.persistence.db import db
from booking.persistence.masterclasses import MasterClass, Trainer
from booking.persistence.pictures import Picture, PictureSize
from booking.persistence.transaction import atomic

Owner = Literal["class", "trainer"]


def show(
    owner: Owner, slug: str, prepared: PreparedPicture, alt: Bilingual, credit: str, now: datetime, by: Actor
) -> None:
    """The picture of that class or trainer from now on, in place of any other. Raises NotFound."""
    with atomic():
        row = _locked(owner, slug)
        old = row.photo
        row.photo = Picture(
            digest=prepared.digest,
            width=prepared.width,
            height=prepared.height,
            widths=list(prepared.widths),
            alt=alt,
            credit=credit,
            created_at=now,
        )
        db.session.flush()
        picture_id = row.photo.id
        db.session.add_all(PictureSize(picture_id=picture_id, name=n, body=b) for n, b in prepared.files.items())
        _forget(old)
        _note("picture_shown", owner, slug, now, by)


def describe(owner: Owner, slug: str, alt: Bilingual, credit: str, now: datetime, by: Actor) -> None:
    """Other words for the picture that is there. Raises NotFound when there is none."""
    with atomic():
        photo = _locked(owner, slug).photo
        if photo is None:
            raise NotFound("picture")
        if (photo.alt, photo.credit) != (alt, credit):
            photo.alt, photo.credit = alt, credit
            _note("picture_described", owner, slug, now, by)


def remove(owner: Owner, slug: str, now: datetime, by: Actor) -> None:
    """No picture from now on, neither an uploaded one nor one that a catalogue file named. Raises NotFound."""
    with atomic():
        row = _locked(owner, slug)
        old, row.photo, row.picture = row.photo, None, ""
        if isinstance(row, MasterClass):
            row.picture_credit = ""
        db.session.flush()
        _forget(old)
        _note("picture_removed", owner, slug, now, by)


def _locked(owner: Owner, slug: str) -> MasterClass | Trainer:
    model: type[Any] = MasterClass if owner == "class" else Trainer
    query = select(model).where(model.slug == slug).with_for_update()
    row: MasterClass | Trainer | None = db.session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise NotFound(owner)
    return row


def _forget(picture: Picture | None) -> None:
    """A copy of a class shows the same picture: it stays as long as one of them does."""
    if picture is None:
        return
    shown = [select(exists().where(model.photo_id == picture.id)) for model in (MasterClass, Trainer)]
    if not any(db.session.scalar(query) for query in shown):
        db.session.delete(picture)


def _note(action: str, owner: Owner, slug: str, now: datetime, by: Actor) -> None:
    named: dict[str, Any] = {"master_class" if owner == "class" else owner: slug}
    journal.note(action, by, now, **named)
    counters.catalogue_changed()
