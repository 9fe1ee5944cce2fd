"""What the use cases ask of the outside world. Adapters implement it; tests have twins held to the same contract."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal, Protocol

from booking.domain.booking import Channel
from booking.domain.documents import Issuer
from booking.persistence.bookings import Booking


class GatewayDown(Exception):
    """The provider did not answer, or not in time: whether it acted is unknown; asking again must be harmless."""


class CheckoutRefused(Exception):
    """The provider answered that it will not open this page: there is none under this id, and never will be."""


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
    starts_on: date  # the class's first day, in its zone
    reference: str
    email: str
    locale: str  # 'fr' | 'en'
    expires_at: datetime
    return_to: str  # absolute address, for success and for coming back

    def to_json(self) -> dict[str, Any]:
        """Plain values: kept with the attempt, so that a repetition asks for exactly the same."""
        return asdict(self) | {
            "starts_on": self.starts_on.isoformat(),
            "expires_at": self.expires_at.isoformat(),
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> CheckoutRequest:
        """The inverse of `to_json`."""
        times = {
            "starts_on": date.fromisoformat(plain["starts_on"]),
            "expires_at": datetime.fromisoformat(plain["expires_at"]),
        }
        return cls(**{**plain, **times})


@dataclass(frozen=True)
class Checkout:
    """The provider's name for the page and where it is."""

    provider_id: str
    url: str


@dataclass(frozen=True)
class CheckoutFacts:
    """What the provider says now. `amount` in centimes; `payment` names the money, for refunds; `agrees` is False when
    the provider's mode (test or live) is not ours."""

    state: CheckoutState
    our_id: str
    amount: int
    currency: str
    payment: str
    agrees: bool = True


class RefundOutcome(StrEnum):
    """REFUSED: the provider made no refund and says so; BLOCKED: it will not while a dispute runs."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    REFUSED = "refused"
    BLOCKED = "blocked"


@dataclass(frozen=True)
class RefundFacts:
    """What the provider says of a refund; `our_id` is '' for one that was made in its dashboard. Centimes."""

    outcome: RefundOutcome
    provider_id: str
    our_id: str = ""
    amount: int = 0


@dataclass(frozen=True)
class DisputeFacts:
    """What the provider says of a dispute: `state` is 'open', 'won' or 'lost'. Centimes."""

    state: Literal["open", "won", "lost"]
    amount: int


class Gateway(Protocol):
    """A payment provider. Every method may raise GatewayDown; none is called inside a transaction."""

    def start(self, request: CheckoutRequest) -> Checkout:
        """Opens a page to pay on; repeated with the same `our_id`, gives the same one. May raise CheckoutRefused."""

    def look_up(self, provider_id: str) -> CheckoutFacts:
        """The present state of a checkout."""

    def expire(self, provider_id: str) -> CheckoutFacts:
        """Ends a checkout that is open, and gives the state after: it may turn out to have been PAID."""

    def refund(self, our_id: str, payment: str, amount: int) -> RefundFacts:
        """Gives `amount` centimes of a payment back; repeated with the same `our_id`, gives the same refund."""

    def refunds_of(self, payment: str) -> Sequence[RefundFacts]:
        """Every refund of a payment, oldest first, whoever made it."""

    def disputes_of(self, payment: str) -> Sequence[DisputeFacts]:
        """Every dispute about a payment, oldest first."""


@dataclass(frozen=True)
class Ports:
    """Everything a use case may need of the outside: `manage_url` is where a payer returns to."""

    issuer: Issuer
    gateways: Mapping[Channel, Gateway]
    manage_url: Callable[[Booking], str]
