"""The catalogue in the words of schema.org, for search engines: courses, their dates, offers and availability."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from flask import url_for

from booking import config
from booking.domain.money import plain
from booking.persistence import site
from booking.persistence.masterclasses import Edition, MasterClass, Venue
from booking.persistence.queries import ClassPage, Offer
from booking.web.formatting import iso, local
from booking.web.i18n import words
from booking.web.invitations import OFFERED, DateState, seat_price, state_of
from booking.web.pictures import picture_of

CONTEXT: Final = "https://schema.org"
AVAILABILITY: Final[dict[DateState, str]] = {
    "open": "InStock",
    "few": "LimitedAvailability",
    "full": "SoldOut",
    "soon": "PreOrder",
    "closed": "Discontinued",
    "past": "Discontinued",
    "called_off": "Discontinued",
    "ask": "LimitedAvailability",
}


def catalogue(slugs: Iterable[str]) -> dict[str, Any]:
    """The list of classes with a date to come, each once."""
    items = [
        {"@type": "ListItem", "position": number, "url": _class_url(slug)}
        for number, slug in enumerate(dict.fromkeys(slugs), 1)
    ]
    return {"@context": CONTEXT, "@type": "ItemList", "itemListElement": items}


def master_class(page: ClassPage, now: datetime) -> dict[str, Any]:
    """A Course whose instances are its coming dates, each an event with an offer, unless it is called off."""
    subject = page.master_class
    coming = [offer for offer in page.offers if offer.edition.ends_at > now]
    return {
        "@context": CONTEXT,
        "@type": "Course",
        "name": words(subject.title),
        "description": words(subject.summary),
        "url": _class_url(subject.slug),
        "inLanguage": subject.language,
        **_image(subject),
        "provider": _organiser(),
        "hasCourseInstance": [_instance(subject, offer, now) for offer in coming],
    }


def _instance(subject: MasterClass, offer: Offer, now: datetime) -> dict[str, Any]:
    edition = offer.edition
    status = "EventCancelled" if edition.called_off_at else "EventScheduled"
    return {
        "@type": ["CourseInstance", "EducationEvent"],
        "name": words(subject.title),
        "description": words(subject.summary),
        "url": f"{_class_url(subject.slug)}?date={edition.slug}",
        "startDate": iso(local(edition.starts_at, edition.zone)),
        "endDate": iso(local(edition.ends_at, edition.zone)),
        "inLanguage": subject.language,
        "eventStatus": f"{CONTEXT}/{status}",
        **_whereabouts(edition, subject),
        "instructor": [{"@type": "Person", "name": trainer.name} for trainer in subject.trainers],
        "organizer": _organiser(),
        "maximumAttendeeCapacity": edition.capacity,
        "remainingAttendeeCapacity": offer.free if state_of(offer, now) in OFFERED else 0,
        "isAccessibleForFree": edition.price == 0,
        **({} if edition.called_off_at else {"offers": _offer(subject, offer, now)}),
    }


def _whereabouts(edition: Edition, subject: MasterClass) -> dict[str, Any]:
    """Place and way of attending; where the online room is, only participants are told."""
    rooms: list[dict[str, Any]] = [_place(edition.venue)] if edition.venue else []
    if edition.online_url:
        rooms.append({"@type": "VirtualLocation", "url": _class_url(subject.slug)})
    both = len(rooms) > 1
    mode = "blended" if both else "onsite" if edition.venue else "online"
    attendance = {"blended": "Mixed", "onsite": "Offline", "online": "Online"}[mode]
    return {
        "courseMode": mode,
        "eventAttendanceMode": f"{CONTEXT}/{attendance}EventAttendanceMode",
        "location": rooms if both else rooms[0] if rooms else None,
    }


def _offer(subject: MasterClass, offer: Offer, now: datetime) -> dict[str, Any]:
    edition = offer.edition
    price = seat_price(edition, now)
    limits = {
        "validFrom": edition.registration_opens_at,
        "validThrough": edition.registration_closes_at or edition.starts_at,
        "priceValidUntil": edition.early_until if price != edition.price else None,
    }
    return {
        "@type": "Offer",
        "url": f"{_class_url(subject.slug)}?date={edition.slug}",
        "category": "Paid" if price else "Free",
        "price": plain(price),
        "priceCurrency": "CHF",
        "availability": f"{CONTEXT}/{AVAILABILITY[state_of(offer, now)]}",
        **{name: iso(local(moment, edition.zone)) for name, moment in limits.items() if moment},
    }


def _place(venue: Venue) -> dict[str, Any]:
    return {
        "@type": "Place",
        "name": venue.name,
        "address": {
            "@type": "PostalAddress",
            "streetAddress": f"{venue.street} {venue.house_number}".strip(),
            "postalCode": venue.postcode,
            "addressLocality": venue.town,
            "addressCountry": venue.country,
        },
    }


def _image(subject: MasterClass) -> dict[str, Any]:
    """The uploaded picture; drawings of the site are no photograph of anything."""
    shown = picture_of(subject)
    return {"image": shown.share} if shown and shown.share else {}


def _organiser() -> dict[str, Any]:
    return {"@type": "Organization", "name": site.current().organiser.known_as, "url": config.current().base_url}


def _class_url(slug: str) -> str:
    return config.current().base_url + url_for("catalogue.show", slug=slug)
