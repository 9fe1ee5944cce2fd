"""What the first page of the desk finds to do, and when it is done."""

from __future__ import annotations

from datetime import timedelta

import pytest

from booking.domain.account import AccountState
from booking.domain.actor import at_the_desk
from booking.domain.bilingual import Bilingual
from booking.domain.booking import BookingState, Channel, Confirmation
from booking.domain.errors import NotFound
from booking.domain.publication import Publication
from booking.persistence import audiences, coming, journal, outbox, registrations, todo
from booking.persistence.db import db
from booking.persistence.masterclasses import Trainer
from booking.persistence.outbox import ALARM_AFTER, OutboxJob
from booking.persistence.payments import Payment
from booking.persistence.registration_filters import Wanted
from booking.persistence.todo import Pile, Untranslated
from booking.persistence.transaction import atomic
from booking.services import classes, dispute, manage, refund
from booking.services.ports import DisputeFacts, RefundOutcome
from tests.factories import make_booking, make_class, make_edition, make_organiser
from tests.services.shop import PAYER_IBAN, Shop
from tests.statements import counted_queries


def told(piles: dict[str, Pile]) -> dict[str, tuple[int, int]]:
    """(how many, centimes) by kind."""
    return {kind: (pile.count, pile.amount) for kind, pile in piles.items()}


def test_nothing_to_do(shop: Shop) -> None:
    shop.pay(shop.book(make_edition(), seats=5))
    assert (todo.piles(), todo.owing(shop.now), todo.to_decide(shop.now)) == ({}, {}, [])


def test_a_refund_by_bank_waits_for_an_iban_then_for_the_organiser(shop: Shop) -> None:
    shop.gateway.refunds = RefundOutcome.FAILED
    booking = shop.pay(shop.book(make_edition()))
    shop.at("2026-11-20 12:00").cancel(booking)
    shop.drain()
    assert told(todo.piles()) == {"failed": (1, 23800)}
    stand_in = shop.refunds(booking)[1]
    refund.supply_iban(stand_in.id, PAYER_IBAN, "Ada Exemple", shop.now)
    piles = todo.piles()
    assert told(piles) == {"to_pay": (1, 23800)}
    [case] = piles["to_pay"].cases
    assert (case.reference, case.name, case.at) == (booking.reference, "Ada Exemple", stand_in.created_at)
    refund.mark_refunded(stand_in.id, shop.now)
    assert todo.piles() == {}


def test_only_the_first_of_many_are_named(shop: Shop) -> None:
    edition = make_edition(capacity=20)
    bookings = [shop.book(edition, email=f"p{number}@example.org", channel=Channel.TRANSFER) for number in range(5)]
    for day, booking in enumerate(bookings, 16):
        shop.transfer(booking, 34000)
        shop.at(f"2026-11-{day} 12:00").cancel(booking)
    pile = todo.piles()["to_pay"]
    assert (pile.count, pile.amount) == (5, 5 * 23800)
    assert [case.at and case.at.day for case in pile.cases] == [16, 17, 18]


def test_transfers_are_expected_until_their_day_and_overdue_after_it(shop: Shop) -> None:
    booking = shop.book(make_edition(), channel=Channel.TRANSFER)  # until 11 November
    assert todo.owing(shop.now) == {}
    shop.at("2026-11-09 12:00")
    piles = todo.owing(shop.now)
    assert told(piles) == {"expected": (1, 34000)}
    assert piles["expected"].cases[0].at == booking.hold_until
    shop.at("2026-11-12 00:00")
    assert told(todo.owing(shop.now)) == {"overdue": (1, 34000)}
    shop.sweep()
    assert todo.owing(shop.now) == {}


def test_list_reminder_and_expiry_agree_to_the_second(shop: Shop) -> None:
    """A transfer until 11 November 23:59:59, and a bill on account whose last day is 1 December."""
    held = shop.book(make_edition(), channel=Channel.TRANSFER)
    billed = shop.book(make_edition(confirmation=Confirmation.ON_BOOKING), email="account@example.org")

    def late() -> list[set[int]]:
        rows = registrations.find(Wanted(payment=AccountState.OVERDUE), shop.now).rows
        reminded = audiences.to_remind([], shop.now)
        called = [row for row in registrations.find(Wanted(), shop.now).rows if row.account is AccountState.OVERDUE]
        return [{row.booking.id for row in rows}, {one.booking_id for one in reminded}, {r.booking.id for r in called}]

    for moment in ("2026-11-11 23:59:58", "2026-11-11 23:59:59", "2026-12-01 23:59:58", "2026-12-01 23:59:59"):
        shop.at(moment)
        over = {booking.id for booking in (held, billed) if shop.balance(booking) and moment.endswith(":59")}
        over -= {billed.id} if moment.startswith("2026-11") else set()
        assert late() == [over] * 3, moment
        assert todo.owing(shop.now).get("overdue", Pile(0, 0, ())).count == len(over)
        shop.sweep()
        assert (held.state is BookingState.EXPIRED) == (moment != "2026-11-11 23:59:58")


def test_a_date_that_was_moved_is_paid_by_the_new_day_everywhere(shop: Shop) -> None:
    edition = make_edition()
    booking = shop.book(edition, channel=Channel.TRANSFER)  # billed for 11 November
    with atomic():
        booking.hold_until = shop.now + timedelta(days=2)
    [row] = registrations.find(Wanted(), shop.now).rows
    assert row.due_at == booking.hold_until
    assert todo.owing(shop.now)["expected"].cases[0].at == booking.hold_until
    assert audiences.accounts([booking.id]) == {booking.id: (34000, booking.hold_until)}


def test_invoices_on_account_are_overdue_until_they_are_paid(shop: Shop) -> None:
    booking = shop.book(make_edition(confirmation=Confirmation.ON_BOOKING))
    shop.at("2026-11-30 12:00")
    assert todo.owing(shop.now) == {}, "it is confirmed: no seat hangs on a day that comes soon"
    shop.at("2026-12-01 23:59:58")
    assert todo.owing(shop.now) == {}, "the whole day that is printed on the bill counts"
    shop.at("2026-12-02 00:00")
    assert told(todo.owing(shop.now)) == {"overdue": (1, 34000)}
    shop.transfer(booking, 34000)
    assert todo.owing(shop.now) == {}


def test_a_payment_page_that_is_open_is_nothing_to_do(shop: Shop) -> None:
    shop.open_page(shop.book(make_edition()))
    assert todo.owing(shop.now) == {}


def test_a_dispute_is_to_do_while_it_runs_and_leaves_a_debt_when_it_is_lost(shop: Shop) -> None:
    booking = shop.pay(shop.book(make_edition()))
    payment: Payment = shop.attempts(booking)[0]
    for state, piles, debts in (("open", {"dispute": (1, 34000)}, {}), ("lost", {}, {"unbilled": (1, 34000)})):
        shop.gateway.disputes[payment.provider_payment] = [DisputeFacts(state, 34000)]  # type: ignore[arg-type]
        dispute.follow(payment.id, shop.now, shop.ports)
        assert (told(todo.piles()), told(todo.owing(shop.now))) == (piles, debts)


def test_a_payment_that_is_not_as_asked_waits_until_somebody_has_looked(shop: Shop) -> None:
    booking = shop.book(make_edition())
    shop.gateway.says = {"amount": 100}
    shop.gateway.pay(shop.open_page(booking))
    shop.settle(booking)
    assert told(todo.piles()) == {"mismatch": (1, 0)}
    by = at_the_desk(make_organiser().id)
    with atomic():
        journal.note("noted", by, shop.now, booking.id)
    assert told(todo.piles()) == {"mismatch": (1, 0)}, "a note does not give the money back"
    [entry] = todo.mismatches(booking.id)
    manage.settle_mismatch(booking.id, "Rendu à la main.", entry.id, shop.now, by)
    assert todo.piles() == {}
    with pytest.raises(NotFound):
        manage.settle_mismatch(booking.id, "Encore.", entry.id, shop.now, by)


def test_jobs_that_fail_again_and_again(shop: Shop) -> None:
    booking = shop.book(make_edition(), channel=Channel.TRANSFER)
    with atomic():
        outbox.post("mail", "mail-sign_in-person-1", shop.now, {"organiser_id": 1})
    jobs = db.session.query(OutboxJob).all()
    with atomic():
        for job in jobs:
            job.attempts, job.error = ALARM_AFTER, "550 unknown"
    pile = todo.piles()["mail"]
    assert pile.count == len(jobs) == 3
    assert {(case.reference, case.error) for case in pile.cases} == {
        (booking.reference, "550 unknown"),
        ("", "550 unknown"),
    }
    shop.drain()
    assert todo.piles() == {}


def test_dates_below_their_minimum_two_weeks_before_the_decision(shop: Shop) -> None:
    edition = make_edition(decision_at=shop.now + timedelta(days=14, seconds=1))
    make_edition(minimum=0, decision_at=shop.now)
    assert todo.to_decide(shop.now) == []
    [item] = todo.to_decide(shop.now + timedelta(seconds=1))
    assert (item.edition.id, item.is_due(shop.now)) == (edition.id, False)
    shop.pay(shop.book(edition, seats=5))
    assert todo.to_decide(shop.now + timedelta(seconds=1)) == []


def test_published_classes_that_lack_words_in_a_language(shop: Shop) -> None:
    make_class(slug="whole", bring=Bilingual(), method=Bilingual())
    make_class(slug="half", method=Bilingual("En groupe", ""), summary=Bilingual("Un jour", ""))
    make_class(slug="draft", summary=Bilingual("", ""), state=Publication.DRAFT)
    [found] = todo.untranslated(("fr", "en"))
    title = Bilingual("Tenir un blog", "Keeping a blog")
    assert found == Untranslated("half", title, "en", lacking=2, total=4)
    assert todo.untranslated(("fr",)) == []
    classes.keep_to_one_language(found.slug, True, shop.now, at_the_desk(make_organiser().id))
    assert todo.untranslated(("fr", "en")) == []
    classes.keep_to_one_language(found.slug, False, shop.now, at_the_desk(make_organiser().id))
    assert todo.untranslated(("fr", "en")) == [found]


def test_coming_dates_with_what_is_paid(shop: Shop) -> None:
    ada = Trainer(slug="ada", name="Ada", bio=Bilingual())
    owned = make_edition(make_class(trainers=[ada]))
    later = make_edition(meetings=[("2026-12-06 09:00", "2026-12-06 17:00")])
    make_edition(called_off_at=shop.now)
    make_edition(state=Publication.DRAFT)
    make_edition(meetings=[("2026-10-06 09:00", "2026-10-06 17:00")])
    shop.pay(shop.book(owned, seats=2))
    shop.book(owned, email="bea@example.org", channel=Channel.TRANSFER)
    found = coming.editions(shop.now, 10)
    assert [item.edition.id for item in found] == [owned.id, later.id]
    assert (found[0].seats.taken, found[0].seats.held, found[0].paid, found[0].unpaid) == (2, 1, 1, 1)
    assert (found[1].paid, found[1].unpaid) == (0, 0)
    assert [item.edition.id for item in coming.editions(shop.now, 10, ada.id)] == [owned.id]
    assert [item.edition.id for item in coming.editions(shop.now, 1)] == [owned.id]
    assert coming.editions(shop.now, 10, 0) == []


def test_bookings_that_cost_nothing_are_neither_paid_nor_unpaid(shop: Shop) -> None:
    shop.book(make_edition(make_class(policy=None), price=0))
    [item] = coming.editions(shop.now, 10)
    assert (item.seats.taken, item.paid, item.unpaid) == (1, 0, 0)


def test_the_number_of_statements_does_not_grow(shop: Shop) -> None:
    def ask() -> int:
        with counted_queries() as statements:
            todo.piles()
            todo.owing(shop.now)
            todo.to_decide(shop.now)
            todo.untranslated(("fr", "en"))
            coming.editions(shop.now, 100)
        return len(statements)

    make_booking(make_edition(decision_at=shop.now), BookingState.PENDING)
    few = ask()
    for _ in range(20):
        make_booking(make_edition(make_class(summary=Bilingual("", "x")), decision_at=shop.now), BookingState.PENDING)
    assert ask() == few <= 12
