"""People who book, over HTTP: details, check, and the button that obliges."""

from __future__ import annotations

import http.client
import re
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from bench.site import HOST

TOKEN = re.compile(r'name="csrf_token"[^>]*? value="([^"]+)"')
PROMISE = re.compile(r'name="shown_promise"[^>]*? value="([0-9a-f]+)"')
TOTAL = re.compile(r'name="shown_total"[^>]*? value="(\d+)"')


class Unexpected(Exception):
    """An answer that no buyer should get; the message says which."""


@dataclass
class Buyer:
    """One person with one browser. `number` makes the name and the address their own."""

    port: int
    number: str
    connection: http.client.HTTPConnection = field(init=False)
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection(HOST, self.port, timeout=60)

    def book(self, edition: str) -> bool:
        """The whole way. True when booked, False when the last seat was gone."""
        return self.oblige(*self.choose(edition))

    def choose(self, edition: str) -> tuple[str, dict[str, str]]:
        """Up to the check page: where its form goes, and with what."""
        path = f"/fr/editions/{edition}/booking"
        form = self._ask("GET", path)[1]
        details = {
            "csrf_token": _found(TOKEN, form),
            "name": f"Personne {self.number}",
            "email": f"p{self.number}@example.org",
            "country": "CH",
            "terms": "y",
        }
        check = self._ask("POST", path, details, expect=303)[0]
        page = self._ask("GET", check)[1]
        return check, {
            "csrf_token": _found(TOKEN, page),
            "shown_total": _found(TOTAL, page),
            "shown_promise": _found(PROMISE, page),
            "channel": "transfer",
        }

    def oblige(self, path: str, form: dict[str, str]) -> bool:
        """The last click. Raises Unexpected for anything but a booking or a clean refusal."""
        status, where, _ = self._exchange("POST", path, form)
        if status == 303 and "/my/" in where:
            return True
        if status == 409:
            return False
        raise Unexpected(f"{status} {where}")

    def _ask(self, method: str, path: str, form: dict[str, str] | None = None, expect: int = 200) -> tuple[str, str]:
        status, where, body = self._exchange(method, path, form)
        if status != expect or "correct=1" in where:
            raise Unexpected(f"{method} {path}: {status} {where}")
        return where, body

    def _exchange(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, urlencode(form) if form is not None else None, headers)
        answer = self.connection.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        body = answer.read().decode()
        address = urlsplit(answer.headers.get("Location", ""))
        return answer.status, address.path + (f"?{address.query}" if address.query else ""), body


def _found(pattern: re.Pattern[str], page: str) -> str:
    match = pattern.search(page)
    if match is None:
        raise Unexpected(f"the page lacks {pattern.pattern}")
    return match[1]
