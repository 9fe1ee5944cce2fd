"""Cancellations as they were decided: what was shown, agreed and charged."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from booking.persistence.db import Model


class Cancellation(Model):
    """One confirmed request. `attendees` are the ids of the seats given up; sums in centimes."""

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), index=True)
    received_at: Mapped[datetime]
    days: Mapped[int]
    percent: Mapped[str]
    ground: Mapped[str]
    attendees: Mapped[list[Any]] = mapped_column(JSON)
    credit: Mapped[int]
    fee: Mapped[int]
    refund: Mapped[int]
    due: Mapped[int]
    channel: Mapped[str]  # how the refund goes; '' when there is none
