"""A small, strict Stripe on this machine, for the real SDK: `StripeClient(KEY, base_addresses={"api": fake.url})`.

It takes the parameters the SDK's types name and nothing else, keeps state as Stripe does, and fails on request.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatch
from typing import Any, Literal

import stripe

from tests.stripe.stripe_form import Json, Refused, check, nest
from tests.stripe.stripe_routes import Route, route
from tests.stripe.stripe_server import Answer, Request, Server
from tests.stripe.stripe_webhooks import Webhooks

KEY = "sk_test_fake"
SECRET = "whsec_fake"
DAY = 86_400
ANYWHERE = "*"


@dataclass
class Call:
    """A request to the API and how it was answered; `status` is None while it is not, or when it was cut off.

    `params` are checked ones (integers, lists), or text where they were refused.
    """

    method: str
    path: str
    params: Json
    key: str | None
    status: int | None = None


@dataclass
class Fault:
    """What goes wrong with the next calls to `where`; `works`: the work is done all the same."""

    where: str
    times: int
    works: bool
    seconds: float = 0
    answer: Answer | Literal["cut", "own"] = "cut"
    kept: bool = False

    def concerns(self, call: Call) -> bool:
        method, _, path = self.where.rpartition(" ")
        return self.times > 0 and fnmatch(call.path, path) and method in ("", call.method)


@dataclass
class Kept:
    """What was answered under an Idempotency-Key; no answer yet: the first request is still at work."""

    request: tuple[str, str, Json]
    since: int
    answer: Answer | None = None


@dataclass
class Rules:
    """Who may ask: `permissions` (resource to 'read' or 'write') make the key a restricted one."""

    key: str
    permissions: Mapping[str, str] | None = None

    def check(self, request: Request, resource: str) -> None:
        sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not sent:
            raise Refused("You did not provide an API key.", status=401)
        if sent != self.key:
            raise Refused(f"Invalid API Key provided: {sent[:8]}****{sent[-4:]}", status=401)
        if request.headers.get("Stripe-Version") != stripe.api_version:
            raise Refused(f"Invalid Stripe API version: {request.headers.get('Stripe-Version')}")
        if self.permissions is None:
            return
        right = self.permissions.get(resource)
        needed = "read" if request.method == "GET" else "write"
        if right != "write" and right != needed:
            said = f"The provided key does not have the required permissions. '{resource}: {needed}' would allow this."
            raise Refused(said, status=403)


class FakeStripe(Webhooks):
    """A context manager, or `close()` it."""

    def __init__(
        self,
        key: str = KEY,
        permissions: Mapping[str, str] | None = None,
        secret: str = SECRET,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(now, secret)
        self.rules = Rules(key, permissions)
        self.livemode = key[2:].startswith("_live_")
        self.broken: list[str] = []
        self._faults: list[Fault] = []
        self._calls: list[Call] = []
        self._kept: dict[str, Kept] = {}
        self._closing = threading.Event()
        self._server = Server(self)
        self.url = self._server.url

    def __enter__(self) -> FakeStripe:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends silences and the server; raises AssertionError if the fake itself broke down."""
        self._closing.set()
        self._server.close()
        assert not self.broken, "\n".join(self.broken)

    # What goes wrong; `where` is a path with wildcards, after a method if need be: "POST /v1/refunds"

    def fail_next(
        self, where: str = ANYWHERE, status: int = 500, times: int = 1, kept: bool = False, retry: bool | None = None
    ) -> None:
        """Nothing is done. `kept`: the answer stays under its Idempotency-Key, as when Stripe fails half-way.

        `retry` is Stripe's advice to the SDK in the header Stripe-Should-Retry (None: no header).
        """
        kind = "api_error" if status >= 500 else "invalid_request_error"
        refused = Refused("An error occurred.", None, "rate_limit" if status == 429 else None, status, kind)
        advice = False if kept and retry is None else retry  # of what is kept, a repetition gets the same
        headers = {} if advice is None else {"Stripe-Should-Retry": str(advice).lower()}
        self._faults.append(Fault(where, times, False, answer=Answer(status, refused.body, headers), kept=kept))

    def silence(self, where: str = ANYWHERE, seconds: float = 60, times: int = 1, works: bool = True) -> None:
        """The answer is late; without `works` nothing is done and no answer comes at all."""
        self._faults.append(Fault(where, times, works, seconds, "own" if works else "cut"))

    def cut_after(self, where: str = ANYWHERE, times: int = 1) -> None:
        """The work is done, and the connection closed without an answer."""
        self._faults.append(Fault(where, times, True))

    def cut_before(self, where: str = ANYWHERE, times: int = 1) -> None:
        """The connection is closed, and nothing done."""
        self._faults.append(Fault(where, times, False))

    def heal(self) -> None:
        """Nothing goes wrong any more."""
        self._faults.clear()

    # What was asked, and what happened

    def calls(self, where: str = ANYWHERE) -> list[Call]:
        """The requests so far, oldest first."""
        return [call for call in list(self._calls) if Fault(where, 1, False).concerns(call)]

    def session(self, session_id: str) -> Json:
        with self.lock:
            self.expire_due()
            return deepcopy(self.find("checkout.session", session_id))

    def alter(self, name: str, **fields: Any) -> None:
        """Makes Stripe say something else of an object, as another amount_total, currency or livemode."""
        with self.lock:
            self.things[name].update(fields)

    # Answering

    def answer(self, request: Request) -> Answer | None:
        """None: the connection is to be cut."""
        call = Call(request.method, request.path, {}, request.headers.get("Idempotency-Key"))
        try:
            answer = self._faulty(call, request)
        except Exception:
            self.broken.append(traceback.format_exc())
            answer = Answer(500, {"error": {"message": "the fake broke down", "type": "api_error"}})
        call.status = answer.status if answer else None
        return answer

    def _faulty(self, call: Call, request: Request) -> Answer | None:
        with self.lock:
            self._calls.append(call)
            fault = next((one for one in self._faults if one.concerns(call)), None)
            if fault:
                fault.times -= 1
        if fault and not fault.works and not fault.kept:
            self._closing.wait(fault.seconds)
            return fault.answer if isinstance(fault.answer, Answer) else None
        answer = self._allowed(call, request, fault)
        return None if fault and fault.answer == "cut" else answer

    def _allowed(self, call: Call, request: Request, fault: Fault | None) -> Answer:
        try:
            call.params = nest(request.form)
            known, name = route(call.method, call.path)
            self.rules.check(request, known.resource)
            return self._once(call, known, name, fault)
        except Refused as refused:
            return Answer(refused.status, refused.body)

    def _once(self, call: Call, known: Route, name: str, fault: Fault | None) -> Answer:
        """The work, or what it was answered before under the same Idempotency-Key. Raises Refused, kept by no key."""
        key = call.key if call.method == "POST" else None
        if key is None:
            return self._work(call, known, name, fault)
        if len(key) > 255:
            raise Refused("Idempotency keys have 255 characters at most.", kind="idempotency_error")
        with self.lock:
            earlier = self._kept.get(key)
            if earlier and earlier.since > self.time - DAY:
                return _replayed(earlier, call)
            kept = self._kept[key] = Kept((call.method, call.path, call.params), self.time)
        try:
            kept.answer = self._work(call, known, name, fault)
        except Refused as refused:
            if refused.kept:
                kept.answer = Answer(refused.status, refused.body)
            raise
        finally:
            if kept.answer is None:
                del self._kept[key]
        return kept.answer

    def _work(self, call: Call, known: Route, name: str, fault: Fault | None) -> Answer:
        call.params = asked = check(call.params, known.shape)
        if fault and isinstance(fault.answer, Answer):
            return fault.answer
        with self.lock:
            self.expire_due()
            answer = Answer(200, known.work(self, name, asked))
        if fault:
            self._closing.wait(fault.seconds)
        return answer


def _replayed(kept: Kept, call: Call) -> Answer:
    if kept.request != (call.method, call.path, call.params):
        said = f"Keys for idempotent requests can only be used with the same parameters: '{call.key}' was not."
        raise Refused(said, kind="idempotency_error")
    if kept.answer is None:
        said = "There is currently another in-progress request using this Idempotent Key."
        raise Refused(said, code="idempotency_key_in_use", status=409, kind="idempotency_error")
    return Answer(kept.answer.status, kept.answer.body, {**kept.answer.headers, "Idempotent-Replayed": "true"})
