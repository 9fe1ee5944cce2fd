"""What is changed on a booking without moving money: names, answers, addresses, links, notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from booking.domain.actor import PARTICIPANT, Actor
from booking.domain.booking import ALIVE, BookingState, editing_closes
from booking.domain.errors import ChangedMeanwhile, EditingClosed, NotFound, NotPossibleNow, PlanChanged
from booking.domain.marks import marks
from booking.domain.orders import Contact
from booking.persistence import journal, letters, notes, sent_mails, todo
from booking.persistence.bookings import Answer, Attendee, Booking, lock_booking
from booking.persistence.db import db
from booking.persistence.masterclasses import Edition
from booking.persistence.transaction import atomic

LINKS_FOR: Final = timedelta(days=365)  # after the class, papers can be looked up for a year


@dataclass(frozen=True)
class SeatChange:
    """An attendee as typed; `answers` by question id, '' for none. A `substitute` is somebody else: what was answered
    is deleted, and `answers` are not looked at."""

    name: str
    email: str
    answers: Mapping[int, str]
    substitute: bool = False


def change_attendees(booking_id: int, changes: Mapping[int, SeatChange], now: datetime) -> None:
    """Writes names, addresses and answers of active attendees (by attendee id). Raises EditingClosed."""
    with atomic():
        booking = lock_booking(booking_id)
        closes = editing_closes(booking.edition.starts_at)
        if now > closes or booking.state not in ALIVE:
            raise EditingClosed(closes)
        for seat in booking.active:
            change = changes.get(seat.id)
            if change and change.substitute:
                _hand_over(seat, change.name, change.email, now, PARTICIPANT)
            elif change:
                _write(seat, change)
        journal.note("attendees_changed", PARTICIPANT, now, booking.id)


def seat_seen(seat: Attendee) -> str:
    """What a form about a seat was filled from, posted back with it."""
    answers = {str(answer.question_id): answer.value for answer in seat.answers}
    return marks({"name": seat.name, "email": seat.email, "answers": answers})


def contact_seen(booking: Booking) -> str:
    """As `seat_seen`, of a form about who booked."""
    names = (*(field.name for field in fields(Contact)), "locale")
    return marks({name: getattr(booking, name) for name in names})


def correct_attendee(
    booking_id: int, attendee_id: int, change: SeatChange, shown: str, now: datetime, by: Actor
) -> None:
    """The same person, better written. Raises NotPossibleNow once the seat was given up; ChangedMeanwhile when it is
    no longer what was `shown` (`seat_seen`)."""
    with atomic():
        seat = _seat(booking_id, attendee_id)
        _check_seen(seat_seen(seat), shown)
        _write(seat, change)
        journal.note("attendees_changed", by, now, booking_id)


def substitute(booking_id: int, attendee_id: int, name: str, email: str, shown: str, now: datetime, by: Actor) -> None:
    """Somebody else comes on this seat: free of charge, and on the same papers. What the first person answered is
    deleted. The newcomer is written to, and whoever booked is told. Raises NotPossibleNow; ChangedMeanwhile when it is
    no longer the seat that was `shown` (`seat_seen`).

    Source: the rules of the house, scenario 14.
    """
    with atomic():
        seat = _seat(booking_id, attendee_id)
        if seat.booking.edition.ends_at <= now:
            raise NotPossibleNow("over")
        _check_seen(seat_seen(seat), shown)
        letters.to_booker("substitute", booking_id, now, attendee_id=attendee_id, at=int(now.timestamp()))
        _hand_over(seat, name, email, now, by)


def change_contact(booking_id: int, contact: Contact, locale: str, shown: str, now: datetime, by: Actor) -> None:
    """Who booked, and where to write. A new address gets a fresh link, and the links of the old one open nothing.

    Papers keep what was printed on them. Raises ChangedMeanwhile when it is no longer what was `shown`
    (`contact_seen`).
    """
    with atomic():
        booking = lock_booking(booking_id)
        _check_seen(contact_seen(booking), shown)
        wanted = {**asdict(contact), "locale": locale}
        changed = sorted(name for name, value in wanted.items() if getattr(booking, name) != value)
        for name in changed:
            setattr(booking, name, wanted[name])
        if changed:
            journal.note("contact_changed", by, now, booking_id, fields=changed)
        if "email" in changed:
            _renew_links([booking], now, by)


def send_link(booking_id: int, now: datetime, by: Actor) -> None:
    """A fresh link to this booking; the older ones stop working."""
    with atomic():
        _renew_links([lock_booking(booking_id)], now, by)


def resend(booking_id: int, mail_id: int, now: datetime, by: Actor) -> None:
    """A mail that the booker got goes out once more, written anew. Raises NotFound for one that is not like that."""
    with atomic():
        mail = sent_mails.of_booking(booking_id, mail_id)
        told = letters.told_by(mail.key) if mail else None
        if told is None:
            raise NotFound("mail")
        kind, ids = told
        letters.again(kind, booking_id, now, **ids)
        journal.note("mail_resent", by, now, booking_id, kind=kind)


def write_note(booking_id: int, body: str, now: datetime, by: Actor) -> None:
    """A few lines for whoever looks at the booking at the desk."""
    with atomic():
        notes.write(booking_id, body, by, now)
        journal.note("noted", by, now, booking_id)


def settle_mismatch(booking_id: int, words: str, last: int, now: datetime, by: Actor) -> None:
    """What a provider reported beside what was asked for was looked into, up to the `last` journal entry that was
    shown; `words` say what became of it. Raises NotFound when nothing of the kind is open, PlanChanged when more was
    reported since."""
    with atomic():
        lock_booking(booking_id)
        found = todo.mismatches(booking_id)
        if not found:
            raise NotFound("mismatch")
        if found[-1].id != last:
            raise PlanChanged
        journal.note("mismatch_settled", by, now, booking_id)
        notes.write(booking_id, words, by, now, about="mismatch")


def send_links(email: str, now: datetime) -> None:
    """Mails fresh links for every booking of this address that is not long past; older links stop working.

    Says nothing about whether there was one: the caller shows the same page in every case.
    """
    with atomic():
        recent = Booking.edition.has(Edition.ends_at > now - LINKS_FOR)
        query = select(Booking).where(Booking.email == email, recent).order_by(Booking.id).with_for_update()
        _renew_links(list(db.session.scalars(query)), now, PARTICIPANT)


def _renew_links(bookings: list[Booking], now: datetime, by: Actor) -> None:
    for booking in bookings:
        booking.link_version += 1
        journal.note("links_sent", by, now, booking.id)
    if bookings:
        letters.fresh_links([booking.id for booking in bookings], bookings[-1].link_version, now)


def _hand_over(seat: Attendee, name: str, email: str, now: datetime, by: Actor) -> None:
    """The seat is somebody else's, who gets everything practical by mail; the questionnaire starts empty."""
    seat.name, seat.email = name, email
    seat.answers.clear()
    journal.note("substituted", by, now, seat.booking_id, attendee=seat.id)
    if seat.booking.state is BookingState.CONFIRMED and email.lower() not in ("", seat.booking.email):
        letters.to_attendee("joining", seat.booking_id, seat.id, now)


def _check_seen(now_there: str, shown: str) -> None:
    if now_there != shown:
        raise ChangedMeanwhile


def _seat(booking_id: int, attendee_id: int) -> Attendee:
    """An active attendee, its booking locked. Raises NotPossibleNow, NotFound."""
    booking = lock_booking(booking_id)
    seat = next((seat for seat in booking.attendees if seat.id == attendee_id), None)
    if seat is None:
        raise NotFound("attendee")
    if seat.cancelled_at is not None or booking.state not in ALIVE:
        raise NotPossibleNow("ended")
    return seat


def _write(seat: Attendee, change: SeatChange) -> None:
    seat.name, seat.email = change.name, change.email
    kept = {answer.question_id: answer for answer in seat.answers}
    asked = {question.id for question in seat.booking.edition.master_class.questions}
    for question_id, value in change.answers.items():
        if question_id in kept:
            kept[question_id].value = value
        elif value and question_id in asked:
            seat.answers.append(Answer(question_id=question_id, value=value))
