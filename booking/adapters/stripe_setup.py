"""Setting Stripe up, and looking whether it is: what a key may do, and the webhook that Stripe calls.

Nothing here needs a database; commands put the answers into words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from booking.adapters.stripe_events import ACTS
from booking.adapters.stripe_gateway import StripeGateway

if TYPE_CHECKING:
    from stripe import StripeClient, WebhookEndpoint

PATH: Final = "/stripe/webhook"
KINDS: Final = frozenset(ACTS)
EVERY_KIND: Final = "*"

# What Stripe's form for restricted keys calls each right, and a request that needs it. Writing is tried on things that
# do not exist, so that nothing happens: who may not write is told so before Stripe looks for them.
RIGHTS: Final[dict[str, Callable[[StripeClient], object]]] = {
    "Checkout Sessions: Write": lambda client: client.v1.checkout.sessions.expire("cs_no_such_session"),
    "Charges and Refunds: Write": lambda client: client.v1.refunds.create(
        {"payment_intent": "pi_no_such_payment", "amount": 1}
    ),
    "PaymentIntents: Read": lambda client: client.v1.payment_intents.list({"limit": 1}),
    "Disputes: Read": lambda client: client.v1.disputes.list({"limit": 1}),
    "Events: Read": lambda client: client.v1.events.list({"limit": 1}),
}


class KeyRefused(Exception):
    """Stripe does not know the key, or no longer."""


class RightMissing(Exception):
    """A restricted key may not do this."""


class Unreachable(Exception):
    """Stripe did not answer, or is in trouble. The message is the kind of error."""


class RequestRefused(Exception):
    """Stripe will not do it; the message is Stripe's own sentence, for the organiser."""


@dataclass(frozen=True)
class Endpoint:
    """A webhook as Stripe has it; `version` is the API version its events are written in ('' for the account's)."""

    id: str
    kinds: frozenset[str]
    enabled: bool
    version: str

    @property
    def missing(self) -> frozenset[str]:
        """Kinds of events that we act upon and that it does not bring."""
        return frozenset() if EVERY_KIND in self.kinds else KINDS - self.kinds

    @property
    def needless(self) -> frozenset[str]:
        return self.kinds - KINDS


@dataclass(frozen=True)
class Methods:
    """Whether Stripe lets the account take cards and TWINT; None: it does not say."""

    card: bool | None
    twint: bool | None


def our_version() -> str:
    """The API version that we speak."""
    import stripe

    return str(stripe.api_version)


def missing_rights(gateway: StripeGateway) -> list[str]:
    """The rights that the key lacks for everyday work. Raises KeyRefused, Unreachable."""
    return [right for right, ask in RIGHTS.items() if not _may(gateway, ask)]


def methods(gateway: StripeGateway) -> Methods:
    """What the account may take. Raises RightMissing (restricted keys seldom may ask), KeyRefused, Unreachable."""
    with _translated():
        capabilities: Any = gateway.client.v1.accounts.retrieve_current().capabilities
    states = [getattr(capabilities, name, None) for name in ("card_payments", "twint_payments")]
    return Methods(*[None if state is None else state == "active" for state in states])


def endpoints(gateway: StripeGateway, address: str) -> list[Endpoint]:
    """The webhooks that lead to this address. Raises RightMissing, KeyRefused, Unreachable."""
    with _translated():
        found = gateway.client.v1.webhook_endpoints.list({"limit": 100}).auto_paging_iter()
        return [_endpoint(one) for one in found if one.url == address]


def create(gateway: StripeGateway, address: str) -> str:
    """Makes the webhook, in the API version we speak; gives its secret, which Stripe tells this once.

    Raises RightMissing, KeyRefused, Unreachable, RequestRefused.
    """
    params: Any = {
        "url": address,
        "enabled_events": sorted(KINDS),
        "api_version": our_version(),
        "description": "Atelier",
    }
    with _translated():
        return gateway.client.v1.webhook_endpoints.create(params).secret or ""


def update(gateway: StripeGateway, endpoint: Endpoint) -> None:
    """Switches the webhook on, for exactly our kinds of events. Raises as `create` does."""
    params: Any = {"enabled_events": sorted(KINDS), "disabled": False}
    with _translated():
        gateway.client.v1.webhook_endpoints.update(endpoint.id, params)


def _endpoint(raw: WebhookEndpoint) -> Endpoint:
    return Endpoint(raw.id, frozenset(raw.enabled_events), raw.status == "enabled", raw.api_version or "")


def _may(gateway: StripeGateway, ask: Callable[[StripeClient], object]) -> bool:
    try:
        with _translated():
            ask(gateway.client)
    except RightMissing:
        return False
    except RequestRefused:
        return True  # there is no such thing, which only who has the right is told
    return True


@contextmanager
def _translated() -> Iterator[None]:
    """Stripe's errors in our words: none of them repeats a key."""
    import stripe

    try:
        yield
    except stripe.AuthenticationError:
        raise KeyRefused from None
    except stripe.PermissionError:
        raise RightMissing from None
    except stripe.InvalidRequestError as error:
        raise RequestRefused(error.user_message or "") from None
    except stripe.StripeError as error:
        raise Unreachable(type(error).__name__) from None
