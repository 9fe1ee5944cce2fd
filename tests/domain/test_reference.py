"""Payment references against the published check values (rules: QR-bill)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iso11649
from stdnum.ch import esr

from booking.domain import reference

QR_IBAN = "CH44 3199 9123 0008 8901 2"
IBAN = "CH93 0076 2011 6238 5295 7"
NUMBERS = st.integers(min_value=1, max_value=10**11 - 1)


@pytest.mark.parametrize("text", ["21 00000 00003 13947 14300 09017", "RF18 5390 0754 7034", "rf18539007547034"])
def test_published_references_hold(text: str) -> None:
    assert reference.is_valid(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("21 00000 00003 13947 14300 09018", id="wrong check digit"),
        pytest.param("21 00000 00003 13947 14300 0901", id="26 digits"),
        pytest.param("RF19 5390 0754 7034", id="wrong check digits"),
        pytest.param("RF18", id="no body"),
        pytest.param("RF18 5390-0754", id="a dash"),
        pytest.param("RF٣٤ 5390 0754 7034", id="digits of another script"),
        pytest.param("", id="nothing"),
    ],
)
def test_others_do_not(text: str) -> None:
    assert not reference.is_valid(text)


@pytest.mark.parametrize(
    ("iban", "kind"),
    [
        (QR_IBAN, "QRR"),
        (IBAN, "SCOR"),
        pytest.param("CH00 2999 9000 0000 0000 0", "SCOR", id="the last clearing number before"),
        pytest.param("CH00 3000 0000 0000 0000 0", "QRR", id="the first"),
        pytest.param("CH00 3199 9000 0000 0000 0", "QRR", id="the last"),
        pytest.param("CH00 3200 0000 0000 0000 0", "SCOR", id="the first after"),
    ],
)
def test_the_clearing_number_decides(iban: str, kind: str) -> None:
    assert reference.kind_of_iban(iban) == kind


@given(NUMBERS)
def test_made_references_satisfy_an_independent_check(number: int) -> None:
    assert esr.is_valid(reference.make("booking", number, QR_IBAN))
    assert len(reference.make("booking", number, QR_IBAN)) == 27
    assert iso11649.is_valid(reference.make("fee", number, IBAN))


@given(NUMBERS, NUMBERS)
def test_no_booking_and_no_fee_share_one(booking: int, fee: int) -> None:
    for iban in (QR_IBAN, IBAN):
        assert reference.make("booking", booking, iban) != reference.make("fee", fee, iban)


@pytest.mark.parametrize("number", [0, -1, 10**11])
def test_numbers_that_do_not_fit_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match="no reference"):
        reference.make("booking", number, QR_IBAN)


def test_printed_in_groups_and_read_back() -> None:
    assert reference.formatted("210000000003139471430009017") == "21 00000 00003 13947 14300 09017"
    assert reference.formatted("RF18539007547034") == "RF18 5390 0754 7034"
    assert reference.normalise(" rf18\u00a05390 0754 7034\n") == "RF18539007547034"
