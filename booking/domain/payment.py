"""States of payments and refunds, the kinds of ledger entries, and what a cancellation leaves to be moved."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from booking.domain.state import Transitions


class PaymentState(StrEnum):
    """STARTING: our row exists, the provider may or may not know; OPEN: it can be paid; OVER: it no longer can;
    VOID: booked by hand, by mistake: it never came."""

    STARTING = "starting"
    OPEN = "open"
    PAID = "paid"
    OVER = "over"
    VOID = "void"


PAYMENT_TRANSITIONS: Final = Transitions(
    {
        PaymentState.STARTING: {PaymentState.OPEN, PaymentState.PAID, PaymentState.OVER},
        PaymentState.OPEN: {PaymentState.PAID, PaymentState.OVER},
        PaymentState.OVER: {PaymentState.PAID},  # late money
        PaymentState.PAID: {PaymentState.VOID},
        PaymentState.VOID: set(),
    }
)


class Means(StrEnum):
    """How money came that no provider brought: credited by the bank, in cash, or by the organiser's own card terminal.
    All of it is Channel.TRANSFER, since it goes back the same way: by hand, to an IBAN (docs/adr/money-by-hand.md)."""

    BANK = "bank"
    CASH = "cash"
    TERMINAL = "terminal"


UNDER_WAY: Final = (PaymentState.STARTING, PaymentState.OPEN)  # may still bring money


GOODWILL: Final = "goodwill"  # the reason of a refund that nobody was owed


class RefundState(StrEnum):
    """REQUESTED: to be sent to the provider; NEEDS_IBAN / TO_PAY: the organiser's task by bank; WITHDRAWN: no longer
    needed, since the money went back another way."""

    REQUESTED = "requested"
    PENDING = "pending"
    NEEDS_IBAN = "needs_iban"
    TO_PAY = "to_pay"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


REFUND_TRANSITIONS: Final = Transitions(
    {
        RefundState.REQUESTED: {
            RefundState.PENDING,
            RefundState.SUCCEEDED,
            RefundState.FAILED,
            RefundState.WITHDRAWN,
        },
        RefundState.PENDING: {RefundState.SUCCEEDED, RefundState.FAILED},
        RefundState.NEEDS_IBAN: {RefundState.TO_PAY, RefundState.WITHDRAWN},
        RefundState.TO_PAY: {RefundState.SUCCEEDED, RefundState.WITHDRAWN},
        RefundState.SUCCEEDED: {RefundState.FAILED},  # a provider may take a success back (closed card)
        RefundState.FAILED: set(),
        RefundState.WITHDRAWN: {RefundState.PENDING, RefundState.SUCCEEDED},  # was on its way to the provider
    }
)
OPEN_REFUNDS: Final = (RefundState.REQUESTED, RefundState.PENDING, RefundState.NEEDS_IBAN, RefundState.TO_PAY)


class LedgerKind(StrEnum):
    """Signed centimes from the organiser's side: positive = the participant owes more, negative = less."""

    PRICE = "price"
    DISCOUNT = "discount"
    CANCELLATION_CREDIT = "cancellation_credit"
    CANCELLATION_FEE = "cancellation_fee"
    PAYMENT = "payment"
    REFUND = "refund"
    WRITE_OFF = "write_off"


LEDGER_SIGNS: Final = {
    LedgerKind.PRICE: 1,
    LedgerKind.DISCOUNT: -1,
    LedgerKind.CANCELLATION_CREDIT: -1,
    LedgerKind.CANCELLATION_FEE: 1,
    LedgerKind.PAYMENT: -1,
    LedgerKind.REFUND: 1,
    LedgerKind.WRITE_OFF: -1,
}


class DocumentKind(StrEnum):
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    FEE_INVOICE = "fee_invoice"
    RECEIPT = "receipt"


@dataclass(frozen=True)
class Settlement:
    """What is left to move after a cancellation, centimes; at most one of the two is positive."""

    refund: int
    due: int


def settlement(balance: int, refunds_under_way: int, credit: int, fee: int) -> Settlement:
    """From the account's balance before cancelling (positive = owed to us), the price credited and the fee charged.

    `refunds_under_way` was promised back already and is not promised twice (rules: money is never sent twice).
    """
    after = balance + refunds_under_way - credit + fee
    return Settlement(refund=max(0, -after), due=max(0, after))
