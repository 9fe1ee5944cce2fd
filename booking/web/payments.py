"""Paying what a booking owes, from its own page."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from booking.adapters import clock
from booking.adapters.gateways import current_ports
from booking.domain.booking import Channel
from booking.domain.errors import ChannelRefused, GatewayUnavailable
from booking.services import pay
from booking.web.access import open_booking
from booking.web.security import limiter

blueprint = Blueprint("payments", __name__, url_prefix="/<lang:lang>")


@blueprint.post("/my/<token>/payment")
@limiter.limit("30 per hour", key_func=lambda: str((request.view_args or {}).get("token")))
def start(token: str) -> Response:
    """To the provider's page, or to the QR-bill. Raises NotPayable, ChannelRefused.

    Limited for each booking: whoever tries out stolen cards opens pages one after the other.
    """
    booking_id, chosen = open_booking(token).id, request.form.get("channel", "")
    own_page = url_for("manage.show", token=token)
    try:
        if chosen == Channel.TRANSFER:
            pay.pay_by_transfer(booking_id, clock.now(), current_ports())
            return redirect(own_page, 303)
        if chosen not in list(Channel):
            raise ChannelRefused(chosen)
        return redirect(pay.start(booking_id, Channel(chosen), clock.now(), current_ports()), 303)
    except GatewayUnavailable:
        return redirect(f"{own_page}?unavailable=1", 303)
