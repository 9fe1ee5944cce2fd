"""Numbers and days typed into addresses, or posted by hand, that no database holds."""

from __future__ import annotations

import pytest

from tests.web.desk.acts import booked, state
from tests.web.desk.organiser import Desk
from tests.web.participant import errors_of

FAR = "9" * 30


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("journal/", {"person": FAR}),
        ("journal/", {"before": FAR}),
        ("journal/", {"since": "0001-01-01", "until": "9999-12-31"}),
        ("refunds/", {"show": "done", "page": FAR}),
        ("messages/", {"page": FAR}),
        ("bookings/", {"page": FAR, "since": "0001-01-01"}),
        ("classes/", {"page": FAR}),
    ],
)
def test_an_address_with_numbers_out_of_range_is_a_page(desk: Desk, path: str, query: dict[str, str]) -> None:
    assert desk.get(path, **query).status_code == 200


def test_dates_that_are_proposed_by_hand_are_numbers(desk: Desk) -> None:
    slug = desk.edition()
    page = desk.get(f"editions/{slug}/calling-off")
    assert desk.submit(page, offer="9" * 5000).status_code in (200, 422)


def test_a_sum_of_ten_millions_is_a_slip(desk: Desk) -> None:
    reference = booked(desk)
    page = desk.submit(desk.get(f"bookings/{reference}/payment"), amount="99999999")
    assert (page.status_code, errors_of(page)) == (422, ["amount"])
    assert state(desk, reference) == ("pending", [])
