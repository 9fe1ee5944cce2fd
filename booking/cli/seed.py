"""Invented people for the demonstration, booked by the same services as real ones."""

from __future__ import annotations

from datetime import datetime
from itertools import cycle
from unicodedata import normalize

from sqlalchemy import select

from booking.adapters.demo_gateway import DemoGateway
from booking.adapters.gateways import current_ports
from booking.domain.booking import Channel
from booking.domain.errors import Refusal
from booking.domain.orders import Acceptance, Contact, SeatOrder
from booking.persistence.bookings import Booking
from booking.persistence.db import db
from booking.persistence.editions import promised
from booking.persistence.masterclasses import Edition
from booking.persistence.payments import open_attempts
from booking.services import book, drafts, pay
from booking.services.book import Order
from booking.web import pages

PEOPLE = (
    "Camille Rochat", "Noé Berthoud", "Inès Favre", "Luca Bianchi", "Margaux Pittet", "Samuel Keller", "Aline Jaccard",
    "Tomás Ribeiro", "Élodie Chappuis", "Jonas Frei", "Priya Nair", "Hugo Monnier", "Zoé Cuendet", "Mathis Lambert",
    "Clara Wenger", "Yann Dufour", "Mira Stojanović", "Paul Grandjean", "Léa Besson", "Nils Andersen",
    "Anouk Perrin", "Rafael Costa", "Judith Egger", "Bastien Roulet", "Nora Lindt", "Victor Amstutz",
)  # fmt: skip
# How many seats of each date are taken when the demonstration opens; one English class is full, one almost.
TAKEN = {
    "ecrire-pour-le-web-b": 6,
    "ecrire-pour-le-web-c": 3,
    "atelier-master-class-a": 5,
    "soiree-information-morges": 3,
    "plain-words-lakefront": 6,
    "accessible-forms-lakefront": 7,
    "drawing-with-data-lakefront": 2,
}


def book_invented_people(now: datetime) -> int:
    """Fills the demonstration's dates up to TAKEN and gives how many bookings were made."""
    people, made = cycle(PEOPLE), 0
    for slug, seats in TAKEN.items():
        edition = db.session.scalar(select(Edition).where(Edition.slug == slug))
        if edition is not None:
            edition_id, language = edition.id, edition.master_class.language
            made += sum(_book(edition_id, next(people), language, now) for _ in range(seats))
    return made


def _book(edition_id: int, name: str, locale: str, now: datetime) -> bool:
    ports = current_ports()
    terms = pages.terms_text(locale)
    plain = normalize("NFD", name).encode("ascii", "ignore").decode()
    email = f"{'.'.join(plain.lower().split())}@example.org"
    edition = db.session.get_one(Edition, edition_id)
    try:
        price = book.estimate(edition, 1, "", now, ports)
        offered = [channel for channel in price.channels if channel is not Channel.STRIPE]  # nobody is there to pay
        if not offered:
            return False
        order = Order(
            edition_id=edition_id,
            draft_token=drafts.keep(edition_id, {}, now),
            locale=locale,
            contact=Contact(name, email),
            seats=(SeatOrder(name, email, {}),),
            channel=offered[0],
            terms=Acceptance(terms.digest, locale, terms.markdown, terms.number),
            shown_total=price.total,
            shown_promise=promised(edition),
        )
        booking_id = book.place(order, now, ports)
    except Refusal:
        return False
    if offered[0] is Channel.DEMO:
        pay.start(booking_id, Channel.DEMO, now, ports)
        _pay(booking_id, now)
    elif offered[0] is Channel.TRANSFER:
        reference = db.session.get_one(Booking, booking_id).qr_reference or ""
        pay.mark_paid(reference, price.total, now, ports)
    return True


def _pay(booking_id: int, now: datetime) -> None:
    gateway = current_ports().gateways[Channel.DEMO]
    assert isinstance(gateway, DemoGateway)
    for payment in open_attempts(booking_id):
        gateway.pay(payment.provider_id or "", refunds_fail=False)
    pay.settle_booking(booking_id, now, current_ports())
