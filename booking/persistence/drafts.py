"""What a person typed before booking: kept so that nothing is lost on an error, on Back or on switching language."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from booking.persistence.db import Model


class Draft(Model):
    """`token` is unguessable; `data` the form's plain values. Once booked it names the booking, so that a second
    press of the button finds the first one's result. Erased after a day."""

    token: Mapped[str] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(index=True)
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"))
