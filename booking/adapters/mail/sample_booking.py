"""An invented person's booking of an invented class, for letters to look at. Written in a database of its own."""

from __future__ import annotations

import hashlib
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from booking.domain.actor import ORGANISER
from booking.domain.bilingual import Bilingual
from booking.domain.booking import BookingState, Channel
from booking.domain.documents import Issuer
from booking.domain.local_time import ZONE
from booking.domain.payment import RefundState
from booking.domain.policy import CancellationPolicy, CancellationTier
from booking.persistence import bookings, lifecycle, terms
from booking.persistence.bookings import Attendee, Booking
from booking.persistence.db import BilingualText, Model, db
from booking.persistence.masterclasses import Edition, MasterClass, Meeting, Trainer, Venue
from booking.persistence.payments import Payment, Refund

AHEAD: Final = timedelta(days=40)  # from now to the class, which is on the next Saturday
SATURDAY: Final = 5
PRICE: Final = 34000
FEE: Final = 10200
POLICY: Final = CancellationPolicy(
    tuple(CancellationTier(days, Decimal(percent)) for days, percent in ((15, 30), (8, 50), (1, 80)))
)
NAME: Final = "Camille Exemple"
EMAIL: Final = "camille@example.org"
OTHER: Final = "Sascha Exemple"
OTHER_EMAIL: Final = "sascha@example.org"


def pending(locale: str, now: datetime) -> Booking:
    """One seat that nobody has said yet how to pay for."""
    digest = hashlib.sha256(b"sample").hexdigest()
    terms.remember(digest, locale, "sample", now)
    booking = Booking(
        reference=bookings.new_reference(),
        edition=_edition(now),
        state=BookingState.PENDING,
        channel=Channel.TRANSFER,
        locale=locale,
        created_at=now,
        name=NAME,
        email=EMAIL,
        policy=POLICY.to_json(),
        terms_digest=digest,
        terms_language=locale,
        terms_accepted_at=now,
    )
    db.session.add(booking)
    seated(booking, NAME, EMAIL, now)
    return booking


def seated(booking: Booking, name: str, email: str, now: datetime) -> Attendee:
    """One seat more, at the full price."""
    seat = Attendee(name=name, email=email, list_price=PRICE, net_price=PRICE)
    booking.attendees.append(seat)
    db.session.flush()
    lifecycle.charge(booking, [seat], now)
    return seat


def _edition(now: datetime) -> Edition:
    day = (now + AHEAD).astimezone(ZoneInfo(ZONE)).date()
    day += timedelta(days=(SATURDAY - day.weekday()) % 7)
    starts, ends = (datetime.combine(day, time(hour), ZoneInfo(ZONE)) for hour in (9, 17))
    title = Bilingual("Aquarelle en plein air", "Watercolours in the open air")
    bring = Bilingual("- Votre boîte de couleurs\n- Un chapeau", "- Your box of colours\n- A hat")
    taught = MasterClass(**_empty(MasterClass) | {"slug": "sample-class", "kind": "workshop", "language": "fr",
                                                  "title": title, "bring": bring})  # fmt: skip
    taught.trainers = [Trainer(slug="sample-trainer", name="Dora Exemple", bio=Bilingual())]
    access = Bilingual("Cinq minutes à pied depuis la gare.", "Five minutes on foot from the station.")
    venue = Venue(slug="sample-venue", name="Maison du Lac", street="Quai du Lac", house_number="1", postcode="1110",
                  town="Morges", access=access)  # fmt: skip
    return Edition(
        slug="sample-date",
        master_class=taught,
        venue=venue,
        price=PRICE,
        capacity=8,
        starts_at=starts,
        ends_at=ends,
        meetings=[Meeting(starts_at=starts, ends_at=ends, title=Bilingual())],
    )


def _empty(table: type[Model]) -> dict[str, Bilingual]:
    return {column.name: Bilingual() for column in table.__table__.columns if isinstance(column.type, BilingualText)}


def paid(booking: Booking, issuer: Issuer, now: datetime, amount: int = PRICE) -> Payment:
    """A transfer that came: it confirms the booking when nothing is left to be paid."""
    payment = Payment(booking_id=booking.id, channel=Channel.TRANSFER, amount=amount, created_at=now)
    db.session.add(payment)
    db.session.flush()
    lifecycle.receive(booking, payment, issuer, now, ORGANISER)
    return payment


def refund(booking: Booking, state: RefundState, reason: str, now: datetime, amount: int = PRICE - FEE) -> int:
    """Gives the id of money that goes back by bank."""
    facts = {"channel": Channel.TRANSFER, "amount": amount, "reason": reason, "created_at": now}
    return kept(Refund(booking_id=booking.id, state=state, **facts))


def kept(row: Any) -> int:
    """Gives the id of a row that is new."""
    db.session.add(row)
    db.session.flush()
    number: int = row.id
    return number
