"""How gunicorn runs Atelier: threads, one load for all workers, and the embedded jobs started after the fork."""

import gc

from booking import jobs
from booking.config import load
from booking.persistence.db import db

worker_class = "gthread"
threads = 8
timeout = 60
graceful_timeout = 20
accesslog = None  # addresses of manage pages are keys: they are not written down
errorlog = "-"
loglevel = "warning"
preload_app = True  # half the memory and half the start; new code needs a restart, not HUP


def when_ready(server):
    """Reads a few pages before the workers are forked: they are born with mappers, templates and words in shared
    memory, which the collector then leaves alone. No connection and no thread may outlive this."""
    app = server.app.callable
    for language in load().languages:
        for page in ("", "terms", "link"):
            app.test_client().get(f"/{language}/{page}")
    with app.app_context():
        db.engine.dispose()
    gc.collect()
    gc.freeze()


def post_worker_init(worker):
    if load().jobs == "embedded":
        jobs.start(worker.app.callable)
