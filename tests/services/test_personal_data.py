"""What is held about a person can be handed out and erased, without touching seats, sums and what the law keeps."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from booking.adapters import personal_file
from booking.domain.actor import ORGANISER
from booking.domain.bilingual import Bilingual
from booking.domain.booking import BookingState, Channel
from booking.domain.errors import PlanChanged
from booking.domain.payment import DocumentKind, RefundState
from booking.domain.permission import Role
from booking.persistence import ledger
from booking.persistence.bookings import Answer, Booking, seats_taken
from booking.persistence.db import db
from booking.persistence.documents import Document
from booking.persistence.masterclasses import Question, QuestionKind
from booking.persistence.notes import Note
from booking.persistence.organisers import Organiser
from booking.persistence.sent_mails import Copy, keep
from booking.persistence.transaction import atomic
from booking.services import personal_data, retention
from booking.services.check import findings
from tests.factories import NOW, at, make_booking, make_document, make_edition, make_refund

EMAIL = "zora@example.org"
AFTER = at("2026-12-20 09:00")


@pytest.fixture(autouse=True)
def _inside(app: Any) -> Iterator[None]:
    with app.app_context():
        yield


def everything() -> str:
    """All rows of all tables, as text."""
    tables = db.metadata.sorted_tables
    return "\n".join(f"{table.name} {tuple(row)}" for table in tables for row in db.session.execute(select(table)))


def booked(**changes: Any) -> int:
    """A paid booking by Zora with all that personal data can hang on. Gives its id."""
    facts = {"email": EMAIL, "name": "Zora Unik", "names": ["Zora Unik", "Yann Unik"], "street": "Rue Unik"} | changes
    booking = make_booking(make_edition(), BookingState.CONFIRMED, Channel.DEMO, seats=2, **facts)
    make_document(booking, DocumentKind.INVOICE, 68000)
    with atomic():
        person = Organiser(email=f"o{booking.id}@example.org", name="O", role=Role.OWNER, created_at=NOW,
                           fs_uniquifier=str(booking.id))  # fmt: skip
        question = Question(master_class_id=booking.edition.master_class_id, key="diet", position=1,
                            kind=QuestionKind.TEXT, label=Bilingual("R", "D"), hint=Bilingual())  # fmt: skip
        db.session.add_all((person, question))
        db.session.flush()
        attendees = db.session.get_one(Booking, booking.id).attendees
        db.session.add(Answer(attendee_id=attendees[0].id, question_id=question.id, value="Unik nuts"))
        db.session.add(Note(booking_id=booking.id, at=NOW, organiser_id=person.id, body="Unik called"))
        keep(
            Copy(f"k{booking.id}", booking.id, "confirmed", "booker", EMAIL, "Unik subject", ("a.pdf",), b"To: Unik"),
            NOW,
        )
    return booking.id


def test_erasing_leaves_sums_and_counts_and_what_the_law_keeps() -> None:
    booking_id = booked()
    booking = db.session.get_one(Booking, booking_id)
    edition, balance, link = booking.edition_id, ledger.balance(booking_id), booking.link_version
    plan = personal_data.plan(" Zora@Example.org ", AFTER)
    assert [(fate.stays, fate.documents, fate.until) for fate in plan.fates] == [(None, 1, 2036)]
    personal_data.erase(EMAIL, plan.shown, AFTER, ORGANISER)
    assert EMAIL not in everything()
    left = [line for line in everything().splitlines() if "Unik" in line]
    assert [line.split()[0] for line in left] == ["document"]
    booking = db.session.get_one(Booking, booking_id, populate_existing=True)
    assert (ledger.balance(booking_id), seats_taken(edition, AFTER)) == (balance, 2)
    assert booking.link_version == link + 1
    assert findings(AFTER) == []
    assert not personal_data.plan(EMAIL, AFTER).anything


def test_what_is_coming_or_unsettled_stays() -> None:
    booked()
    assert [fate.stays for fate in personal_data.plan(EMAIL, NOW).fates] == ["coming"]
    owing = make_booking(make_edition(), BookingState.CONFIRMED, Channel.TRANSFER, paid=False, email=EMAIL)
    plan = personal_data.plan(EMAIL, AFTER)
    assert [fate.stays for fate in plan.fates] == [None, "money"]
    personal_data.erase(EMAIL, plan.shown, AFTER, ORGANISER)
    assert db.session.get_one(Booking, owing.id, populate_existing=True).email == EMAIL


def test_a_refund_under_way_keeps_the_booking() -> None:
    booking = make_booking(make_edition(), BookingState.CANCELLED, Channel.DEMO, paid=True, email=EMAIL)
    make_refund(booking, 34000, RefundState.REQUESTED)
    assert personal_data.plan(EMAIL, AFTER).fates[0].stays == "money"


def test_a_seat_in_somebody_elses_booking() -> None:
    booking = make_booking(make_edition(), BookingState.CONFIRMED, Channel.DEMO, seats=2)
    with atomic():
        seat = db.session.get_one(Booking, booking.id).attendees[1]
        seat.name, seat.email = "Zora Unik", EMAIL
    assert [one.id for one in personal_data.plan(EMAIL, NOW).seats_that_stay] == [seat.id]
    plan = personal_data.plan(EMAIL, AFTER)
    assert [one.id for one in plan.seats] == [seat.id]
    personal_data.erase(EMAIL, plan.shown, AFTER, ORGANISER)
    assert "Unik" not in everything()
    assert db.session.get_one(Booking, booking.id, populate_existing=True).name == "Bea Muster"


def test_nothing_is_erased_when_the_plan_changed() -> None:
    booked()
    plan = personal_data.plan(EMAIL, AFTER)
    booked()
    with pytest.raises(PlanChanged):
        personal_data.erase(EMAIL, plan.shown, AFTER, ORGANISER)
    assert len(personal_data.plan(EMAIL, AFTER).fates) == 2


def test_a_copy_holds_rows_papers_and_mails() -> None:
    booking_id = booked()
    reference = db.session.get_one(Booking, booking_id).reference
    with zipfile.ZipFile(io.BytesIO(personal_file.write([db.session.get_one(Booking, booking_id)]))) as pack:
        names = pack.namelist()
        data = json.loads(pack.read(f"{reference}/data.json"))
        assert data["attendee"][1]["name"] == "Yann Unik"
        assert data["answer"][0]["value"] == "Unik nuts"
        assert data["note"][0]["body"] == "Unik called"
        assert pack.read(next(name for name in names if name.endswith(".pdf"))).startswith(b"%PDF")
        assert pack.read(next(name for name in names if name.endswith(".eml"))) == b"To: Unik"


def test_documents_lose_their_names_after_ten_years() -> None:
    booked()
    last_day = at("2036-12-31 23:00")
    retention.erase(last_day)
    assert "Zora Unik" in everything()
    retention.erase(last_day + timedelta(days=2))
    assert "Unik" not in everything()
    assert EMAIL not in everything()
    paper = db.session.scalars(select(Document)).one()
    assert (paper.total, paper.frozen.debtor) == (68000, None)
    assert paper.anonymised_at == datetime(2037, 1, 2, 22, 0, tzinfo=NOW.tzinfo)
