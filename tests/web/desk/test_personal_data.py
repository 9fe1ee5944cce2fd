"""A person's data at the desk."""

from __future__ import annotations

import io
import zipfile

from tests.web.desk.acts import booked
from tests.web.desk.organiser import Desk


def test_a_person_is_shown_copied_and_erased(desk: Desk) -> None:
    desk.book_and_pay(desk.edition())
    desk.run_jobs()
    page = desk.submit(desk.get("personal-data/"), email="ADA@example.org")
    assert "the class is still to come" in page.text
    assert "Erase this person" not in page.text
    desk.at("2026-12-10 10:00")
    page = desk.submit(desk.get("personal-data/"), email="ada@example.org")
    assert "kept until the end of 2036" in page.text
    assert "ada@" not in page.request.full_path
    copy = desk.submit(page, form=-2)
    with zipfile.ZipFile(io.BytesIO(copy.data)) as pack:
        assert {name.rpartition(".")[2] for name in pack.namelist()} >= {"json", "pdf"}
    page = desk.submit(page, form=-1)
    assert "The person is erased" in page.text
    assert "Nothing is held under this address" in page.text


def test_a_reason_kept_in_a_note_is_in_the_copy_as_the_form_says(desk: Desk) -> None:
    reference = booked(desk)
    page = desk.get(f"bookings/{reference}/waiver")
    assert "reads only when asking for the data kept of them" in page.text
    desk.submit(desk.get(f"bookings/{reference}/notes"), body="A word of goodwill")
    copy = desk.submit(desk.submit(desk.get("personal-data/"), email="ada@example.org"), form=-1)
    with zipfile.ZipFile(io.BytesIO(copy.data)) as pack:
        assert any(
            "A word of goodwill" in pack.read(name).decode() for name in pack.namelist() if name.endswith("json")
        )


def test_an_address_nobody_booked_with(desk: Desk) -> None:
    assert "Nothing is held" in desk.submit(desk.get("personal-data/"), email="no@example.org").text
    assert "not complete" in desk.submit(desk.get("personal-data/"), email="no").text
