"""One example of every letter, with the rows it speaks of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from booking.domain.bilingual import Bilingual
from booking.domain.booking import BookingState, Channel
from booking.domain.payment import DocumentKind, RefundState
from booking.persistence import moves
from booking.persistence.bookings import Booking
from booking.persistence.calling_off import CallingOff
from booking.persistence.db import db
from booking.persistence.payments import Payment
from booking.persistence.transaction import atomic
from tests import factories
from tests.adapters.booking_letters import OF_A_CHANGE
from tests.adapters.message_letters import MESSAGES
from tests.factories import NOW

Payload = dict[str, Any]


def every_letter() -> Iterator[tuple[str, Payload]]:
    """(name, payload) of each kind and variant, to the booker in each language and to the organiser."""
    for locale in ("fr", "en"):
        for kind, write in BOOKER.items():
            yield f"{kind}-{locale}", {"to": "booker", "key": f"{kind}-{locale}"} | write(locale)
    for kind, write in ORGANISER.items():
        yield f"organiser-{kind}", {"to": "organiser", "key": f"organiser-{kind}"} | write("en")


def received(locale: str) -> Payload:
    booking = factories.make_booking(locale=locale)
    factories.make_document(booking, DocumentKind.INVOICE, 34000)
    return _payload("received", booking)


def received_on_account(locale: str) -> Payload:
    booking = factories.make_booking(state=BookingState.CONFIRMED, paid=False, seats=2, locale=locale)
    factories.make_document(booking, DocumentKind.INVOICE, 68000)
    return _payload("received", booking)


def confirmed(locale: str) -> Payload:
    booking = _paid(locale)
    factories.make_document(booking, DocumentKind.RECEIPT, 34000)
    return _payload("confirmed", booking)


def confirmed_for_free(locale: str) -> Payload:
    evening = [("2026-11-10 18:30", "2026-11-10 20:00")]
    title = Bilingual("Soirée d’information", "Information evening")
    free = factories.make_class(policy=None, title=title, bring=Bilingual())
    edition = factories.make_edition(free, evening, price=0, online_url="https://meet.example.org/abc")
    return _payload("confirmed", factories.make_booking(edition, BookingState.CONFIRMED, Channel.FREE, locale=locale))


def confirmed_modules(locale: str) -> Payload:
    days = [("2027-02-10 09:00", "2027-02-10 17:00"), ("2027-03-10 13:30", "2027-03-10 17:00")]
    edition = factories.make_edition(meetings=days, price=650000)
    return _payload("confirmed", factories.make_booking(edition, BookingState.CONFIRMED, seats=3, locale=locale))


def expired(locale: str) -> Payload:
    return _payload("expired", factories.make_booking(state=BookingState.EXPIRED, hold_until=NOW, locale=locale))


def cancelled_with_refund(locale: str) -> Payload:
    booking = _paid(locale, channel=Channel.DEMO)
    factories.make_document(booking, DocumentKind.CREDIT_NOTE, 34000)
    row = factories.make_cancellation(booking, fee=10200, refund=23800, channel="demo")
    return _payload("cancelled", booking, cancellation_id=row.id)


def cancelled_in_part(locale: str) -> Payload:
    booking = _paid(locale, seats=3)
    factories.make_document(booking, DocumentKind.CREDIT_NOTE, 34000)
    row = factories.make_cancellation(booking, seats=1, fee=17000, refund=17000, channel="transfer")
    return _payload("cancelled", booking, cancellation_id=row.id)


def cancelled_with_a_bill(locale: str) -> Payload:
    booking = _paid(locale, paid=False)
    factories.make_document(booking, DocumentKind.CREDIT_NOTE, 34000)
    factories.make_document(booking, DocumentKind.FEE_INVOICE, 10200)
    row = factories.make_cancellation(booking, fee=10200, due=10200)
    return _payload("cancelled", booking, cancellation_id=row.id)


def cancelled_while_pending(locale: str) -> Payload:
    booking = factories.make_booking(locale=locale)
    row = factories.make_cancellation(booking)
    return _payload("cancelled", booking, cancellation_id=row.id)


def refunded(locale: str) -> Payload:
    booking = _paid(locale, channel=Channel.DEMO)
    return _payload("refunded", booking, refund_id=factories.make_refund(booking, 23800).id)


def refund_iban(locale: str) -> Payload:
    booking = _paid(locale, channel=Channel.DEMO)
    failed = factories.make_refund(booking, 23800, RefundState.FAILED)
    again = factories.make_refund(
        booking, 23800, RefundState.NEEDS_IBAN, channel=Channel.TRANSFER, replaces_id=failed.id
    )
    return _payload("refund_iban", booking, refund_id=again.id)


def refund_iban_late(locale: str) -> Payload:
    booking = factories.make_booking(state=BookingState.EXPIRED, paid=True, locale=locale)
    refund = factories.make_refund(booking, 34000, RefundState.NEEDS_IBAN, reason="late")
    return _payload("refund_iban", booking, refund_id=refund.id)


def late_refund(locale: str) -> Payload:
    demo = {"channel": Channel.DEMO, "paid": True}
    booking = factories.make_booking(state=BookingState.EXPIRED, locale=locale, **demo)
    refund = factories.make_refund(booking, 34000, RefundState.REQUESTED, reason="late")
    payment = Payment.query.filter_by(booking_id=booking.id).one()
    return _payload("late_refund", booking, refund_id=refund.id, payment_id=payment.id)


def refund_task(locale: str) -> Payload:
    booking = _paid(locale)
    facts = {"iban": "CH9300762011623852957", "account_holder": "Bea Muster-Exemple"}
    refund = factories.make_refund(booking, 17000, RefundState.TO_PAY, **facts)
    return _payload("refund_task", booking, refund_id=refund.id)


def payment_mismatch(locale: str) -> Payload:
    return late_refund(locale) | {"kind": "payment_mismatch"}


def dashboard_refund(locale: str) -> Payload:
    return refunded(locale) | {"kind": "dashboard_refund"}


def dispute(state: str) -> Callable[[str], Payload]:
    """The letter about a card payment that the payer's bank was called upon for."""

    def write(locale: str) -> Payload:
        booking = _paid(locale, channel=Channel.STRIPE)
        payment = Payment.query.filter_by(booking_id=booking.id).one()
        return _payload(f"dispute_{state}", booking, payment_id=payment.id)

    return write


def moved(**changes: Any) -> Callable[[str], Payload]:
    """The letter about another day and another place; `changes` are those of the booking."""

    def write(locale: str) -> Payload:
        days = [("2027-02-10 09:00", "2027-02-10 17:00"), ("2027-03-10 13:30", "2027-03-10 17:00")]
        edition = factories.make_edition(meetings=days, venue=factories.make_venue(name="Le Lieu", town="Morges"))
        hour_ago = NOW - timedelta(hours=1)
        facts = {"state": BookingState.CONFIRMED, "locale": locale, "now": hour_ago, "edition": edition}
        booking = factories.make_booking(**facts | changes)
        with atomic():
            words = Bilingual("La salle a subi un dégât d’eau.", "The room was flooded.")
            told = moves.remember(booking.edition, frozenset({"date", "place"}), words, NOW)
            booking.edition.meetings.pop()
            booking.edition.moved_at = NOW
        return _payload("moved", booking, move_id=told.id)

    return write


def other_link(locale: str) -> Payload:
    edition = factories.make_edition(online_url="https://meet.example.org/new")
    booking = factories.make_booking(edition, BookingState.CONFIRMED, locale=locale)
    with atomic():
        told = moves.remember(edition, frozenset({"link"}), Bilingual(), NOW)
    return _payload("moved", booking, move_id=told.id)


def called_off(channel: Channel = Channel.DEMO, paid: bool = True) -> Callable[[str], Payload]:
    """The letter about a date that is called off, to somebody who paid that way, or only held a seat."""

    def write(locale: str) -> Payload:
        state = BookingState.CONFIRMED if paid else BookingState.PENDING
        booking = factories.make_booking(state=state, channel=channel, locale=locale)
        later = factories.make_edition(booking.edition.master_class, [("2027-02-06 09:00", "2027-02-06 17:00")])
        amount, way = (34000, channel.value) if paid else (0, "")
        factories.make_cancellation(booking, ground="called_off", refund=amount, channel=way)
        if paid:
            due = RefundState.NEEDS_IBAN if channel is Channel.TRANSFER else RefundState.REQUESTED
            factories.make_refund(booking, 34000, due, reason="called_off")
            factories.make_document(booking, DocumentKind.CREDIT_NOTE, 34000)
        with atomic():
            booking.edition.called_off_at = NOW
            words = Bilingual("Helene est *malade*.", "Helene is *ill*.")
            row = CallingOff(edition_id=booking.edition_id, at=NOW, words=words, offers=[later.id], bookings=1)
            db.session.add(row)
        return _payload("called_off", booking, calling_off_id=row.id)

    return write


def takes_place(state: BookingState) -> Callable[[str], Payload]:
    """The letter that a date takes place below its minimum."""
    return lambda locale: _payload("takes_place", factories.make_booking(state=state, locale=locale))


def minimum(_locale: str) -> Payload:
    edition = factories.make_edition(minimum=5, decision_at=NOW)
    factories.make_booking(edition, BookingState.CONFIRMED, seats=3)
    factories.make_booking(edition)
    return {"kind": "minimum", "edition_id": edition.id}


def link(locale: str) -> Payload:
    first, second = factories.make_booking(locale=locale), _paid(locale)
    return _payload("link", second, booking_ids=[first.id, second.id])


BOOKER = {
    "received": received,
    "received-on-account": received_on_account,
    "confirmed": confirmed,
    "confirmed-for-free": confirmed_for_free,
    "confirmed-modules": confirmed_modules,
    "expired": expired,
    "cancelled-with-refund": cancelled_with_refund,
    "cancelled-in-part": cancelled_in_part,
    "cancelled-with-a-bill": cancelled_with_a_bill,
    "cancelled-while-pending": cancelled_while_pending,
    "refunded": refunded,
    "refund-iban": refund_iban,
    "refund-iban-late": refund_iban_late,
    "late-refund": late_refund,
    "link": link,
    **OF_A_CHANGE,
    **MESSAGES,
    "moved": moved(),
    "moved-for-who-has-not-paid": moved(state=BookingState.PENDING),
    "moved-online": other_link,
    "called-off": called_off(),
    "called-off-by-transfer": called_off(Channel.TRANSFER),
    "called-off-unpaid": called_off(Channel.TRANSFER, paid=False),
    "takes-place": takes_place(BookingState.CONFIRMED),
    "takes-place-unpaid": takes_place(BookingState.PENDING),
}
ORGANISER = {
    "received": received,
    "confirmed": confirmed,
    "expired": expired,
    "cancelled": cancelled_in_part,
    "refund-iban": refund_iban,
    "refund-task": refund_task,
    "late-refund": late_refund,
    "payment-mismatch": payment_mismatch,
    "dashboard-refund": dashboard_refund,
    "dispute-open": dispute("open"),
    "dispute-won": dispute("won"),
    "dispute-lost": dispute("lost"),
    "minimum": minimum,
}


def _paid(locale: str, **changes: Any) -> Booking:
    hour_ago = NOW - timedelta(hours=1)
    return factories.make_booking(state=BookingState.CONFIRMED, locale=locale, now=hour_ago, **changes)


def _payload(kind: str, booking: Booking, **ids: Any) -> Payload:
    return {"kind": kind, "booking_id": booking.id, **ids}
