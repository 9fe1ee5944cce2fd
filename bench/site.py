"""The site as it is measured: a gunicorn of its own on 127.0.0.1, ended when the measuring ends."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from booking.config import ROOT

HOST = "127.0.0.1"
WORKERS = 2
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Site:
    """A running server; `started_in` is the time in seconds from its start to its first page."""

    port: int
    process: subprocess.Popen[bytes]
    started_in: float

    @property
    def workers(self) -> list[int]:
        """Their process ids."""
        pid = self.process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def cpu(self) -> float:
        """Seconds of processor time that the workers have used."""
        return sum(_cpu(worker) for worker in self.workers)

    def pss(self) -> float:
        """Memory of the workers in MB, shared pages divided among those who share them."""
        return sum(_pss(worker) for worker in self.workers) / 1000

    def master_pss(self) -> float:
        """Memory of gunicorn's own process in MB."""
        return _pss(self.process.pid) / 1000

    def get(self, path: str) -> bytes:
        """The body of a page, uncompressed. Raises AssertionError for anything but 200."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=30)
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.status == 200, f"{path}: {answer.status}"
        body = answer.read()
        connection.close()
        return body


@contextmanager
def serving(
    database_url: str,
    folder: Path,
    jobs: str = "external",
    app: str = "app:app",
    first_page: str = "/fr/",
    config: str = "gunicorn.conf.py",
    **more: str,
) -> Iterator[Site]:
    """The site, or another application, with `WORKERS` workers. `more` are environment variables."""
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("ATELIER_")},
        "ATELIER_DEMO": "1",
        "ATELIER_DATABASE_URL": database_url,
        "ATELIER_DATA_DIR": str(folder),
        "ATELIER_JOBS": jobs,
        "MALLOC_ARENA_MAX": "2",  # as `flask serve` sets it
        **more,
    }
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", str(ROOT / config)]
    command += ["--bind", f"{HOST}:{port}", "--workers", str(WORKERS), app]
    begun = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, env=environ)
    try:
        wait_for_page(port, first_page, process)
        yield Site(port, process, time.perf_counter() - begun)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def wait_for_page(port: int, path: str, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
    """Until a page answers with 200. Raises RuntimeError when the server ends or is too slow."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            connection = http.client.HTTPConnection(HOST, port, timeout=10)
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                connection.close()
                return
        except OSError:
            pass
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"no page at {path}")
        time.sleep(0.01)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def cpu_with_ended(pid: int) -> float:
    """Seconds of processor time of a process and of its children that have ended."""
    return sum(_ticks(pid)) / TICKS


def _cpu(pid: int) -> float:
    return sum(_ticks(pid)[:2]) / TICKS


def _ticks(pid: int) -> list[int]:
    """Of the process in its own code and in the kernel's, and the same of its children that have ended."""
    return [int(word) for word in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]]


def _pss(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) * 1.024 for line in lines if line.startswith("Pss:"))
