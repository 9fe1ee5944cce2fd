"""A real server with jobs running, on the demonstration's catalogue, and one Chromium for all journeys."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from booking.config import ROOT
from tests.browser.visitor import Site, Visitor

WAIT = 30  # seconds for the first page of a server that creates its database


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A running Atelier, as `make run` starts it."""
    with running(tmp_path_factory.mktemp("site")) as site:
        yield site


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[Site]:
    """A server of its own, its files in `folder`; `settings` are environment variables."""
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    settings = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("ATELIER_", "STRIPE_"))},
        "ATELIER_DEMO": "1",
        "ATELIER_DATABASE_URL": f"sqlite:///{folder / 'atelier.db'}",
        "ATELIER_DATA_DIR": str(folder),
        "ATELIER_BASE_URL": address,
        "PORT": str(port),
        **settings,
    }
    with (folder / "log").open("wb") as log:
        command = [sys.executable, "-m", "flask", "--app", "app", "serve"]
        server = subprocess.Popen(command, cwd=ROOT, env=settings, stdout=log, stderr=log)
        try:
            _wait_for(f"{address}/health", server, folder / "log")
            yield Site(address, settings, settings.get("STRIPE_API_BASE", ""))
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=30)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
    if not Path(path).exists():
        pytest.fail(f"no browser at {path}: set CHROMIUM, as `make test` does")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, site: Site) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors, each with a browser of their own; in the end none may have met an error."""
    visitors: list[Visitor] = []

    def make(**how: Any) -> Visitor:
        visitors.append(Visitor(chromium, site, **how))
        return visitors[-1]

    yield make
    for visitor in visitors:
        visitor.leave()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + WAIT
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"the server did not answer:\n{log.read_text()}")
