"""What counts as attended, and the order of lists at the door."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from booking.domain.attendance import Presence, Sitting, attended, by_family_name, taken

FIRST = Sitting(1, datetime(2027, 2, 10, 8, tzinfo=UTC), datetime(2027, 2, 10, 16, tzinfo=UTC))
SECOND = Sitting(2, datetime(2027, 3, 10, 12, 30, tzinfo=UTC), datetime(2027, 3, 10, 16, tzinfo=UTC))
BOTH = (FIRST, SECOND)
PRESENT, ABSENT = Presence.PRESENT, Presence.ABSENT


@pytest.mark.parametrize(
    ("marks", "known", "minutes"),
    [
        pytest.param({1: PRESENT, 2: PRESENT}, {1, 2}, 690, id="there both times"),
        pytest.param({1: PRESENT, 2: ABSENT}, {1, 2}, 480, id="absent once"),
        pytest.param({1: PRESENT}, {1, 2}, 480, id="forgotten where others were marked"),
        pytest.param({1: PRESENT}, {1}, 690, id="the second was never taken"),
        pytest.param({}, set(), 690, id="none was ever taken"),
        pytest.param({}, {1, 2}, 0, id="never seen"),
        pytest.param({1: ABSENT, 2: ABSENT}, {1, 2}, 0, id="never there"),
    ],
)
def test_what_counts(marks: dict[int, Presence], known: set[int], minutes: int) -> None:
    assert attended(BOTH, marks, known).minutes == minutes


def test_a_meeting_is_taken_once_anybody_was_marked() -> None:
    assert taken([{1: ABSENT}, {}, {2: PRESENT}]) == {1, 2}


def test_lists_go_by_family_name_without_case_and_accents() -> None:
    names = ["Zoé Élan", "Bea de la Rive", "anna Müller", "Ueli Muller", "Élan", ""]
    assert sorted(names, key=by_family_name) == ["", "Élan", "Zoé Élan", "anna Müller", "Ueli Muller", "Bea de la Rive"]
