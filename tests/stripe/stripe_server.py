"""The fake's HTTP side: a thread that listens on the loopback, API under /v1/, pages to pay on under /pay/."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from tests.stripe.stripe_form import Json
from tests.stripe.stripe_page import open_page, press

if TYPE_CHECKING:
    from tests.stripe.stripe_fake import FakeStripe


@dataclass(frozen=True)
class Request:
    """`form` is the encoded body, or the query of a GET."""

    method: str
    path: str
    form: str
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    status: int
    body: Json
    headers: dict[str, str] = field(default_factory=dict)


class Listener(ThreadingHTTPServer):
    """Many at once; threads do not outlive the program."""

    daemon_threads = True
    request_queue_size = 64


class Server:
    """Listens from the start until `close`."""

    def __init__(self, fake: FakeStripe) -> None:
        handler = type("Handler", (Handler,), {"fake": fake})
        self._listener = Listener(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._listener.server_address[1]}"
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._listener.shutdown()
        self._listener.server_close()
        self._thread.join()


class Handler(BaseHTTPRequestHandler):
    """One request per connection."""

    fake: FakeStripe
    protocol_version = "HTTP/1.1"
    timeout = 10

    def do_GET(self) -> None:
        self._answer()

    do_POST = do_DELETE = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Tests have `fake.calls()`."""

    def _answer(self) -> None:
        self.close_connection = True
        where = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        try:
            if where.path.startswith("/pay/"):
                self._page(where.path.removeprefix("/pay/"), body)
            elif not where.path.startswith("/v1/"):
                self._send(404, "", "text/plain", {})  # browsers ask for an icon
            else:
                form = where.query if self.command == "GET" else body
                self._api(Request(self.command, where.path, form, dict(self.headers.items())))
        except ConnectionError:
            return  # whoever asked has gone
        self._post_webhooks()

    def _api(self, request: Request) -> None:
        answer = self.fake.answer(request)
        if answer is not None:
            headers = {"Request-Id": f"req_{secrets.token_hex(7)}", **answer.headers}
            self._send(answer.status, json.dumps(answer.body), "application/json", headers)

    def _page(self, session_id: str, body: str) -> None:
        if self.command == "GET":
            status, content = open_page(self.fake, session_id)
        else:
            status, content = press(self.fake, session_id, parse_qs(body).get("button", [""])[0])
        if status != 303:
            self._send(status, content, "text/html", {})
            return
        self._post_webhooks()  # Checkout lets the payer go once the site has answered
        self._send(status, "", "text/html", {"Location": content})

    def _post_webhooks(self) -> None:
        if self.fake.webhook_url:
            self.fake.deliver()

    def _send(self, status: int, content: str, kind: str, headers: Mapping[str, str]) -> None:
        data = content.encode()
        self.send_response(status)
        told = {"Content-Type": f"{kind}; charset=utf-8", "Content-Length": str(len(data)), "Connection": "close"}
        for name, value in {**told, **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()
