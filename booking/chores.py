"""What the job runner does: one handler per outbox topic, and the sweeps of each minute."""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

from booking.adapters import mail, spreadsheet, stripe_events
from booking.adapters.gateways import current_ports
from booking.domain.errors import GatewayUnavailable
from booking.persistence import provider_events
from booking.services import account, call_off, export, housekeeping, mails, message, minimum, pay, refund, retention
from booking.services.outbox import JobFailed
from booking.services.ports import GatewayDown

logger = logging.getLogger(__name__)

PATIENCE: Final = 20  # seconds a sweep may spend waiting for providers
EVENTS_LOOKED_BACK: Final = timedelta(days=4)  # Stripe itself repeats for three


def send_refund(payload: dict[str, Any], now: datetime) -> None:
    """Topic 'refund'. Raises JobFailed when the provider does not answer: it is asked again later."""
    try:
        refund.send(payload["refund_id"], now, current_ports())
    except GatewayDown:
        raise JobFailed("the payment provider did not answer") from None


def end_called_off_booking(payload: dict[str, Any], now: datetime) -> None:
    """Topic 'call_off'. Its payment pages are ended first: whoever is paying right now gets the money back like the
    others. Raises JobFailed when a provider does not answer: the booking stays as it is until it does."""
    ports = current_ports()
    try:
        pay.end_attempts(payload["booking_id"], now, ports)
    except GatewayUnavailable:
        raise JobFailed("the payment provider did not answer") from None
    call_off.end_booking(payload["booking_id"], payload["calling_off_id"], now, ports)


def write_export(payload: dict[str, Any], now: datetime) -> None:
    """Topic 'export'."""
    export.write(payload["export_id"], now, spreadsheet.write)


def end_late_attempts(now: datetime) -> None:
    """Asks the provider about pages past their time; seats are released only once it says that they are over."""
    began = time.monotonic()
    for booking_id in housekeeping.attempts_past_their_time(now):
        if time.monotonic() - began > PATIENCE:
            break  # a provider is silent: the next sweep goes on, and this thread is free for other work
        try:
            pay.end_attempts(booking_id, now, current_ports())
        except GatewayUnavailable:
            continue  # the seats stay held; the next sweep asks again


def fetch_missed_events(now: datetime) -> None:
    """Every five minutes, what Stripe tried to tell in the last days and we never acted upon."""
    gateway = stripe_events.current_gateway()
    if gateway is None or now.minute % 5:
        return
    with suppress(GatewayDown):  # not reachable now; the next sweep comes back to it
        found = list(stripe_events.recent(gateway, now - EVENTS_LOOKED_BACK))
        missed = provider_events.unknown([event.id for event in found])
        for event in found:
            if event.id in missed:
                _catch_up(event, now)


def _catch_up(event: stripe_events.Event, now: datetime) -> None:
    """One that cannot be acted upon does not keep the others waiting."""
    try:
        stripe_events.act_upon(event, now, current_ports())
    except (GatewayUnavailable, GatewayDown):
        logger.warning("Stripe could not be asked about event %s", event.id)
    except Exception:
        logger.exception("event %s could not be acted upon", event.id)


def post_letters(payload: dict[str, Any], now: datetime) -> None:
    """Topic 'message': the mails of a message to many, some at a time."""
    message.post_letters(payload["message_id"], now)


def release_holds(now: datetime) -> None:
    """Ends unpaid holds."""
    housekeeping.release_holds(now, current_ports())


HANDLERS: Final = {
    "mail": mail.send,
    "refund": send_refund,
    "export": write_export,
    "call_off": end_called_off_booking,
    "message": post_letters,
}
SWEEPS: Final = (
    end_late_attempts, fetch_missed_events, release_holds, minimum.alert, housekeeping.tidy, retention.erase,
    mails.erase, account.forget_sign_ins, export.tidy, housekeeping.complete_registrations,
)  # fmt: skip
