"""Cards and TWINT: `flask stripe-setup`, and what `flask doctor` says about Stripe. Keys and secrets are never told,
but for a webhook's secret at the moment when it is made."""

from __future__ import annotations

from collections.abc import Iterator

import click
from flask.cli import with_appcontext

from booking.adapters import stripe_events, stripe_setup
from booking.adapters.stripe_gateway import StripeGateway
from booking.adapters.stripe_setup import Endpoint, KeyRefused, RequestRefused, RightMissing, Unreachable
from booking.cli.finding import Finding, Verdict
from booking.config import Settings, current

KEY_REFUSED = "Stripe does not accept STRIPE_SECRET_KEY: copy the key again from Developers, API keys."
UNREACHABLE = "Stripe does not answer ({kind}). Try again in a while."
SECRET_SHOWN = (
    "Stripe shows its secret under Developers, Webhooks (Signing secret): it goes into STRIPE_WEBHOOK_SECRET."  # noqa: S105
)
OTHER_VERSION = (
    "It was made for API version {theirs}, Atelier speaks {ours}. To renew it, delete it in Stripe's dashboard "
    "and run flask stripe-setup again."
)


@click.command("stripe-setup")
@with_appcontext
def setup() -> None:
    """Creates the webhook at Stripe with the right events and prints its secret; brings one that exists up to date."""
    settings, gateway = current(), stripe_events.current_gateway()
    if gateway is None:
        raise click.UsageError("STRIPE_SECRET_KEY is missing: copy it from Stripe's dashboard, Developers, API keys.")
    address = settings.base_url + stripe_setup.PATH
    if not address.startswith("https://") and not settings.stripe.api_base:
        raise click.UsageError(
            f"Stripe calls https addresses only, and {address} is none. Set ATELIER_BASE_URL to the public address."
        )
    try:
        known = stripe_setup.endpoints(gateway, address)
        lines = _bring_up_to_date(gateway, known[0]) if known else _create(gateway, address, settings)
    except KeyRefused:
        raise click.UsageError(KEY_REFUSED) from None
    except RightMissing:
        raise click.UsageError(
            'The key may not set webhooks up: give it the right "Webhook Endpoints: Write" in Stripe\'s dashboard.'
        ) from None
    except Unreachable as error:
        raise click.UsageError(UNREACHABLE.format(kind=error)) from None
    except RequestRefused as refusal:
        raise click.UsageError(f"Stripe refuses the webhook {address}: {refusal}") from None
    click.echo("\n".join(lines))


def _create(gateway: StripeGateway, address: str, settings: Settings) -> list[str]:
    secret = stripe_setup.create(gateway, address)
    mode = "live mode" if gateway.live else "test mode"
    lines = [
        f"Stripe now calls {address} ({mode}, {len(stripe_setup.KINDS)} kinds of events).",
        "Put this line into the settings, then restart:",
        f"STRIPE_WEBHOOK_SECRET={secret}",
    ]
    if settings.stripe.webhook_secrets:
        lines.append("It takes the place of the secret that is set now, which is another webhook's.")
    return lines


def _bring_up_to_date(gateway: StripeGateway, endpoint: Endpoint) -> list[str]:
    if endpoint.kinds == stripe_setup.KINDS and endpoint.enabled:
        lines = ["Stripe has this webhook already, with the right events."]
    else:
        stripe_setup.update(gateway, endpoint)
        lines = ["Stripe has this webhook already; its events are now the right ones."]
    if endpoint.version != stripe_setup.our_version():
        lines.append(_other_version(endpoint))
    return [*lines, SECRET_SHOWN]


def _other_version(endpoint: Endpoint) -> str:
    return OTHER_VERSION.format(theirs=endpoint.version or "the account's", ours=stripe_setup.our_version())


def examine(settings: Settings) -> Iterator[Finding]:
    """Key, rights, ways of paying, webhook: asked of Stripe."""
    gateway = stripe_events.current_gateway()
    if gateway is None:
        yield Finding("hint", "Stripe: not set up, so cards and TWINT are not offered. docs/payments.md says how.")
        return
    try:
        yield from _key(gateway)
        yield from _methods(gateway)
        yield from _webhook(gateway, settings)
    except KeyRefused:
        yield Finding("wrong", f"Stripe: {KEY_REFUSED}")
    except Unreachable as error:
        yield Finding("wrong", f"Stripe: {UNREACHABLE.format(kind=error)}")


def _key(gateway: StripeGateway) -> Iterator[Finding]:
    missing = stripe_setup.missing_rights(gateway)
    if missing:
        yield Finding("wrong", f"Stripe: the key lacks rights, give it in Stripe's dashboard: {', '.join(missing)}.")
    else:
        yield Finding("well", "Stripe: the key is accepted and may do what is needed.")
    if not gateway.live:
        yield Finding("hint", "Stripe: test mode, no money moves. For real use set a key that begins with rk_live_.")
    else:
        yield Finding("well", "Stripe: live mode.")


def _methods(gateway: StripeGateway) -> Iterator[Finding]:
    try:
        found = stripe_setup.methods(gateway)
    except (RightMissing, RequestRefused):
        yield Finding(
            "hint", "Stripe: the key may not see whether cards and TWINT are on: look under Settings, Payment methods."
        )
        return
    for name, on in (("cards", found.card), ("TWINT", found.twint)):
        if on:
            yield Finding("well", f"Stripe: {name} can be taken.")
        else:
            told = "does not say whether" if on is None else "does not yet let"
            verb = "are on" if on is None else "be taken"
            yield Finding("hint", f"Stripe: it {told} {name} {verb}: look under Settings, Payment methods.")


def _webhook(gateway: StripeGateway, settings: Settings) -> Iterator[Finding]:
    serious: Verdict = "hint" if settings.demo else "wrong"
    if not settings.stripe.webhook_secrets:
        yield Finding(
            serious, "Webhook: STRIPE_WEBHOOK_SECRET is missing, so nothing Stripe tells is believed. "
            "flask stripe-setup prints it."
        )  # fmt: skip
    address = settings.base_url + stripe_setup.PATH
    try:
        known = stripe_setup.endpoints(gateway, address)
    except (RightMissing, RequestRefused):
        yield Finding(
            "hint", 'Webhook: the key may not read it ("Webhook Endpoints: Read"). Compare address and events in '
            f"Stripe's dashboard: {address}, {', '.join(sorted(stripe_setup.KINDS))}."
        )  # fmt: skip
        return
    if not known:
        yield Finding(serious, f"Webhook: Stripe has none for {address}. Run flask stripe-setup.")
    if len(known) > 1:
        yield Finding("hint", f"Webhook: Stripe has {len(known)} for {address}; delete all but one.")
    for endpoint in known:
        yield from _endpoint(endpoint, address, serious)


def _endpoint(endpoint: Endpoint, address: str, serious: Verdict) -> Iterator[Finding]:
    if not endpoint.enabled:
        yield Finding(serious, f"Webhook: {address} is switched off at Stripe. Run flask stripe-setup.")
    if endpoint.missing:
        lacks = ", ".join(sorted(endpoint.missing))
        yield Finding(serious, f"Webhook: {address} does not get {lacks}. Run flask stripe-setup.")
    if endpoint.needless:
        yield Finding("hint", "Webhook: it gets events that are not used. flask stripe-setup takes them away.")
    if endpoint.version != stripe_setup.our_version():
        yield Finding("hint", f"Webhook: {_other_version(endpoint)}")
    if endpoint.enabled and not endpoint.missing:
        yield Finding("well", f"Webhook: Stripe calls {address} with every event that counts.")
