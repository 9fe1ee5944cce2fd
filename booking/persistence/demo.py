"""The memory of the demonstration gateway, which plays a payment provider: its checkouts and refunds, not ours."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from booking.domain.errors import NotFound
from booking.persistence.db import Model, db


class DemoCheckout(Model):
    """A page to pay on. `state` is 'open', 'paid' or 'over'; `refunds_fail` was chosen on the page, to be tried out."""

    id: Mapped[str] = mapped_column(primary_key=True)
    our_id: Mapped[str] = mapped_column(unique=True)
    amount: Mapped[int]  # centimes
    title: Mapped[str]
    description: Mapped[str]
    locale: Mapped[str]
    expires_at: Mapped[datetime]
    return_to: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")
    refunds_fail: Mapped[bool] = mapped_column(default=False)


class DemoRefund(Model):
    """One refund, told apart by our id."""

    our_id: Mapped[str] = mapped_column(primary_key=True)
    checkout_id: Mapped[str]
    amount: Mapped[int]
    succeeded: Mapped[bool]


def find(checkout_id: str) -> DemoCheckout:
    """Raises NotFound."""
    checkout = db.session.get(DemoCheckout, checkout_id)
    if checkout is None:
        raise NotFound("checkout")
    return checkout
