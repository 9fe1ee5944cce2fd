"""`make run` in a fresh clone: until the first page, and again once everything is prepared. Downloads packages."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure, at_most
from bench.site import free_port, wait_for_page
from booking.config import ROOT

AREA = "Make"


def measure(folder: Path) -> Iterator[Figure]:
    """What is committed counts, not what is being edited."""
    clone = folder / "clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    yield at_most(AREA, "make run from a fresh clone, packages cached", _ready_in(clone), 60, "s")
    yield at_most(AREA, "make run again", _ready_in(clone), 5, "s")


def _ready_in(clone: Path) -> float:
    port = free_port()
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("ATELIER_", "MAKE"))}
    begun = time.perf_counter()
    with subprocess.Popen(
        ["make", "run", f"PORT={port}"], cwd=clone, env=environ, stdout=subprocess.DEVNULL, start_new_session=True
    ) as process:
        try:
            wait_for_page(port, "/fr/", process, seconds=180)
            return time.perf_counter() - begun
        finally:
            os.killpg(process.pid, signal.SIGINT)
