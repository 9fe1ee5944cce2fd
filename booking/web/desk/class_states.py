"""Publishing a class, closing it, taking it off the site: first what it means and for whom, then the button."""

from __future__ import annotations

from flask import abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from booking.adapters import clock
from booking.domain.catalogue import CatalogueRefused
from booking.domain.errors import ChangedMeanwhile, StillBooked, StillUsed
from booking.domain.permission import Permission
from booking.domain.publication import SHOWN, Publication
from booking.persistence import class_index
from booking.persistence.masterclasses import MasterClass
from booking.services import classes
from booking.web.desk import class_words
from booking.web.desk.guard import actor, desk_area, done, needs
from booking.web.refusals import sentence

blueprint = desk_area("class_states", __name__)


@blueprint.get("/classes/<class_slug>/state/<state>")
@needs(Permission.CLASSES)
def propose(class_slug: str, state: str) -> str | Response:
    """What moving there means for readers and for those who have booked."""
    offer, new = class_index.find(class_slug), _state(state)
    labels = dict(class_words.moves(offer))
    if new not in labels:  # from an old page, or a link that was kept
        return redirect(url_for("desk_classes.show", class_slug=class_slug))
    return _page(offer, new)


@blueprint.post("/classes/<class_slug>/state/<state>")
@needs(Permission.CLASSES)
def move(class_slug: str, state: str) -> str | Response | tuple[str, int]:
    """Moves it there, if it still stands where it was shown."""
    new, old = _state(state), _state(request.form.get("old", ""))
    try:
        classes.move_to(class_slug, old, new, clock.now(), actor())
    except CatalogueRefused:
        return _page(class_index.find(class_slug), new), 409
    except (ChangedMeanwhile, StillBooked) as refusal:
        return _page(class_index.find(class_slug), new, sentence(refusal)), 409
    return done(_said(new), "desk_classes.show", class_slug=class_slug)


@blueprint.route("/classes/<class_slug>/deletion", methods=["GET", "POST"])
@needs(Permission.CLASSES)
def delete(class_slug: str) -> str | Response | tuple[str, int]:
    """Asks, then takes away a draft that nobody ever booked."""
    offer = class_index.find(class_slug)
    if request.method == "GET":
        return render_template("desk/classes/deletion.html", offer=offer, problem=None)
    try:
        classes.delete(class_slug, clock.now(), actor())
    except (ChangedMeanwhile, StillUsed) as refusal:
        return render_template("desk/classes/deletion.html", offer=offer, problem=sentence(refusal)), 409
    return done(_("The class is deleted."), "desk_classes.index")


def _page(offer: MasterClass, new: Publication, problem: str | None = None) -> str:
    now = clock.now()
    seats = classes.seats_to_come(offer, now)
    problems = classes.missing(offer) if new in SHOWN else []
    dates = [one for one in offer.editions if one.ends_at > now and one.called_off_at is None and one.state in SHOWN]
    return render_template(
        "desk/classes/state.html",
        offer=offer,
        old=offer.state,
        new=new,
        label=dict(class_words.moves(offer)).get(new),
        means=_meaning(offer, new, len(dates), seats),
        lacks=list(class_words.lacks(offer, problems)),
        kept=new not in SHOWN and seats > 0,
        seats=seats,
        problem=problem,
    )


def _meaning(offer: MasterClass, new: Publication, dates: int, seats: int) -> list[str]:
    """Sentences: for readers first, then for people who have booked."""
    said = {
        Publication.PUBLISHED: _("Everybody sees the class on the site, in the catalogue and in the feeds."),
        Publication.CLOSED: _("The class stays on the site, but none of its dates can be booked any more."),
        Publication.DRAFT: _("The class disappears from the site: its address says that there is no such page."),
        Publication.ARCHIVED: _("The class disappears from the site; its bookings, documents and figures stay here."),
    }
    lines = [said[new]]
    if new is Publication.PUBLISHED:
        lines.append(ngettext("%(num)d date can be booked, within its own deadline.",
                              "%(num)d dates can be booked, each within its own deadline.", dates))  # fmt: skip
        if not offer.announced:
            lines.append(_("From now on the address of its page stays what it is."))
    if new in SHOWN and seats:
        lines.append(ngettext("The person who has booked keeps the seat. No mail is sent.",
                              "The people who hold its %(num)d seats keep them. No mail is sent.", seats))  # fmt: skip
    return [str(line) for line in lines]


def _said(new: Publication) -> str:
    said = {
        Publication.PUBLISHED: _("The class is on the site."),
        Publication.CLOSED: _("The class takes no more bookings."),
        Publication.DRAFT: _("The class is a draft again."),
        Publication.ARCHIVED: _("The class is archived."),
    }
    return str(said[new])


def _state(name: str) -> Publication:
    if name not in list(Publication):
        abort(404)
    return Publication(name)
