"""Who may open which page of the desk. A route says what it needs; one that says nothing opens for nobody.

blueprint = desk_area("bookings", __name__)

@blueprint.get("/bookings/")
@needs(Permission.BOOKINGS)
def index() -> str: ...
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from flask import Blueprint, Flask, abort, current_app, g, redirect, request, url_for
from flask_security import current_user
from werkzeug.wrappers import Response

from booking.domain.actor import Actor, at_the_desk
from booking.domain.permission import Permission
from booking.persistence.organisers import Organiser

View = TypeVar("View", bound=Callable[..., Any])
PREFIX: Final = "desk_"  # of the names of the desk's blueprints


def desk_area(name: str, import_name: str) -> Blueprint:
    """The blueprint of an area: its endpoints are `desk_<name>.<view>`, its addresses begin with /<lang>/desk."""
    return Blueprint(f"{PREFIX}{name}", import_name, url_prefix="/<lang:lang>/desk")


def needs(permission: Permission) -> Callable[[View], View]:
    """Marks a view with what it takes to open it. Stands below the route's own decorator."""

    def mark(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def me() -> Organiser:
    """The person who signed in."""
    person = current_user._get_current_object()
    assert isinstance(person, Organiser)
    return person


def actor() -> Actor:
    """The person who signed in, for the journal."""
    return at_the_desk(me().id)


def init_app(app: Flask) -> None:
    """Puts the guard before every view of the desk."""
    app.before_request(_admit)


def _admit() -> Response | None:
    """To the sign-in page, to the page that says no, or in."""
    if not (request.endpoint or "").startswith(PREFIX):
        return None
    if not current_user.is_authenticated:
        wanted = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("security.login", next=wanted))
    permission = getattr(current_app.view_functions[request.endpoint or ""], "permission", None)
    if permission is None or not me().may(permission):
        abort(403)
    g.at_the_desk = True
    return None
