"""Files of registrations, money and papers: asked for, written by a job with its progress, erased after some days."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from sqlalchemy import select, update

from booking.domain.actor import Actor
from booking.domain.errors import NotFound
from booking.domain.export import KEPT, ExportFormat, ExportKind
from booking.persistence import export_rows, journal, outbox
from booking.persistence.db import db
from booking.persistence.exports import Export
from booking.persistence.transaction import atomic

Pieces = Iterator[Sequence[dict[str, Any]]]
Writer = Callable[[IO[bytes], ExportKind, ExportFormat, Sequence[str], dict[str, str], Pieces], None]


@dataclass(frozen=True)
class Wish:
    """What somebody wants as a file; the period is inclusive. `headings` and `words` are in that person's language."""

    kind: ExportKind
    format: ExportFormat
    edition_id: int | None
    since: datetime | None
    until: datetime | None
    locale: str
    headings: Sequence[str]
    words: dict[str, str]


def ask(wish: Wish, now: datetime, by: Actor) -> int:
    """Notes the wish; a job writes the file. Gives the export's id."""
    assert by.organiser_id is not None
    with atomic():
        facts = vars(wish) | {"headings": list(wish.headings)}
        export = Export(organiser_id=by.organiser_id, asked_at=now, **facts)
        db.session.add(export)
        db.session.flush()
        journal.note("export_asked", by, now, edition_id=wish.edition_id, kind=wish.kind.value, export=export.id)
        outbox.post("export", f"export-{export.id}", now, {"export_id": export.id})
        return export.id


def write(export_id: int, now: datetime, writer: Writer) -> None:
    """Writes the file from its beginning: a job that was killed is simply run again. One that is done stays so."""
    export = db.session.get(Export, export_id)
    if export is None or export.done_at is not None:
        return
    with atomic():
        total = export_rows.count(db.session.get_one(Export, export_id))
        _update(export_id, rows_total=total, rows_done=0)
    export = db.session.get_one(Export, export_id)
    what = (export.kind, export.format, list(export.headings), dict(export.words))
    with tempfile.TemporaryFile() as file:
        writer(file, *what, _told(export))
        file.seek(0)
        content = file.read()
    with atomic():
        if db.session.get_one(Export, export_id, with_for_update=True, populate_existing=True).done_at is None:
            _update(export_id, content=content, done_at=now)


def erase(export_id: int, now: datetime, by: Actor) -> None:
    """Takes the file away before its time. Raises NotFound."""
    with atomic():
        if db.session.get(Export, export_id) is None:
            raise NotFound("export")
        _update(export_id, content=None, erased_at=now)
        journal.note("export_erased", by, now, export=export_id)


def tidy(now: datetime) -> None:
    """Takes files away that are older than promised."""
    old = (Export.done_at < now - KEPT, Export.erased_at.is_(None))
    if db.session.scalar(select(Export.id).where(*old).limit(1)) is None:
        return
    with atomic():
        statement = update(Export).where(*old).values(content=None, erased_at=now)
        db.session.execute(statement.execution_options(synchronize_session=False))


def _told(export: Export) -> Pieces:
    """The pieces of the file; how far it is can be seen after each."""
    done, export_id = 0, export.id
    for piece in export_rows.rows(export):
        yield piece
        done += len(piece)
        with atomic():
            _update(export_id, rows_done=done)


def _update(export_id: int, **values: Any) -> None:
    statement = update(Export).where(Export.id == export_id).values(**values)
    db.session.execute(statement.execution_options(synchronize_session=False))
