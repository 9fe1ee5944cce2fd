"""The yardstick: a Flask application that answers with the bytes of a file and does nothing else."""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask, Response

BODY = Path(os.environ["BENCH_BODY"]).read_bytes() if "BENCH_BODY" in os.environ else b""
app = Flask(__name__)


@app.get("/")
def page() -> Response:
    """The bytes as they are; the file is packed already."""
    response = Response(BODY, mimetype="text/html")
    response.content_encoding = "gzip"
    return response
