"""How fast the site stands and how much memory it takes once it has done everything at least once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import func, select

from bench import sales, stock
from bench.figures import Figure, at_most
from bench.load import best_load
from bench.site import WORKERS, Site, serving
from booking.persistence.db import db
from booking.persistence.outbox import OutboxJob

AREA = "Process"
STARTS = 4


def measure(folder: Path) -> Iterator[Figure]:
    """Cold start (bytecode and file cache warm), memory fresh and after work."""
    with stock.database("sqlite", folder) as url:
        slug = stock.fill(url, folder)
        sold = stock.put_on_sale(url, folder)
        starts = []
        for _ in range(STARTS):
            with serving(url, folder) as site:
                starts.append(site.started_in)
        yield at_most(AREA, f"start to first page, {WORKERS} workers, best of {STARTS}", min(starts), 2, "s")
        for jobs, words in sales.JOBS.items():
            with serving(url, folder, jobs) as site:
                _work(site, slug, sold)
                if jobs == "embedded":
                    _wait_for_mails(url, folder)
                yield at_most(AREA, f"memory of both workers after work, {words} (PSS)", site.pss(), 150, "MB")
                yield Figure(AREA, f"gunicorn's own process besides, {words} (PSS)", f"{site.master_pss():.0f} MB")


def _work(site: Site, slug: str, sold: list[str]) -> None:
    """Everything at least once in each worker."""
    for path in ("/fr/", "/en/", "/fr/?anew=1", f"/fr/classes/{slug}?anew=1"):
        best_load(site, path, seconds=0.5, runs=1)
    sales.best(site, sold, clients=4, seconds=2.0, runs=2)


def _wait_for_mails(url: str, folder: Path, seconds: float = 20) -> None:
    """Until the job runner has written what is due, but not forever: some of them are enough."""
    end = time.monotonic() + seconds
    with stock.application(url, folder):
        while time.monotonic() < end:
            if not db.session.scalar(select(func.count(OutboxJob.id)).where(OutboxJob.done_at.is_(None))):
                return
            db.session.rollback()
            time.sleep(0.2)
