"""To the real SDK the fake behaves as Stripe would: refunds, disputes, events, webhooks, the page to pay on."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, build_opener

import pytest
import stripe

from tests.stripe.stripe_client import Clock
from tests.stripe.stripe_fake import KEY, SECRET, FakeStripe

# Refunds and disputes


def test_refunds_until_nothing_is_left(api: Any, fake: FakeStripe, paid: Any) -> None:
    pi = paid.payment_intent
    part = api.refunds.create(params={"payment_intent": pi, "amount": 100, "reason": "requested_by_customer"})
    assert (part.status, part.amount) == ("succeeded", 100)
    with pytest.raises(stripe.InvalidRequestError) as over:
        api.refunds.create(params={"payment_intent": pi, "amount": 12_001})
    assert (over.value.param, over.value.code) == ("amount", None)
    assert fake.refund_in_dashboard(pi)["amount"] == 12_000
    with pytest.raises(stripe.InvalidRequestError) as again:
        api.refunds.create(params={"payment_intent": pi, "amount": 1})
    assert again.value.code == "charge_already_refunded"
    charge = api.charges.list(params={"payment_intent": pi}).data[0]
    assert (charge.amount_refunded, charge.refunded) == (12_100, True)
    assert [one.amount for one in api.refunds.list(params={"payment_intent": pi}).data] == [12_000, 100]
    assert api.refunds.retrieve(part.id).payment_intent == pi
    kinds = ["refund.created", "charge.refunded"]
    assert [one["type"] for one in fake.events(*kinds)] == kinds * 2


@pytest.mark.parametrize("params", [{}, {"payment_intent": "pi_x"}, {"charge": "ch_x", "amount": 1.5}, {"pay": 1}])
def test_bad_refunds(api: Any, params: dict[str, Any]) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        api.refunds.create(params=params)


def test_a_refund_that_succeeded_fails_later(api: Any, fake: FakeStripe, paid: Any) -> None:
    refund = api.refunds.create(params={"payment_intent": paid.payment_intent})
    fake.reference_refund(refund.id)
    fake.turn_refund(refund.id, "failed")
    seen = api.refunds.retrieve(refund.id)
    assert (seen.status, seen.failure_reason) == ("failed", "expired_or_canceled_card")
    assert api.charges.retrieve(seen.charge).amount_refunded == 0
    assert [one["type"] for one in fake.events()][-3:] == ["refund.updated", "refund.updated", "refund.failed"]


@pytest.mark.parametrize("outcome", ["pending", "failed", "succeeded"])
def test_refunds_turn_out_as_told(api: Any, fake: FakeStripe, paid: Any, outcome: Any) -> None:
    fake.refunds_become = outcome
    assert api.refunds.create(params={"payment_intent": paid.payment_intent}).status == outcome


@pytest.mark.parametrize(("method", "status"), [("card", "pending"), ("twint", "failed")])
def test_without_balance(api: Any, fake: FakeStripe, opened: Any, method: str, status: str) -> None:
    """Refunds to cards wait, others fail."""
    fake.balance = 100
    pi = fake.pay(opened.id, method)["payment_intent"]
    refund = api.refunds.create(params={"payment_intent": pi})
    assert refund.status == status
    assert "insufficient_funds" in (refund.pending_reason, refund.failure_reason)


def test_twint_is_refunded_for_half_a_year(api: Any, fake: FakeStripe, opened: Any, clock: Clock) -> None:
    pi = fake.pay(opened.id, "twint")["payment_intent"]
    clock.forward(days=181)
    with pytest.raises(stripe.InvalidRequestError, match="180"):
        api.refunds.create(params={"payment_intent": pi})


def test_no_refund_while_disputed(api: Any, fake: FakeStripe, paid: Any) -> None:
    dispute = fake.dispute(paid.payment_intent)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.refunds.create(params={"payment_intent": paid.payment_intent})
    assert refused.value.code == "charge_disputed"
    assert api.disputes.list(params={"payment_intent": paid.payment_intent}).data[0].status == "needs_response"
    fake.close_dispute(dispute["id"], won=True)
    assert api.refunds.create(params={"payment_intent": paid.payment_intent}).status == "succeeded"
    assert fake.events("charge.dispute.funds_reinstated")


# Events and webhooks


def test_events_are_listed_in_pages(api: Any, fake: FakeStripe, clock: Clock, paid: Any) -> None:
    for _ in range(11):
        clock.forward(seconds=1)
        fake.refund_in_dashboard(paid.payment_intent, 100)
    since = {"gte": int(clock().timestamp()) - 9}
    pages = api.events.list(params={"types": ["refund.created"], "created": since, "limit": 4})
    assert (len(pages.data), pages.has_more) == (4, True)
    found = list(pages.auto_paging_iter())
    assert len({event.id for event in found}) == 10
    assert [event.created for event in found] == sorted((event.created for event in found), reverse=True)
    assert api.events.list(params={"type": "refund.*"}).data[0].data.object["amount"] == 100
    clock.forward(days=31)
    assert api.events.list().data == []
    with pytest.raises(stripe.InvalidRequestError):
        api.events.list(params={"types": ["refund.created"], "since": 1})


def test_endpoints_tell_their_secret_once(api: Any) -> None:
    params = {"url": "https://atelier.example.org/stripe/webhook", "enabled_events": ["checkout.session.completed"]}
    made = api.webhook_endpoints.create(params=params | {"api_version": stripe.api_version})
    assert made.secret.startswith("whsec_")
    listed = api.webhook_endpoints.list().data[0]
    assert (listed.url, listed.api_version, "secret" in listed) == (params["url"], stripe.api_version, False)
    changed = api.webhook_endpoints.update(made.id, params={"enabled_events": ["refund.created"]})
    assert changed.enabled_events == ["refund.created"]
    for wrong in ({"url": "http://localhost/x"}, {"enabled_events": ["checkout.paid"]}, {"api_version": "yesterday"}):
        with pytest.raises(stripe.InvalidRequestError):
            api.webhook_endpoints.create(params=params | wrong)
    api.webhook_endpoints.delete(made.id)
    assert api.webhook_endpoints.list().data == []


class Site:
    """Where webhooks go: keeps the genuine ones, answers as told."""

    def __init__(self, fake: FakeStripe) -> None:
        self.seen: list[Any] = []
        self.status = 200
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                try:
                    reader = stripe.StripeClient(KEY)
                    site.seen.append(reader.construct_event(body, self.headers["Stripe-Signature"], SECRET))
                    self.send_response(site.status)
                except stripe.SignatureVerificationError:
                    self.send_response(400)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/stripe/webhook"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def site(fake: FakeStripe) -> Iterator[Site]:
    site = Site(fake)
    yield site
    site.close()


def test_webhooks_are_delivered_in_any_way(fake: FakeStripe, site: Site, paid: Any) -> None:
    sent = fake.deliver(site.url, order=reversed, repeat=2)
    assert [posted.status for posted in sent] == [200] * 6
    assert [event.type for event in site.seen[:3]] == [event["type"] for event in reversed(fake.events())]
    assert fake.deliver(site.url) == []
    once_more = fake.renamed(fake.events("checkout.session.completed")[0])
    assert fake.deliver(site.url, [once_more])[0].status == 200
    assert site.seen[-1].id != site.seen[0].id
    assert fake.deliver(site.url, [once_more], secret="whsec_forged")[0].status == 400
    assert fake.deliver(site.url, [once_more], at=int(time.time()) - 400)[0].status == 400


def test_webhooks_not_taken_wait(api: Any, fake: FakeStripe, site: Site, paid: Any) -> None:
    site.status = 500
    assert {posted.status for posted in fake.deliver(site.url)} == {500}
    assert len(api.events.list(params={"delivery_success": False}).data) == 3
    site.status = 200
    assert len(fake.deliver(site.url)) == 3
    assert api.events.list(params={"delivery_success": False}).data == []
    assert fake.deliver("http://127.0.0.1:1/", fake.events()[:1])[0].status == 0


def test_webhooks_go_out_by_themselves(api: Any, fake: FakeStripe, site: Site, opened: Any) -> None:
    fake.webhook_url = site.url
    api.checkout.sessions.expire(opened.id)
    deadline = time.monotonic() + 5
    while not site.seen and time.monotonic() < deadline:
        time.sleep(0.01)
    assert site.seen[0].data.object.id == opened.id


# The page


class Staying(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def press(url: str, button: str) -> tuple[int, str, str]:
    try:
        with build_opener(Staying).open(url, urlencode({"button": button}).encode()) as page:
            return page.status, page.read().decode(), ""
    except HTTPError as answer:
        with answer:
            return answer.code, "", answer.headers.get("Location", "")


def test_the_page_pays_and_leads_back(fake: FakeStripe, site: Site, opened: Any) -> None:
    fake.webhook_url = site.url
    with build_opener().open(opened.url) as page:
        text = page.read().decode()
    assert "CHF 121.00" in text
    assert "https://atelier.example.org/cancel" in text
    assert 'lang="fr"' in text
    assert "declined" in press(opened.url, "decline")[1]
    status, _, location = press(opened.url, "card")
    assert (status, location) == (303, f"https://atelier.example.org/back?session_id={opened.id}")
    assert site.seen[-1].type == "checkout.session.completed"  # before the payer was sent back
    assert "timeout occurred" in press(opened.url, "card")[1]
    assert len(fake.all("charge")) == 1


def test_an_ended_page_charges_nothing(fake: FakeStripe, opened: Any) -> None:
    fake.expire(opened.id)
    assert press(opened.url, "twint")[0] == 200
    assert fake.all("charge") == []
    assert press(f"{fake.url}/pay/cs_test_none", "card")[0] == 404
