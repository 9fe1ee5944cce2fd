"""What bookings brought, against the ledger added up booking by booking."""

from __future__ import annotations

from sqlalchemy import select

from booking.domain import periods
from booking.domain.booking import Channel, Confirmation
from booking.domain.payment import LedgerKind
from booking.persistence import figures, ledger
from booking.persistence.bookings import Booking
from booking.persistence.db import db
from booking.persistence.figures import Figures, Sums
from tests.factories import make_class, make_edition
from tests.services.shop import Shop
from tests.statements import counted_queries

NOVEMBER, OCTOBER = 10, 9  # places in a calendar year


def of_2026() -> Figures:
    return figures.of_bookings_made(periods.of_year(2026).edges)


def added_up() -> Sums:
    """Of every booking, one by one."""
    total = Sums()
    for booking_id in db.session.scalars(select(Booking.id)):
        sums = ledger.totals(booking_id)
        priced = (LedgerKind.PRICE, LedgerKind.DISCOUNT, LedgerKind.CANCELLATION_CREDIT)
        total += Sums(
            booked=sum(sums.get(kind, 0) for kind in priced),
            paid=-sums.get(LedgerKind.PAYMENT, 0),
            owed=max(0, ledger.balance(booking_id)),
            refunded=sums.get(LedgerKind.REFUND, 0),
            fees=sums.get(LedgerKind.CANCELLATION_FEE, 0),
        )
    return total


def test_a_booking_counts_in_its_month_with_all_that_became_of_it(shop: Shop) -> None:
    edition = make_edition()
    shop.at("2026-10-31 23:59:59")
    shop.pay(shop.book(edition, seats=3))
    shop.at("2026-11-01 00:00:00")
    kept = shop.pay(shop.book(edition, seats=3, email="bea@example.org"))
    shop.at("2026-11-21 00:00")
    shop.cancel(kept, seats=1)
    shop.drain()
    months = of_2026().months
    assert months[OCTOBER] == Sums(booked=102000, paid=102000)
    assert months[NOVEMBER] == Sums(booked=68000, paid=102000, refunded=17000, fees=17000)
    assert of_2026().total == added_up()


def test_what_is_owed_is_of_bookings_not_of_the_sum(shop: Shop) -> None:
    """Who is to get money back does not make up for who is to pay."""
    edition = make_edition(confirmation=Confirmation.ON_BOOKING)
    shop.book(edition)
    paid = shop.book(edition, email="bea@example.org", channel=Channel.TRANSFER)
    shop.transfer(paid, 34000)
    shop.at("2026-11-20 23:59:59")
    shop.cancel(paid)
    total = of_2026().total
    assert total == Sums(booked=34000, paid=34000, owed=34000, fees=10200) == added_up()


def test_holds_that_ended_leave_nothing(shop: Shop) -> None:
    shop.book(make_edition())
    assert of_2026().total == Sums(booked=34000, owed=34000) == added_up()
    shop.at("2026-11-01 10:40").sweep()
    assert of_2026().total == Sums() == added_up()


def test_classes_come_with_the_most_booked_first(shop: Shop) -> None:
    small, large = make_class(slug="small"), make_class(slug="large")
    shop.pay(shop.book(make_edition(small)))
    shop.pay(shop.book(make_edition(large), seats=2, email="bea@example.org"))
    shop.book(make_edition(large), email="cleo@example.org", channel=Channel.TRANSFER)
    found = of_2026()
    assert [(one.slug, one.sums) for one in found.classes] == [
        ("large", Sums(booked=102000, paid=68000, owed=34000)),
        ("small", Sums(booked=34000, paid=34000)),
    ]
    assert sum((one.sums for one in found.classes), Sums()) == found.total == added_up()


def test_other_years_are_not_counted(shop: Shop) -> None:
    shop.pay(shop.book(make_edition()))
    assert figures.of_bookings_made(periods.of_year(2025).edges) == Figures((Sums(),) * 12, ())
    first = figures.first_booking()
    assert first is not None
    assert first == shop.now


def test_the_number_of_statements_does_not_grow(shop: Shop) -> None:
    shop.pay(shop.book(make_edition()))
    with counted_queries() as one:
        of_2026()
    for number in range(5):
        shop.pay(shop.book(make_edition(make_class()), email=f"p{number}@example.org"))
    with counted_queries() as many:
        of_2026()
    assert len(many) == len(one) == 2
