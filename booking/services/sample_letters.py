"""Letters about invented people, to look at: what happens is rehearsed, read, and undone, so that nothing is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from booking.domain.actor import ORGANISER
from booking.domain.bilingual import Bilingual
from booking.domain.booking import BookingState, Channel
from booking.domain.documents import Issuer
from booking.domain.payment import LedgerKind, RefundState
from booking.domain.policy import CancellationPolicy, CancellationTier
from booking.persistence import bookings, ledger, lifecycle, terms
from booking.persistence.bookings import Attendee, Booking
from booking.persistence.cancellations import Cancellation
from booking.persistence.db import BilingualText, db
from booking.persistence.masterclasses import Edition, MasterClass, Meeting, Trainer, Venue
from booking.persistence.payments import Payment, Refund
from booking.persistence.transaction import atomic

T = TypeVar("T")
Payload = dict[str, Any]

AHEAD: Final = timedelta(days=40)  # from now to the class, which is on the next Saturday
SATURDAY: Final = 5
ZONE: Final = ZoneInfo("Europe/Zurich")
PRICE: Final = 34000
FEE: Final = 10200
POLICY: Final = CancellationPolicy(
    tuple(CancellationTier(days, Decimal(percent)) for days, percent in ((15, 30), (8, 50), (1, 80)))
)
ACCOUNT: Final = "CH4431999123000889012"  # where the organiser has none yet
NAME: Final = "Camille Exemple"
EMAIL: Final = "camille@example.org"


def read(kind: str, locale: str, now: datetime, issuer: Issuer, reader: Callable[[Payload], T]) -> T:
    """What `reader` makes of the outbox payload of such a letter, while the booking that it is about is there."""
    with atomic(rehearsal=True):
        booking = _booking(locale, now)
        account = issuer.iban or ACCOUNT
        ids = STORIES[kind](booking, Issuer(issuer.party, account, issuer.account_holder, issuer.vat), now)
        db.session.flush()
        return reader({"kind": kind, "to": "booker", "key": "sample", "booking_id": booking.id} | ids)


def _received(booking: Booking, issuer: Issuer, now: datetime) -> Payload:
    lifecycle.await_transfer(booking, issuer, now)
    return {}


def _confirmed(booking: Booking, issuer: Issuer, now: datetime) -> Payload:
    lifecycle.await_transfer(booking, issuer, now)
    return {"payment_id": _paid(booking, issuer, now).id}


def _expired(booking: Booking, issuer: Issuer, now: datetime) -> Payload:
    lifecycle.await_transfer(booking, issuer, now)
    lifecycle.expire(booking, issuer, now)
    return {}


def _cancelled(booking: Booking, issuer: Issuer, now: datetime) -> Payload:
    _confirmed(booking, issuer, now)
    seats = list(booking.active)
    credit = lifecycle.credit(booking, seats, issuer, now)
    ledger.enter(booking.id, LedgerKind.CANCELLATION_FEE, FEE, now)
    for seat in seats:
        seat.cancelled_at = now
    booking.move_to(BookingState.CANCELLED, now)
    sums = {"credit": credit, "fee": FEE, "refund": credit - FEE, "due": 0}
    facts: dict[str, Any] = {"days": 15, "percent": "30", "ground": "tier", "channel": Channel.TRANSFER.value}
    facts |= {"received_at": now, "attendees": [seat.id for seat in seats]}
    return {"cancellation_id": _kept(Cancellation(booking_id=booking.id, **facts, **sums))}


def _refunded(booking: Booking, issuer: Issuer, now: datetime) -> Payload:
    ids = _confirmed(booking, issuer, now)
    return ids | {"refund_id": _refund(booking, RefundState.SUCCEEDED, "cancellation", now)}


def _refund_iban(booking: Booking, issuer: Issuer, now: datetime) -> Payload:
    ids = _confirmed(booking, issuer, now)
    return ids | {"refund_id": _refund(booking, RefundState.NEEDS_IBAN, "surplus", now)}


def _late_refund(booking: Booking, issuer: Issuer, now: datetime) -> Payload:
    ids = _confirmed(booking, issuer, now)
    return ids | {"refund_id": _refund(booking, RefundState.TO_PAY, "late", now)}


def _link(booking: Booking, issuer: Issuer, now: datetime) -> Payload:
    _confirmed(booking, issuer, now)
    return {"booking_ids": [booking.id]}


STORIES: Final[dict[str, Callable[[Booking, Issuer, datetime], Payload]]] = {
    "received": _received,
    "confirmed": _confirmed,
    "expired": _expired,
    "cancelled": _cancelled,
    "refunded": _refunded,
    "refund_iban": _refund_iban,
    "late_refund": _late_refund,
    "link": _link,
}


def _booking(locale: str, now: datetime) -> Booking:
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
        attendees=[Attendee(name=NAME, email=EMAIL, list_price=PRICE, net_price=PRICE)],
    )
    db.session.add(booking)
    db.session.flush()
    lifecycle.charge(booking, booking.active, now)
    return booking


def _edition(now: datetime) -> Edition:
    day = (now + AHEAD).astimezone(ZONE).date()
    day += timedelta(days=(SATURDAY - day.weekday()) % 7)
    starts, ends = (datetime.combine(day, time(hour), ZONE) for hour in (9, 17))
    title = Bilingual("Aquarelle en plein air", "Watercolours in the open")
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


def _empty(table: type) -> dict[str, Bilingual]:
    columns = table.__table__.columns  # type: ignore[attr-defined]
    return {column.name: Bilingual() for column in columns if isinstance(column.type, BilingualText)}


def _paid(booking: Booking, issuer: Issuer, now: datetime) -> Payment:
    payment = Payment(booking_id=booking.id, channel=Channel.TRANSFER, amount=PRICE, created_at=now)
    db.session.add(payment)
    db.session.flush()
    lifecycle.receive(booking, payment, issuer, now, ORGANISER)
    return payment


def _refund(booking: Booking, state: RefundState, reason: str, now: datetime) -> int:
    facts = {"channel": Channel.TRANSFER, "amount": PRICE - FEE, "reason": reason, "created_at": now}
    return _kept(Refund(booking_id=booking.id, state=state, **facts))


def _kept(row: Cancellation | Refund) -> int:
    db.session.add(row)
    db.session.flush()
    return row.id
