"""A Stripe account in memory: its objects as Stripe shows them, its clock, its lists and its events."""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from threading import RLock
from typing import Any

import stripe

from tests.stripe.stripe_form import Json, Refused

EXPANDED_ONLY = {"deleted", "line_items", "refunds"}  # not in an answer unless asked for (or, once deleted)
EVENTS_KEPT = 30 * 86_400  # seconds


def blank(kind: type[stripe.StripeObject], **known: Any) -> Json:
    """An object with every field the SDK's type has, null unless known: code that reads another field fails."""
    fields = [name for name in kind.__annotations__ if name.islower() and name not in EXPANDED_ONLY]
    return dict.fromkeys(fields) | known


class Account:
    """`livemode` is what all objects made from now on report; `now` is the account's clock."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.now = now
        self.livemode = False
        self.lock = RLock()
        self.things: dict[str, Json] = {}
        self.waiting: list[Json] = []  # events not yet delivered

    @property
    def time(self) -> int:
        return int(self.now().timestamp())

    def keep(self, prefix: str, thing: Json, length: int = 24) -> Json:
        """Gives the object an id of Stripe's form, and keeps it."""
        letters = string.ascii_letters + string.digits
        thing["id"] = f"{prefix}_{''.join(secrets.choice(letters) for _ in range(length))}"
        self.things[thing["id"]] = {"id": thing["id"], **thing}
        return self.things[thing["id"]]

    def find(self, kind: str, name: str, param: str = "id", status: int = 404) -> Json:
        thing = self.things.get(name)
        if thing is None or thing["object"] != kind:
            raise Refused(f"No such {kind}: '{name}'", param, "resource_missing", status)
        return thing

    def all(self, kind: str) -> list[Json]:
        """In the order they were made."""
        return [thing for thing in self.things.values() if thing["object"] == kind]

    def record(self, event_type: str, thing: Json, before: Json | None = None, created: int | None = None) -> Json:
        """An event with the object as it is now; `before`: the changed fields as they were."""
        data = {"object": deepcopy(thing)} | ({"previous_attributes": before} if before else {})
        event = {
            "object": "event",
            "api_version": stripe.api_version,
            "created": self.time if created is None else created,
            "data": data,
            "livemode": self.livemode,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "type": event_type,
        }
        self.waiting.append(self.keep("evt", event))
        return self.waiting[-1]

    def retrieve(self, kind: str, name: str, params: Json) -> Json:
        return self.expanded(self.find(kind, name), params.get("expand", []))

    def expanded(self, thing: Json, paths: list[str]) -> Json:
        """A copy with the ids at `paths` ('payment_intent.latest_charge') replaced by their objects."""
        seen = deepcopy(thing)
        for path in paths:
            node: Any = seen
            for step in path.split("."):
                if not isinstance(node, dict) or step not in node:
                    raise Refused(f"This property cannot be expanded ({path}).", "expand[0]")
                if isinstance(node[step], str):
                    node[step] = deepcopy(self.find(step if step != "latest_charge" else "charge", node[step]))
                node = node[step]
                if node is None:
                    break
        return seen

    def listing(self, kind: str, url: str, params: Json) -> Json:
        """Newest first, in pages; the filters are the parameters of the list."""
        found = [thing for thing in reversed(self.all(kind)) if self._matches(thing, params)]
        limit = params.get("limit", 10)
        if not 1 <= limit <= 100:
            raise Refused(f"Invalid limit: {limit} is not between 1 and 100", "limit", "parameter_invalid_integer")
        ids = [thing["id"] for thing in found]
        start, end = 0, len(ids)
        if after := params.get("starting_after"):
            start = ids.index(self.find(kind, after, "starting_after", 400)["id"]) + 1
        if before := params.get("ending_before"):
            end = ids.index(self.find(kind, before, "ending_before", 400)["id"])
            start = max(0, end - limit)
        shown = found[start : min(end, start + limit)]
        more = start > 0 if before else start + limit < len(ids)
        paths = [path.removeprefix("data.") for path in params.get("expand", [])]
        return {"object": "list", "url": url, "has_more": more, "data": [self.expanded(one, paths) for one in shown]}

    def _matches(self, thing: Json, params: Json) -> bool:
        rest = {key: value for key, value in params.items() if key not in PAGING}
        types = rest.pop("types", None) or ([rest.pop("type")] if "type" in rest else None)
        if types and not any(thing["type"] == one or _covers(one, thing["type"]) for one in types):
            return False
        if thing["object"] == "event" and thing["created"] < self.time - EVENTS_KEPT:
            return False
        if "delivery_success" in rest and rest.pop("delivery_success") == (thing in self.waiting):
            return False
        in_time = _within(thing["created"], rest.pop("created", {}))
        return in_time and all(thing.get(key) == value for key, value in rest.items())


PAGING = {"limit", "starting_after", "ending_before", "expand"}


def _covers(pattern: str, event_type: str) -> bool:
    return pattern.endswith("*") and event_type.startswith(pattern[:-1])


def _within(moment: int, span: Json | int) -> bool:
    if isinstance(span, int):
        return moment == span
    first = max(span.get("gte", 0), span.get("gt", -1) + 1)
    last = min(span.get("lte", moment), span.get("lt", moment + 1) - 1)
    return bool(first <= moment <= last)
