"""Other processes for tests: forked from this one, each with connections of its own."""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Callable
from typing import Any

from booking.persistence.db import db


def forked(work: Callable[[], Any]) -> tuple[int, int]:
    """Runs `work` in a child and gives its process id and the pipe that its pickled result can be read from."""
    db.session.rollback()
    db.engine.dispose()  # no connection is shared between processes
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    try:
        with os.fdopen(writing, "wb") as pipe:
            pickle.dump(work(), pipe)
    finally:
        os._exit(0)


def result(child: int, reading: int) -> Any:
    """What the child's work came to; None when it died before."""
    with os.fdopen(reading, "rb") as pipe:
        data = pipe.read()
    os.waitpid(child, 0)
    return pickle.loads(data) if data else None


def killed(work: Callable[[], Any]) -> None:
    """Runs `work` in a child that must die of SIGKILL in the middle of it."""
    child, reading = forked(work)
    os.close(reading)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "the work came to its end"
    assert os.WTERMSIG(status) == signal.SIGKILL


def die(*_arguments: Any, **_options: Any) -> Any:
    """kill -9, here and now."""
    os.kill(os.getpid(), signal.SIGKILL)
