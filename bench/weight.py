"""What a browser fetches for a first visit: bytes as sent, heads included, and the number of requests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from bench import stock
from bench.figures import Figure, at_most
from bench.site import HOST, serving

AREA = "Weight"


def measure(folder: Path) -> Iterator[Figure]:
    """Catalogue of 50 editions and class page, in Chromium with an empty cache, scrolled to the end."""
    browser = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not browser:
        yield Figure(AREA, "page weight", "not measured: no Chromium found; CHROMIUM names one")
        return
    with stock.database("sqlite", folder) as url:
        slug = stock.fill(url, folder)
        with serving(url, folder) as site:
            for name, path in (("catalogue", "/fr/"), ("class page", f"/fr/classes/{slug}")):
                requests, size = _visit(browser, f"http://{HOST}:{site.port}{path}")
                yield at_most(AREA, f"{name}, first visit", size / 1000, 60, "kB")
                yield at_most(AREA, f"{name}, requests", requests, 8, "")


def _visit(browser: str, address: str) -> tuple[int, int]:
    """(requests, bytes) of everything the page fetches."""
    from playwright.sync_api import sync_playwright  # only this program needs it

    sizes: list[int] = []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        page = chromium.new_page()
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
        page.goto(address, wait_until="networkidle")
        page.keyboard.press("End")
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(300)
        chromium.close()
    return len(sizes), sum(sizes)
