"""`flask stripe-setup` and what `flask doctor` says about Stripe, over the fake."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import stripe
from flask import Flask

from booking.adapters import stripe_setup
from booking.config import OrganiserIdentity, StripeSettings
from tests.stripe.stripe_client import client
from tests.stripe.stripe_fake import KEY, FakeStripe

SITE = "https://classes.example.ch"
ADDRESS = f"{SITE}/stripe/webhook"
RESTRICTED = "rk_test_fake"
EVERYDAY = {
    "checkout/sessions": "write",
    "refunds": "write",
    "payment_intents": "read",
    "disputes": "read",
    "events": "read",
}
REAL = {
    "demo": False,
    "secret_key": "x" * 40,
    "base_url": SITE,
    "initial_organiser": OrganiserIdentity(iban="CH9300762011623852957"),
}


@pytest.fixture
def fake() -> Iterator[FakeStripe]:
    with FakeStripe() as fake:
        yield fake


@pytest.fixture
def site(make_app: Callable[..., Flask], fake: FakeStripe) -> Callable[..., Flask]:
    def site(key: str = KEY, webhook_secret: str = "", **changes: Any) -> Flask:
        return make_app(**REAL | {"stripe": StripeSettings(key, webhook_secret, fake.url)} | changes)

    return site


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output.strip()


def told(app: Flask) -> tuple[int, list[str]]:
    """The doctor's status and what it says about Stripe and the webhook."""
    code, words = run(app, "doctor")
    return code, [line for line in words.splitlines() if line[6:].startswith(("Stripe:", "Webhook:"))]


def endpoints(fake: FakeStripe) -> list[Any]:
    return list(client(fake).webhook_endpoints.list().data)


def make_endpoint(fake: FakeStripe, **changes: Any) -> Any:
    facts = {"url": ADDRESS, "enabled_events": sorted(stripe_setup.KINDS), "api_version": stripe.api_version}
    return client(fake).webhook_endpoints.create(params=facts | changes)


def test_the_address_is_the_page_that_listens(site: Callable[..., Flask]):
    rules = {rule.endpoint: rule.rule for rule in site().url_map.iter_rules()}
    assert rules["stripe_webhook.receive"] == stripe_setup.PATH


def test_setup_creates_the_webhook_and_prints_its_secret(site: Callable[..., Flask], fake: FakeStripe):
    code, words = run(site(), "stripe-setup")
    assert code == 0, words
    [made] = endpoints(fake)
    assert (made.url, made.api_version, made.status) == (ADDRESS, stripe.api_version, "enabled")
    assert set(made.enabled_events) == stripe_setup.KINDS
    assert "\nSTRIPE_WEBHOOK_SECRET=whsec_" in words
    assert KEY not in words


def test_setup_twice_makes_one(site: Callable[..., Flask], fake: FakeStripe):
    for expected in ("STRIPE_WEBHOOK_SECRET=whsec_", "already, with the right events"):
        code, words = run(site(), "stripe-setup")
        assert code == 0
        assert expected in words
    assert len(endpoints(fake)) == 1


def test_setup_mends_one_that_lacks_events(site: Callable[..., Flask], fake: FakeStripe):
    made = make_endpoint(fake, enabled_events=["charge.refunded", "invoice.paid"], api_version="2025-03-31.basil")
    make_endpoint(fake, url="https://elsewhere.example.ch/hook", enabled_events=["invoice.paid"])
    client(fake).webhook_endpoints.update(made.id, params={"disabled": True})
    code, words = run(site(), "stripe-setup")
    assert code == 0
    assert "its events are now the right ones" in words
    assert "2025-03-31.basil" in words
    assert "whsec_" not in words
    mended = {one.url: one for one in endpoints(fake)}
    assert set(mended[ADDRESS].enabled_events) == stripe_setup.KINDS
    assert mended[ADDRESS].status == "enabled"
    assert list(mended["https://elsewhere.example.ch/hook"].enabled_events) == ["invoice.paid"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"stripe": StripeSettings()}, "STRIPE_SECRET_KEY is missing"),
        ({"stripe": StripeSettings(KEY), "base_url": "http://classes.example.ch"}, "https addresses only"),
        ({"base_url": "http://127.0.0.1:8000"}, "publicly accessible"),
        ({"key": "sk_test_other"}, "does not accept"),
    ],
    ids=["no key", "no https", "not public", "wrong key"],
)
def test_setup_refuses(site: Callable[..., Flask], fake: FakeStripe, changes: dict[str, Any], said: str):
    code, words = run(site(**changes), "stripe-setup")
    assert code == 2
    assert said in words
    assert "sk_test" not in words
    assert not endpoints(fake)


@pytest.mark.parametrize("command", ["stripe-setup", "doctor"])
@pytest.mark.parametrize("status", [429, 500])
def test_stripe_in_trouble(site: Callable[..., Flask], fake: FakeStripe, command: str, status: int):
    fake.fail_next(status=status, times=9)
    code, words = run(site(), command)
    assert code != 0
    assert "Stripe does not answer" in words


def test_a_restricted_key_that_may_not_set_up(make_app: Callable[..., Flask]):
    with FakeStripe(RESTRICTED, EVERYDAY) as fake:
        app = make_app(**REAL, stripe=StripeSettings(RESTRICTED, "", fake.url))
        code, words = run(app, "stripe-setup")
        assert code == 2
        assert "Webhook Endpoints: Write" in words


def test_doctor_is_content(site: Callable[..., Flask], fake: FakeStripe):
    make_endpoint(fake)
    _, lines = told(site(webhook_secret="whsec_one,whsec_two"))
    assert [line for line in lines if line.startswith("FIX")] == []
    assert any("may do what is needed" in line for line in lines)
    assert any("test mode" in line for line in lines)
    assert any("TWINT can be taken" in line for line in lines)
    assert any(f"Stripe calls {ADDRESS}" in line for line in lines)
    assert not any(secret in line for line in lines for secret in (KEY, "whsec_one", "whsec_two"))
    done = [call.path for call in fake.calls("POST *") if call.status == 200]
    assert done == ["/v1/webhook_endpoints"], "it looks, and changes nothing"


def test_doctor_wants_what_twint_wants_in_the_legal_notice(site: Callable[..., Flask]):
    assert "ATELIER_ORGANISER_LEGAL_FORM" not in run(site(), "doctor")[1]
    nameless = OrganiserIdentity(legal_form="")
    assert "ATELIER_ORGANISER_LEGAL_FORM" in run(site(initial_organiser=nameless), "doctor")[1]


def test_doctor_of_a_site_without_stripe(app: Flask):
    _, lines = told(app)
    assert len(lines) == 1
    assert lines[0].startswith("note  Stripe: not set up")


def test_doctor_misses_secret_and_webhook(site: Callable[..., Flask]):
    code, lines = told(site())
    assert code == 1
    assert [line[:4] for line in lines if line[6:].startswith("Webhook:")] == ["FIX ", "FIX "]


def test_doctor_reads_the_webhook(site: Callable[..., Flask], fake: FakeStripe):
    less = sorted(stripe_setup.KINDS - {"refund.failed"})
    old = make_endpoint(fake, enabled_events=[*less, "invoice.paid"], api_version="2025-03-31.basil")
    client(fake).webhook_endpoints.update(old.id, params={"disabled": True})
    make_endpoint(fake, enabled_events=["*"])
    words = "\n".join(told(site(webhook_secret="whsec_one"))[1])
    for expected in (
        "does not get refund.failed",
        "switched off",
        "2025-03-31.basil",
        "delete all but one",
        "not used",
    ):
        assert expected in words


@pytest.mark.parametrize("right", EVERYDAY)
def test_doctor_names_the_right_that_is_missing(make_app: Callable[..., Flask], right: str):
    names = {
        "checkout/sessions": "Checkout Sessions: Write",
        "refunds": "Charges and Refunds: Write",
        "payment_intents": "PaymentIntents: Read",
    }
    name = names.get(right, f"{right.title()}: Read")
    rights = {name: level for name, level in EVERYDAY.items() if name != right}
    with FakeStripe(RESTRICTED, rights) as fake:
        code, lines = told(make_app(**REAL, stripe=StripeSettings(RESTRICTED, "whsec_one", fake.url)))
    [lacking] = [line for line in lines if "lacks rights" in line]
    assert code == 1
    assert lacking.endswith(f"dashboard: {name}.")
    assert any("may not see whether cards" in line for line in lines)
    assert any("the key may not read it" in line for line in lines)


def test_doctor_with_a_key_that_is_not_accepted(site: Callable[..., Flask]):
    code, lines = told(site(key="sk_test_other"))
    assert code == 1
    assert any(line.startswith("FIX") and "does not accept" in line for line in lines)


def test_doctor_of_a_demonstration_with_a_test_key(make_app: Callable[..., Flask], fake: FakeStripe):
    app = make_app(stripe=StripeSettings(KEY, "", fake.url))
    code, lines = told(app)
    assert code == 0, lines
    assert any(line.startswith("note") and "STRIPE_WEBHOOK_SECRET" in line for line in lines)
