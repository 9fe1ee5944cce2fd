"""A payment provider in memory, for tests: does what it is told, also badly. Held to the contract of the real ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from booking.persistence import transaction
from booking.persistence.db import db
from booking.services.ports import (
    Checkout,
    CheckoutFacts,
    CheckoutRequest,
    CheckoutState,
    DisputeFacts,
    GatewayDown,
    RefundFacts,
    RefundOutcome,
)


@dataclass
class Page:
    """A page to pay on, as the provider remembers it."""

    request: CheckoutRequest
    provider_id: str
    state: CheckoutState = CheckoutState.OPEN


class FakeGateway:
    """`down` names the methods that do not answer and do nothing; `slow` those that act, but whose answer is lost.

    `says` changes what look_up and expire report (amount, currency, our_id); `refunds` is how refunds turn out.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.pages: dict[str, Page] = {}
        self.given_back: dict[str, tuple[str, int, RefundFacts]] = {}
        self.down: set[str] = set()
        self.slow: set[str] = set()
        self.says: dict[str, Any] = {}
        self.refunds = RefundOutcome.SUCCEEDED
        self.by_hand: dict[str, list[RefundFacts]] = {}  # by payment: refunds made in the provider's dashboard
        self.disputes: dict[str, list[DisputeFacts]] = {}
        self.calls: list[str] = []
        self._clock = clock

    def start(self, request: CheckoutRequest) -> Checkout:
        self._called("start")
        page = self.pages.setdefault(request.our_id, Page(request, f"page-{request.our_id}"))
        self._answered("start")
        return Checkout(page.provider_id, f"https://pay.example.org/{page.provider_id}")

    def look_up(self, provider_id: str) -> CheckoutFacts:
        self._called("look_up")
        self._answered("look_up")
        return self._facts(provider_id)

    def expire(self, provider_id: str) -> CheckoutFacts:
        self._called("expire")
        page = self.page(provider_id)
        if page.state is CheckoutState.OPEN:
            page.state = CheckoutState.OVER
        self._answered("expire")
        return self._facts(provider_id)

    def refund(self, our_id: str, payment: str, amount: int) -> RefundFacts:
        self._called("refund")
        facts = RefundFacts(self.refunds, f"refund-{our_id}")
        facts = self.given_back.setdefault(our_id, (payment, amount, facts))[2]
        self._answered("refund")
        return facts

    def refunds_of(self, payment: str) -> list[RefundFacts]:
        self._called("refunds_of")
        self._answered("refunds_of")
        ours = [
            replace(facts, our_id=our_id, amount=amount)
            for our_id, (to, amount, facts) in self.given_back.items()
            if to == payment
        ]
        return [*ours, *self.by_hand.get(payment, [])]

    def disputes_of(self, payment: str) -> list[DisputeFacts]:
        self._called("disputes_of")
        self._answered("disputes_of")
        return self.disputes.get(payment, [])

    # What the payer and the bank do

    def pay(self, provider_id: str, late: bool = False) -> None:
        """The payer pays; `late`: the money was under way when the page ended."""
        page = self.page(provider_id)
        if self._state(page) is CheckoutState.OPEN or late:
            page.state = CheckoutState.PAID

    def page(self, provider_id: str) -> Page:
        return self.pages[provider_id.removeprefix("page-")]

    @property
    def sent_back(self) -> list[int]:
        """Sums that really went back, centimes."""
        return [amount for _, amount, facts in self.given_back.values() if facts.outcome is RefundOutcome.SUCCEEDED]

    def _facts(self, provider_id: str) -> CheckoutFacts:
        page = self.page(provider_id)
        request = page.request
        facts = CheckoutFacts(self._state(page), request.our_id, request.amount, "chf", f"money-{provider_id}")
        return replace(facts, **self.says)

    def _state(self, page: Page) -> CheckoutState:
        over = page.state is CheckoutState.OPEN and page.request.expires_at <= self._clock()
        return CheckoutState.OVER if over else page.state

    def _called(self, name: str) -> None:
        self.calls.append(name)
        assert not transaction.in_transaction(), "no network call inside a transaction"
        assert not db.session().in_transaction(), "no snapshot is kept open while the provider thinks"
        if name in self.down:
            raise GatewayDown

    def _answered(self, name: str) -> None:
        if name in self.slow:
            raise GatewayDown
