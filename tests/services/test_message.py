"""Messages to many: to whom, in which language, once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from booking.domain.actor import Actor, at_the_desk
from booking.domain.bilingual import Bilingual
from booking.domain.booking import BookingState, Channel
from booking.domain.errors import NotFound, PlanChanged, TextMissing, UnknownPlaceholder
from booking.domain.message import Audience, Reach, RecipientState, Words
from booking.domain.payment import DocumentKind
from booking.persistence import letters, messages
from booking.persistence.bookings import Attendee, Booking
from booking.persistence.db import db
from booking.persistence.masterclasses import Edition
from booking.persistence.messages import Message, MessageRecipient
from booking.persistence.outbox import LEASE, OutboxJob
from booking.persistence.transaction import after_commit, atomic
from booking.services import message, outbox
from booking.services.message import Draft
from tests import factories
from tests.factories import NOW, make_booking, make_edition
from tests.services.processes import die, killed

WORDS = Words(Bilingual("À {name}", "To {name}"), Bilingual("Bonjour", "Hello"))
CONFIRMED = BookingState.CONFIRMED


@pytest.fixture
def by() -> Actor:
    return at_the_desk(factories.make_organiser().id)


@pytest.fixture
def edition() -> Edition:
    return make_edition(capacity=200)


def draft(*editions: Edition, **changes: Any) -> Draft:
    facts = {"audience": Audience.ALL, "reach": Reach.BOOKERS, "chosen": (), "words": WORDS}
    return Draft(tuple(edition.id for edition in editions), **facts | changes)


def written(by: Actor, *editions: Edition, **changes: Any) -> Message:
    return db.session.get_one(Message, message.write(draft(*editions, **changes), by, NOW))


def addresses(kept: Message) -> list[str]:
    return [person.email for person in message.propose(kept, NOW).people]


def sent(kept: Message, by: Actor, now: datetime = NOW) -> Message:
    message.send(kept.id, message.propose(kept, now).shown, by, now)
    return kept


class Post:
    """The mail server of these tests: who got what, and the bookkeeping after it."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    def send(self, payload: dict[str, Any], now: datetime) -> None:
        self.keys.append(payload["key"])
        message.settle(payload["recipient_id"], True, now)

    def drain(self, now: datetime = NOW, limit: int = 100_000) -> int:
        handlers = {"message": lambda payload, at: message.post_letters(payload["message_id"], at), "mail": self.send}
        return outbox.drain(handlers, lambda: now, limit)


@pytest.fixture
def people(edition: Edition) -> dict[str, Booking]:
    paid = make_booking(edition, CONFIRMED, email="paid@example.org")
    owing = make_booking(edition, CONFIRMED, paid=False, email="owing@example.org", locale="en")
    pending = make_booking(edition, email="pending@example.org")
    by_card = make_booking(edition, channel=Channel.DEMO, email="card@example.org")
    cancelled = make_booking(edition, CONFIRMED, email="gone@example.org")
    factories.make_cancellation(cancelled)
    return {"paid": paid, "owing": owing, "pending": pending, "card": by_card, "cancelled": cancelled}


@pytest.mark.parametrize(
    ("audience", "meant"),
    [
        (Audience.CONFIRMED, ["paid", "owing"]),
        (Audience.PENDING, ["pending", "card"]),
        (Audience.ALL, ["paid", "owing", "pending", "card"]),
        (Audience.OWING, ["owing", "pending"]),
        (Audience.CHOSEN, ["paid"]),
    ],
)
def test_audiences(
    by: Actor, edition: Edition, people: dict[str, Booking], audience: Audience, meant: list[str]
) -> None:
    chosen = (people["paid"].id, people["cancelled"].id)
    kept = written(by, edition, audience=audience, chosen=chosen)
    assert addresses(kept) == [people[name].email for name in meant]


def test_a_hold_that_ended_is_not_meant(by: Actor, edition: Edition) -> None:
    make_booking(edition, hold_until=NOW)
    assert addresses(written(by, edition)) == []


def test_several_dates_and_no_other(by: Actor, edition: Edition) -> None:
    other, third = make_edition(edition.master_class), make_edition(edition.master_class)
    for number, date in enumerate((edition, other, third)):
        make_booking(date, CONFIRMED, email=f"{number}@example.org")
    assert addresses(written(by, edition, other)) == ["0@example.org", "1@example.org"]


def test_attendees_with_an_address_and_the_booker_for_the_others(by: Actor, edition: Edition) -> None:
    booking = make_booking(edition, CONFIRMED, seats=4)
    with atomic():
        for seat, email in zip(booking.attendees, ("a@example.org", "", "", "B@example.org"), strict=True):
            seat.email = email
        booking.attendees[3].cancelled_at = NOW
    kept = written(by, edition, reach=Reach.ATTENDEES)
    assert addresses(kept) == ["a@example.org", "bea@example.org"]


def test_nobody_gets_it_twice_unless_it_speaks_of_each_booking(by: Actor, edition: Edition) -> None:
    for _ in range(2):
        make_booking(edition, CONFIRMED, email="ada@example.org")
    assert addresses(written(by, edition)) == ["ada@example.org"]
    account = Words(Bilingual("Compte", "Account"), Bilingual("{amount_owed}", "{amount_owed}"))
    assert addresses(written(by, edition, words=account)) == ["ada@example.org"] * 2


def test_who_asked_to_be_forgotten_gets_nothing(by: Actor, edition: Edition) -> None:
    make_booking(edition, CONFIRMED, email="", name="")
    kept = written(by, edition)
    assert (addresses(kept), message.propose(kept, NOW).unreached) == ([], ())


@pytest.mark.parametrize("reach", Reach)
def test_who_has_no_address_is_named_and_stays_in_the_log(by: Actor, edition: Edition, reach: Reach) -> None:
    silent = [make_booking(edition, CONFIRMED, seats=2, email="", name=name) for name in ("Otto", "Ida")]
    reached = make_booking(edition, CONFIRMED, email="reached@example.org")
    kept = written(by, edition, reach=reach)
    proposal = message.propose(kept, NOW)
    assert [person.booking_id for person in proposal.unreached] == [one.id for one in silent]
    assert [person.booking_id for person in proposal.people] == [reached.id]
    post = Post()
    sent(kept, by)
    post.drain()
    assert messages.progress(kept.id) == {"waiting": 0, "sent": 1, "skipped": 0, "unreached": 2}
    assert [row.booking_id for row, _ in messages.log(kept, 1)] == [*(one.id for one in silent), reached.id]


def test_who_attends_with_an_address_is_reached_where_nobody_who_booked_has_one(by: Actor, edition: Edition) -> None:
    booking = make_booking(edition, CONFIRMED, seats=2, email="")
    with atomic():
        booking.attendees[0].email = "a@example.org"
    kept = written(by, edition, reach=Reach.ATTENDEES)
    assert addresses(kept) == ["a@example.org"]
    assert [person.attendee_id for person in message.propose(kept, NOW).unreached] == [None]


def test_an_address_that_comes_while_it_is_read_shows_the_page_anew(by: Actor, edition: Edition) -> None:
    make_booking(edition, CONFIRMED)
    silent = make_booking(edition, CONFIRMED, email="")
    kept = written(by, edition)
    shown = message.propose(kept, NOW).shown
    with atomic():
        silent.email = "otto@example.org"
    with pytest.raises(PlanChanged):
        message.send(kept.id, shown, by, NOW)


def test_a_text_that_cannot_be_filled_is_not_kept(by: Actor, edition: Edition) -> None:
    with pytest.raises(UnknownPlaceholder):
        written(by, edition, words=Words(Bilingual("{prix}", ""), Bilingual()))
    assert db.session.query(Message).count() == 0


def test_refused_while_somebody_could_not_read_it(by: Actor, edition: Edition, people: dict[str, Booking]) -> None:
    french = Words(Bilingual("Bonjour", ""), Bilingual("Texte", "Text"))
    kept = written(by, edition, words=french)
    assert message.propose(kept, NOW).lacking == ("en",)
    with pytest.raises(TextMissing):
        sent(kept, by)
    assert (kept.sent_at, db.session.query(OutboxJob).count()) == (None, 0)
    sent(written(by, edition, words=french, audience=Audience.CHOSEN, chosen=(people["paid"].id,)), by)


def test_only_what_was_shown_is_sent(by: Actor, edition: Edition, people: dict[str, Booking]) -> None:
    kept = written(by, edition)
    shown = message.propose(kept, NOW).shown
    make_booking(edition, CONFIRMED, email="late@example.org")
    with pytest.raises(PlanChanged):
        message.send(kept.id, shown, by, NOW)
    shown = message.propose(kept, NOW).shown
    message.rewrite(kept.id, draft(edition, words=Words(Bilingual("Autre", "Other"), WORDS.text)))
    with pytest.raises(PlanChanged):
        message.send(kept.id, shown, by, NOW)
    assert kept.sent_at is None


def test_a_message_to_nobody_is_not_sent(by: Actor, edition: Edition) -> None:
    with pytest.raises(PlanChanged):
        sent(written(by, edition), by)


def test_pressing_twice_sends_once(by: Actor, edition: Edition, people: dict[str, Booking]) -> None:
    kept, post = written(by, edition), Post()
    shown = message.propose(kept, NOW).shown
    for _ in range(2):
        message.send(kept.id, shown, by, NOW)
        post.drain()
    assert len(post.keys) == len(set(post.keys)) == 4


def test_what_was_sent_stays(by: Actor, edition: Edition, people: dict[str, Booking]) -> None:
    kept = sent(written(by, edition), by)
    for change in (lambda: message.discard(kept.id), lambda: message.rewrite(kept.id, draft(edition))):
        with pytest.raises(NotFound):
            change()


def test_the_recipients_are_those_of_the_moment_it_was_sent(
    by: Actor, edition: Edition, people: dict[str, Booking]
) -> None:
    kept, post = sent(written(by, edition), by), Post()
    make_booking(edition, CONFIRMED, email="late@example.org")
    post.drain()
    assert messages.progress(kept.id)[RecipientState.SENT] == 4


def test_everybody_s_own_mail_goes_first(by: Actor, edition: Edition, people: dict[str, Booking]) -> None:
    sent(written(by, edition), by)
    post, seen = Post(), []
    post.drain(limit=2)  # posts all, sends one
    with atomic():
        letters.to_booker("confirmed", people["paid"].id, NOW + timedelta(seconds=1))
    outbox.drain({"mail": lambda payload, _now: seen.append(payload["kind"])}, lambda: NOW + timedelta(minutes=1))
    assert seen == ["confirmed", "message", "message", "message"]


def crowd(edition: Edition, number: int) -> None:
    for one in range(number):
        make_booking(edition, CONFIRMED, email=f"{one}@example.org")


def test_killed_while_posting_everybody_gets_it_once(
    by: Actor, edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd(edition, 7)
    monkeypatch.setattr(message, "CHUNK", 3)
    kept, post = sent(written(by, edition), by), Post()
    commits: list[int] = []

    def die_after_two() -> None:
        commits.append(1)
        if len(commits) == 2:
            die()

    def work() -> None:
        after_commit(die_after_two)
        post.drain()

    killed(work)
    assert db.session.query(OutboxJob).filter_by(topic="mail").count() == 6
    later = NOW + LEASE + timedelta(seconds=1)
    for _ in range(2):
        post.drain(later)
    assert len(post.keys) == len(set(post.keys)) == 7
    assert messages.progress(kept.id) == {"waiting": 0, "sent": 7, "skipped": 0, "unreached": 0}


def test_killed_before_the_commit_nothing_is_sent_and_it_can_be_sent_again(by: Actor, edition: Edition) -> None:
    crowd(edition, 3)
    kept = written(by, edition)
    shown = message.propose(kept, NOW).shown

    def work() -> None:
        freeze = messages.freeze
        messages.freeze = lambda *facts: (freeze(*facts), die())
        message.send(kept.id, shown, by, NOW)

    killed(work)
    assert db.session.query(MessageRecipient).count() == 0
    message.send(kept.id, shown, by, NOW)
    assert db.session.query(MessageRecipient).count() == 3


# Reminders


def bill(booking: Booking, kind: DocumentKind = DocumentKind.INVOICE, total: int = 34000) -> Booking:
    factories.make_document(booking, kind, total)  # due in ten days
    return booking


def reminded(editions: list[Edition], now: datetime = NOW) -> list[str]:
    found = message.propose(message.reminder([edition.id for edition in editions], now), now)
    return [person.email for person in found.people]


@pytest.fixture
def debtors(edition: Edition, people: dict[str, Booking]) -> dict[str, Booking]:
    for name in ("paid", "owing", "pending"):
        bill(people[name])
    return people


def test_who_owes_is_reminded_per_date_and_when_overdue(edition: Edition, debtors: dict[str, Booking]) -> None:
    assert reminded([edition]) == ["owing@example.org", "pending@example.org"]
    assert reminded([]) == []
    assert reminded([], NOW + timedelta(days=11)) == ["owing@example.org", "pending@example.org"]
    assert reminded([make_edition()]) == []


def test_nobody_is_reminded_again_within_days(by: Actor, edition: Edition, debtors: dict[str, Booking]) -> None:
    shown = message.propose(message.reminder([edition.id], NOW), NOW).shown
    message.remind([edition.id], shown, by, NOW)
    assert reminded([edition], NOW + timedelta(days=4, hours=23)) == []
    with pytest.raises(PlanChanged):  # the other tab
        message.remind([edition.id], shown, by, NOW)
    assert len(reminded([edition], NOW + timedelta(days=5))) == 2
    assert db.session.query(MessageRecipient).count() == 2


def test_who_was_skipped_counts_as_not_reminded(by: Actor, edition: Edition, debtors: dict[str, Booking]) -> None:
    message.remind([edition.id], message.propose(message.reminder([edition.id], NOW), NOW).shown, by, NOW)
    first = db.session.query(MessageRecipient).order_by(MessageRecipient.id).first()
    assert first
    message.settle(first.id, False, NOW)
    assert reminded([edition]) == ["owing@example.org"]


def test_a_booking_of_several_seats_is_reminded_once(by: Actor, edition: Edition) -> None:
    bill(make_booking(edition, CONFIRMED, seats=3, paid=False, email="three@example.org"), total=3 * 34000)
    assert reminded([edition]) == ["three@example.org"]
    assert reminded([], NOW + timedelta(days=11)) == ["three@example.org"]


def test_who_owes_and_has_no_address_is_named_until_it_is_paid(by: Actor, edition: Edition) -> None:
    silent = bill(make_booking(edition, CONFIRMED, paid=False, email=""))
    bill(make_booking(edition, CONFIRMED, paid=False, email="owing@example.org"))
    message.remind([edition.id], message.propose(message.reminder([edition.id], NOW), NOW).shown, by, NOW)
    again = message.propose(message.reminder([edition.id], NOW), NOW)
    assert ([person.booking_id for person in again.unreached], again.people) == ([silent.id], ())


def test_what_is_settled_stays_settled(by: Actor, edition: Edition, people: dict[str, Booking]) -> None:
    sent(written(by, edition), by)
    first = db.session.query(MessageRecipient).first()
    assert first
    message.settle(first.id, True, NOW)
    message.settle(first.id, False, NOW + timedelta(hours=1))
    db.session.refresh(first)
    assert (first.state, first.settled_at) == (RecipientState.SENT, NOW)


def test_the_log_names_what_went_wrong(by: Actor, edition: Edition, people: dict[str, Booking]) -> None:
    kept = sent(written(by, edition), by)

    def refuse(_payload: dict[str, Any], _now: datetime) -> None:
        raise outbox.JobFailed("the mail server answered 550")

    post = Post()
    post.drain(limit=2)
    outbox.drain({"mail": refuse}, lambda: NOW, 2)
    assert [(row.state.value, error) for row, error in messages.log(kept, 1)] == [
        ("waiting", "the mail server answered 550"),
        ("waiting", "the mail server answered 550"),
        ("waiting", ""),
        ("sent", ""),
    ]
    assert messages.given_up(kept) == 0
    with atomic():
        db.session.query(OutboxJob).filter(OutboxJob.error != "").update({"attempts": 8})
    assert messages.given_up(kept) == 2


def test_a_test_goes_to_the_desk_in_each_language_that_is_written(by: Actor, edition: Edition) -> None:
    kept = written(by, edition)
    message.test(kept.id, by, NOW)
    jobs = db.session.query(OutboxJob).order_by(OutboxJob.id).all()
    assert [job.payload["locale"] for job in jobs] == ["fr", "en"]
    assert not any("booking_id" in job.payload for job in jobs)
    assert db.session.query(Attendee).count() == 0
    with pytest.raises(TextMissing):
        message.test(written(by, edition, words=Words(Bilingual(), Bilingual())).id, by, NOW)
