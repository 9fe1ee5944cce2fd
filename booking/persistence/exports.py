"""Files that were asked for at the desk: what they are of, how far they are, and their content for some days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, select
from sqlalchemy.orm import Mapped, deferred, mapped_column

from booking.domain.errors import NotFound
from booking.domain.export import ExportFormat, ExportKind
from booking.persistence.db import Model, db


class Export(Model):
    """`since` and `until` bound the period, both inclusive; `headings` and `words` are in the language of the person
    who asked. `content` is None until the file is done, and again once it was erased."""

    id: Mapped[int] = mapped_column(primary_key=True)
    organiser_id: Mapped[int] = mapped_column(ForeignKey("organiser.id"), index=True)
    kind: Mapped[ExportKind]
    format: Mapped[ExportFormat]
    edition_id: Mapped[int | None] = mapped_column(ForeignKey("edition.id"))
    since: Mapped[datetime | None]
    until: Mapped[datetime | None]
    locale: Mapped[str]
    headings: Mapped[list[str]] = mapped_column(JSON)
    words: Mapped[dict[str, str]] = mapped_column(JSON)
    asked_at: Mapped[datetime]
    rows_total: Mapped[int | None]
    rows_done: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    content: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))

    @property
    def filename(self) -> str:
        """Such as 'registrations-2026-11-22-7.xlsx'."""
        return f"{self.kind.value}-{self.asked_at:%Y-%m-%d}-{self.id}.{self.format.value}"

    @property
    def ready(self) -> bool:
        """Whether there is a file to fetch."""
        return self.done_at is not None and self.erased_at is None


Row = dict[str, Any]  # by name of the column: texts, centimes, aware instants, None


def find(export_id: int) -> Export:
    """Raises NotFound."""
    found = db.session.get(Export, export_id)
    if found is None:
        raise NotFound("export")
    return found


def latest(limit: int) -> Sequence[Export]:
    """What was asked for last, first."""
    return db.session.scalars(select(Export).order_by(Export.id.desc()).limit(limit)).all()
