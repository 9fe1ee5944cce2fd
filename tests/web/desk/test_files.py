"""Files at the desk."""

from __future__ import annotations

from sqlalchemy import select

from booking.persistence.exports import Export
from tests.web.desk.organiser import Desk


def test_a_file_is_asked_for_written_and_fetched(desk: Desk) -> None:
    desk.book_and_pay(desk.edition(), seats=2)
    page = desk.submit(desk.get("files/"), kind="registrations", format="csv")
    assert "waiting to be written" in page.text
    assert 'http-equiv="refresh"' in page.text
    desk.run_jobs()
    page = desk.get("files/1")
    assert "It has 2 rows." in page.text
    assert 'http-equiv="refresh"' not in page.text
    file = desk.seat.get("/en/desk/files/1/content")
    assert file.headers["Content-Disposition"].startswith("attachment; filename=registrations-")
    assert "Ada Exemple" in file.text
    assert "confirmed" in file.text
    desk.submit(page)
    assert desk.seat.get("/en/desk/files/1/content").status_code == 404
    assert "was erased" in desk.get("files/1").text


def test_the_file_is_in_the_language_of_who_asks(desk: Desk) -> None:
    desk.book_and_pay(desk.edition())
    desk.submit(desk.get("files/", lang="fr"), kind="payments", format="csv")
    desk.run_jobs()
    with desk.rows() as session:
        row = session.scalars(select(Export)).one()
        assert row.locale == "fr"
        assert len(row.headings) == 10


def test_a_period_that_ends_before_it_begins(desk: Desk) -> None:
    page = desk.submit(desk.get("files/"), since="2026-11-02", until="2026-11-01")
    assert "not before the first" in page.text


def test_trainers_have_no_files(desk: Desk) -> None:
    assert desk.as_("trainer").get("files/").status_code == 403
    assert desk.as_("trainer").get("journal/").status_code == 403
