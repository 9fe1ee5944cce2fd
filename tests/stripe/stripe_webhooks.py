"""Events on their way: signed with the SDK and posted, repeated, reordered, renamed, late or forged."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from stripe import WebhookSignature

from tests.stripe.stripe_form import Json
from tests.stripe.stripe_refunds import Refunds


@dataclass(frozen=True)
class Posted:
    """A webhook that was sent: the status that came back (0: none), and after how many seconds."""

    event: Json
    status: int
    seconds: float


class Webhooks(Refunds):
    """With a `webhook_url`, waiting events are posted after each answer, and before a payer is sent back."""

    def __init__(self, now: Callable[[], datetime], secret: str) -> None:
        super().__init__(now)
        self.secret = secret
        self.webhook_url: str | None = None

    def events(self, *types: str) -> list[Json]:
        """Copies of the events so far (of these types), oldest first."""
        with self.lock:
            self.expire_due()
            return [deepcopy(one) for one in self.all("event") if not types or one["type"] in types]

    def renamed(self, event: Json) -> Json:
        """The same fact once more, under another id."""
        with self.lock:
            return deepcopy(self.keep("evt", deepcopy(event)))

    def signed(self, event: Json, secret: str | None = None, at: int | None = None) -> tuple[bytes, dict[str, str]]:
        """Body and headers of a webhook, for Flask's test client; `at` is the second it claims to be sent."""
        body = json.dumps(event, indent=2, ensure_ascii=False)
        signature = WebhookSignature.generate_signature_header(body, secret or self.secret, at)
        headers = {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": signature}
        return body.encode(), headers

    def deliver(
        self,
        url: str | None = None,
        events: Sequence[Json] | None = None,
        order: Callable[[Sequence[Json]], Iterable[Json]] = iter,
        repeat: int = 1,
        secret: str | None = None,
        at: int | None = None,
    ) -> list[Posted]:
        """Posts events (None: those waiting) in this order, as `reversed`, all `repeat` times. What fails waits on."""
        with self.lock:
            self.expire_due()
            mine = list(self.waiting if events is None else events)
            ids = {event["id"] for event in mine}
            claimed = [event for event in self.waiting if event["id"] in ids]
            self.waiting[:] = [event for event in self.waiting if event["id"] not in ids]
        sent = [self._post(url or self.webhook_url or "", event, secret, at) for event in [*order(mine)] * repeat]
        done = {posted.event["id"] for posted in sent if 200 <= posted.status < 300}
        with self.lock:
            self.waiting[:0] = [event for event in claimed if event["id"] not in done]
        return sent

    def _post(self, url: str, event: Json, secret: str | None, at: int | None) -> Posted:
        body, headers = self.signed(event, secret, at)
        where, began, status = urlsplit(url), time.monotonic(), 0
        kind = HTTPSConnection if where.scheme == "https" else HTTPConnection
        connection = kind(where.hostname or "", where.port, timeout=10)
        try:
            connection.request("POST", where.path or "/", body, headers)
            status = connection.getresponse().status  # redirects are failures: none is followed
        except (OSError, HTTPException):
            status = 0
        finally:
            connection.close()
        return Posted(event, status, time.monotonic() - began)
