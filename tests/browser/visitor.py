"""Somebody with a browser: opens pages, fills in forms, and notices whatever is not as it should be.

Every page is looked at as soon as it is open: accessibility (axe), sideways scrolling, the console, other hosts.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, expect

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 5_000  # milliseconds
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
_people = count(1)
_axe = Axe()


@dataclass(frozen=True)
class Site:
    """A running Atelier: where it is, the settings it runs with, and where its payment provider's pages are."""

    address: str
    environ: Mapping[str, str]
    provider: str = ""

    def flask(self, *command: str) -> str:
        """What a command prints that the organiser gives on this site's database."""
        arguments = [sys.executable, "-m", "flask", "--app", "app", *command]
        result = subprocess.run(arguments, cwd=ROOT, env=self.environ, capture_output=True, text=True, timeout=60)
        assert result.returncode == 0, result.stderr
        return result.stdout


class Visitor:
    """`problems` gathers what was noticed; `leave` fails if there is anything."""

    def __init__(
        self, chromium: Browser, site: Site, lang: str = "en", js: bool = True, width: int = 1280, dark: bool = False
    ) -> None:
        self.site, self.lang, self.js, self.width = site.address, lang, js, width
        self.provider = site.provider
        self.email = f"visitor-{next(_people)}@example.org"
        self.problems: list[str] = []
        self.refused: set[int] = set()  # statuses of refusals that the journey is about
        self._seen: set[str] = set()
        self._context = chromium.new_context(
            viewport={"width": width, "height": 844},
            color_scheme="dark" if dark else "light",
            java_script_enabled=js,
            reduced_motion="reduce",
            permissions=["clipboard-read", "clipboard-write"],
        )
        self._context.set_default_timeout(PATIENCE)
        self.page: Page = self._context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.problems.append(f"script error: {error}"))
        self.page.on("request", self._follow)
        self.page.on("requestfailed", lambda request: self.problems.append(f"failed: {request.url} {request.failure}"))
        self.page.on("response", self._read)

    # Going about

    def go(self, path: str) -> Visitor:
        """To a path of the site; without a language it gets the visitor's."""
        self.page.goto(self.site + (path if path.startswith(("/fr/", "/en/")) else f"/{self.lang}{path}"))
        return self.look()

    def press(self, selector: str) -> Visitor:
        """A link or a button that leads to a page."""
        with self.page.expect_navigation(wait_until="load"):
            self.page.locator(selector).first.click()
        return self.look()

    def back(self) -> Visitor:
        self.page.go_back(wait_until="load")
        return self.look()

    def fill(self, **typed: str) -> Visitor:
        """By id of the field, with _ for -."""
        for field, value in typed.items():
            self.page.fill(f"#{field.replace('_', '-')}", value)
        return self

    def sees(self, *selectors: str) -> Visitor:
        for selector in selectors:
            expect(self.page.locator(selector).first).to_be_visible(timeout=PATIENCE)
        return self

    def lacks(self, selector: str) -> Visitor:
        expect(self.page.locator(selector)).to_have_count(0, timeout=PATIENCE)
        return self

    def text(self, selector: str = "main") -> str:
        return " ".join(self.page.locator(selector).first.inner_text().split())

    def address(self, selector: str) -> str:
        """Where a link leads."""
        return self.page.locator(selector).first.get_attribute("href") or ""

    def value(self, field: str) -> str:
        return self.page.input_value(f"#{field}")

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    def fetch(self, path: str) -> bytes:
        """A file that the page links to."""
        response = self._context.request.get(self.site + path if path.startswith("/") else path)
        assert response.ok, f"{path}: {response.status}"
        return bytes(response.body())

    # Usual steps

    def details(self, edition: str, **typed: str) -> Visitor:
        """Fills in the details of an edition and goes on."""
        self.go(f"/editions/{edition}/booking")
        self.fill(**{"name": "Ada Exemple", "email": self.email, **typed})
        self.page.check("#terms")
        return self.press(".form > button.button-primary")

    def book(self, edition: str, channel: str | None, **typed: str) -> Visitor:
        """Books one seat; `channel` None for a free date."""
        self.details(edition, **typed)
        if channel:
            self.page.check(f"input[value={channel}]")
        return self.press(".obligation button")

    def book_and_pay(self, edition: str, refund: str = "succeed", **typed: str) -> Visitor:
        self.book(edition, "demo", **typed)
        self.page.check(f"input[value={refund}]")
        return self.press("button[value=pay]").sees(".tag-success")

    def mail(self) -> str:
        """Waits for a mail to this visitor, sent by the jobs of the server; gives the newest as text."""
        end = time.monotonic() + 10
        while time.monotonic() < end:
            listed = self.fetch("/en/demo/mailbox").decode()
            for row in listed.split("<tr")[2:]:
                if self.email in row:
                    return self.fetch(row.partition('href="')[2].partition('"')[0]).decode()
            time.sleep(0.2)
        raise AssertionError(f"no mail to {self.email}")

    def waits_for(self, selector: str) -> Visitor:
        """Looks again until jobs have done their work."""
        for _ in range(40):
            if self.page.locator(selector).count():
                break
            self.page.wait_for_timeout(250)
            self.page.reload()
        return self.sees(selector).look()

    # Noticing

    def look(self) -> Visitor:
        """Once for each address and state of a page of ours."""
        if self._at_the_provider(self.page.url):
            return self
        state = self.path + str(self.page.locator("h1, .notice").all_inner_texts())
        if state in self._seen:
            return self
        self._seen.add(state)
        if not self.page.evaluate(FITS):
            self.problems.append(f"{self.path} scrolls sideways at {self.width}")
        if self.js:
            found: AxeResults = _axe.run(self.page)
            self.problems += [f"{self.path}: {_told(violation)}" for violation in found.response["violations"]]
        return self

    def leave(self) -> None:
        self._context.close()
        assert not self.problems, "\n".join(self.problems)

    def _hear(self, message: ConsoleMessage) -> None:
        expected = any(f"status of {status}" in message.text for status in self.refused)
        expected |= self._at_the_provider(message.location["url"])
        if message.type in ("error", "warning") and not expected:
            self.problems.append(f"console: {message.text}")

    def _follow(self, request: Request) -> None:
        if not request.url.startswith((self.site, "data:")) and not self._at_the_provider(request.url):
            self.problems.append(f"asks elsewhere: {request.url}")

    def _at_the_provider(self, url: str) -> bool:
        """Whose pages are not ours to judge."""
        return bool(self.provider) and url.startswith(self.provider)

    def _read(self, response: Response) -> None:
        unexpected = response.status >= 400 and response.status not in self.refused
        if unexpected and not self._at_the_provider(response.url):
            self.problems.append(f"{response.status}: {response.url}")


def _told(violation: dict[str, Any]) -> str:
    return f"{violation['id']}, {violation['help']}: {[node['html'][:120] for node in violation['nodes'][:3]]}"
