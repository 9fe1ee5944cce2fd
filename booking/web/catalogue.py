"""The catalogue and the page of a class: read by everybody, the same for everybody."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, Final, NamedTuple

from flask import Blueprint, render_template, request, url_for

from booking.adapters import clock
from booking.domain.cancellation import SeatPrice
from booking.persistence import queries
from booking.persistence.masterclasses import Edition, MasterClass
from booking.persistence.queries import ClassPage, Offer, Related
from booking.web import structured
from booking.web.filters import Filter, filter_links, is_offered, month_of
from booking.web.formatting import local
from booking.web.invitations import (
    Invitation,
    date_option,
    group_of,
    invitation,
    kind_label,
    seat_price,
    written,
)
from booking.web.page_cache import SharedPage
from booking.web.pictures import picture_of
from booking.web.places import town_of
from booking.web.schedule import schedule_of

LOOKING_BACK: Final = timedelta(days=90)
MOST_PAST: Final = 6

blueprint = Blueprint("catalogue", __name__)


class RelatedClass(NamedTuple):
    """Another class, and when and where it is next, if it is."""

    master_class: MasterClass
    starts_at: datetime | None = None
    town: str = ""


@blueprint.get("/<lang:lang>/")
def index() -> SharedPage:
    """The coming dates as invitations, month by month, then what was held lately."""
    now = clock.now()
    offers = [offer for offer in queries.offers(now - LOOKING_BACK, now) if not offer.edition.called_off_at]
    coming = [offer for offer in offers if offer.edition.starts_at > now]
    begun = [offer for offer in reversed(offers) if offer.edition.starts_at <= now]
    chosen = Filter.of(request.args)
    links = filter_links(chosen, coming, queries.topics())
    body = render_template(
        "catalogue/index.html",
        filters=links if len(coming) > 1 or chosen else [],
        filtered=bool(chosen),
        months=by_month([offer for offer in coming if chosen.lets_in(offer, now)], now),
        begun=[]
        if chosen.free
        else [invitation(offer, now) for offer in begun if chosen.lets_in(offer, now)][:MOST_PAST],
        written=written,
        structured=structured.catalogue(offer.edition.master_class.slug for offer in coming),
    )
    return SharedPage(body, known=request.query_string.decode() == chosen.query and is_offered(chosen, links))


@blueprint.get("/<lang:lang>/classes/<slug>")
def show(slug: str) -> SharedPage:
    """Everything about a class. `?date=<edition>` chooses which of its dates is shown in full."""
    now = clock.now()
    page = queries.class_page(slug, now)
    known = request.query_string.decode() in ("", *(f"date={offer.edition.slug}" for offer in _coming(page, now)))
    return SharedPage(class_page(page, now), known=known)


def class_page(page: ClassPage, now: datetime, **more: Any) -> str:
    """The page of a class as HTML; `more` is for whoever shows it before everybody may."""
    coming = _coming(page, now)
    shown = _chosen(coming, request.args.get("date", ""), now)
    return render_template(
        "catalogue/show.html",
        master_class=page.master_class,
        kind=kind_label(page.master_class.kind),
        picture=picture_of(page.master_class),
        trainers=[(trainer, picture_of(trainer)) for trainer in page.master_class.trainers],
        topics=[(topic, Filter(topic=topic.slug).address(url_for("catalogue.index"))) for topic in page.topics],
        related=[related_class(related) for related in page.related],
        options=[date_option(offer, now) for offer in coming],
        past=[local(edition.starts_at, edition.zone) for edition in _held(page, now)],
        structured=structured.master_class(page, now),
        **(_shown(shown, now) if shown else {"shown": None}),
        **more,
    )


def related_class(related: Related) -> RelatedClass:
    """As the page of another class shows it."""
    edition = related.edition
    if edition is None:
        return RelatedClass(related.master_class)
    return RelatedClass(related.master_class, local(edition.starts_at, edition.zone), town_of(edition))


def by_month(offers: Iterable[Offer], now: datetime) -> list[tuple[date, list[Invitation]]]:
    """Invitations under the first day of their month, in order."""
    months = groupby(offers, key=month_of)
    return [(date.fromisoformat(f"{month}-01"), [invitation(offer, now) for offer in those]) for month, those in months]


def _coming(page: ClassPage, now: datetime) -> list[Offer]:
    return [offer for offer in page.offers if offer.edition.ends_at > now]


def _chosen(coming: list[Offer], slug: str, now: datetime) -> Offer | None:
    """The date asked for, else the first that can be booked, else the first that takes place, else the first."""
    asked = [offer for offer in coming if offer.edition.slug == slug]
    bookable = [offer for offer in coming if date_option(offer, now).can_be_booked]
    held = [offer for offer in coming if not offer.edition.called_off_at]
    return next(iter(asked + bookable + held + coming), None)


def _shown(offer: Offer, now: datetime) -> dict[str, Any]:
    """What the page says of the one date that it shows in full."""
    edition = offer.edition
    price = seat_price(edition, now)
    policy = None if edition.called_off_at else edition.policy
    return {
        "shown": date_option(offer, now),
        "group": group_of(edition, offer.seats, now),
        "meetings": [
            (local(meeting.starts_at, edition.zone), local(meeting.ends_at, edition.zone), meeting.title)
            for meeting in edition.meetings
        ],
        "venue": edition.venue,
        "online": bool(edition.online_url),
        "seat_price": price,
        "schedule": schedule_of(policy, edition.timing(), [SeatPrice(price, price)], now),
    }


def _held(page: ClassPage, now: datetime) -> list[Edition]:
    return [offer.edition for offer in page.offers if offer.edition.ends_at <= now and not offer.edition.called_off_at]
