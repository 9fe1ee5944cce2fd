"""Money going back: refunds by the API and by the Dashboard, what becomes of them, and disputes."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import datetime
from typing import Any, Literal

from stripe import Dispute, Refund

from tests.stripe.stripe_account import blank
from tests.stripe.stripe_form import Json, Refused
from tests.stripe.stripe_payments import Payments, at_once

Outcome = Literal["pending", "succeeded", "failed", "canceled"]
TWINT_DAYS = 180


class Refunds(Payments):
    """`refunds_become` is how new refunds turn out; `balance` the centimes there are for them (None: enough)."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__(now)
        self.refunds_become: Outcome = "succeeded"
        self.balance: int | None = None

    def create_refund(self, params: Json) -> Json:
        charge = self._refundable(params)
        rest = charge["amount"] - charge["amount_refunded"]
        if rest == 0:
            said = f"Charge {charge['id']} has already been refunded."
            raise Refused(said, code="charge_already_refunded", kept=True)
        amount = params.get("amount", rest)
        if amount < 1:
            raise Refused("Invalid positive integer", "amount", "parameter_invalid_integer")
        if amount > rest:
            said = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({rest})"
            raise Refused(said, "amount", kept=True)
        asked: Json = {key: params[key] for key in ("reason", "metadata") if key in params}
        return deepcopy(self._refund(charge, amount, asked))

    # What staff do in the Dashboard, and banks in their own time

    @at_once
    def refund_in_dashboard(self, payment_intent: str, amount: int | None = None) -> Json:
        asked = {"payment_intent": payment_intent, "reason": "requested_by_customer"}
        return self.create_refund(asked | ({} if amount is None else {"amount": amount}))

    @at_once
    def turn_refund(self, refund_id: str, status: Outcome, reason: str = "expired_or_canceled_card") -> Json:
        """The refund takes another status, as from succeeded to failed; the money of a failed one is back with us."""
        refund = self.find("refund", refund_id)
        before = {key: refund[key] for key in ("status", "pending_reason", "failure_reason")}
        gone = refund["status"] == "succeeded"
        refund.update(status=status, pending_reason=None, failure_reason=reason if status == "failed" else None)
        self._book(refund["amount"] * ((status == "succeeded") - gone))
        self._sum_up(self.find("charge", refund["charge"]))
        self.record("refund.updated", refund, before)
        if status == "failed":
            self.record("refund.failed", refund)
        return deepcopy(refund)

    @at_once
    def reference_refund(self, refund_id: str) -> None:
        """Only the acquirer's reference appears: an update that changes no state."""
        refund = self.find("refund", refund_id)
        reference = {"reference": "74857306", "reference_status": "available", "type": "refund"}
        refund["destination_details"] = {"type": "card", "card": reference}
        self.record("refund.updated", refund, {"destination_details": None})

    @at_once
    def dispute(self, payment_intent: str, amount: int | None = None, reason: str = "fraudulent") -> Json:
        """The payer asks her bank for the money; it is taken from us until `close_dispute`."""
        charge = self._charge(payment_intent)
        dispute = blank(Dispute, object="dispute", created=self.time, livemode=self.livemode, reason=reason)
        dispute |= {"amount": amount or charge["amount"], "currency": charge["currency"], "charge": charge["id"]}
        dispute |= {"payment_intent": payment_intent, "status": "needs_response", "metadata": {}}
        dispute = self.keep("du", dispute)
        charge["disputed"] = True
        self.record("charge.dispute.created", dispute)
        self.record("charge.dispute.funds_withdrawn", dispute)
        return deepcopy(dispute)

    @at_once
    def close_dispute(self, dispute_id: str, won: bool = False) -> Json:
        dispute = self.find("dispute", dispute_id)
        dispute["status"] = "won" if won else "lost"
        self.record("charge.dispute.closed", dispute)
        if won:
            self.record("charge.dispute.funds_reinstated", dispute)
        return deepcopy(dispute)

    def _refundable(self, params: Json) -> Json:
        if ("payment_intent" in params) == ("charge" in params):
            raise Refused("One of the following params should be provided for this request: payment_intent or charge.")
        if "charge" in params:
            charge = self.find("charge", params["charge"], "charge", 400)
        else:
            charge = self._charge(params["payment_intent"])
        disputes = [one for one in self.all("dispute") if one["charge"] == charge["id"]]
        if any(one["status"] != "won" for one in disputes):
            said = f"Charge {charge['id']} has been charged back; cannot issue a refund."
            raise Refused(said, code="charge_disputed", kept=True)
        old = self.time - charge["created"] > TWINT_DAYS * 86_400
        if old and charge["payment_method_details"]["type"] == "twint":
            raise Refused(f"TWINT payments can be refunded for {TWINT_DAYS} days only.", kept=True)
        return charge

    def _charge(self, payment_intent: str) -> Json:
        intent = self.find("payment_intent", payment_intent, "payment_intent", 400)
        if not intent["latest_charge"]:
            said = f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund."
            raise Refused(said, kept=True)
        return self.find("charge", intent["latest_charge"])

    def _refund(self, charge: Json, amount: int, asked: Json) -> Json:
        method = charge["payment_method_details"]["type"]
        refund = blank(Refund, object="refund", created=self.time, amount=amount, metadata={})
        refund |= {"charge": charge["id"]} | {key: charge[key] for key in ("currency", "payment_intent")} | asked
        refund = self.keep("re", refund | self._outcome(amount, method))
        self._book(amount * (refund["status"] == "succeeded"))
        self._sum_up(charge)
        self.record("refund.created", refund)
        if refund["status"] == "failed":
            self.record("refund.failed", refund)
        else:
            self.record("charge.refunded", charge)
        return refund

    def _outcome(self, amount: int, method: str) -> dict[str, Any]:
        if self.balance is not None and amount > self.balance:  # only refunds to cards wait for money
            if method == "card":
                return {"status": "pending", "pending_reason": "insufficient_funds"}
            return {"status": "failed", "failure_reason": "insufficient_funds"}
        why = {"pending": {"pending_reason": "processing"}, "failed": {"failure_reason": "unknown"}}
        return {"status": self.refunds_become, **why.get(self.refunds_become, {})}

    def _book(self, amount: int) -> None:
        if self.balance is not None:
            self.balance -= amount

    def _sum_up(self, charge: Json) -> None:
        back = [one for one in self.all("refund") if one["charge"] == charge["id"]]
        charge["amount_refunded"] = sum(one["amount"] for one in back if one["status"] in ("pending", "succeeded"))
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
