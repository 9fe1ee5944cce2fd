"""Pages that everybody reads, answered at the door.

A view answers with a `SharedPage`: no cookie, no form token, no visitor's text is in it. After every header is set
the page is kept in this process with its gzip form, and the next reader gets it from the WSGI entry, before Flask
begins. A page is kept for one minute (its dates and deadlines are written for that minute) and for one version of the
catalogue; bookings and edits raise the version. The version is looked up at most once a second, and again after any
commit of this process, so that whoever books sees the seat gone at once.
"""

from __future__ import annotations

import gzip
import hashlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import flask
from flask import Flask, request
from werkzeug.wrappers import Response

from booking.persistence import counters
from booking.persistence.reach import OutOfReach
from booking.persistence.transaction import commits

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MARK: Final = "booking.shared_page"  # in the WSGI environment: where a shared page will be kept
MAX_PAGES: Final = 128
MAX_AGE: Final = 10  # seconds that a browser may show its copy without asking
LOOK_EVERY: Final = 1.0  # seconds between two looks at the catalogue's version
MINUTE: Final = 60.0

Key = tuple[str, ...]


class SharedPage(flask.Response):
    """An answer that is the same for everybody. With `known` False it is not kept: its address is none that our own
    pages link to, and whoever makes up addresses must not push real pages out."""

    def __init__(self, body: str | bytes, mimetype: str = "text/html", known: bool = True) -> None:
        super().__init__(body, mimetype=mimetype)
        self.known = known
        self.cache_control.public = True
        self.cache_control.max_age = MAX_AGE
        self.vary.add("Accept-Encoding")


class Moment(NamedTuple):
    """What a page is true for."""

    version: int
    minute: int


class Place(NamedTuple):
    """Where the page of a request belongs, and what it will be true for."""

    key: Key
    moment: Moment


@dataclass(frozen=True)
class Page:
    """A whole answer, plain and packed."""

    moment: Moment
    headers: list[tuple[str, str]]
    etag: str
    body: bytes
    packed: bytes

    def answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """200 with the form the browser can read, or 304 when it has this page already."""
        if self.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
            start_response("304 NOT MODIFIED", [pair for pair in self.headers if pair[0] != "Content-Type"])
            return []
        accepted = environ.get("HTTP_ACCEPT_ENCODING", "").replace(" ", "").lower()
        zipped = "gzip" in accepted and "gzip;q=0" not in accepted.replace("gzip;q=0.", "")
        body = self.packed if zipped else self.body
        encoding = [("Content-Encoding", "gzip")] if zipped else []
        start_response("200 OK", [*self.headers, *encoding, ("Content-Length", str(len(body)))])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


class PageCache:
    """WSGI entry in front of Flask. `clock` gives seconds since the epoch."""

    def __init__(self, app: Flask, clock: Callable[[], float] = time.time) -> None:
        self._app = app
        self._inner: WSGIApplication = app.wsgi_app
        self._clock = clock
        self._pages: dict[Key, Page] = {}
        self._version = 0
        self._commits = -1
        self._look_again_at = 0.0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self._inner(environ, start_response)
        place = Place(_key(environ), self._moment())
        page = self._pages.get(place.key)
        if page is not None and page.moment == place.moment:
            return page.answer(environ, start_response)
        environ[MARK] = place
        return self._inner(environ, start_response)

    def keep(self, response: Response) -> Response:
        """Runs last of all after a request: keeps a shared page, and answers its first reader like the next ones."""
        place: Place | None = request.environ.get(MARK)
        if not isinstance(response, SharedPage) or response.status_code != 200 or place is None:
            return response
        body = response.get_data()
        etag = f'W/"{hashlib.sha256(body).hexdigest()[:20]}"'
        headers = [pair for pair in response.headers.to_wsgi_list() if pair[0] != "Content-Length"]
        page = Page(place.moment, [*headers, ("ETag", etag)], etag, body, gzip.compress(body, 6, mtime=0))
        if response.known and not self._app.debug:
            self._store(place.key, page)
        return self._app.response_class.from_app(page.answer, request.environ)

    def _moment(self) -> Moment:
        """The present, as far as pages differ by it."""
        now = self._clock()
        if now >= self._look_again_at or self._commits != commits.seen:
            self._look_again_at, self._commits = now + LOOK_EVERY, commits.seen
            self._version = self._read_version()
        return Moment(self._version, int(now // MINUTE))

    def _read_version(self) -> int:
        try:
            with self._app.app_context():
                return counters.read(counters.CATALOGUE)
        except OutOfReach:
            # Without its database the site still shows what it knows, for the rest of the minute.
            self._app.logger.exception("the version of the catalogue cannot be read")
            return self._version

    def _store(self, key: Key, page: Page) -> None:
        if len(self._pages) >= MAX_PAGES and key not in self._pages:
            stale = [key for key, kept in list(self._pages.items()) if kept.moment != page.moment]
            for old in stale or list(self._pages)[:1]:
                self._pages.pop(old, None)
        self._pages[key] = page


def init_app(app: Flask) -> None:
    """Stands at the door. Must come before whatever sets headers or looks at proxies, to see what they made."""
    cache = PageCache(app)
    app.wsgi_app = cache  # type: ignore[method-assign]
    app.after_request(cache.keep)


def _key(environ: WSGIEnvironment) -> Key:
    get = environ.get
    return environ["wsgi.url_scheme"], get("SCRIPT_NAME", ""), get("PATH_INFO", ""), get("QUERY_STRING", "")
