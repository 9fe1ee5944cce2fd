"""The whole application with Stripe: webhooks come in as requests, jobs and pages run on the clock of the test."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

from flask import Flask
from werkzeug.test import TestResponse

from booking import chores
from booking.adapters.links import manage_url
from booking.persistence.bookings import Booking
from booking.persistence.db import db
from booking.persistence.payments import Payment
from tests.stripe.stripe_form import Json
from tests.stripe.stripe_shop import StripeShop

WEBHOOK = "/stripe/webhook"


class StripeSite(StripeShop):
    """A StripeShop that is also asked by HTTP."""

    def __init__(self, app: Flask) -> None:
        super().__init__()
        self.browser = app.test_client()

    def post(self, body: bytes, headers: dict[str, str]) -> TestResponse:
        """What the webhook answers."""
        db.session.rollback()
        try:
            return self.browser.post(WEBHOOK, data=body, headers=headers)
        finally:
            db.session.rollback()  # nothing that was read before is believed

    def tell(self, *events: Json) -> list[int]:
        """Properly signed; the statuses that came back."""
        return [self.post(*self.fake.signed(event)).status_code for event in events]

    def webhooks(
        self, *kinds: str, order: Callable[[Sequence[Json]], Iterable[Json]] = iter, repeat: int = 1
    ) -> list[int]:
        """Every event so far (of these kinds) is told."""
        return self.tell(*[*order(self.fake.events(*kinds))] * repeat)

    def look(self, booking: Booking, returned: bool = True) -> TestResponse:
        """The booking's own page, as one comes back to it."""
        address = manage_url(booking) + ("?returned=1" if returned else "")
        db.session.rollback()
        try:
            return self.browser.get(address)
        finally:
            db.session.rollback()

    def sweep(self) -> None:
        """What jobs do each minute; missed events are fetched as if it were a full five minutes."""
        for sweep in chores.SWEEPS:
            early = timedelta(minutes=self.now.minute % 5) if sweep is chores.fetch_missed_events else timedelta()
            sweep(self.now - early)
            db.session.rollback()

    def money(self, booking: Booking) -> str:
        """Stripe's name of the money of the latest attempt."""
        payment: Payment = self.attempts(booking)[-1]
        return payment.provider_payment
