"""Files and journal at the desk."""

from __future__ import annotations

import ast

from sqlalchemy import select

from booking.persistence.exports import Export
from booking.web.desk.journal_words import ACTIONS
from tests.sources import MODULES
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


def test_the_journal_tells_who_did_what(desk: Desk) -> None:
    desk.book_and_pay(desk.edition())
    desk.submit(desk.get("vouchers/new"), code="SPRING", value="10")
    page = desk.get("journal/").text.partition("<tbody>")[2]
    assert page.index("Voucher made") < page.index("Payment received") < page.index("Booked")
    assert "voucher SPRING" in page
    only = desk.get("journal/", person="participant").text
    assert 'scope="row">Booked' in only
    assert 'scope="row">Voucher made' not in only
    assert "Nothing of the kind" in desk.get("journal/", until="2020-01-01").text
    assert desk.get("journal/", since="x", before="9" * 30, person="%", action="'").status_code == 200


COMPOSED = {  # where the code puts the name of the action together
    "marked_present", "marked_absent", "attendance_undone", "reminded", "message_sent", "minimum_missed",
    "password_changed", "recovery_code_used", "second_factor_on", "second_factor_off",
    "passkey_added", "passkey_removed",
    "question_retired", "question_deleted", "second_factor_required", "second_factor_optional",
    *(f"{kind}_{done}" for kind in ("venue", "trainer", "topic") for done in ("written", "changed", "deleted")),
}  # fmt: skip


def test_every_action_has_words_and_every_word_an_action() -> None:
    noted = set(COMPOSED)
    for module in MODULES:
        for call in ast.walk(ast.parse(module.text)):
            if isinstance(call, ast.Call) and ast.unparse(call.func).endswith(("journal.note", "_note")):
                noted |= {arg.value for arg in call.args[:1] if isinstance(arg, ast.Constant)}
    assert noted == set(ACTIONS)
