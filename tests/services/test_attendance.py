"""Check-in, and the certificates that follow from it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from booking.domain.actor import Actor, at_the_desk
from booking.domain.attendance import Presence
from booking.domain.bilingual import Bilingual
from booking.domain.booking import BookingState
from booking.domain.errors import ChangedMeanwhile, NotFound, NotYetOver, PlanChanged, UnknownPlaceholder
from booking.persistence import attendance as marks_of
from booking.persistence import certificates, ledger
from booking.persistence.bookings import Booking
from booking.persistence.certificates import Certificate
from booking.persistence.db import db
from booking.persistence.journal import JournalEntry
from booking.persistence.masterclasses import Edition
from booking.persistence.outbox import OutboxJob
from booking.persistence.transaction import after_commit, atomic
from booking.services import attendance, certificate
from tests import factories
from tests.factories import at, make_booking, make_edition
from tests.services.processes import die, killed
from tests.services.shop import ISSUER

CONFIRMED, PRESENT, ABSENT = BookingState.CONFIRMED, Presence.PRESENT, Presence.ABSENT
AFTER = at("2026-12-05 18:00")


@pytest.fixture
def by() -> Actor:
    return at_the_desk(factories.make_organiser().id)


@pytest.fixture
def edition() -> Edition:
    return make_edition(capacity=200)


@pytest.fixture
def booking(edition: Edition) -> Booking:
    return make_booking(edition, CONFIRMED, seats=3)


def check_in(by: Actor, booking: Booking, *presences: Presence | None) -> None:
    [meeting] = booking.edition.meetings
    for seat, presence in zip(booking.attendees, presences, strict=False):
        attendance.mark(seat.id, meeting.id, presence, by, AFTER)


def issue(by: Actor, edition: Edition) -> list[Certificate]:
    certificate.issue(edition.id, certificate.propose(edition).shown, ISSUER, by, AFTER)
    return db.session.query(Certificate).order_by(Certificate.id).all()


# At the door


def test_a_mark_is_set_changed_and_taken_back(by: Actor, booking: Booking) -> None:
    for presence in (PRESENT, PRESENT, ABSENT, None, None):
        check_in(by, booking, presence)
    assert marks_of.marks(booking.edition_id) == {}
    actions = [row.action for row in db.session.query(JournalEntry).order_by(JournalEntry.id)]
    assert actions == ["marked_present", "marked_absent", "attendance_undone"]


def test_who_is_absent_owes_what_was_owed(by: Actor, booking: Booking) -> None:
    before = ledger.totals(booking.id)
    check_in(by, booking, ABSENT)
    assert ledger.totals(booking.id) == before


def test_only_people_with_a_seat_can_be_marked(by: Actor, booking: Booking) -> None:
    [meeting] = booking.edition.meetings
    with atomic():
        booking.attendees[0].cancelled_at = AFTER
    other = make_booking(make_edition(), CONFIRMED)
    for seat in (booking.attendees[0].id, other.attendees[0].id, 9999):
        with pytest.raises(NotFound):
            attendance.mark(seat, meeting.id, PRESENT, by, AFTER)


# Certificates


def test_whoever_was_there_gets_one(by: Actor, booking: Booking) -> None:
    check_in(by, booking, PRESENT, ABSENT)  # and nobody looked for the third
    [row] = issue(by, booking.edition)
    content = row.frozen
    assert (row.number, content.name, content.minutes) == ("CERT-00001", booking.attendees[0].name, 480)
    assert (content.title, content.place, content.locale) == ("Tenir un blog", "Maison du Livre, Lausanne", "fr")


def test_without_attendance_everybody_with_a_seat(by: Actor, booking: Booking) -> None:
    make_booking(booking.edition)  # not confirmed
    proposal = certificate.propose(booking.edition)
    assert (len(proposal.untaken), len(proposal.due)) == (1, 3)
    assert len(issue(by, booking.edition)) == 3


def test_only_hours_that_were_attended_count(by: Actor) -> None:
    days = [("2026-12-04 09:00", "2026-12-04 12:00"), ("2026-12-05 09:00", "2026-12-05 17:00")]
    booking = make_booking(make_edition(meetings=days), CONFIRMED)
    attendance.mark(booking.attendees[0].id, booking.edition.meetings[0].id, PRESENT, by, AFTER)
    attendance.mark(booking.attendees[0].id, booking.edition.meetings[1].id, ABSENT, by, AFTER)
    [row] = issue(by, booking.edition)
    assert (row.frozen.minutes, [day.day for day in row.frozen.days]) == (180, [4])


def test_not_before_the_end(by: Actor, booking: Booking) -> None:
    shown = certificate.propose(booking.edition).shown
    with pytest.raises(NotYetOver):
        certificate.issue(booking.edition_id, shown, ISSUER, by, at("2026-12-05 16:59"))


def test_only_what_was_shown_is_issued(by: Actor, booking: Booking) -> None:
    shown = certificate.propose(booking.edition).shown
    check_in(by, booking, ABSENT)
    with pytest.raises(PlanChanged):
        certificate.issue(booking.edition_id, shown, ISSUER, by, AFTER)
    assert db.session.query(Certificate).count() == 0


def test_each_person_gets_one_once(by: Actor, booking: Booking) -> None:
    check_in(by, booking, PRESENT)
    issue(by, booking.edition)
    with pytest.raises(PlanChanged):
        issue(by, booking.edition)
    check_in(by, booking, PRESENT, PRESENT)  # she was there after all
    assert len(issue(by, booking.edition)) == 2


def test_one_mail_to_each_address(by: Actor, booking: Booking) -> None:
    with atomic():
        booking.attendees[1].email = "second@example.org"
    other = make_booking(booking.edition, CONFIRMED)
    issue(by, booking.edition)
    jobs = db.session.query(OutboxJob).order_by(OutboxJob.id).all()
    found = [(job.payload["booking_id"], len(job.payload["certificate_ids"])) for job in jobs]
    assert sorted(found) == [(booking.id, 1), (booking.id, 2), (other.id, 1)]


def test_what_was_issued_does_not_change(by: Actor, booking: Booking) -> None:
    [first, *_] = issue(by, booking.edition)
    before = dict(first.content)
    with atomic():
        booking.attendees[0].name = "Somebody Else"
        booking.edition.master_class.title = Bilingual("Autre", "Other")
    certificate.set_text(Bilingual("Bravo {name}", "Well done, {name}"), None, by, AFTER)
    assert first.content == before


def test_a_correction_is_a_new_one_that_cites_the_old(by: Actor, booking: Booking) -> None:
    [first, *_] = issue(by, booking.edition)
    number = certificate.reissue(first.number, "Béa Müster", ISSUER, by, AFTER + timedelta(days=1))
    new = certificates.numbered(number)
    assert new
    assert (new.number, new.frozen.name, new.frozen.cites) == ("CERT-00004", "Béa Müster", "CERT-00001")
    assert booking.attendees[0].name == "Béa Müster"
    assert [row.number for row in certificates.of_booking(booking.id)] == ["CERT-00002", "CERT-00003", "CERT-00004"]
    with pytest.raises(ChangedMeanwhile):
        certificate.reissue(first.number, "Bea", ISSUER, by, AFTER)
    assert certificate.propose(booking.edition).due == []


def test_killed_in_the_middle_the_rest_follows(by: Actor, booking: Booking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificate, "CHUNK", 2)
    edition = booking.edition
    shown = certificate.propose(edition).shown
    edition_id = edition.id

    def work() -> None:
        after_commit(die)  # the first two are committed
        certificate.issue(edition_id, shown, ISSUER, by, AFTER)

    killed(work)
    assert db.session.query(Certificate).count() == 2
    issue(by, edition)
    numbers = [row.number for row in db.session.query(Certificate).order_by(Certificate.id)]
    assert numbers == ["CERT-00001", "CERT-00002", "CERT-00003"]
    mailed = [ids for job in db.session.query(OutboxJob) for ids in job.payload["certificate_ids"]]
    assert len(mailed) == len(set(mailed)) == 3


def test_own_words_for_one_class_and_for_all(by: Actor, edition: Edition) -> None:
    certificate.set_text(Bilingual("Tous {name}", ""), None, by, AFTER)
    assert certificate.text_for(None).fr == "Tous {name}"
    assert certificate.text_for(None).en == certificate.DEFAULT_TEXT.en
    certificate.set_text(Bilingual("", "One {name}"), edition.master_class_id, by, AFTER)
    assert certificate.text_for(edition.master_class) == Bilingual("Tous {name}", "One {name}")
    certificate.set_text(Bilingual(), edition.master_class_id, by, AFTER)
    assert certificate.text_for(edition.master_class) == certificate.text_for(None)
    certificate.set_text(Bilingual(), None, by, AFTER)
    assert certificate.text_for(None) == certificate.DEFAULT_TEXT
    with pytest.raises(UnknownPlaceholder):
        certificate.set_text(Bilingual("{nom}", ""), None, by, AFTER)
