"""The use cases over the real adapter, SDK and jobs, on a fake Stripe that is asked without sockets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import stripe

from booking import chores
from booking.adapters import stripe_events
from booking.adapters.gateways import current_ports
from booking.adapters.stripe_gateway import StripeGateway
from booking.config import current
from booking.domain.booking import Channel
from booking.domain.errors import GatewayUnavailable
from booking.persistence import transaction
from booking.persistence.bookings import Booking
from booking.persistence.db import db
from booking.persistence.payments import Payment
from booking.services import outbox, pay
from booking.services.ports import GatewayDown
from tests.services.shop import Shop
from tests.stripe.stripe_fake import KEY, FakeStripe
from tests.stripe.stripe_form import Json
from tests.stripe.stripe_server import Request


class Wire(stripe.HTTPClient):
    """From the SDK straight to the fake's answer."""

    name = "wire"

    def __init__(self, fake: FakeStripe) -> None:
        super().__init__()
        self.fake = fake

    def request(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None, **_: Any
    ) -> tuple[str, int, Mapping[str, str]]:
        assert not transaction.in_transaction(), "no network call inside a transaction"
        assert not db.session().in_transaction(), "no snapshot is kept open while the provider thinks"
        where = urlsplit(url)
        form = where.query if method == "get" else post_data or ""
        answer = self.fake.answer(Request(method.upper(), where.path, form, headers or {}))
        if answer is None:
            raise stripe.APIConnectionError("cut off")
        return json.dumps(answer.body), answer.status, answer.headers

    def close(self) -> None:
        """Nothing is open."""


class StripeShop(Shop):
    """A Shop whose gateway is Stripe's adapter; inside an application that has a Stripe key.

    `told` are the pages that somebody was sent to: only those can be paid. A fake of one's own is to be closed.
    """

    def __init__(self, fake: FakeStripe | None = None) -> None:
        super().__init__()
        self.fake = fake or FakeStripe(now=lambda: self.now)
        self.ports = current_ports()
        gateway = self.ports.gateways[Channel.STRIPE]
        assert isinstance(gateway, StripeGateway)
        wire: Any = Wire(self.fake)
        gateway.client = stripe.StripeClient(KEY, base_addresses={"api": self.fake.url}, http_client=wire)
        self.told: list[str] = []

    def open_page(self, booking: Booking) -> str:
        """The session whose page the payer is sent to."""
        session_id = pay.start(booking.id, Channel.STRIPE, self.now, self.ports).rpartition("/")[2]
        self.told = list(dict.fromkeys([*self.told, session_id]))
        return session_id

    def pay(self, booking: Booking) -> Booking:
        self.fake.pay(self.open_page(booking))
        self.settle(booking)
        return booking

    def hear(self, event: Json) -> bool:
        """A webhook with this event, properly signed; whether it was answered with 200."""
        body, headers = self.fake.signed(event)
        read = stripe_events.read(body, headers["Stripe-Signature"], current().stripe)
        try:
            if read:
                stripe_events.act_upon(read, self.now, self.ports)
        except (GatewayUnavailable, GatewayDown):
            return False
        finally:
            db.session.rollback()
        return True

    def come_back(self, booking: Booking) -> None:
        pay.settle_booking(booking.id, self.now, self.ports)

    def sweep(self) -> None:
        """What jobs do each minute, on a full five minutes."""
        for sweep in chores.SWEEPS:
            sweep(self.now.replace(minute=self.now.minute // 5 * 5))
            db.session.rollback()

    def drain(self) -> int:
        return outbox.drain({"mail": self._mail, "refund": chores.send_refund}, lambda: self.now)

    # What Stripe has

    def returned(self, payment: Payment) -> int:
        """What Stripe gave back of a payment, or is about to, and what it lost to the payer's bank. Centimes."""
        back = [one for one in self._about("refund", payment) if one["status"] in ("pending", "succeeded")]
        lost = [one for one in self._about("dispute", payment) if one["status"] == "lost"]
        return sum(one["amount"] for one in back + lost)

    def charged(self) -> int:
        return sum(charge["amount"] for charge in self.fake.all("charge"))

    def _about(self, kind: str, payment: Payment) -> list[Json]:
        return [one for one in self.fake.all(kind) if one["payment_intent"] == payment.provider_payment]

    def settle(self, booking: Booking) -> None:
        with suppress(GatewayUnavailable):
            super().settle(booking)
