"""The organiser's acts on bookings, over the services: each is rehearsed, then done exactly as it was shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import count

from booking.domain.actor import Actor, at_the_desk
from booking.domain.orders import Acceptance, Contact, SeatOrder
from booking.domain.payment import Means
from booking.domain.permission import Role
from booking.persistence.arrivals import Arrival
from booking.persistence.bookings import Attendee, Booking
from booking.persistence.cancellations import Cancellation
from booking.persistence.db import db
from booking.persistence.masterclasses import Edition
from booking.persistence.notes import Note
from booking.persistence.organisers import Organiser
from booking.persistence.outcomes import Outcome
from booking.persistence.transaction import atomic
from booking.services import cancel, enrol, pay, settle
from booking.services.cancel import Decision, Payee
from booking.services.enrol import HandOrder, Price, Way
from booking.services.settle import Gift, Waiver
from tests.factories import NOW, TERMS
from tests.services.shop import Shop

TOKENS = count(1)


class Desk:
    """Somebody who signed in; the clock and the ports are the shop's."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.me: Actor = _person()

    def take(self, booking: Booking, amount: int, at: datetime | None = None, **how: object) -> Outcome:
        reference = str(how.pop("reference", ""))
        arrival = Arrival(amount, at or self.shop.now, **how)  # type: ignore[arg-type]
        return agreed(
            lambda shown: settle.take(booking.id, arrival, reference, self.shop.now, self.shop.ports, self.me, shown)
        )

    def write_off(self, booking: Booking, amount: int, tell: bool = True) -> Outcome:
        waiver = Waiver(amount, "She was ill.", tell)
        return agreed(lambda shown: settle.write_off(booking.id, waiver, self.shop.now, self.me, shown))

    def give_back(self, booking: Booking, amount: int, by_bank: bool = False, iban: str = "") -> Outcome:
        gift = Gift(amount, "The room was cold.", by_bank, iban, "Ada Exemple")
        return agreed(lambda shown: settle.give_back(booking.id, gift, self.shop.now, self.me, shown))

    def take_out(self, booking: Booking, payment_id: int) -> Outcome:
        shop, number = self.shop, booking.id
        return agreed(
            lambda shown: settle.take_out(number, payment_id, "Wrong line", shop.now, shop.ports, self.me, shown)
        )

    def cancel(
        self,
        booking: Booking,
        seats: int | None = None,
        received: datetime | None = None,
        fee: int | None = None,
        iban: str = "",
    ) -> Cancellation:
        """Of the first `seats` seats (all by default)."""
        chosen = {seat.id for seat in booking.active[:seats]}
        decision = Decision(received, "Her letter lay in the box.", fee, "She broke a leg.")
        pay.end_attempts(booking.id, self.shop.now, self.shop.ports)
        agreed(
            lambda shown: cancel.cancel_for(
                booking.id,
                chosen,
                decision,
                self.shop.now,
                self.shop.ports,
                Payee(iban, "Ada Exemple"),
                self.me,
                shown,
            )
        )
        return db.session.query(Cancellation).order_by(Cancellation.id.desc()).first()

    def order(self, edition: Edition, way: Way = Way.TRANSFER, seats: int = 1, **changes: object) -> HandOrder:
        price = changes.pop("price", None)
        facts = {
            "edition_id": edition.id,
            "token": f"form-{next(TOKENS)}",
            "locale": "fr",
            "contact": Contact("Bea Muster", "bea@example.org"),
            "seats": tuple(SeatOrder(f"Person {number + 1}", "", {}) for number in range(seats)),
            "price": Price(price, "A friend of the house." if price is not None else ""),  # type: ignore[arg-type]
            "way": way,
            "terms": Acceptance(TERMS, "fr", "Conditions"),
            "arrival": Arrival(0, self.shop.now, Means.CASH) if way is Way.PAID else None,
            "once_more": True,
        }
        return HandOrder(**facts | changes)  # type: ignore[arg-type]

    def enrol(self, edition: Edition, way: Way = Way.TRANSFER, seats: int = 1, **changes: object) -> Booking:
        order = self.order(edition, way, seats, **changes)
        done = agreed(lambda shown: enrol.enrol(order, self.shop.now, self.shop.ports, self.me, shown))
        return db.session.get_one(Booking, done.booking_id)

    def add_seat(
        self, booking: Booking, name: str = "Zoé Ajout", email: str = "", price: int | None = None
    ) -> Attendee:
        pay.end_attempts(booking.id, self.shop.now, self.shop.ports)
        seat, cost = SeatOrder(name, email, {}), Price(price, "For free" if price is not None else "")
        agreed(lambda shown: enrol.add_seat(booking.id, seat, cost, self.shop.now, self.shop.ports, self.me, shown))
        return booking.attendees[-1]

    def notes(self, booking: Booking) -> list[tuple[str, str]]:
        """(about, body) of each note."""
        found = db.session.query(Note).filter_by(booking_id=booking.id).order_by(Note.id)
        return [(note.about, note.body) for note in found]


def agreed(act: Callable[[str | None], Outcome]) -> Outcome:
    """Rehearses the act, then does it as it was shown."""
    shown = act(None)
    done = act(shown.shown)
    assert (done.papers, done.refunds, done.mails) == (shown.papers, shown.refunds, shown.mails)
    return done


def _person() -> Actor:
    person = db.session.query(Organiser).first()
    if person is None:
        with atomic():
            facts = {"email": "helene@example.org", "name": "Hélène", "created_at": NOW, "fs_uniquifier": "helene"}
            person = Organiser(role=Role.OWNER, **facts)
            db.session.add(person)
    return at_the_desk(person.id)
