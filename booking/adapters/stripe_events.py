"""Stripe's webhooks: verified, then taken as hints. What really happened is asked of Stripe.

`act_upon` serves the webhook and the sweep that fetches what was missed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from booking.adapters.gateways import current_gateways
from booking.adapters.stripe_gateway import StripeGateway
from booking.config import StripeSettings
from booking.domain.booking import Channel
from booking.persistence import payments
from booking.persistence.db import db
from booking.persistence.payments import Payment
from booking.services import dispute, pay, refund
from booking.services.ports import Ports

TOLERANCE: Final = 300  # seconds between signing and arrival


class BadSignature(Exception):
    """Not signed by Stripe with one of our secrets, or no snapshot event at all."""


@dataclass(frozen=True)
class Event:
    """`subject` is what it is about: the id of a checkout session, or of the payment behind a refund or dispute."""

    id: str
    kind: str
    subject: str


def read(body: bytes, signature: str, settings: StripeSettings) -> Event | None:
    """The event of a webhook's raw body; None for kinds we do not use. While a secret is rolled, several are valid.

    Raises BadSignature.
    """
    import stripe

    for secret in settings.webhook_secrets:
        try:
            stripe.WebhookSignature.verify_header(body.decode(), signature, secret, TOLERANCE)
        except (stripe.SignatureVerificationError, UnicodeDecodeError, TypeError):  # TypeError: letters beyond ASCII
            continue
        try:
            return _event(json.loads(body))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise BadSignature from None
    raise BadSignature


def act_upon(event: Event, now: datetime, ports: Ports) -> None:
    """Asks Stripe about the event's subject and books the answer, with the event, in one transaction.

    An event about something that is not ours is nothing. Raises GatewayUnavailable or GatewayDown.
    """
    find, act = ACTS[event.kind]
    payment = find(Channel.STRIPE, event.subject) if event.subject else None
    if payment is not None:
        payment_id = payment.id
        db.session.rollback()
        act(payment_id, now, ports, event.id)


def recent(gateway: StripeGateway, since: datetime) -> Iterable[Event]:
    """The events of our kinds since then, oldest first."""
    return [event for raw in gateway.events(tuple(ACTS), since) if (event := _event(raw))]


def current_gateway() -> StripeGateway | None:
    """Stripe, where it is set up."""
    gateway = current_gateways().get(Channel.STRIPE)
    return gateway if isinstance(gateway, StripeGateway) else None


def _event(raw: dict[str, Any]) -> Event | None:
    kind, thing = raw["type"], raw["data"]["object"]
    if kind not in ACTS:
        return None
    subject = thing["id"] if kind.startswith("checkout.") else thing.get("payment_intent")
    return Event(raw["id"], kind, subject or "")


_Find = Callable[[Channel, str], Payment | None]
_Act = Callable[[int, datetime, Ports, str], None]
_checkout: tuple[_Find, _Act] = (payments.by_provider_id, pay.settle)
_refund: tuple[_Find, _Act] = (payments.by_provider_payment, refund.sync)
_dispute: tuple[_Find, _Act] = (payments.by_provider_payment, dispute.follow)

# Each kind of event that we subscribe to, and what it makes us look at.
ACTS: Final[dict[str, tuple[_Find, _Act]]] = {
    "checkout.session.completed": _checkout,
    "checkout.session.async_payment_succeeded": _checkout,
    "checkout.session.async_payment_failed": _checkout,
    "checkout.session.expired": _checkout,
    "refund.created": _refund,
    "refund.updated": _refund,
    "refund.failed": _refund,
    "charge.refunded": _refund,
    "charge.dispute.created": _dispute,
    "charge.dispute.funds_withdrawn": _dispute,
    "charge.dispute.funds_reinstated": _dispute,
    "charge.dispute.closed": _dispute,
}
