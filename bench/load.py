"""A closed loop of readers: each asks for the same page again as soon as it has the answer.

Sockets rather than http.client: the load generator shares the cores with the server, so each microsecond that it
takes is one that the server lacks. One process per reader, over one kept-alive connection each.
"""

from __future__ import annotations

import multiprocessing
import socket
import time
from dataclasses import dataclass

from bench.site import HOST, Site

READERS = 8


@dataclass(frozen=True)
class Load:
    """What a run gave. `cpu` is the workers' processor time per page in milliseconds."""

    rate: float
    cpu: float
    errors: int


def best_load(site: Site, path: str, seconds: float = 2.0, runs: int = 3, readers: int = READERS) -> Load:
    """The fastest of several short runs: what else runs on the machine only ever slows."""
    _run(site, path, 0.3, readers)
    return max((_run(site, path, seconds, readers) for _ in range(runs)), key=lambda load: load.rate)


def _run(site: Site, path: str, seconds: float, readers: int) -> Load:
    counts: multiprocessing.SimpleQueue[tuple[int, int]] = multiprocessing.SimpleQueue()
    readers = [
        multiprocessing.Process(target=_read, args=(site.port, path, seconds, counts), daemon=True)
        for _ in range(readers)
    ]
    before = site.cpu()
    for reader in readers:
        reader.start()
    results = [counts.get() for _ in readers]
    for reader in readers:
        reader.join()
    pages, errors = sum(result[0] for result in results), sum(result[1] for result in results)
    return Load(pages / seconds, (site.cpu() - before) * 1000 / max(1, pages), errors)


def _read(port: int, path: str, seconds: float, counts: multiprocessing.SimpleQueue[tuple[int, int]]) -> None:
    """Puts (pages, errors) once the time is over."""
    request = f"GET {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nAccept-Encoding: gzip\r\n\r\n".encode()
    pages = errors = 0
    end = time.monotonic() + seconds
    with socket.create_connection((HOST, port), timeout=10) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while time.monotonic() < end:
            connection.sendall(request)
            if _answer(connection).startswith(b"HTTP/1.1 200 "):
                pages += 1
            else:
                errors += 1
    counts.put((pages, errors))


def _answer(connection: socket.socket) -> bytes:
    """A whole answer: head, and as much body as the head announces."""
    data = connection.recv(262144)
    while (end := data.find(b"\r\n\r\n")) < 0:
        data += _more(connection)
    start = data.lower().index(b"content-length:", 0, end) + 15
    missing = int(data[start : data.index(b"\r", start)]) - (len(data) - end - 4)
    while missing > 0:
        missing -= len(_more(connection))
    return data


def _more(connection: socket.socket) -> bytes:
    data = connection.recv(262144)
    if not data:
        raise ConnectionError("the server closed the connection")
    return data
