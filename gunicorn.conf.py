"""How gunicorn runs Atelier: threads, and the embedded jobs started in each worker after the fork."""

from booking import jobs
from booking.config import load

worker_class = "gthread"
threads = 8
timeout = 60
graceful_timeout = 20
accesslog = None  # addresses of manage pages are keys: they are not written down
errorlog = "-"
loglevel = "warning"


def post_worker_init(worker):  # noqa: D103
    if load().jobs == "embedded":
        jobs.start(worker.app.callable)
