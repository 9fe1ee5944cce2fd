"""Card and TWINT through Stripe: a hosted Checkout page behind the Gateway port.

Nothing is decided here: every method tells what Stripe says now. Amounts are centimes, times whole seconds; our id is
the idempotency key, and a repeated request sends the very same parameters.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal

from booking.adapters import wording
from booking.services.ports import (
    Checkout,
    CheckoutFacts,
    CheckoutRefused,
    CheckoutRequest,
    CheckoutState,
    DisputeFacts,
    GatewayDown,
    RefundFacts,
    RefundOutcome,
)

if TYPE_CHECKING:
    from stripe import StripeClient
    from stripe.checkout import Session

logger = logging.getLogger(__name__)

TIMEOUT: Final = (3.05, 8.0)  # seconds to connect and to answer; with one repetition a visitor waits 23 s at most
RETRIES: Final = 1
OUTCOMES: Final = {
    "succeeded": RefundOutcome.SUCCEEDED,
    "failed": RefundOutcome.FAILED,
    "canceled": RefundOutcome.FAILED,
}  # pending, requires_action: still under way
DISPUTE_STATES: Final[dict[str, Literal["won", "lost"]]] = {
    "won": "won",
    "lost": "lost",
    "warning_closed": "won",
    "prevented": "won",
}  # every other one: still open


class StripeGateway:
    """The Gateway port over Stripe's API. `live` is the mode of the key; answers of the other mode do not agree."""

    def __init__(self, secret_key: str, api_base: str = "") -> None:
        self._key = secret_key
        self._api_base = api_base.rstrip("/")
        self.live = secret_key.startswith(("sk_live_", "rk_live_"))

    @cached_property
    def client(self) -> StripeClient:
        """Made at the first call: the library takes a second to load."""
        import stripe

        stripe.enable_telemetry = False
        logging.getLogger("stripe").setLevel(logging.WARNING)  # below, it writes down what it sends: names, addresses
        addresses: Any = {"api": self._api_base} if self._api_base else None
        return stripe.StripeClient(
            self._key,
            base_addresses=addresses,
            max_network_retries=RETRIES,
            http_client=stripe.RequestsClient(timeout=TIMEOUT),
        )

    def start(self, request: CheckoutRequest) -> Checkout:
        """Opens a Checkout page. Raises GatewayDown, or CheckoutRefused when Stripe will not open this one."""
        with _translated(CheckoutRefused):
            session = self.client.v1.checkout.sessions.create(
                params=_session_params(request),  # type: ignore[arg-type]
                options={"idempotency_key": f"checkout-{request.our_id}"},
            )
            return Checkout(session.id, session.url or "")

    def look_up(self, provider_id: str) -> CheckoutFacts:
        """What became of a page. One that this account does not know (any more) cannot be paid to it: it is over."""
        import stripe

        with _translated():
            try:
                session = self.client.v1.checkout.sessions.retrieve(provider_id)
                facts = self._facts(session)
                if session.status == "complete" and facts.state is CheckoutState.OPEN and self._failed(facts.payment):
                    return replace(facts, state=CheckoutState.OVER)
                return facts
            except stripe.InvalidRequestError as error:
                if error.code != "resource_missing":
                    raise
                return CheckoutFacts(CheckoutState.OVER, "", 0, "", "")

    def expire(self, provider_id: str) -> CheckoutFacts:
        """Ends an open page. Stripe refuses that for one which is complete or over: then its state tells."""
        import stripe

        with _translated():
            try:
                return self._facts(self.client.v1.checkout.sessions.expire(provider_id))
            except stripe.InvalidRequestError:
                pass
        return self.look_up(provider_id)

    def refund(self, our_id: str, payment: str, amount: int) -> RefundFacts:
        """Gives `amount` back. That Stripe will not (nothing left, a dispute runs) is an outcome.

        Stripe forgets an idempotency key after a day, so it is asked first whether this refund was made already.
        """
        import stripe

        with _translated():
            for known in self.refunds_of(payment):
                if known.our_id == our_id:
                    return known
            try:
                refund = self.client.v1.refunds.create(
                    params={
                        "payment_intent": payment,
                        "amount": amount,
                        "reason": "requested_by_customer",
                        "metadata": {"refund": our_id},
                    },
                    options={"idempotency_key": f"refund-{our_id}"},
                )
            except stripe.InvalidRequestError as error:
                disputed = error.code == "charge_disputed"
                return RefundFacts(RefundOutcome.BLOCKED if disputed else RefundOutcome.REFUSED, "", our_id, amount)
            return _refund_facts(refund)

    def refunds_of(self, payment: str) -> list[RefundFacts]:
        """Every refund of a payment, also those made in Stripe's dashboard, oldest first."""
        with _translated():
            found = self.client.v1.refunds.list(params={"payment_intent": payment, "limit": 100})
            return [_refund_facts(refund) for refund in reversed(list(found.auto_paging_iter()))]

    def disputes_of(self, payment: str) -> list[DisputeFacts]:
        """Every dispute about a payment, oldest first."""
        with _translated():
            found = self.client.v1.disputes.list(params={"payment_intent": payment, "limit": 100})
            told = reversed(list(found.auto_paging_iter()))
            return [DisputeFacts(DISPUTE_STATES.get(dispute.status, "open"), dispute.amount) for dispute in told]

    def events(self, kinds: tuple[str, ...], since: datetime) -> list[dict[str, Any]]:
        """Stripe's own list of what happened, plain, oldest first; it goes back about 30 days."""
        with _translated():
            query: Any = {"types": list(kinds), "created": {"gte": _seconds(since)}, "limit": 100}
            return [event.to_dict() for event in reversed(list(self.client.v1.events.list(query).auto_paging_iter()))]

    def _failed(self, intent: str) -> bool:
        """Whether a delayed payment came to nothing: its page stays complete and unpaid for ever."""
        return self.client.v1.payment_intents.retrieve(intent).status in ("requires_payment_method", "canceled")

    def _facts(self, session: Session) -> CheckoutFacts:
        state = CheckoutState.OPEN  # also complete and unpaid: a delayed method, still to come
        if session.status == "expired":
            state = CheckoutState.OVER
        elif session.status == "complete" and session.payment_status == "paid":
            state = CheckoutState.PAID
        intent = session.payment_intent
        return CheckoutFacts(
            state=state,
            our_id=session.client_reference_id or "",
            amount=session.amount_total or 0,
            currency=session.currency or "",
            payment=intent if isinstance(intent, str) else intent.id if intent else "",
            agrees=session.livemode == self.live,
        )


def _session_params(request: CheckoutRequest) -> dict[str, Any]:
    """No list of methods: they are switched on in the dashboard and filtered by currency and amount. Nothing that
    could change the amount or bring an ended page back to life."""
    ours = {"attempt": request.our_id}
    day = wording.full_date(request.starts_on, request.locale)  # a service rendered later: its day is said in writing
    description = f"{day} · {request.reference}"
    price = {
        "currency": "chf",
        "unit_amount": request.amount,
        "product_data": {"name": request.title[:250], "description": description[:250]},
    }
    return {
        "mode": "payment",
        "locale": request.locale,
        # Stripe takes no address with other letters; the payer then types one there.
        **({"customer_email": request.email} if request.email.isascii() else {}),
        "client_reference_id": request.our_id,
        "metadata": ours,
        "payment_intent_data": {"description": f"{request.title[:250]} – {description}", "metadata": ours},
        "line_items": [{"quantity": 1, "price_data": price}],
        "expires_at": _seconds(request.expires_at),
        "submit_type": "book",
        "adaptive_pricing": {"enabled": False},
        "success_url": f"{request.return_to}?returned=1&session_id={{CHECKOUT_SESSION_ID}}",
        "cancel_url": request.return_to,
    }


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


def _refund_facts(refund: Any) -> RefundFacts:
    outcome = OUTCOMES.get(refund.status or "", RefundOutcome.PENDING)
    ours = refund.metadata["refund"] if refund.metadata and "refund" in refund.metadata else ""
    return RefundFacts(outcome, refund.id, ours, refund.amount)


@contextmanager
def _translated(refusal: type[Exception] = GatewayDown) -> Iterator[None]:
    """Stripe's errors in the port's words. An outage leaves open whether Stripe acted; a `refusal` does not."""
    import stripe

    try:
        yield
    except (stripe.InvalidRequestError, stripe.IdempotencyError) as error:
        logger.warning("Stripe refused a request: %s, %s", error.code or getattr(error, "param", ""), error.request_id)
        raise refusal(error.code or "request") from error
    except stripe.StripeError as error:  # no connection, 429, 5xx, a key that is not accepted
        logger.warning("Stripe did not do as asked: %s, %s", type(error).__name__, error.request_id)
        raise GatewayDown(type(error).__name__) from error
