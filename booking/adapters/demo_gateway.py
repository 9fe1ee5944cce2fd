"""The demonstration gateway: behaves like a payment provider, moves no money. Only with the demo setting."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select

from booking.adapters import wording
from booking.persistence.db import db, insert_once
from booking.persistence.demo import DemoCheckout, DemoRefund
from booking.persistence.transaction import atomic
from booking.services.ports import (
    Checkout,
    CheckoutFacts,
    CheckoutRequest,
    CheckoutState,
    DisputeFacts,
    RefundFacts,
    RefundOutcome,
)


class DemoGateway:
    """The Gateway port over the provider's own two tables. `now` is the provider's clock."""

    def __init__(self, base_url: str, now: Callable[[], datetime]) -> None:
        self._base_url = base_url
        self._now = now

    def start(self, request: CheckoutRequest) -> Checkout:
        """The page for this request; the same `our_id` gives the same one."""
        with atomic():
            insert_once(
                DemoCheckout,
                id=hashlib.sha256(f"demo-{request.our_id}".encode()).hexdigest()[:24],
                our_id=request.our_id,
                amount=request.amount,
                title=request.title,
                description=f"{wording.full_date(request.starts_on, request.locale)} · {request.reference}",
                locale=request.locale,
                expires_at=request.expires_at,
                return_to=request.return_to,
            )
            checkout = db.session.scalars(select(DemoCheckout).where(DemoCheckout.our_id == request.our_id)).one()
            return Checkout(checkout.id, f"{self._base_url}/{checkout.locale}/demo/pay/{checkout.id}")

    def look_up(self, provider_id: str) -> CheckoutFacts:
        """The present state; a page past its time is over."""
        checkout = db.session.get_one(DemoCheckout, provider_id)
        state = checkout.state
        if state == "open" and checkout.expires_at <= self._now():
            state = "over"
        facts = CheckoutFacts(CheckoutState(state), checkout.our_id, checkout.amount, "chf", checkout.id)
        db.session.rollback()
        return facts

    def expire(self, provider_id: str) -> CheckoutFacts:
        """Ends an open page."""
        with atomic():
            checkout = _locked(provider_id)
            if checkout.state == "open":
                checkout.state = "over"
        return self.look_up(provider_id)

    def refund(self, our_id: str, payment: str, amount: int) -> RefundFacts:
        """Succeeds or fails at once, as was chosen on the page."""
        with atomic():
            checkout = _locked(payment)
            refund = db.session.get(DemoRefund, our_id)
            if refund is None:
                refund = DemoRefund(
                    our_id=our_id, checkout_id=payment, amount=amount, succeeded=not checkout.refunds_fail
                )
                db.session.add(refund)
            return _facts(refund)

    def refunds_of(self, payment: str) -> list[RefundFacts]:
        """There is no dashboard here: these are the ones we asked for."""
        found = db.session.scalars(select(DemoRefund).where(DemoRefund.checkout_id == payment))
        facts = [_facts(refund) for refund in found]
        db.session.rollback()
        return facts

    def disputes_of(self, payment: str) -> list[DisputeFacts]:
        """Nobody disputes a payment that moved no money."""
        return []

    def pay(self, provider_id: str, refunds_fail: bool) -> str:
        """The payer pressed Pay: gives where the browser goes next."""
        with atomic():
            checkout = _locked(provider_id)
            if checkout.state == "open" and checkout.expires_at > self._now():
                checkout.state, checkout.refunds_fail = "paid", refunds_fail
            return checkout.return_to


def _facts(refund: DemoRefund) -> RefundFacts:
    outcome = RefundOutcome.SUCCEEDED if refund.succeeded else RefundOutcome.FAILED
    return RefundFacts(outcome, f"demo-refund-{refund.our_id}", refund.our_id, refund.amount)


def _locked(provider_id: str) -> DemoCheckout:
    return db.session.get_one(DemoCheckout, provider_id, with_for_update=True, populate_existing=True)
