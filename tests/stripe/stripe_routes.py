"""The addresses of Stripe's API that the fake answers: the SDK's type of their parameters, and what they do."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from copy import deepcopy
from typing import NamedTuple
from urllib.parse import urlsplit

from stripe import WebhookEndpoint, params
from stripe.params import checkout

from tests.stripe.stripe_account import blank
from tests.stripe.stripe_form import Json, Refused
from tests.stripe.stripe_refunds import Refunds


class Route(NamedTuple):
    """`work` gets the account, the id in the address ('' without) and the checked parameters."""

    shape: type
    resource: str
    work: Callable[[Refunds, str, Json], Json]


def route(method: str, path: str) -> tuple[Route, str]:
    """The route of an address and the id in it; raises Refused (404)."""
    match = re.fullmatch(r"/v1/(checkout/sessions|[a-z_]+)(?:/(\w+))?(/expire)?", path)
    if match:
        resource, name, action = match.groups("")
        known = ROUTES.get(f"{method} {resource}{'/*' if name else ''}{action}")
        if known:
            return known, name
    raise Refused(f"Unrecognized request URL ({method}: {path}).", status=404)


def expire_session(account: Refunds, name: str, _: Json) -> Json:
    return account.expire_session(name)


def create_endpoint(account: Refunds, _: str, asked: Json) -> Json:
    host = urlsplit(asked["url"])
    if host.scheme not in ("http", "https") or host.hostname in (None, "localhost", "127.0.0.1", "::1"):
        raise Refused("Invalid URL: URL must be publicly accessible", "url", "url_invalid")
    if account.livemode and host.scheme != "https":
        raise Refused("Invalid URL: must be HTTPS in live mode", "url", "url_invalid")
    endpoint = blank(WebhookEndpoint, object="webhook_endpoint", created=account.time, livemode=account.livemode)
    endpoint |= {"metadata": {}, "status": "enabled", **asked}
    made = account.keep("we", endpoint)
    made.pop("secret")
    return deepcopy(made) | {"secret": f"whsec_{secrets.token_hex(16)}"}  # told this once only


def update_endpoint(account: Refunds, name: str, asked: Json) -> Json:
    endpoint = account.find("webhook_endpoint", name, "webhook_endpoint")
    if "disabled" in asked:
        endpoint["status"] = "disabled" if asked.pop("disabled") else "enabled"
    endpoint.update(asked)
    return deepcopy(endpoint)


def delete_endpoint(account: Refunds, name: str, _: Json) -> Json:
    account.find("webhook_endpoint", name, "webhook_endpoint")
    del account.things[name]
    return {"id": name, "object": "webhook_endpoint", "deleted": True}


def balance(account: Refunds, _: str, __: Json) -> Json:
    money = [{"amount": account.balance or 0, "currency": "chf", "source_types": {"card": account.balance or 0}}]
    return {"object": "balance", "available": money, "pending": [], "livemode": account.livemode}


def business(_: Refunds, __: str, ___: Json) -> Json:
    ready = {"card_payments": "active", "twint_payments": "active"}
    about = {"object": "account", "id": "acct_1AtelierFake0000", "country": "CH", "default_currency": "chf"}
    return about | {"capabilities": ready, "charges_enabled": True, "payouts_enabled": True, "details_submitted": True}


def _reading(kind: str, resource: str, one: type, many: type) -> dict[str, Route]:
    def get(account: Refunds, name: str, asked: Json) -> Json:
        return account.retrieve(kind, name, asked)

    def page(account: Refunds, _: str, asked: Json) -> Json:
        return account.listing(kind, f"/v1/{resource}", asked)

    return {f"GET {resource}/*": Route(one, resource, get), f"GET {resource}": Route(many, resource, page)}


SESSIONS, HOOKS = "checkout/sessions", "webhook_endpoints"
ROUTES: dict[str, Route] = {
    **_reading("checkout.session", SESSIONS, checkout.SessionRetrieveParams, checkout.SessionListParams),
    **_reading("payment_intent", "payment_intents", params.PaymentIntentRetrieveParams, params.PaymentIntentListParams),
    **_reading("charge", "charges", params.ChargeRetrieveParams, params.ChargeListParams),
    **_reading("refund", "refunds", params.RefundRetrieveParams, params.RefundListParams),
    **_reading("dispute", "disputes", params.DisputeRetrieveParams, params.DisputeListParams),
    **_reading("event", "events", params.EventRetrieveParams, params.EventListParams),
    **_reading("webhook_endpoint", HOOKS, params.WebhookEndpointRetrieveParams, params.WebhookEndpointListParams),
    f"POST {SESSIONS}": Route(checkout.SessionCreateParams, SESSIONS, lambda on, _, asked: on.create_session(asked)),
    f"POST {SESSIONS}/*/expire": Route(checkout.SessionExpireParams, SESSIONS, expire_session),
    "POST refunds": Route(params.RefundCreateParams, "refunds", lambda on, _, asked: on.create_refund(asked)),
    f"POST {HOOKS}": Route(params.WebhookEndpointCreateParams, HOOKS, create_endpoint),
    f"POST {HOOKS}/*": Route(params.WebhookEndpointUpdateParams, HOOKS, update_endpoint),
    f"DELETE {HOOKS}/*": Route(params.WebhookEndpointDeleteParams, HOOKS, delete_endpoint),
    "GET balance": Route(params.BalanceRetrieveParams, "balance", balance),
    "GET account": Route(params.AccountRetrieveCurrentParams, "account", business),
}
