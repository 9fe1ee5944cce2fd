"""What organisers write down about a booking, for each other."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from booking.persistence.db import Model


class Note(Model):
    """A few lines by somebody at the desk. The participant never sees them, unless asking for their data."""

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), index=True)
    at: Mapped[datetime]
    organiser_id: Mapped[int] = mapped_column(ForeignKey("organiser.id"))
    body: Mapped[str] = mapped_column(Text)
