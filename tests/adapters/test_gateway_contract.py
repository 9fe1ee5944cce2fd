"""What every payment provider must keep to, the twin of the tests included (booking.services.ports.Gateway)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pytest
from flask import Flask

from booking.adapters.demo_gateway import DemoGateway
from booking.adapters.stripe_gateway import StripeGateway
from booking.persistence.db import db
from booking.services.ports import CheckoutRequest, CheckoutState, Gateway, RefundFacts, RefundOutcome
from tests.factories import NOW
from tests.gateway_twin import FakeGateway
from tests.stripe.stripe_fake import KEY, FakeStripe
from tests.stripe.stripe_payments import NotOpen

REQUEST = CheckoutRequest(
    our_id="attempt-1",
    amount=34000,
    title="Tenir un blog",
    starts_on=date(2026, 12, 5),
    reference="K7MX-4Q2R",
    email="ada@example.org",
    locale="fr",
    expires_at=NOW + timedelta(minutes=31),
    return_to="https://example.org/fr/my/token",
)


@dataclass
class Provider:
    """A gateway and what payer and bank do there: `pay(provider_id, refunds_fail)`."""

    gateway: Gateway
    pay: Callable[[str, bool], None]
    now: datetime = NOW
    close: Callable[[], None] = lambda: None

    def state(self, provider_id: str) -> CheckoutState:
        return self.gateway.look_up(provider_id).state


def twin() -> Provider:
    def pay(provider_id: str, refunds_fail: bool) -> None:
        gateway.pay(provider_id)
        gateway.refunds = RefundOutcome.FAILED if refunds_fail else RefundOutcome.SUCCEEDED

    gateway = FakeGateway(lambda: provider.now)
    provider = Provider(gateway, pay)
    return provider


def demo() -> Provider:
    def pay(provider_id: str, refunds_fail: bool) -> None:
        assert gateway.pay(provider_id, refunds_fail) == REQUEST.return_to
        db.session.rollback()

    gateway = DemoGateway("https://example.org", lambda: provider.now)
    provider = Provider(gateway, pay)
    return provider


def stripe() -> Provider:
    def pay(provider_id: str, refunds_fail: bool) -> None:
        with suppress(NotOpen):
            fake.pay(provider_id)
        fake.refunds_become = "failed" if refunds_fail else "succeeded"

    fake = FakeStripe(now=lambda: provider.now)
    provider = Provider(StripeGateway(KEY, fake.url), pay, close=fake.close)
    return provider


@pytest.fixture(params=[twin, demo, stripe], ids=["twin", "demo", "stripe"])
def provider(request: pytest.FixtureRequest, app: Flask) -> Iterator[Provider]:
    with app.app_context():
        provider: Provider = request.param()
        yield provider
        provider.close()


def test_the_same_id_gives_the_same_page(provider: Provider) -> None:
    first = provider.gateway.start(REQUEST)
    assert provider.gateway.start(REQUEST) == first
    other = provider.gateway.start(replace(REQUEST, our_id="attempt-2"))
    assert other.provider_id != first.provider_id
    assert first.url.startswith(("https://", "http://127.0.0.1:"))  # Stripe's stand-in is on this machine


def test_a_page_says_what_was_asked(provider: Provider) -> None:
    facts = provider.gateway.look_up(provider.gateway.start(REQUEST).provider_id)
    assert (facts.state, facts.our_id, facts.amount, facts.currency) == ("open", "attempt-1", 34000, "chf")


def test_a_page_is_paid_once_and_names_the_money(provider: Provider) -> None:
    page = provider.gateway.start(REQUEST).provider_id
    provider.pay(page, False)
    provider.pay(page, False)
    facts = provider.gateway.look_up(page)
    assert (facts.state, bool(facts.payment)) == ("paid", True)


def test_a_page_ends_with_its_time(provider: Provider) -> None:
    page = provider.gateway.start(REQUEST).provider_id
    provider.now = REQUEST.expires_at - timedelta(seconds=1)
    assert provider.state(page) is CheckoutState.OPEN
    provider.now = REQUEST.expires_at
    assert provider.state(page) is CheckoutState.OVER
    provider.pay(page, False)
    assert provider.state(page) is CheckoutState.OVER


def test_a_page_can_be_ended_and_ended_again(provider: Provider) -> None:
    page = provider.gateway.start(REQUEST).provider_id
    assert provider.gateway.expire(page).state is CheckoutState.OVER
    assert provider.gateway.expire(page).state is CheckoutState.OVER
    provider.pay(page, False)
    assert provider.state(page) is CheckoutState.OVER
    assert provider.gateway.start(REQUEST).provider_id == page


def test_ending_a_paid_page_says_that_it_was_paid(provider: Provider) -> None:
    page = provider.gateway.start(REQUEST).provider_id
    provider.pay(page, False)
    assert provider.gateway.expire(page).state is CheckoutState.PAID
    provider.now = REQUEST.expires_at + timedelta(days=1)
    assert provider.state(page) is CheckoutState.PAID


def test_the_same_refund_is_made_once(provider: Provider) -> None:
    page = provider.gateway.start(REQUEST).provider_id
    provider.pay(page, False)
    money = provider.gateway.look_up(page).payment
    first = provider.gateway.refund("refund-1", money, 17000)
    assert first.outcome is RefundOutcome.SUCCEEDED
    assert provider.gateway.refund("refund-1", money, 17000) == first
    assert provider.gateway.refund("refund-2", money, 17000).provider_id != first.provider_id


def test_a_failed_refund_stays_failed(provider: Provider) -> None:
    page = provider.gateway.start(REQUEST).provider_id
    provider.pay(page, True)
    money = provider.gateway.look_up(page).payment
    first = provider.gateway.refund("refund-1", money, 34000)
    assert first.outcome is RefundOutcome.FAILED
    assert provider.gateway.refund("refund-1", money, 34000) == first


def test_refunds_are_told_oldest_first_under_our_names(provider: Provider) -> None:
    page = provider.gateway.start(REQUEST).provider_id
    provider.pay(page, False)
    money = provider.gateway.look_up(page).payment
    assert provider.gateway.refunds_of(money) == []
    first = provider.gateway.refund("refund-1", money, 17000)
    other = provider.gateway.refund("refund-2", money, 100)
    assert provider.gateway.refunds_of(money) == [
        RefundFacts(RefundOutcome.SUCCEEDED, first.provider_id, "refund-1", 17000),
        RefundFacts(RefundOutcome.SUCCEEDED, other.provider_id, "refund-2", 100),
    ]
    assert provider.gateway.disputes_of(money) == []


def test_the_same_refund_is_made_once_even_days_later(provider: Provider) -> None:
    page = provider.gateway.start(REQUEST).provider_id
    provider.pay(page, False)
    money = provider.gateway.look_up(page).payment
    first = provider.gateway.refund("refund-1", money, 100)
    provider.now += timedelta(days=3)
    assert provider.gateway.refund("refund-1", money, 100) == first
    assert len(provider.gateway.refunds_of(money)) == 1
