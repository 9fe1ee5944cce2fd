"""The real SDK on the fake, with a clock of one's own and parameters it takes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import stripe

from tests.stripe.stripe_fake import KEY, FakeStripe


class Clock:
    def __init__(self) -> None:
        self.moment = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **span: float) -> None:
        self.moment += timedelta(**span)


def client(fake: FakeStripe, key: str = KEY, retries: int = 0, timeout: float = 5) -> Any:
    http = stripe.RequestsClient(timeout=timeout)
    options: Any = {"base_addresses": {"api": fake.url}, "max_network_retries": retries, "http_client": http}
    return stripe.StripeClient(key, **options).v1


def asked(clock: Callable[[], datetime], **changes: Any) -> dict[str, Any]:
    price = {"currency": "chf", "unit_amount": 6050, "product_data": {"name": "Aquarelle", "description": "3 mai"}}
    params = {
        "mode": "payment",
        "locale": "fr",
        "customer_email": "ana@example.org",
        "client_reference_id": "A-1",
        "metadata": {"attempt": "A-1"},
        "payment_intent_data": {"description": "Aquarelle", "metadata": {"attempt": "A-1"}},
        "line_items": [{"quantity": 2, "price_data": price}],
        "expires_at": int(clock().timestamp()) + 31 * 60,
        "submit_type": "book",
        "adaptive_pricing": {"enabled": False},
        "success_url": "https://atelier.example.org/back?session_id={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://atelier.example.org/cancel",
    }
    return {key: value for key, value in (params | changes).items() if value is not None}
