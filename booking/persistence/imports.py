"""What the last import of a catalogue file wrote, so that the next one sees what was changed at the desk since."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from booking.persistence.db import Model


class ImportedRow(Model):
    """A row that came from a file: its table, its key there, and the fingerprint of what the file said of it."""

    kind: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
