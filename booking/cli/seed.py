"""Invented people for the demonstration, booked by the same services as real ones, over the last weeks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import cycle
from typing import Final
from unicodedata import normalize

from sqlalchemy import select

from booking import config
from booking.adapters.demo_gateway import DemoGateway
from booking.adapters.gateways import current_ports
from booking.domain.actor import ORGANISER
from booking.domain.attendance import Presence
from booking.domain.booking import Channel
from booking.domain.errors import Refusal
from booking.domain.orders import Acceptance, Contact, SeatOrder
from booking.persistence.bookings import Booking, by_id
from booking.persistence.db import db
from booking.persistence.editions import promised
from booking.persistence.masterclasses import Edition
from booking.persistence.payments import open_attempts
from booking.services import attendance, book, cancel, drafts, pay
from booking.services.book import Order
from booking.services.cancel import Payee
from booking.services.ports import Ports
from booking.web import pages

PEOPLE = (
    "Camille Rochat", "Noé Berthoud", "Inès Favre", "Luca Bianchi", "Margaux Pittet", "Samuel Keller", "Aline Jaccard",
    "Tomás Ribeiro", "Élodie Chappuis", "Jonas Frei", "Priya Nair", "Hugo Monnier", "Zoé Cuendet", "Mathis Lambert",
    "Clara Wenger", "Yann Dufour", "Mira Stojanović", "Paul Grandjean", "Léa Besson", "Nils Andersen",
    "Anouk Perrin", "Rafael Costa", "Judith Egger", "Bastien Roulet", "Nora Lindt", "Victor Amstutz",
)  # fmt: skip
# How many seats of each date are taken; one English class is full, one almost, one French date is over.
TAKEN: Final = {
    "ecrire-pour-le-web-a": 7,
    "ecrire-pour-le-web-b": 6,
    "ecrire-pour-le-web-c": 2,
    "atelier-master-class-a": 5,
    "soiree-information-morges": 3,
    "plain-words-lakefront": 6,
    "accessible-forms-lakefront": 7,
    "drawing-with-data-lakefront": 2,
}
OVER: Final = "ecrire-pour-le-web-a"
UNPAID: Final = ("ecrire-pour-le-web-c", timedelta(days=6))  # the transfer of one seat is awaited
# Two more who cancelled: one paid by transfer and waits for the money, one by card and has it.
GONE: Final = (
    ("ecrire-pour-le-web-b", Channel.TRANSFER, timedelta(days=12), timedelta(days=2)),
    ("atelier-master-class-a", Channel.DEMO, timedelta(days=20), timedelta(days=5)),
)
IBAN: Final = "CH93 0076 2011 6238 5295 7"

Act = Callable[[datetime], bool]


def book_invented_people(now: datetime) -> int:
    """Fills the demonstration's dates up to TAKEN, in the order in which it would have happened; gives how many
    bookings were made."""
    made = sum(act(at) for at, act in sorted(_plan(now), key=lambda step: step[0]))
    _note_attendance(now)
    return made


def _plan(now: datetime) -> Iterator[tuple[datetime, Act]]:
    people = cycle(PEOPLE)
    for slug, seats in TAKEN.items():
        edition = db.session.scalar(select(Edition).where(Edition.slug == slug))
        if edition is None:
            continue
        latest = min(now, edition.starts_at - timedelta(days=16))
        for number in range(seats):
            at = latest - timedelta(days=number * 5 + 1, hours=number * 7 % 11)
            yield at, partial(_book, edition.id, next(people), None)
        if slug == UNPAID[0]:
            yield now - UNPAID[1], partial(_book, edition.id, next(people), Channel.TRANSFER, paid=False)
        for _slug, channel, booked, cancelled in (story for story in GONE if story[0] == slug):
            name = next(people)
            yield now - booked, partial(_book, edition.id, name, channel)
            yield now - cancelled, partial(_cancel, edition.id, name)


def _book(edition_id: int, name: str, wanted: Channel | None, now: datetime, paid: bool = True) -> bool:
    ports, edition = _ports(now), db.session.get_one(Edition, edition_id)
    locale = edition.master_class.language
    terms, email = pages.terms_text(locale), _email(name)
    try:
        price = book.estimate(edition, 1, "", now, ports)
        offered = [channel for channel in price.channels if channel is not Channel.STRIPE]  # nobody is there to pay
        channel = wanted if wanted in offered else offered[0]
        order = Order(
            edition_id=edition_id,
            draft_token=drafts.keep(edition_id, {}, now),
            locale=locale,
            contact=Contact(name, email),
            seats=(SeatOrder(name, email, {}),),
            channel=channel,
            terms=Acceptance(terms.digest, locale, terms.markdown, terms.number),
            shown_total=price.total,
            shown_promise=promised(edition),
        )
        booking_id = book.place(order, now, ports)
    except (Refusal, IndexError):
        return False
    if channel is Channel.DEMO:
        pay.start(booking_id, Channel.DEMO, now, ports)
        _pay(booking_id, now, ports)
    elif channel is Channel.TRANSFER and paid:
        reference = by_id(booking_id).qr_reference or ""
        pay.mark_paid(reference, price.total, now, ports)
    return True


def _pay(booking_id: int, now: datetime, ports: Ports) -> None:
    gateway = ports.gateways[Channel.DEMO]
    assert isinstance(gateway, DemoGateway)
    for payment in open_attempts(booking_id):
        gateway.pay(payment.provider_id or "", refunds_fail=False)
    pay.settle_booking(booking_id, now, ports)


def _cancel(edition_id: int, name: str, now: datetime) -> bool:
    query = select(Booking).where(Booking.edition_id == edition_id, Booking.email == _email(name))
    booking = db.session.scalars(query).first()
    if booking is not None:
        seats = [seat.id for seat in booking.active]
        shown = cancel.propose(booking, seats, now).shown
        cancel.cancel(booking.id, seats, shown, now, _ports(now), Payee(IBAN, name))
    return False


def _note_attendance(now: datetime) -> None:
    """At the date that is over everybody came but one."""
    edition = db.session.scalar(select(Edition).where(Edition.slug == OVER, Edition.ends_at < now))
    if edition is None:
        return
    meetings = [(meeting.id, meeting.starts_at) for meeting in edition.meetings]
    query = select(Booking).where(Booking.edition_id == edition.id).order_by(Booking.id)
    seats = [seat.id for booking in db.session.scalars(query) for seat in booking.active]
    for meeting_id, at in meetings:
        for seat in seats:
            presence = Presence.ABSENT if seat == seats[-1] else Presence.PRESENT
            attendance.mark(seat, meeting_id, presence, ORGANISER, at)


def _ports(at: datetime) -> Ports:
    """As they were then: the demonstration gateway keeps the time of its pages."""
    ports = current_ports()
    if Channel.DEMO not in ports.gateways:
        return ports
    return replace(ports, gateways={Channel.DEMO: DemoGateway(config.current().base_url, lambda: at)})


def _email(name: str) -> str:
    plain = normalize("NFD", name).encode("ascii", "ignore").decode()
    return f"{'.'.join(plain.lower().split())}@example.org"
