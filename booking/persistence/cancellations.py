"""Cancellations as they were decided: what was shown, agreed and charged."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from booking.domain.errors import NotFound
from booking.persistence.db import Model, db


class Cancellation(Model):
    """One confirmed request. `attendees` are the ids of the seats given up; sums in centimes.

    `received_at` decided the fee. `entered_at` is when the organiser carried out what came in earlier (a letter, an
    e-mail); `quoted_fee` what the schedule asks, where the organiser lowered it. Why is in a note on the booking.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), index=True)
    received_at: Mapped[datetime]
    entered_at: Mapped[datetime | None]
    days: Mapped[int]
    percent: Mapped[str]
    ground: Mapped[str]
    attendees: Mapped[list[Any]] = mapped_column(JSON)
    credit: Mapped[int]
    fee: Mapped[int]
    quoted_fee: Mapped[int | None]
    refund: Mapped[int]
    due: Mapped[int]
    channel: Mapped[str]  # how the refund goes; '' when there is none

    @property
    def carried_out_at(self) -> datetime:
        """When seats, papers and refunds changed."""
        return self.entered_at or self.received_at


def find(booking_id: int, number: int) -> Cancellation:
    """One cancellation of that booking. Raises NotFound."""
    cancellation = db.session.get(Cancellation, number)
    if cancellation is None or cancellation.booking_id != booking_id:
        raise NotFound("cancellation")
    return cancellation
