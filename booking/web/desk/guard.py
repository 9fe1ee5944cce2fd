"""Who may open which page of the desk. A route says what it needs; one that says nothing opens for nobody.

blueprint = desk_area("bookings", __name__)

@blueprint.get("/bookings/")
@needs(Permission.BOOKINGS)
def index() -> str: ...
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from flask import Blueprint, Flask, abort, current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_security import current_user
from werkzeug.wrappers import Response

from booking.domain.actor import Actor, at_the_desk
from booking.domain.permission import Permission, only_own_editions
from booking.persistence.masterclasses import Edition, MasterClass
from booking.persistence.organisers import Organiser
from booking.web.desk import presence

View = TypeVar("View", bound=Callable[..., Any])
PREFIX: Final = "desk_"  # of the names of the desk's blueprints
FIRST: Final = "/desk"  # the address to remember; it leads to the first page in the person's language
FIRST_PAGE: Final = "desk_today.index"


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


def sees(edition: Edition) -> bool:
    """Whether the person who signed in may look at this date: trainers see those of the classes they teach."""
    return teaches(edition.master_class)


def teaches(master_class: MasterClass) -> bool:
    """Whether the person may look at this class and its dates; always true but for trainers."""
    person = me()
    return not only_own_editions(person.role) or person.trainer_id in [one.id for one in master_class.trainers]


def own_edition(edition: Edition) -> Edition:
    """The same edition; 403 for a trainer who does not teach it. To be called by each page under ATTEND."""
    if not sees(edition):
        abort(403)
    return edition


def only_trainer() -> int | None:
    """The trainer (id, or 0 when none is linked) to whose editions lists are to be cut down; None: all of them."""
    person = me()
    return person.trainer_id or 0 if only_own_editions(person.role) else None


def done(sentence: str, endpoint: str, **values: Any) -> Response:
    """The end of a POST that did something: says so on the page it leads to (303)."""
    flash(sentence, "success")
    return redirect(url_for(endpoint, **values), 303)


def init_app(app: Flask) -> None:
    """Puts the guard before every view of the desk."""
    app.before_request(_admit)


def _admit() -> Response | None:
    """To the sign-in page, to the second factor where everybody must have one, to the page that says no, or in."""
    if not (request.endpoint or "").startswith(PREFIX):
        return None
    if not current_user.is_authenticated:
        return redirect(url_for("security.login", next=_wanted()))
    if presence.present().second_factor_required and not me().has_second_factor:
        flash(_("Everybody at this desk signs in with a second factor. Set up yours first."), "info")
        return redirect(url_for("security.two_factor_setup"))
    permission = getattr(current_app.view_functions[request.endpoint or ""], "permission", None)
    if permission is None or not me().may(permission):
        abort(403)
    presence.note_seen()
    return None


def _wanted() -> str | None:
    """The page to go on to; None for the desk's first, which opens in the person's own language."""
    first = (FIRST, url_for(FIRST_PAGE))
    return request.full_path.rstrip("?") if request.method == "GET" and request.path not in first else None
