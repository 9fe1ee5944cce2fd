"""What the use cases ask of the outside world. Adapters implement it; tests have twins held to the same contract."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from booking.domain.booking import Channel
from booking.domain.documents import Issuer
from booking.persistence.bookings import Booking


class GatewayDown(Exception):
    """The provider did not answer, or not in time: whether it acted is unknown; asking again must be harmless."""


class CheckoutState(StrEnum):
    """OPEN: can be paid (or is being checked); PAID: the money is there; OVER: can no longer be paid."""

    OPEN = "open"
    PAID = "paid"
    OVER = "over"


@dataclass(frozen=True)
class CheckoutRequest:
    """A page to pay on. `our_id` is also the idempotency key: the same id always gives the same checkout."""

    our_id: str
    amount: int  # centimes of CHF
    title: str
    description: str
    email: str
    locale: str  # 'fr' | 'en'
    expires_at: datetime
    return_to: str  # absolute address, for success and for coming back


@dataclass(frozen=True)
class Checkout:
    """The provider's name for the page and where it is."""

    provider_id: str
    url: str


@dataclass(frozen=True)
class CheckoutFacts:
    """What the provider says now. `amount` in centimes; `payment` names the money, for refunds."""

    state: CheckoutState
    our_id: str
    amount: int
    currency: str
    payment: str


class RefundOutcome(StrEnum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True)
class RefundFacts:
    """What the provider says of a refund."""

    outcome: RefundOutcome
    provider_id: str


class Gateway(Protocol):
    """A payment provider. Every method may raise GatewayDown; none is called inside a transaction."""

    def start(self, request: CheckoutRequest) -> Checkout:
        """Opens a page to pay on; repeated with the same `our_id`, gives the same one."""

    def look_up(self, provider_id: str) -> CheckoutFacts:
        """The present state of a checkout."""

    def expire(self, provider_id: str) -> CheckoutFacts:
        """Ends a checkout that is open, and gives the state after: it may turn out to have been PAID."""

    def refund(self, our_id: str, payment: str, amount: int) -> RefundFacts:
        """Gives `amount` centimes of a payment back; repeated with the same `our_id`, gives the same refund."""


@dataclass(frozen=True)
class Ports:
    """Everything a use case may need of the outside: `manage_url` is where a payer returns to."""

    issuer: Issuer
    gateways: Mapping[Channel, Gateway]
    manage_url: Callable[[Booking], str]
