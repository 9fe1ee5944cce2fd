"""Files of registrations, money and papers: every row once, on both engines, also when the job is killed half-way."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from booking import jobs
from booking.adapters import spreadsheet
from booking.domain.actor import at_the_desk
from booking.domain.booking import BookingState, Channel
from booking.domain.export import COLUMNS, ExportFormat, ExportKind
from booking.domain.payment import DocumentKind
from booking.domain.permission import Role
from booking.persistence import export_rows
from booking.persistence.db import db
from booking.persistence.exports import Export
from booking.persistence.organisers import Organiser
from booking.persistence.transaction import atomic
from booking.services import export
from booking.services.export import Wish
from tests.factories import NOW, make_booking, make_document, make_edition, make_refund


@pytest.fixture(autouse=True)
def _inside(app: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(export_rows, "PIECE", 2)  # so that a handful of rows are several pieces
    with app.app_context():
        with atomic():
            db.session.add(
                Organiser(email="o@example.org", name="O", role=Role.OWNER, created_at=NOW, fs_uniquifier="o")
            )
        yield


def ask(kind: ExportKind, form: ExportFormat = ExportFormat.CSV, **changes: Any) -> int:
    facts = {"edition_id": None, "since": None, "until": None, "locale": "fr"} | changes
    headings = [column.name for column in COLUMNS[kind]]
    return export.ask(
        Wish(kind, form, headings=headings, words={"confirmed": "confirmée"}, **facts), NOW, at_the_desk(1)
    )


def content(export_id: int) -> bytes:
    export.write(export_id, NOW, spreadsheet.write)
    return db.session.get_one(Export, export_id).content or b""


def table(export_id: int) -> list[dict[str, str]]:
    text = content(export_id).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def test_registrations_a_row_for_each_attendee() -> None:
    edition = make_edition()
    make_booking(edition, BookingState.CONFIRMED, Channel.DEMO, seats=3)
    make_booking(db.session.merge(edition), paid=False, name="=cmd()", names=["+41", "Ann"])
    found = table(ask(ExportKind.REGISTRATIONS))
    assert [row["attendee"] for row in found] == ["Bea Muster", "Carl Muster", "Dora Muster", "'+41", "Ann"]
    assert [row["owed"] for row in found] == ["0.00"] * 3 + ["680.00"] * 2
    assert found[0]["state"] == "confirmée"
    assert found[3]["booker"] == "'=cmd()"
    assert found[0]["starts"] == "2026-12-05 09:00"
    assert found[0]["class"] == "Tenir un blog"


def test_payments_are_money_that_came_and_went() -> None:
    booking = make_booking(make_edition(), BookingState.CANCELLED, Channel.DEMO, paid=True)
    make_refund(booking, 23800)
    found = table(ask(ExportKind.PAYMENTS))
    assert [(row["movement"], row["amount"]) for row in found] == [("payment", "340.00"), ("refund", "-238.00")]


def test_accounts_add_up_to_what_is_owed() -> None:
    edition = make_edition()
    make_booking(edition, paid=False, net_price=30600, seats=2)
    make_booking(db.session.merge(edition), BookingState.CONFIRMED, Channel.DEMO)
    found = table(ask(ExportKind.ACCOUNTS))
    assert sum(round(float(row["amount"]) * 100) for row in found) == 61200
    assert len(found) == 6


def test_documents_by_period_and_edition() -> None:
    booking = make_booking(make_edition(), paid=False)
    make_document(booking, DocumentKind.INVOICE, 34000)
    other = make_booking(make_edition(), paid=False)
    make_document(other, DocumentKind.INVOICE, 34000)
    assert len(table(ask(ExportKind.DOCUMENTS))) == 2
    assert len(table(ask(ExportKind.DOCUMENTS, edition_id=booking.edition_id))) == 1
    assert table(ask(ExportKind.DOCUMENTS, since=NOW + timedelta(days=1))) == []
    assert len(table(ask(ExportKind.DOCUMENTS, since=NOW - timedelta(days=1), until=NOW + timedelta(days=1)))) == 2


def test_the_journal() -> None:
    found = table(ask(ExportKind.JOURNAL))
    assert [(row["actor"], row["person"], row["action"]) for row in found] == [("organiser", "O", "export_asked")]


def test_a_workbook_holds_sums_as_numbers_and_formulas_as_text() -> None:
    make_booking(make_edition(), paid=False, name="=1+1", names=["=1+1"])
    with zipfile.ZipFile(io.BytesIO(content(ask(ExportKind.REGISTRATIONS, ExportFormat.XLSX)))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet
        assert "<v>340</v>" in sheet
        assert sheet.count("<row ") == 2


def test_a_writer_that_is_killed_begins_again_and_doubles_nothing() -> None:
    edition = make_edition()
    for _ in range(5):
        make_booking(db.session.merge(edition), paid=False)
    export_id = ask(ExportKind.REGISTRATIONS)

    class Killed(BaseException):
        pass

    def dying(file: Any, kind: Any, form: Any, headings: Any, words: Any, pieces: Iterator[Any]) -> None:
        next(pieces)
        next(pieces)
        raise Killed

    with pytest.raises(Killed):
        export.write(export_id, NOW, dying)
    half = db.session.get_one(Export, export_id, populate_existing=True)
    assert (half.rows_done, half.rows_total, half.done_at) == (2, 5, None)
    assert len(table(export_id)) == 5
    before = db.session.get_one(Export, export_id, populate_existing=True).content
    assert content(export_id) == before, "one that is done is not written again"


def test_the_job_runner_writes_it_and_the_sweep_takes_it_away() -> None:
    make_booking(make_edition(), paid=False)
    export_id = ask(ExportKind.REGISTRATIONS)
    jobs.current_jobs().sweep()
    row = db.session.scalars(select(Export)).one()
    assert row.ready
    export.tidy(row.done_at + timedelta(days=6))
    assert db.session.get_one(Export, export_id, populate_existing=True).content
    export.tidy(row.done_at + timedelta(days=8))
    assert db.session.get_one(Export, export_id, populate_existing=True).content is None
