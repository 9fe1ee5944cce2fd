"""Whether the application answers and reaches its database, for whoever watches it."""

from __future__ import annotations

from flask import Blueprint, Response

from booking.persistence import reach

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
def health() -> Response:
    """200 'ok' when a query passes; a database out of reach ends in the 500 page."""
    reach.check()
    return Response("ok", mimetype="text/plain")
