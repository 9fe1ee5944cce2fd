"""Workers that drain the outbox and are killed (SIGKILL) again and again, each followed by another one."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from datetime import timedelta

from booking.adapters import clock
from booking.chores import HANDLERS
from booking.persistence.outbox import LEASE
from booking.services import outbox
from tests.services.processes import forked

LOOK_EVERY = 2.0  # seconds


def drain(
    kills: int, look: Callable[[], None], lives: tuple[float, float] = (2, 8), every: float = LOOK_EVERY
) -> float:
    """Seconds that workers spent until nothing was due, the first `kills` of them killed within `lives` seconds.

    Between two of them passes the time after which a job that was in hand is taken up. `look` is called as often as a
    progress page would, or `every` so many seconds.
    """
    chance, spent, late = random.Random(7), 0.0, timedelta()
    for attempt in range(kills + 1):
        begun = time.perf_counter()
        child, reading = forked(lambda late=late: outbox.drain(HANDLERS, lambda: clock.now() + late, limit=10**6))
        os.close(reading)
        until = begun + chance.uniform(*lives) if attempt < kills else float("inf")
        while not os.waitpid(child, os.WNOHANG)[0]:
            time.sleep(0.05)
            if time.perf_counter() > until:
                os.kill(child, signal.SIGKILL)
                until = float("inf")
            if int(time.perf_counter() / every) != int((time.perf_counter() - 0.05) / every):
                look()
        spent += time.perf_counter() - begun
        late += LEASE + timedelta(seconds=1)
    return spent
