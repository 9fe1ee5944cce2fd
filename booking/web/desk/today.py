"""What needs doing today, and what is coming."""

from __future__ import annotations

from flask import render_template

from booking.domain.permission import Permission
from booking.web.desk.guard import desk_area, needs

blueprint = desk_area("today", __name__)


@blueprint.get("/")
@needs(Permission.OWN)
def index() -> str:
    """The desk's first page."""
    return render_template("desk/today/index.html")
