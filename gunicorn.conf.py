"""How gunicorn runs Atelier: threads, one load for all workers, and the embedded jobs started after the fork."""

from booking import jobs
from booking.config import load
from booking.preload import preload

worker_class = "gthread"
threads = 8
timeout = 60
graceful_timeout = 20
accesslog = None  # addresses of manage pages are keys: they are not written down
errorlog = "-"
loglevel = "warning"
preload_app = True  # half the memory and half the start; new code needs a restart, not HUP


def when_ready(server):
    preload(server.app.callable)  # before the workers are forked


def post_worker_init(worker):
    if load().jobs == "embedded":
        jobs.start(worker.app.callable)
