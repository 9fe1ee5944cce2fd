"""The adapter over real HTTP: what it asks of Stripe, and what it makes of Stripe's bad days."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import stripe

from booking.adapters import stripe_gateway
from booking.adapters.stripe_gateway import StripeGateway
from booking.services.ports import CheckoutRefused, CheckoutRequest, CheckoutState, GatewayDown, RefundOutcome
from tests.stripe.stripe_client import Clock
from tests.stripe.stripe_fake import KEY, FakeStripe

SESSIONS = "/v1/checkout/sessions"
PATIENCE = 0.3  # seconds, here; what a visitor waits at most is tested apart


@pytest.fixture
def request_(clock: Clock) -> CheckoutRequest:
    return CheckoutRequest(
        our_id="attempt-1",
        amount=34005,
        title="Tenir un blog",
        starts_on=date(2026, 12, 5),
        reference="K7MX-4Q2R",
        email="ada@example.org",
        locale="fr",
        expires_at=clock() + timedelta(minutes=31),
        return_to="https://atelier.example.org/fr/my/token",
    )


@pytest.fixture
def gateway(fake: FakeStripe, monkeypatch: pytest.MonkeyPatch) -> StripeGateway:
    monkeypatch.setattr(stripe_gateway, "TIMEOUT", (PATIENCE, PATIENCE))
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.01)
    return StripeGateway(KEY, fake.url)


@pytest.fixture
def page(gateway: StripeGateway, request_: CheckoutRequest) -> str:
    return gateway.start(request_).provider_id


@pytest.fixture
def money(gateway: StripeGateway, fake: FakeStripe, page: str) -> str:
    fake.pay(page)
    return gateway.look_up(page).payment


# What is asked


@pytest.mark.parametrize(("locale", "day"), [("fr", "samedi 5 décembre 2026"), ("en", "Saturday 5 December 2026")])
def test_what_is_asked(
    gateway: StripeGateway, fake: FakeStripe, request_: CheckoutRequest, locale: str, day: str
) -> None:
    gateway.start(replace(request_, locale=locale))
    [call] = fake.calls(f"POST {SESSIONS}")
    product = {"name": "Tenir un blog", "description": f"{day} · K7MX-4Q2R"}
    assert call.params == {
        "mode": "payment",
        "locale": locale,
        "customer_email": "ada@example.org",
        "client_reference_id": "attempt-1",
        "metadata": {"attempt": "attempt-1"},
        "payment_intent_data": {
            "description": f"Tenir un blog – {day} · K7MX-4Q2R",
            "metadata": {"attempt": "attempt-1"},
        },
        "line_items": [
            {"quantity": 1, "price_data": {"currency": "chf", "unit_amount": 34005, "product_data": product}}
        ],
        "expires_at": int(request_.expires_at.timestamp()),
        "submit_type": "book",
        "adaptive_pricing": {"enabled": False},
        "success_url": "https://atelier.example.org/fr/my/token?returned=1&session_id={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://atelier.example.org/fr/my/token",
    }
    assert call.key == "checkout-attempt-1"


def test_a_repetition_asks_for_the_very_same(
    gateway: StripeGateway, fake: FakeStripe, clock: Clock, request_: CheckoutRequest
) -> None:
    fake.cut_after(f"POST {SESSIONS}", times=2)
    with pytest.raises(GatewayDown):
        gateway.start(request_)
    clock.forward(seconds=40)
    again = gateway.start(CheckoutRequest.from_json(request_.to_json()))
    assert [session["id"] for session in fake.all("checkout.session")] == [again.provider_id]
    calls = fake.calls(f"POST {SESSIONS}")
    assert (len(calls), len({call.key for call in calls})) == (3, 1)  # other parameters would have been refused


def test_long_titles_are_cut(gateway: StripeGateway, fake: FakeStripe, request_: CheckoutRequest) -> None:
    gateway.start(replace(request_, title="é" * 2000))
    [call] = fake.calls(f"POST {SESSIONS}")
    assert len(call.params["line_items"][0]["price_data"]["product_data"]["name"]) == 250


def test_refunds_name_ours_and_carry_its_key(gateway: StripeGateway, fake: FakeStripe, money: str) -> None:
    gateway.refund("refund-1", money, 1005)
    [call] = fake.calls("POST /v1/refunds")
    assert call.key == "refund-refund-1"
    assert call.params == {
        "payment_intent": money,
        "amount": 1005,
        "reason": "requested_by_customer",
        "metadata": {"refund": "refund-1"},
    }


# What is made of the answers


def test_a_page_s_life(gateway: StripeGateway, fake: FakeStripe, page: str, request_: CheckoutRequest) -> None:
    assert gateway.look_up(page).state is CheckoutState.OPEN
    fake.decline(page)  # the SDK's object now has a payment_intent, and no charge
    assert gateway.look_up(page).state is CheckoutState.OPEN
    fake.pay(page, "twint")
    facts = gateway.look_up(page)
    assert (facts.state, facts.our_id, facts.amount, facts.currency) == ("paid", "attempt-1", 34005, "chf")
    assert (facts.payment[:3], facts.agrees) == ("pi_", True)


@pytest.mark.parametrize(("succeeded", "state"), [(True, CheckoutState.PAID), (False, CheckoutState.OVER)])
def test_a_delayed_method(
    gateway: StripeGateway, fake: FakeStripe, page: str, succeeded: bool, state: CheckoutState
) -> None:
    fake.pay(page, delayed=True)
    assert gateway.look_up(page).state is CheckoutState.OPEN
    assert gateway.expire(page).state is CheckoutState.OPEN
    fake.finish(page, succeeded)
    assert gateway.look_up(page).state is state
    assert gateway.expire(page).state is state


def test_ending_a_page_that_was_paid_meanwhile(gateway: StripeGateway, fake: FakeStripe, page: str) -> None:
    fake.pay(page)
    assert gateway.expire(page).state is CheckoutState.PAID


def test_a_page_that_this_account_does_not_know_is_over(gateway: StripeGateway) -> None:
    assert gateway.look_up("cs_test_none").state is CheckoutState.OVER
    assert gateway.expire("cs_test_none").state is CheckoutState.OVER


def test_money_of_the_other_mode_does_not_agree(gateway: StripeGateway, fake: FakeStripe, page: str) -> None:
    fake.alter(page, livemode=True)
    assert not gateway.look_up(page).agrees


def test_an_expanded_payment_is_named_too(gateway: StripeGateway, fake: FakeStripe, page: str) -> None:
    fake.pay(page)
    intent = fake.session(page)["payment_intent"]
    fake.alter(page, payment_intent={"id": intent, "object": "payment_intent"})
    assert gateway.look_up(page).payment == intent


def test_null_fields_are_no_surprise(gateway: StripeGateway, fake: FakeStripe, page: str) -> None:
    fake.alter(page, client_reference_id=None, amount_total=None, currency=None, metadata=None)
    facts = gateway.look_up(page)
    assert (facts.our_id, facts.amount, facts.currency, facts.payment) == ("", 0, "", "")


def test_refunds_without_metadata_are_told(gateway: StripeGateway, fake: FakeStripe, money: str) -> None:
    for metadata in (None, {}, {"refund": "ours"}):
        fake.alter(fake.refund_in_dashboard(money, 100)["id"], metadata=metadata)
    assert [facts.our_id for facts in gateway.refunds_of(money)] == ["", "", "ours"]


def test_many_refunds_come_in_pages(gateway: StripeGateway, fake: FakeStripe, money: str) -> None:
    made = [fake.refund_in_dashboard(money, 50)["id"] for _ in range(103)]
    assert [facts.provider_id for facts in gateway.refunds_of(money)] == made


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("pending", "pending"),
        ("requires_action", "pending"),
        ("succeeded", "succeeded"),
        ("failed", "failed"),
        ("canceled", "failed"),
        (None, "pending"),
        ("from the future", "pending"),
    ],
)
def test_states_of_refunds(
    gateway: StripeGateway, fake: FakeStripe, money: str, status: str | None, outcome: RefundOutcome
) -> None:
    fake.alter(fake.refund_in_dashboard(money, 100)["id"], status=status)
    assert [facts.outcome for facts in gateway.refunds_of(money)] == [outcome]


def test_refunds_that_stripe_will_not_make(
    gateway: StripeGateway, fake: FakeStripe, money: str, request_: CheckoutRequest
) -> None:
    assert gateway.refund("too-much", money, 34006).outcome is RefundOutcome.REFUSED
    dispute = fake.dispute(money, 100)
    assert gateway.refund("disputed", money, 100).outcome is RefundOutcome.BLOCKED
    fake.close_dispute(dispute["id"], won=True)
    assert gateway.refund("all", money, 34005).outcome is RefundOutcome.SUCCEEDED
    assert gateway.refund("one-more", money, 1).outcome is RefundOutcome.REFUSED


def test_twint_after_half_a_year(gateway: StripeGateway, fake: FakeStripe, clock: Clock, page: str) -> None:
    fake.pay(page, "twint")
    clock.forward(days=181)
    money = gateway.look_up(page).payment
    assert gateway.refund("late", money, 100).outcome is RefundOutcome.REFUSED


@pytest.mark.parametrize(
    ("status", "state"),
    [("needs_response", "open"), ("under_review", "open"), ("warning_closed", "won"), ("won", "won"), ("lost", "lost")],
)
def test_states_of_disputes(gateway: StripeGateway, fake: FakeStripe, money: str, status: str, state: str) -> None:
    fake.alter(fake.dispute(money, 5000)["id"], status=status)
    assert [(facts.state, facts.amount) for facts in gateway.disputes_of(money)] == [(state, 5000)]


def test_the_list_of_events_is_plain_and_oldest_first(
    gateway: StripeGateway, fake: FakeStripe, clock: Clock, money: str
) -> None:
    since = clock()
    for _ in range(101):
        clock.forward(seconds=1)
        fake.refund_in_dashboard(money, 50)
    events = gateway.events(("refund.created",), since)
    assert len(events) == 101
    assert [event["created"] for event in events] == sorted(event["created"] for event in events)
    assert events[0]["data"]["object"].get("payment_intent") == money


# When Stripe is slow, down or unwilling

EVERY_CALL: dict[str, Callable[[StripeGateway, CheckoutRequest], Any]] = {
    "start": lambda gateway, request: gateway.start(request),
    "look up": lambda gateway, _: gateway.look_up("cs_test_1"),
    "expire": lambda gateway, _: gateway.expire("cs_test_1"),
    "refund": lambda gateway, _: gateway.refund("refund-1", "pi_1", 100),
    "refunds": lambda gateway, _: gateway.refunds_of("pi_1"),
    "disputes": lambda gateway, _: gateway.disputes_of("pi_1"),
    "events": lambda gateway, request: gateway.events(("refund.created",), request.expires_at),
}
BAD_DAYS: dict[str, Callable[[FakeStripe], None]] = {
    "429": lambda fake: fake.fail_next(status=429, times=9),
    "500": lambda fake: fake.fail_next(status=500, times=9),
    "409": lambda fake: fake.fail_next(status=409, times=9),
    "401": lambda fake: fake.fail_next(status=401),
    "403": lambda fake: fake.fail_next(status=403),
    "cut": lambda fake: fake.cut_before(times=9),
    "silence": lambda fake: fake.silence(seconds=60, times=9, works=False),
}


@pytest.mark.parametrize("day", BAD_DAYS)
@pytest.mark.parametrize("call", EVERY_CALL)
def test_a_bad_day_is_an_outage_and_short(
    gateway: StripeGateway, fake: FakeStripe, request_: CheckoutRequest, call: str, day: str
) -> None:
    BAD_DAYS[day](fake)
    began = time.monotonic()
    with pytest.raises(GatewayDown):
        EVERY_CALL[call](gateway, request_)
    assert time.monotonic() - began < 2 * PATIENCE + 1
    assert len(fake.calls()) <= 2


def test_nobody_to_connect_to(request_: CheckoutRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.01)
    with pytest.raises(GatewayDown):
        StripeGateway(KEY, "http://127.0.0.1:1").start(request_)


def test_what_a_visitor_waits_at_most() -> None:
    connect, answer = stripe_gateway.TIMEOUT
    assert (connect + answer) * (stripe_gateway.RETRIES + 1) < 25
    assert StripeGateway(KEY).client._requestor._options.max_network_retries == stripe_gateway.RETRIES


@pytest.mark.parametrize("trouble", ["fail_next", "cut_before", "cut_after"])
def test_one_failure_is_got_over(
    gateway: StripeGateway, fake: FakeStripe, request_: CheckoutRequest, trouble: str
) -> None:
    getattr(fake, trouble)(f"POST {SESSIONS}")
    assert gateway.start(request_).provider_id
    assert len(fake.all("checkout.session")) == 1


def test_an_answer_that_came_too_late_is_found_again(
    gateway: StripeGateway, fake: FakeStripe, request_: CheckoutRequest
) -> None:
    fake.silence(f"POST {SESSIONS}", seconds=PATIENCE * 3)
    with pytest.raises(GatewayDown):  # the repetition finds the first still at work
        gateway.start(request_)
    time.sleep(PATIENCE * 3)
    assert gateway.start(request_).provider_id == fake.all("checkout.session")[0]["id"]


def test_a_failure_that_stripe_keeps_goes_with_another_id(
    gateway: StripeGateway, fake: FakeStripe, request_: CheckoutRequest
) -> None:
    fake.fail_next(f"POST {SESSIONS}", kept=True)
    for _ in range(2):
        with pytest.raises(GatewayDown):
            gateway.start(request_)
    assert gateway.start(replace(request_, our_id="attempt-2")).provider_id


def test_a_page_that_stripe_will_not_open(
    gateway: StripeGateway, clock: Clock, page: str, request_: CheckoutRequest
) -> None:
    with pytest.raises(CheckoutRefused):  # the id is taken by a page that was asked for otherwise
        gateway.start(replace(request_, amount=1000))
    with pytest.raises(CheckoutRefused):
        gateway.start(replace(request_, our_id="small", amount=49))
    clock.forward(minutes=2)
    with pytest.raises(CheckoutRefused):
        gateway.start(replace(request_, our_id="late"))
    with pytest.raises(CheckoutRefused):
        gateway.start(replace(request_, our_id="nameless", email="nobody"))


# Keys


@pytest.fixture
def restricted(clock: Clock) -> Iterator[FakeStripe]:
    rights = {
        "checkout/sessions": "write",
        "payment_intents": "read",
        "refunds": "write",
        "disputes": "read",
        "events": "read",
    }
    with FakeStripe("rk_test_restricted", rights, now=clock) as fake:
        yield fake


def test_a_restricted_key_is_enough(restricted: FakeStripe, request_: CheckoutRequest) -> None:
    gateway = StripeGateway("rk_test_restricted", restricted.url)
    page = gateway.start(request_).provider_id
    restricted.pay(page, delayed=True)
    gateway.look_up(page)
    restricted.finish(page)
    money = gateway.look_up(page).payment
    assert gateway.refund("refund-1", money, 100).outcome is RefundOutcome.SUCCEEDED
    assert (len(gateway.refunds_of(money)), gateway.disputes_of(money)) == (1, [])
    assert gateway.events(("refund.created",), request_.expires_at - timedelta(hours=1))
    assert gateway.expire(page).state is CheckoutState.PAID
    assert {call.status for call in restricted.calls()} <= {200, 400}


@pytest.mark.parametrize(("key", "live"), [("sk_live_1", True), ("rk_live_1", True), ("sk_test_1", False)])
def test_the_mode_is_the_key_s(key: str, live: bool) -> None:
    assert StripeGateway(key).live is live


# What is written down


@pytest.mark.parametrize("day", ["none", *BAD_DAYS])
def test_no_secret_and_nobody_s_data_in_the_logs(
    gateway: StripeGateway,
    fake: FakeStripe,
    request_: CheckoutRequest,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    day: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    if day != "none":
        BAD_DAYS[day](fake)
    try:
        page = gateway.start(request_).provider_id
        fake.pay(page)
        gateway.look_up(page)
    except GatewayDown as down:
        told = repr(down)
    else:
        told = ""
    output = capfd.readouterr()
    written = " ".join([caplog.text, told, output.out, output.err])
    for private in (KEY, "ada@example.org", "ada%40example", "my/token", "K7MX"):
        assert private not in written
