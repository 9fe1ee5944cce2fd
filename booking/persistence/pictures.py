"""Pictures that were uploaded: described once, kept in the sizes that pages ask for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, LargeBinary, select
from sqlalchemy.orm import Mapped, mapped_column

from booking.domain.bilingual import Bilingual
from booking.persistence.db import Model, db


class Picture(Model):
    """`width` and `height` are those of its largest size; the words `alt` say what is to be seen on it.

    Equal digests have equal files. A page needs this row only: the files of all `widths` are named by them.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(index=True)
    width: Mapped[int]
    height: Mapped[int]
    widths: Mapped[list[int]] = mapped_column(JSON)  # of its sizes, narrowest first
    alt: Mapped[Bilingual]
    credit: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]


class PictureSize(Model):
    """One file of a picture, such as '640.webp'. In the database, so that copies of it and other machines have it."""

    picture_id: Mapped[int] = mapped_column(ForeignKey("picture.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)


def file_of(digest: str, name: str) -> bytes | None:
    """The bytes of one file."""
    query = select(PictureSize.body).join(Picture, Picture.id == PictureSize.picture_id)
    return db.session.scalar(query.where(Picture.digest == digest, PictureSize.name == name).limit(1))
