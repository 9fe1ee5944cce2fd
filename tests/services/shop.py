"""The use cases as people meet them: somebody books, pays, cancels; time passes; jobs run. One clock for all."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import Flask

from booking.domain.booking import Channel
from booking.domain.documents import Issuer, Party
from booking.domain.errors import GatewayUnavailable, Refusal
from booking.domain.orders import Acceptance, Contact, SeatOrder
from booking.persistence import documents, ledger, vouchers
from booking.persistence.bookings import Booking, seats_taken
from booking.persistence.cancellations import Cancellation
from booking.persistence.db import db
from booking.persistence.editions import promised
from booking.persistence.masterclasses import Edition
from booking.persistence.payments import Payment, Refund
from booking.persistence.transaction import atomic
from booking.services import book, call_off, cancel, drafts, housekeeping, outbox, pay, refund
from booking.services.book import Order
from booking.services.cancel import Payee, Proposal
from booking.services.outbox import JobFailed
from booking.services.ports import Gateway, Ports
from tests.factories import IBAN, NOW, TERMS, ZURICH, at
from tests.gateway_twin import FakeGateway

ISSUER = Issuer(Party("Atelier du Lac", "Rue de la Gare", "12", "1110", "Morges"), IBAN)
PAYER_IBAN = "CH93 0076 2011 6238 5295 7"


def ports(gateway: Gateway, issuer: Issuer = ISSUER) -> Ports:
    return Ports(issuer, {Channel.DEMO: gateway}, lambda booking: f"https://example.org/my/{booking.reference}")


def order(edition_id: int, token: str, total: int, **changes: Any) -> Order:
    """An order for one seat by card, `changes` apart; `seats` is a number and `email` the booker's."""
    seats, email = changes.pop("seats", 1), changes.pop("email", "ada@example.org")
    shown = promised(db.session.get_one(Edition, edition_id))
    db.session.rollback()  # what others do meanwhile is to be seen
    facts = {
        "edition_id": edition_id,
        "draft_token": token,
        "locale": "fr",
        "contact": Contact("Ada Exemple", email, town="Lausanne"),
        "seats": tuple(SeatOrder(f"Person {number + 1}", "", {}) for number in range(seats)),
        "channel": Channel.DEMO,
        "terms": Acceptance(TERMS, "fr", "Conditions"),
        "shown_total": total,
        "shown_promise": shown,
        "once_more": True,
    }
    return Order(**facts | changes)


class Shop:
    """`now` is everybody's clock: set it with `at` (local time) before the next act."""

    def __init__(self) -> None:
        self.now = NOW
        self.gateway = FakeGateway(lambda: self.now)
        self.ports = ports(self.gateway)
        self.mails: list[str] = []

    def at(self, local: str) -> Shop:
        self.now = at(local)
        return self

    def day_after(self, days: int) -> datetime:
        """The last second of that day, on the clocks of Switzerland."""
        return at(f"{(self.now.astimezone(ZURICH) + timedelta(days=days)):%Y-%m-%d} 23:59:59")

    # Booking

    def draft(self, edition: Edition) -> str:
        return drafts.keep(edition.id, {}, self.now)

    def order(self, edition: Edition, **changes: Any) -> Order:
        """What the check page would post now: shows the present total."""
        code = changes.get("voucher_code", "")
        price = book.estimate(edition, changes.get("seats", 1), code, self.now, self.ports)
        changes.setdefault("channel", price.channels[0])
        return order(edition.id, self.draft(edition), changes.pop("total", price.total), **changes)

    def book(self, edition: Edition, **changes: Any) -> Booking:
        return self.place(self.order(edition, **changes))

    def place(self, order: Order) -> Booking:
        return db.session.get_one(Booking, book.place(order, self.now, self.ports))

    def voucher(self, code: str, kind: str, value: str, **limits: Any) -> None:
        with atomic():
            db.session.add(vouchers.Voucher(code=code, kind=kind, value=value, **limits))

    # Paying

    def open_page(self, booking: Booking) -> str:
        """The provider's name of the page to pay on."""
        return pay.start(booking.id, Channel.DEMO, self.now, self.ports).rpartition("/")[2]

    def settle(self, booking: Booking) -> None:
        """The provider is asked about every attempt, as its messages make us do."""
        for payment in self.attempts(booking):
            pay.settle(payment.id, self.now, self.ports)

    def pay(self, booking: Booking) -> Booking:
        """By card, as asked."""
        self.gateway.pay(self.open_page(booking))
        self.settle(booking)
        return booking

    def transfer(self, booking: Booking, amount: int, reference: str | None = None) -> None:
        pay.mark_paid(reference or booking.qr_reference or "", amount, self.now, self.ports, once_more=True)

    def attempts(self, booking: Booking) -> list[Payment]:
        return db.session.query(Payment).filter_by(booking_id=booking.id).order_by(Payment.id).all()

    def refunds(self, booking: Booking) -> list[Refund]:
        return db.session.query(Refund).filter_by(booking_id=booking.id).order_by(Refund.id).all()

    # Cancelling

    def quote(self, booking: Booking, seats: int | None = None) -> Proposal:
        """What the page shows now for the first `seats` seats (all by default)."""
        return cancel.propose(booking, {seat.id for seat in booking.active[:seats]}, self.now)

    def cancel(self, booking: Booking, shown: Proposal | None = None, seats: int | None = None) -> Cancellation:
        """Confirms what was `shown`, or what is shown now."""
        proposal = shown or self.quote(booking, seats)
        chosen = {seat.id for seat in proposal.seats}
        iban = PAYER_IBAN if proposal.asks_iban else ""
        pay.end_attempts(booking.id, self.now, self.ports)
        number = cancel.cancel(booking.id, chosen, proposal.shown, self.now, self.ports, Payee(iban, "Ada Exemple"))
        return db.session.get_one(Cancellation, number)

    # What happens by itself

    def sweep(self) -> None:
        for booking_id in housekeeping.attempts_past_their_time(self.now):
            try:
                pay.end_attempts(booking_id, self.now, self.ports)
            except GatewayUnavailable:
                continue
        housekeeping.release_holds(self.now, self.ports)

    def drain(self) -> int:
        """Sends mails and refunds that are due."""
        handlers = {"mail": self._mail, "refund": self._refund, "call_off": self._end_called_off}
        return outbox.drain(handlers, lambda: self.now)

    def _mail(self, payload: dict[str, Any], _now: datetime) -> None:
        self.mails.append(payload["key"])

    def _refund(self, payload: dict[str, Any], now: datetime) -> None:
        refund.send(payload["refund_id"], now, self.ports)

    def _end_called_off(self, payload: dict[str, Any], now: datetime) -> None:
        try:
            pay.end_attempts(payload["booking_id"], now, self.ports)
        except GatewayUnavailable:
            raise JobFailed from None
        call_off.end_booking(payload["booking_id"], payload["calling_off_id"], now, self.ports)

    # What there is to see

    def letters(self, booking: Booking) -> list[str]:
        """Mails sent for a booking as 'kind to', in order, after sending what is due."""
        self.drain()
        words = [key.split("-") for key in self.mails]
        return [f"{kind} {to}" for _, kind, to, number, *_ in words if int(number) == booking.id]

    def papers(self, booking: Booking) -> list[tuple[str, int, int]]:
        """(kind, total, still to be paid) of each document."""
        found = documents.of_booking(booking.id)
        return [(paper.kind.value, paper.total, paper.frozen.due if paper.reference else 0) for paper in found]

    def balance(self, booking: Booking) -> int:
        return ledger.balance(booking.id)

    def left(self, edition: Edition) -> int:
        return edition.capacity - seats_taken(edition.id, self.now)


def states(rows: Sequence[Any]) -> list[str]:
    return [row.state.value for row in rows]


def at_once(app: Flask, shop: Shop, orders: list[Order]) -> list[int | Refusal]:
    """What each order came to when all were placed at the same moment."""
    outcomes: list[int | Refusal] = []
    ready = threading.Barrier(len(orders))

    def place(order: Order) -> None:
        with app.app_context():
            ready.wait()
            try:
                outcomes.append(book.place(order, shop.now, shop.ports))
            except Refusal as refusal:
                outcomes.append(refusal)

    buyers = [threading.Thread(target=place, args=(order,)) for order in orders]
    for buyer in buyers:
        buyer.start()
    for buyer in buyers:
        buyer.join()
    assert len(outcomes) == len(orders), "an order ended in a defect"
    db.session.rollback()
    return outcomes
