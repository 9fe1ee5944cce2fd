"""From what was typed to an order: a draft is complete when its form is valid and the terms it accepted still stand."""

from __future__ import annotations

from typing import Any

from booking.domain.booking import Channel
from booking.domain.errors import TermsChanged
from booking.domain.orders import Acceptance, Contact, SeatOrder
from booking.persistence import editions
from booking.persistence.drafts import Draft
from booking.persistence.masterclasses import Edition
from booking.services.book import Order
from booking.web import pages
from booking.web.booking_forms import CheckForm, DetailsForm, answers_of, details_form
from booking.web.i18n import current_language
from booking.web.refusals import sentence

CONTACT = ("name", "phone", "company", "street", "house_number", "postcode", "town", "country")


def empty_form(edition: Edition, **values: Any) -> DetailsForm:
    """The form of an edition: filled from the request, else from `values`."""
    asked = [q for q in edition.master_class.questions if q.when == "booking" and not q.retired]
    return details_form(asked, **values)


def checked_form(draft: Draft) -> DetailsForm:
    """The draft's form with its errors. Terms that have changed since must be ticked anew."""
    form = empty_form(editions.of_draft(draft), formdata=None, data=draft.data)
    form.validate()
    form.forget_token()
    if form.terms.data and draft.data["terms_digest"] != _terms(draft).digest:
        form.terms.data = False
        form.terms.errors = [sentence(TermsChanged())]
    return form


def values_of(form: DetailsForm) -> dict[str, Any]:
    """The form as plain values; the terms with the digest of the text that was on offer."""
    data = {name: value for name, value in form.data.items() if name not in ("csrf_token", "seats")}
    data["seats"] = [{k: v for k, v in seat.data.items() if k != "csrf_token"} for seat in form.seats]
    data["terms_language"] = current_language()
    data["terms_digest"] = pages.terms_text(current_language()).digest if form.terms.data else ""
    return data


def order_of(draft: Draft, form: CheckForm) -> Order:
    """A complete draft as an order. Raises TermsChanged."""
    data, terms = draft.data, _terms(draft)
    if data["terms_digest"] != terms.digest:
        raise TermsChanged
    return Order(
        edition_id=draft.edition_id,
        draft_token=draft.token,
        locale=current_language(),
        contact=Contact(email=data["email"].lower(), **{field: data[field] for field in CONTACT}),
        seats=tuple(_seat(data, seat) for seat in data["seats"]),
        channel=Channel(form.channel.data) if form.channel.data in list(Channel) else Channel.FREE,
        terms=Acceptance(terms.digest, data["terms_language"], terms.markdown, terms.number),
        shown_total=_shown(form.shown_total.data or ""),
        shown_promise=form.shown_promise.data or "",
        voucher_code=data["voucher"],
        once_more=bool(form.once_more.data),
    )


def _terms(draft: Draft) -> pages.TermsText:
    return pages.terms_text(draft.data["terms_language"])


def _shown(total: str) -> int:
    """Centimes as posted back. What is no number was not shown by us, and no price that is asked for equals 0."""
    return int(total) if total.isdecimal() and len(total) < 10 else 0


def _seat(data: dict[str, Any], seat: dict[str, Any]) -> SeatOrder:
    """An attendee; without a name of its own, the person who books."""
    own = seat.get("name") or ""
    email = seat.get("email") or ("" if own else data["email"])
    return SeatOrder(own or data["name"], email.lower(), answers_of(seat))
