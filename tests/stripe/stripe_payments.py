"""Checkout Sessions and the money they bring: what the API does, and what payers and the clock do."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from stripe import Charge, PaymentIntent
from stripe.checkout import Session

from tests.stripe.stripe_account import Account, blank
from tests.stripe.stripe_form import Json, Refused

P = ParamSpec("P")
R = TypeVar("R")
MINUTE = 60
MARK = "{CHECKOUT_SESSION_ID}"
SMALLEST, LARGEST = 50, 99_999_999  # centimes
LONGEST = {"client_reference_id": 200, "customer_email": 512, "success_url": 5000, "cancel_url": 5000}


class NotOpen(Exception):
    """The page shows that it is over; nothing was charged."""


def at_once(method: Callable[Concatenate[Any, P], R]) -> Callable[Concatenate[Any, P], R]:
    """One at a time, after what was due by the clock."""

    @wraps(method)
    def alone(self: Payments, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with self.lock:
            self.expire_due()
            return method(self, *args, **kwargs)

    return alone


class Payments(Account):
    """`needs_mark`: a success_url without the session's placeholder is refused (Stripe itself would take it).

    `orders` is what was asked for, by session: line items and the intent's data are not in the session's own JSON.
    """

    url = ""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__(now)
        self.needs_mark = False
        self.orders: dict[str, Json] = {}

    def create_session(self, params: Json) -> Json:
        lines = params.get("line_items", [])
        _check_session(params, self.needs_mark)
        total = sum(_line_amount(line, f"line_items[{number}]") for number, line in enumerate(lines))
        if not SMALLEST <= total <= LARGEST:
            code = "amount_too_small" if total < SMALLEST else "amount_too_large"
            raise Refused("The total amount due must be at least 0.50 and at most 999999.99", "line_items", code)
        expires_at = params.get("expires_at", self.time + 24 * 60 * MINUTE)
        if not self.time + 30 * MINUTE <= expires_at <= self.time + 24 * 60 * MINUTE:
            raise Refused("The `expires_at` timestamp must be 30 minutes to 24 hours from now.", "expires_at")
        shown = {key: value for key, value in params.items() if key in SHOWN}
        session = self._blank_session(total, lines[0]["price_data"]["currency"]) | shown | {"expires_at": expires_at}
        session = self.keep(f"cs_{'live' if self.livemode else 'test'}", session, 58)
        session["url"] = f"{self.url}/pay/{session['id']}"
        self.orders[session["id"]] = params
        return deepcopy(session)

    def expire_session(self, name: str) -> Json:
        session = self.find("checkout.session", name, "session")
        if session["status"] != "open":
            said = 'Only Checkout Sessions with a status in ["open"] can be expired. This one has'
            raise Refused(f"{said} a status of `{session['status']}`.", kept=True)
        self._end(session, self.time)
        return deepcopy(session)

    def expire_due(self) -> None:
        for session in self.all("checkout.session"):
            if session["status"] == "open" and session["expires_at"] <= self.time:
                self._end(session, session["expires_at"])

    # What payers and banks do

    @at_once
    def pay(self, session_id: str, method: str = "card", delayed: bool = False) -> Json:
        """The payer pays; `delayed`: the page is complete, the money comes with `finish`. Raises NotOpen."""
        session = self._open(session_id)
        intent = self._intent(session)
        session.update(status="complete", url=None, customer_details={"email": session["customer_email"]})
        if delayed:
            intent.update(status="processing", payment_method_types=[method])
        else:
            self._collect(session, intent, method)
        self.record("checkout.session.completed", session)
        return deepcopy(session)

    @at_once
    def finish(self, session_id: str, succeeded: bool = True) -> Json:
        """The bank's answer to a delayed payment."""
        session = self.find("checkout.session", session_id)
        intent = self._intent(session)
        if intent["status"] != "processing":
            raise NotOpen
        if succeeded:
            self._collect(session, intent, intent["payment_method_types"][0])
        else:
            intent["status"] = "requires_payment_method"
        self.record(f"checkout.session.async_payment_{'succeeded' if succeeded else 'failed'}", session)
        return deepcopy(session)

    @at_once
    def decline(self, session_id: str, code: str = "card_declined") -> None:
        """The bank says no; the page stays open for another try. Raises NotOpen."""
        intent = self._intent(self._open(session_id))
        intent.update(status="requires_payment_method", last_payment_error={"type": "card_error", "code": code})
        self.record("payment_intent.payment_failed", intent)

    @at_once
    def expire(self, session_id: str) -> None:
        """Ends an open page as the clock would, but now."""
        self._end(self._open(session_id), self.time)

    def _open(self, session_id: str) -> Json:
        session = self.find("checkout.session", session_id)
        if session["status"] != "open":
            raise NotOpen(session["status"])
        return session

    def _end(self, session: Json, moment: int) -> None:
        session.update(status="expired", url=None)
        if session["payment_intent"]:
            intent = self._intent(session)
            intent.update(status="canceled", canceled_at=moment)
            self.record("payment_intent.canceled", intent, created=moment)
        self.record("checkout.session.expired", session, created=moment)

    def _intent(self, session: Json) -> Json:
        """The session's PaymentIntent, which begins with the first attempt to pay."""
        if not session["payment_intent"]:
            asked = self.orders[session["id"]].get("payment_intent_data", {})
            intent = blank(PaymentIntent, object="payment_intent", created=self.time, livemode=self.livemode)
            intent |= {"amount": session["amount_total"], "currency": session["currency"], "status": "requires_action"}
            intent |= {"amount_received": 0, "capture_method": "automatic_async", "metadata": {}, **asked}
            session["payment_intent"] = self.keep("pi", intent)["id"]
        return self.find("payment_intent", session["payment_intent"])

    def _collect(self, session: Json, intent: Json, method: str) -> None:
        charge = blank(Charge, object="charge", created=self.time, livemode=self.livemode, paid=True, captured=True)
        charge |= {key: deepcopy(intent[key]) for key in ("amount", "currency", "description", "metadata")}
        charge |= {"payment_intent": intent["id"], "payment_method_details": {"type": method, method: {}}}
        charge |= {"status": "succeeded", "amount_captured": intent["amount"], "amount_refunded": 0}
        charge = self.keep("ch", charge | {"refunded": False, "disputed": False, "billing_details": {}})
        intent.update(status="succeeded", amount_received=intent["amount"], latest_charge=charge["id"])
        session["payment_status"] = "paid"
        self.record("charge.succeeded", charge)
        self.record("payment_intent.succeeded", intent)

    def _blank_session(self, total: int, currency: str) -> Json:
        session = blank(Session, object="checkout.session", created=self.time, livemode=self.livemode, metadata={})
        session |= {"amount_subtotal": total, "amount_total": total, "currency": currency, "mode": "payment"}
        session |= {"status": "open", "payment_status": "unpaid", "custom_fields": [], "shipping_options": []}
        session |= {"payment_method_types": ["card", "twint"], "ui_mode": "hosted_page"}
        session |= {"automatic_tax": {"enabled": False}, "custom_text": {}}
        return session | {"total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0}}


SHOWN = set(Session.__annotations__) - {"line_items"}


def _check_session(params: Json, needs_mark: bool) -> None:
    for name in ("mode", "success_url", "line_items"):
        if not params.get(name):
            raise Refused(f"Missing required param: {name}.", name, "parameter_missing")
    if params["mode"] != "payment" or params.get("ui_mode", "hosted_page") != "hosted_page":
        raise Refused("This stand-in knows mode `payment` on the hosted page only.", "mode")
    for name, longest in LONGEST.items():
        if len(params.get(name, "")) > longest:
            raise Refused(f"Invalid string: {params[name][:9]}…; must be at most {longest} characters", name)
    for name in ("success_url", "cancel_url"):
        if not re.match(r"https?://[^/\s]+", params.get(name, "http://left.out")):
            raise Refused("Not a valid URL", name, "url_invalid")
    if "%7bcheckout" in params["success_url"].lower() or (needs_mark and MARK not in params["success_url"]):
        raise Refused(f"success_url must hold {MARK} as it is", "success_url")
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", params.get("customer_email", "left@out.ch")):
        raise Refused(f"Invalid email address: {params['customer_email']}", "customer_email", "email_invalid")
    if len(params.get("payment_intent_data", {}).get("description", "")) > 1000:
        raise Refused("Invalid string; must be at most 1000 characters", "payment_intent_data[description]")
    if len({line.get("price_data", {}).get("currency") for line in params["line_items"]}) > 1:
        raise Refused("All line items must have the same currency.", "line_items")


def _line_amount(line: Json, name: str) -> int:
    """Centimes of one line."""
    price = line.get("price_data")
    if not price:
        raise Refused(f"Missing required param: {name}[price_data].", f"{name}[price_data]", "parameter_missing")
    for key in ("unit_amount", "product_data"):
        if key not in price:
            param = f"{name}[price_data][{key}]"
            raise Refused(f"Missing required param: {param}.", param, "parameter_missing")
    if price["currency"] not in ("chf", "eur", "usd", "gbp"):
        raise Refused(f"Invalid currency: {price['currency']}", f"{name}[price_data][currency]")
    if price["unit_amount"] < SMALLEST:
        raise Refused("Amount must be at least 50 cents", f"{name}[price_data][unit_amount]", "amount_too_small")
    quantity = line.get("quantity", 0)
    if quantity < 1:
        raise Refused("Quantity must be at least 1", f"{name}[quantity]", "parameter_invalid_integer")
    return int(price["unit_amount"] * quantity)
