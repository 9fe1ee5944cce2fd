"""Where Stripe tells that something happened: `POST /stripe/webhook`, without language, form token or redirect."""

from __future__ import annotations

import logging

from flask import Blueprint, request

from booking.adapters import clock, stripe_events
from booking.adapters.gateways import current_ports
from booking.adapters.stripe_events import BadSignature
from booking.config import current
from booking.domain.errors import GatewayUnavailable
from booking.services.ports import GatewayDown
from booking.web.security import csrf

MAX_BYTES = 256 * 1024

blueprint = Blueprint("stripe_webhook", __name__)
logger = logging.getLogger(__name__)


@blueprint.post("/stripe/webhook")
@csrf.exempt
def receive() -> tuple[str, int]:
    """400: not from Stripe; 200: done, or none of our business; 503: our part failed, Stripe shall come again."""
    if (request.content_length or 0) > MAX_BYTES:
        return "too large", 413
    try:
        event = stripe_events.read(request.get_data(), request.headers.get("Stripe-Signature", ""), current().stripe)
    except BadSignature:
        return "bad signature", 400
    if event is None:
        return "not used", 200
    try:
        stripe_events.act_upon(event, clock.now(), current_ports())
    except (GatewayUnavailable, GatewayDown):
        logger.warning("Stripe could not be asked about event %s", event.id)
        return "try again", 503
    return "done", 200
