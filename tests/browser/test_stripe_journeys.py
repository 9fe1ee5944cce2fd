"""Paying on Stripe's page in a real browser, at a stand-in that keeps Stripe's rules: there, back, and in trouble."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import running
from tests.browser.visitor import PATIENCE, Site, Visitor
from tests.stripe.stripe_fake import KEY, SECRET, FakeStripe
from tests.stripe.stripe_form import Json

pytestmark = pytest.mark.browser

Visit = Callable[..., Visitor]
DAY, OTHER_DAY = "ecrire-pour-le-web-d", "drawing-with-data-lakefront"  # each has eight free seats
THIRD_DAY = "ecrire-pour-le-web-c"  # seven
PAY, TRANSFER = "button[value=stripe]", "button[value=transfer]"
CONFIRMED, UNPAID = ".tag-success", ".tag-warning"
WAYS = [
    pytest.param({"lang": "fr", "width": 1280}, id="fr-desktop"),
    pytest.param({"lang": "en", "width": 390, "dark": True}, id="en-phone-dark"),
    pytest.param({"lang": "fr", "width": 390, "js": False}, id="fr-phone-without-js"),
]


@pytest.fixture(scope="module")
def stripe() -> Iterator[FakeStripe]:
    with FakeStripe() as fake:
        yield fake


@pytest.fixture(scope="module")
def site(stripe: FakeStripe, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A running Atelier that takes cards at the stand-in."""
    settings = {"STRIPE_SECRET_KEY": KEY, "STRIPE_WEBHOOK_SECRET": SECRET, "STRIPE_API_BASE": stripe.url}
    with running(tmp_path_factory.mktemp("stripe"), **settings) as site:
        yield site


@pytest.fixture
def webhooks(stripe: FakeStripe, site: Site) -> Iterator[str]:
    """Stripe tells what happens as soon as it has happened. Gives the address."""
    stripe.webhook_url = f"{site.address}/stripe/webhook"
    yield stripe.webhook_url
    stripe.webhook_url = None


@pytest.fixture(autouse=True)
def _well(stripe: FakeStripe) -> Iterator[None]:
    yield
    stripe.heal()


def sessions(stripe: FakeStripe, ada: Visitor) -> list[Json]:
    """The pages that were opened for somebody, oldest first."""
    return [one for one in stripe.all("checkout.session") if one["customer_email"] == ada.email]


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.usefixtures("webhooks")
def test_paid_and_told_before_she_comes_back(visit: Visit, stripe: FakeStripe, how: dict[str, Any]):
    ada = visit(**how).book(DAY, "stripe")
    assert ada.page.url.startswith(stripe.url)
    assert ada.page.locator("html").get_attribute("lang") == ada.lang
    ada.press("button[value=card]").sees(CONFIRMED).lacks(PAY)
    assert ada.page.url.startswith(ada.site)
    assert stripe.deliver() == [], "Stripe was answered, and has nothing left to tell"
    assert stripe.session(sessions(stripe, ada)[0]["id"])["amount_total"] > 0


@pytest.mark.parametrize("how", WAYS[:2])
def test_paid_by_twint_and_never_told(visit: Visit, stripe: FakeStripe, how: dict[str, Any]):
    ada = visit(**how).book(DAY, "stripe").press("button[value=twint]").sees(CONFIRMED).lacks("[http-equiv=refresh]")
    assert ada.email in ada.text(".next")
    assert len(sessions(stripe, ada)) == 1


def test_told_only_afterwards_and_twice(visit: Visit, stripe: FakeStripe, site: Site):
    ada = visit(lang="en").book(OTHER_DAY, "stripe").press("button[value=card]").sees(CONFIRMED)
    posted = stripe.deliver(f"{site.address}/stripe/webhook", repeat=2)
    assert {one.status for one in posted} == {200}
    ada.page.reload()
    ada.sees(CONFIRMED)
    assert ada.page.locator(".papers a[href$='.pdf']").count() == 2  # invoice and receipt


def test_told_although_she_never_comes_back(visit: Visit, stripe: FakeStripe, site: Site):
    ada = visit(lang="fr").book(OTHER_DAY, "stripe")
    own_page = sessions(stripe, ada)[0]["cancel_url"].removeprefix(site.address)
    stripe.pay(sessions(stripe, ada)[0]["id"])
    assert {one.status for one in stripe.deliver(f"{site.address}/stripe/webhook")} == {200}
    ada.mail()
    ada.go(own_page).sees(CONFIRMED)


@pytest.mark.parametrize("how", WAYS)
def test_back_without_paying_declined_and_paid(visit: Visit, stripe: FakeStripe, how: dict[str, Any]):
    ada = visit(**how).book(DAY, "stripe").press("a:has-text('Back')")
    ada.sees(UNPAID, ".countdown", PAY, TRANSFER)
    ada.press(PAY).press("button[value=decline]").sees("[role=alert]").press("button[value=card]").sees(CONFIRMED)
    assert len(sessions(stripe, ada)) == 1, "the open page is used again"


def test_the_browsers_own_back_button(visit: Visit, stripe: FakeStripe):
    ada = visit(lang="fr", width=390).book(OTHER_DAY, "stripe").press("a:has-text('Back')").press(PAY)
    ada.back().sees(UNPAID, PAY).press(PAY).press("button[value=card]").sees(CONFIRMED)
    ada.back()
    ada.press("a:has-text('Back')") if ada.page.locator("a:has-text('Back')").count() else None
    assert len(stripe.all("charge")) == len({one["payment_intent"] for one in stripe.all("charge")})
    assert [one["status"] for one in sessions(stripe, ada)] == ["complete"]


@pytest.mark.parametrize("how", WAYS[1:])
def test_by_transfer_instead_and_the_old_page_is_over(visit: Visit, stripe: FakeStripe, how: dict[str, Any]):
    ada = visit(**how).book(OTHER_DAY, "stripe")
    old_page = ada.page.url
    ada.press("a:has-text('Back')").press(TRANSFER).sees(UNPAID, ".qr-bill", PAY)
    ada.page.goto(old_page)
    ada.sees("[role=alert]").lacks("button[value=card]")
    assert [one["status"] for one in sessions(stripe, ada)] == ["expired"]


@pytest.mark.parametrize("how", WAYS[1:])
def test_a_payment_that_takes_its_time(visit: Visit, stripe: FakeStripe, how: dict[str, Any]):
    """The page says so and renews itself, also without JavaScript."""
    ada = visit(**how).book(THIRD_DAY, "stripe")
    session = stripe.pay(sessions(stripe, ada)[0]["id"], delayed=True)
    ada.go(session["success_url"].removeprefix(ada.site))
    ada.sees(UNPAID, ".notice-info").lacks(PAY)
    assert "returned=1" in ada.page.url
    stripe.finish(session["id"])
    expect(ada.page.locator(CONFIRMED)).to_be_visible(timeout=3 * PATIENCE)
    ada.look().lacks(".notice-info")


@pytest.mark.parametrize("how", WAYS[:2])
@pytest.mark.parametrize("trouble", ["down", "cut"])
def test_stripe_is_down_when_she_wants_to_pay(visit: Visit, stripe: FakeStripe, how: dict[str, Any], trouble: str):
    if trouble == "down":
        stripe.fail_next("POST /v1/checkout/sessions", 500, times=4)
    else:
        stripe.cut_after("POST /v1/checkout/sessions", times=4)
    ada = visit(**how)
    began = time.monotonic()
    ada.book(THIRD_DAY if trouble == "down" else OTHER_DAY, "stripe").sees(UNPAID, ".notice-warning", ".countdown", PAY)
    assert time.monotonic() - began < 20
    ada.press(PAY).sees(".notice-warning", PAY, TRANSFER)
    stripe.heal()
    ada.press(PAY).press("button[value=card]").sees(CONFIRMED).lacks(".notice-warning")
    assert [one["status"] for one in sessions(stripe, ada)] == ["complete"]


def test_stripe_is_down_when_she_comes_back(visit: Visit, stripe: FakeStripe):
    ada = visit(lang="fr", width=390).book(THIRD_DAY, "stripe")
    stripe.fail_next("GET /v1/checkout/sessions/*", 500, times=4)
    ada.press("button[value=card]").sees(UNPAID, ".notice-info").lacks(PAY)
    stripe.heal()
    expect(ada.page.locator(CONFIRMED)).to_be_visible(timeout=3 * PATIENCE)


def test_a_double_click_opens_one_page(visit: Visit, stripe: FakeStripe):
    ada = visit(lang="en").book(THIRD_DAY, "stripe").press("a:has-text('Back')")
    ada.page.locator(PAY).dblclick()
    ada.page.wait_for_url(f"{stripe.url}/**")
    ada.page.locator("button[value=card]").dblclick()
    ada.page.wait_for_url(f"{ada.site}/**")
    ada.sees(CONFIRMED)
    assert [one["status"] for one in sessions(stripe, ada)] == ["complete"]
    ada.problems = [problem for problem in ada.problems if "net::ERR_ABORTED" not in problem]


def test_two_tabs_pay_once(visit: Visit, stripe: FakeStripe):
    ada = visit(lang="fr").book(THIRD_DAY, "stripe")
    first = ada.page
    second = first.context.new_page()
    second.goto(first.url)
    ada.press("button[value=card]").sees(CONFIRMED)
    second.locator("button[value=card]").click()
    expect(second.locator("[role=alert]")).to_be_visible()
    assert len(sessions(stripe, ada)) == 1
