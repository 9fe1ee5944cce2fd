"""What the job runner does: one handler per outbox topic, and the sweeps of each minute."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from booking.adapters import mail
from booking.adapters.gateways import current_ports
from booking.domain.errors import GatewayUnavailable
from booking.services import housekeeping, pay, refund, retention
from booking.services.outbox import JobFailed
from booking.services.ports import GatewayDown


def send_refund(payload: dict[str, Any], now: datetime) -> None:
    """Topic 'refund'. Raises JobFailed when the provider does not answer: it is asked again later."""
    try:
        refund.send(payload["refund_id"], now, current_ports())
    except GatewayDown:
        raise JobFailed("the payment provider did not answer") from None


def end_late_attempts(now: datetime) -> None:
    """Asks the provider about pages past their time; seats are released only once it says that they are over."""
    for booking_id in housekeeping.attempts_past_their_time(now):
        try:
            pay.end_attempts(booking_id, now, current_ports())
        except GatewayUnavailable:
            continue  # the seats stay held; the next sweep asks again


def release_holds(now: datetime) -> None:
    """Ends unpaid holds."""
    housekeeping.release_holds(now, current_ports())


HANDLERS: Final = {"mail": mail.send, "refund": send_refund}
SWEEPS: Final = (end_late_attempts, release_holds, housekeeping.tidy, retention.erase)
