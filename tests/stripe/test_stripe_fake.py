"""To the real SDK the fake behaves as Stripe would: sessions, keys, failures."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import stripe

from tests.stripe.stripe_client import Clock, asked, client
from tests.stripe.stripe_fake import FakeStripe
from tests.stripe.stripe_payments import NotOpen


def line(**changes: Any) -> list[dict[str, Any]]:
    price = {"currency": "chf", "unit_amount": 6050, "product_data": {"name": "Aquarelle"}} | changes
    return [{"quantity": 1, "price_data": price}]


def test_a_session_is_open_then_paid(api: Any, fake: FakeStripe, opened: Any) -> None:
    assert (opened.status, opened.payment_status, opened.payment_intent) == ("open", "unpaid", None)
    assert (opened.amount_total, opened.currency, opened.livemode) == (12100, "chf", False)
    assert opened.id.startswith("cs_test_")
    assert opened.url == f"{fake.url}/pay/{opened.id}"
    fake.pay(opened.id, method="twint")
    paid = api.checkout.sessions.retrieve(opened.id, params={"expand": ["payment_intent.latest_charge"]})
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert paid.client_reference_id == "A-1"
    assert paid.metadata["attempt"] == paid.payment_intent.metadata["attempt"] == "A-1"
    assert paid.payment_intent.latest_charge.payment_method_details.type == "twint"
    assert [event["type"] for event in fake.events()][-1] == "checkout.session.completed"
    with pytest.raises(NotOpen):
        fake.pay(opened.id)


@pytest.mark.parametrize(
    ("changes", "param", "said"),
    [
        ({"payment_method_types": ["card"]}, "payment_method_types", "unknown parameter"),
        ({"ui_mode": "hosted"}, "ui_mode", "must be one of"),
        ({"locale": "fr-CH"}, "locale", "must be one of"),
        ({"customer_email": ""}, "customer_email", "empty string"),
        ({"customer_email": "nobody"}, "customer_email", "Invalid email"),
        ({"client_reference_id": "x" * 201}, "client_reference_id", "200"),
        ({"metadata": {"k": "v" * 501}}, "metadata[k]", "500"),
        ({"metadata": {"k" * 41: "v"}}, None, "40"),
        ({"metadata": {str(n): "v" for n in range(51)}}, "metadata", "50"),
        ({"line_items": line(unit_amount=60.5)}, "line_items[0][price_data][unit_amount]", "Invalid integer"),
        ({"line_items": line(unit_amount="6050.0")}, "line_items[0][price_data][unit_amount]", "Invalid integer"),
        ({"line_items": line(unit_amount=49)}, "line_items[0][price_data][unit_amount]", "at least 50"),
        ({"line_items": line(unit_amount=100_000_000)}, "line_items", "at most"),
        ({"line_items": line(colour="red")}, "line_items[0][price_data][colour]", "unknown parameter"),
        ({"line_items": line(currency="CHF")}, "line_items[0][price_data][currency]", "Invalid currency"),
        ({"line_items": "none"}, "line_items", "Invalid array"),
        ({"adaptive_pricing": {"enabled": "no"}}, "adaptive_pricing[enabled]", "Invalid boolean"),
        ({"success_url": None}, "success_url", "Missing required"),
        ({"success_url": "/back"}, "success_url", "valid URL"),
        ({"success_url": "https://a.ch/?s=%7BCHECKOUT_SESSION_ID%7D"}, "success_url", "as it is"),
        ({"mode": None}, "mode", "Missing required"),
    ],
)
def test_bad_parameters_are_refused(api: Any, clock: Clock, changes: dict[str, Any], param: str, said: str) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=said) as refused:
        api.checkout.sessions.create(params=asked(clock, **changes))
    assert refused.value.http_status == 400
    assert refused.value.request_id
    assert param is None or refused.value.param == param


@pytest.mark.parametrize(("seconds", "fits"), [(1799, False), (1800, True), (86_400, True), (86_401, False)])
def test_the_end_lies_between_half_an_hour_and_a_day(api: Any, clock: Clock, seconds: int, fits: bool) -> None:
    params = asked(clock, expires_at=int(clock().timestamp()) + seconds)
    if fits:
        assert api.checkout.sessions.create(params=params).expires_at == params["expires_at"]
        return
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.checkout.sessions.create(params=params)
    assert refused.value.param == "expires_at"


def test_the_placeholder_is_asked_for_on_request(fake: FakeStripe, api: Any, clock: Clock) -> None:
    plain = asked(clock, success_url="https://atelier.example.org/back")
    assert api.checkout.sessions.create(params=plain).id
    fake.needs_mark = True
    with pytest.raises(stripe.InvalidRequestError):
        api.checkout.sessions.create(params=plain)


def test_a_session_ends_by_the_clock(api: Any, fake: FakeStripe, clock: Clock, opened: Any) -> None:
    clock.forward(minutes=32)
    over = api.checkout.sessions.retrieve(opened.id)
    assert (over.status, over.url) == ("expired", None)
    assert [event["created"] for event in fake.events("checkout.session.expired")] == [over.expires_at]
    with pytest.raises(NotOpen):
        fake.pay(opened.id)


def test_only_open_sessions_are_expired(api: Any, fake: FakeStripe, opened: Any, clock: Clock) -> None:
    other = api.checkout.sessions.create(params=asked(clock))
    assert api.checkout.sessions.expire(other.id).status == "expired"
    fake.pay(opened.id)
    for session, state in ((opened, "complete"), (other, "expired")):
        with pytest.raises(stripe.InvalidRequestError, match=state):
            api.checkout.sessions.expire(session.id)


def test_a_declined_card_leaves_the_page_open(api: Any, fake: FakeStripe, opened: Any) -> None:
    fake.decline(opened.id)
    session = api.checkout.sessions.retrieve(opened.id)
    assert session.status == "open"
    intent = api.payment_intents.retrieve(session.payment_intent)
    assert (intent.status, intent.latest_charge) == ("requires_payment_method", None)
    fake.pay(opened.id)
    assert api.payment_intents.retrieve(session.payment_intent).status == "succeeded"


@pytest.mark.parametrize(("succeeded", "payment_status"), [(True, "paid"), (False, "unpaid")])
def test_delayed_money(api: Any, fake: FakeStripe, opened: Any, succeeded: bool, payment_status: str) -> None:
    assert fake.pay(opened.id, delayed=True)["payment_status"] == "unpaid"
    fake.finish(opened.id, succeeded)
    assert api.checkout.sessions.retrieve(opened.id).payment_status == payment_status
    assert fake.events()[-1]["type"].startswith("checkout.session.async_payment_")


def test_stripe_can_be_made_to_say_something_else(api: Any, fake: FakeStripe, paid: Any) -> None:
    fake.alter(paid.id, amount_total=1, currency="eur", livemode=True)
    seen = api.checkout.sessions.retrieve(paid.id)
    assert (seen.amount_total, seen.currency, seen.livemode) == (1, "eur", True)


# Keys and requests


def test_keys_and_their_rights(fake: FakeStripe, clock: Clock) -> None:
    with pytest.raises(stripe.AuthenticationError):
        client(fake, "sk_test_other").balance.retrieve()
    assert client(fake).balance.retrieve().livemode is False
    assert client(fake).accounts.retrieve_current().country == "CH"
    with FakeStripe("rk_live_x", {"checkout/sessions": "read"}, now=clock) as narrow:
        assert client(narrow, "rk_live_x").checkout.sessions.list().data == []
        with pytest.raises(stripe.PermissionError):
            client(narrow, "rk_live_x").checkout.sessions.create(params=asked(clock))
        with pytest.raises(stripe.PermissionError):
            client(narrow, "rk_live_x").refunds.list()
        assert narrow.livemode


def test_unknown_things(api: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as missing:
        api.checkout.sessions.retrieve("cs_test_nothing")
    assert (missing.value.http_status, missing.value.code) == (404, "resource_missing")
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL"):
        api.customers.list()


def test_the_same_key_gives_the_same_answer(api: Any, fake: FakeStripe, clock: Clock) -> None:
    params, options = asked(clock), {"idempotency_key": "checkout-1"}
    first = api.checkout.sessions.create(params=params, options=options)
    assert api.checkout.sessions.create(params=params, options=options).id == first.id
    with pytest.raises(stripe.IdempotencyError):
        api.checkout.sessions.create(params=params | {"locale": "en"}, options=options)
    with pytest.raises(stripe.IdempotencyError):
        api.refunds.create(params={"payment_intent": "pi_1"}, options=options)
    assert len(fake.calls("POST /v1/checkout/sessions")) == 3
    clock.forward(hours=25)
    assert api.checkout.sessions.create(params=asked(clock), options=options).id != first.id


def test_parameters_refused_bind_no_key(api: Any, clock: Clock) -> None:
    options = {"idempotency_key": "checkout-1"}
    with pytest.raises(stripe.InvalidRequestError):
        api.checkout.sessions.create(params=asked(clock, locale="fr-CH"), options=options)
    assert api.checkout.sessions.create(params=asked(clock), options=options).id


def test_the_same_key_while_at_work_is_a_conflict(fake: FakeStripe, clock: Clock) -> None:
    fake.silence("POST /v1/checkout/sessions", seconds=0.5)
    params, options = asked(clock), {"idempotency_key": "checkout-1"}
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(lambda: client(fake).checkout.sessions.create(params=params, options=options))
        while not fake.all("checkout.session"):
            time.sleep(0.01)
        with pytest.raises(stripe.APIError) as conflict:
            client(fake).checkout.sessions.create(params=params, options=options)
        assert conflict.value.http_status == 409
        retried = client(fake, retries=2).checkout.sessions.create(params=params, options=options)
        assert slow.result().id == retried.id


# What goes wrong


def test_failures_end(api: Any, fake: FakeStripe, clock: Clock) -> None:
    fake.fail_next("POST /v1/checkout/sessions", status=500)
    fake.fail_next("POST /v1/checkout/sessions", status=429)
    with pytest.raises(stripe.APIError):
        api.checkout.sessions.create(params=asked(clock))
    with pytest.raises(stripe.RateLimitError):
        api.checkout.sessions.create(params=asked(clock))
    assert api.checkout.sessions.create(params=asked(clock)).id
    assert [call.status for call in fake.calls()] == [500, 429, 200]


def test_a_retry_gets_over_a_failure(fake: FakeStripe, clock: Clock) -> None:
    fake.fail_next(status=503)
    assert client(fake, retries=1).checkout.sessions.create(params=asked(clock)).id
    assert len({call.key for call in fake.calls()}) == 1


def test_a_failure_half_way_stays_under_its_key(fake: FakeStripe, clock: Clock) -> None:
    fake.fail_next(kept=True)
    params, options = asked(clock), {"idempotency_key": "checkout-1"}
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            client(fake, retries=2).checkout.sessions.create(params=params, options=options)
    assert len(fake.calls()) == 2
    assert client(fake).checkout.sessions.create(params=params, options={"idempotency_key": "checkout-1b"}).id


def test_a_cut_after_the_work_leaves_the_work(fake: FakeStripe, clock: Clock) -> None:
    fake.cut_after("POST /v1/checkout/sessions")
    params, options = asked(clock), {"idempotency_key": "checkout-1"}
    with pytest.raises(stripe.APIConnectionError):
        client(fake).checkout.sessions.create(params=params, options=options)
    again = client(fake).checkout.sessions.create(params=params, options=options)
    assert [again.id] == [session["id"] for session in fake.all("checkout.session")]
    fake.cut_before()
    with pytest.raises(stripe.APIConnectionError):
        client(fake).checkout.sessions.create(params=asked(clock))
    assert len(fake.all("checkout.session")) == 1


@pytest.mark.parametrize(("works", "made"), [(True, 1), (False, 0)])
def test_silence(fake: FakeStripe, clock: Clock, works: bool, made: int) -> None:
    fake.silence(seconds=60, works=works)
    began = time.monotonic()
    with pytest.raises(stripe.APIConnectionError):
        client(fake, timeout=0.3).checkout.sessions.create(params=asked(clock))
    assert time.monotonic() - began < 2
    assert len(fake.all("checkout.session")) == made


def test_many_at_once(fake: FakeStripe, clock: Clock) -> None:
    params, options = asked(clock), {"idempotency_key": "checkout-1"}

    def create(_: int) -> str:
        return str(client(fake, retries=3).checkout.sessions.create(params=params, options=options).id)

    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(create, range(16)))
    assert len(made) == len(fake.all("checkout.session")) == 1
