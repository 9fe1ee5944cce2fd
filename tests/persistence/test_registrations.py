"""The desk's list as the database cuts it, on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from booking.domain.account import AccountState
from booking.domain.booking import BookingState, Channel
from booking.domain.payment import DocumentKind, LedgerKind
from booking.persistence import ledger, personal_data, registration_rows, registrations
from booking.persistence.bookings import Attendee, Booking
from booking.persistence.db import db
from booking.persistence.masterclasses import Edition
from booking.persistence.registration_filters import Order, Wanted
from booking.persistence.registration_rows import RegistrationRow
from booking.persistence.transaction import atomic
from booking.services import housekeeping
from tests.factories import (
    NOW,
    at,
    make_booking,
    make_cancellation,
    make_class,
    make_document,
    make_edition,
    make_refund,
)

LATER = NOW + timedelta(days=20)  # invoices of the factories are due after ten days


@pytest.fixture(autouse=True)
def _true_in_the_end(_inside: None) -> Iterator[None]:
    """Whatever a test does, the rows say what the bookings say."""
    yield
    db.session.rollback()
    assert registration_rows.differing() == []


@pytest.fixture
def school() -> Edition:
    """Two dates, and one booking of each kind of account."""
    first = make_edition(meetings=[("2026-12-05 09:00", "2026-12-05 17:00")])
    second = make_edition(make_class(policy=None), [("2027-01-09 09:00", "2027-01-09 17:00")], price=0)
    make_booking(first, BookingState.CONFIRMED, names=["Paula Paid", "Peter Paid"])
    late = make_booking(first, BookingState.CONFIRMED, paid=False, names=["Otto Overdue"])
    make_document(late, DocumentKind.INVOICE, 34000)
    make_booking(first, names=["Ida Owed", "Ian Owed", "Ivo Owed"])
    make_booking(second, BookingState.CONFIRMED, Channel.FREE, names=["Frida Free"])
    refund = make_booking(first, BookingState.CONFIRMED, names=["Rita Refund"])
    make_cancellation(refund)
    with atomic():
        ledger.enter(refund.id, LedgerKind.CANCELLATION_CREDIT, 34000, NOW)
    make_refund(refund, 34000)
    over = make_booking(first, BookingState.EXPIRED, names=["Sam Settled"])
    with atomic():
        ledger.enter(over.id, LedgerKind.CANCELLATION_CREDIT, 34000, NOW)
    return first


def found(now: datetime = LATER, **wanted: Any) -> list[str]:
    """First names of who booked."""
    wished = {"order": "name", "descending": False} | wanted
    return [row.booking.name.split()[0] for row in registrations.find(Wanted(**wished), now).rows]


@pytest.mark.usefixtures("school")
@pytest.mark.parametrize(
    ("account", "expected"),
    [
        (AccountState.OWED, ["Ida", "Otto"]),
        (AccountState.OVERDUE, ["Otto"]),
        (AccountState.REFUND, ["Rita"]),
        (AccountState.PAID, ["Paula"]),
        (AccountState.FREE, ["Frida"]),
        (AccountState.SETTLED, ["Sam"]),
    ],
)
def test_accounts_are_told_apart(account: AccountState, expected: list[str]) -> None:
    assert found(payment=account) == expected
    rows = registrations.find(Wanted(payment=account), LATER).rows
    owing = {AccountState.OWED, AccountState.OVERDUE}
    assert {row.account for row in rows} <= (owing if account in owing else {account})


@pytest.mark.usefixtures("school")
def test_a_bill_is_overdue_once_its_day_has_passed() -> None:
    due = NOW + timedelta(days=10)
    assert found(due - timedelta(seconds=1), payment=AccountState.OVERDUE) == []
    assert found(due, payment=AccountState.OVERDUE) == ["Otto"]


@pytest.mark.usefixtures("school")
def test_what_is_found_is_added_up() -> None:
    everything = registrations.find(Wanted(), LATER)
    assert (everything.count, everything.seats, everything.owed, everything.pages) == (6, 8, 34000 + 3 * 34000, 1)
    paid = registrations.find(Wanted(payment=AccountState.PAID), LATER)
    assert (paid.count, paid.seats, paid.owed) == (1, 2, 0)
    nothing = registrations.find(Wanted(words="nobody"), LATER)
    assert (nothing.rows, nothing.count, nothing.seats, nothing.owed, nothing.pages) == ((), 0, 0, 0, 1)


@pytest.mark.usefixtures("school")
@pytest.mark.parametrize(
    ("order", "upwards"),
    [
        ("booked", ["Paula", "Otto", "Ida", "Frida", "Rita", "Sam"]),
        ("name", ["Frida", "Ida", "Otto", "Paula", "Rita", "Sam"]),
        ("class", ["Paula", "Otto", "Ida", "Rita", "Sam", "Frida"]),
        ("seats", ["Rita", "Otto", "Frida", "Sam", "Paula", "Ida"]),
        ("state", ["Rita", "Paula", "Otto", "Frida", "Sam", "Ida"]),
        ("payment", ["Rita", "Paula", "Frida", "Sam", "Otto", "Ida"]),
    ],
)
def test_every_order_can_be_turned(order: Order, upwards: list[str]) -> None:
    assert found(order=order) == upwards
    assert found(order=order, descending=True) == upwards[::-1]


def test_sorted_by_payment_pages_go_on_where_the_last_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    edition = make_edition()
    for number in range(3):
        make_booking(edition, paid=False, names=[f"Owing{number}"])
    for number in range(4):
        make_booking(edition, BookingState.CONFIRMED, names=[f"Paid{number}"])
    credited = make_booking(edition, BookingState.CONFIRMED, names=["Credited"])
    with atomic():
        ledger.enter(credited.id, LedgerKind.WRITE_OFF, 100, NOW)
    whole = found(order="payment", descending=True)
    assert len(whole) == 8
    for size in (1, 2, 3, 5, 8, 9):
        monkeypatch.setattr(registrations, "PAGE", size)
        pages = range(1, -(-8 // size) + 1)
        assert [name for page in pages for name in found(order="payment", descending=True, page=page)] == whole


@pytest.mark.usefixtures("school")
def test_filters_join() -> None:
    school = db.session.query(Edition).order_by(Edition.id).all()
    first, second = school[0], school[1]
    assert found(edition_slug=first.slug, state=BookingState.CONFIRMED) == ["Otto", "Paula"]
    assert found(class_slug=second.master_class.slug) == ["Frida"]
    assert found(edition_slug=first.slug, class_slug=second.master_class.slug) == []
    assert found(words="paid", payment=AccountState.PAID) == ["Paula"]
    assert found(words="paid", payment=AccountState.FREE) == []
    assert found(by="class", since=at("2027-01-01 00:00")) == ["Frida"]
    assert found(by="class", until=at("2027-01-01 00:00"), payment=AccountState.OWED) == ["Ida", "Otto"]
    assert found(since=NOW, until=NOW) == []
    assert len(found(since=NOW, until=NOW + timedelta(seconds=1))) == 6
    assert found(edition_slug="none") == []


def test_whoever_is_renamed_is_found_by_the_new_name_alone() -> None:
    booking = make_booking(names=["Bea Muster", "Carl Muster"])
    with atomic():
        db.session.get_one(Attendee, booking.attendees[1].id).name = "Zoë Ångström"
    assert found(words="angstrom zoe") == ["Bea"]
    assert found(words="carl") == []
    with atomic():
        row = db.session.get_one(Booking, booking.id)
        row.name, row.company = "Élodie Frei", "Fiduciaire"
    assert found(words="elodie FIDUCIAIRE") == ["Élodie"]


def test_rows_follow_seats_states_and_channels() -> None:
    booking = make_booking(names=["Bea", "Carl"])
    with atomic():
        seat = Attendee(booking_id=booking.id, name="Dora", list_price=34000, net_price=34000)
        db.session.add(seat)
    assert registrations.find(Wanted(words="dora"), NOW).seats == 3
    with atomic():
        row = db.session.get_one(Booking, booking.id)
        row.move_to(BookingState.CONFIRMED, NOW)
        row.channel = Channel.STRIPE
        row.attendees[0].cancelled_at = NOW
    assert registrations.find(Wanted(state=BookingState.CONFIRMED), NOW).seats == 2
    with atomic():
        db.session.delete(db.session.get_one(Attendee, seat.id))
    assert registrations.find(Wanted(), NOW).seats == 1


def test_who_is_erased_is_no_longer_found() -> None:
    booking = make_booking(state=BookingState.EXPIRED, names=["Bea Muster"], email="bea@example.org")
    with atomic():
        ledger.enter(booking.id, LedgerKind.CANCELLATION_CREDIT, 34000, NOW)
    with atomic():
        personal_data.erase_bookings([booking.id])
    assert found(words="muster") == found(words="bea@example.org") == []
    assert registrations.find(Wanted(words=booking.reference), NOW).count == 1


def test_bookings_from_before_there_were_rows_get_theirs_from_the_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    edition = make_edition()
    for name in ("Ada", "Bea", "Cleo"):
        make_booking(edition, names=[name])
    with atomic() as session:
        session.query(RegistrationRow).delete()
    assert found() == []
    monkeypatch.setattr(housekeeping, "ROWS_AT_ONCE", 2)
    housekeeping.complete_registrations(NOW)
    assert found() == ["Ada", "Bea", "Cleo"]


def test_rows_that_lie_are_told() -> None:
    booking = make_booking()
    with atomic() as session:
        session.query(RegistrationRow).update({"seats": 7})
    assert registration_rows.differing() == [booking.reference]
    with atomic() as session:
        session.query(RegistrationRow).delete()
    assert registration_rows.differing() == [booking.reference]
    housekeeping.complete_registrations(NOW)
