"""Whether the application answers and reaches its database, for whoever watches it."""

from __future__ import annotations

from flask import Blueprint, Response
from sqlalchemy import text

from booking.persistence.db import db

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
def health() -> Response:
    """200 'ok' when a query passes; a database out of reach ends in the 500 page."""
    db.session.execute(text("select 1"))
    return Response("ok", mimetype="text/plain")
