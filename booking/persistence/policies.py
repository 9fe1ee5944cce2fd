"""Named, reusable cancellation policies. A booking keeps its own frozen copy."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from booking.domain.bilingual import Bilingual
from booking.domain.policy import CancellationPolicy
from booking.persistence.db import Model


class PolicyTemplate(Model):
    """`definition` is CancellationPolicy.to_json()."""

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[Bilingual]
    definition: Mapped[dict[str, Any]] = mapped_column(JSON)

    @property
    def policy(self) -> CancellationPolicy:
        return CancellationPolicy.from_json(self.definition)
