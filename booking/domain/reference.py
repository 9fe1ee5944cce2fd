"""Payment references: the number by which a transfer finds its booking (rules: QR-bill).

A QR-IBAN takes a QRR reference (27 digits, the last by modulo 10 recursive), an ordinary IBAN a creditor
reference of ISO 11649 (SCOR, "RF" and two check digits by modulo 97). Both hold the same two facts: what is
paid and its number, so that no booking and no fee ever share one.
"""

from __future__ import annotations

from typing import Final, Literal

Paid = Literal["booking", "fee"]
Kind = Literal["QRR", "SCOR"]

MARK: Final[dict[Paid, str]] = {"booking": "1", "fee": "2"}
NUMBER_DIGITS: Final = 11
QR_BANKS: Final = range(30000, 32000)  # clearing numbers that only QR-IBANs carry
CARRIES: Final = (0, 9, 4, 6, 8, 2, 7, 1, 3, 5)


def normalise(text: str) -> str:
    """As stored and compared: no blanks of any kind, upper case."""
    return "".join(text.split()).upper()


def kind_of_iban(iban: str) -> Kind:
    """The only kind of reference this account may be paid with; `iban` is Swiss or Liechtenstein and valid."""
    bank = normalise(iban)[4:9]
    return "QRR" if bank.isdigit() and int(bank) in QR_BANKS else "SCOR"


def kind_of(text: str) -> Kind:
    """What kind of reference `text` is, as `make` writes them."""
    return "SCOR" if normalise(text).startswith("RF") else "QRR"


def make(kind: Paid, number: int, iban: str) -> str:
    """The reference for booking or fee `number` (1 to 11 digits) paid to `iban`. Raises ValueError beyond that."""
    if not 0 < number < 10**NUMBER_DIGITS:
        raise ValueError(f"no reference can hold the number {number}")
    if kind_of_iban(iban) == "QRR":
        body = MARK[kind] + f"{number:0{NUMBER_DIGITS}d}"
        return with_check_digit(body.rjust(26, "0"))
    return with_check_digits(MARK[kind] + f"{number:08d}")


def is_qr_iban(iban: str) -> bool:
    """Whether the account takes payments with a QR reference alone, so that no refund can be sent there."""
    return normalise(iban)[:2] in ("CH", "LI") and kind_of_iban(iban) == "QRR"


def is_valid(text: str) -> bool:
    """Whether `text` is a QRR or SCOR reference whose check digits hold; blanks and case do not matter."""
    reference = normalise(text)
    if not (reference.isascii() and reference.isalnum()):
        return False
    if reference.startswith("RF"):
        return 5 <= len(reference) <= 25 and reference == with_check_digits(reference[4:])
    return len(reference) == 27 and reference.isdigit() and reference == with_check_digit(reference[:26])


def formatted(text: str) -> str:
    """As printed: QRR as two digits and five groups of five, SCOR in groups of four."""
    reference = normalise(text)
    if reference.startswith("RF"):
        return in_fours(reference)
    return " ".join([reference[:2], *(reference[at : at + 5] for at in range(2, len(reference), 5))])


def in_fours(text: str) -> str:
    """As IBANs and SCOR references are printed: groups of four."""
    bare = normalise(text)
    return " ".join(bare[at : at + 4] for at in range(0, len(bare), 4))


def with_check_digit(digits: str) -> str:
    """`digits` and the digit that modulo 10 recursive gives them."""
    carry = 0
    for digit in digits:
        carry = CARRIES[(carry + int(digit)) % 10]
    return f"{digits}{(10 - carry) % 10}"


def with_check_digits(body: str) -> str:
    """'RF', the two digits that make it 1 modulo 97 (A is 10, Z is 35), and `body`."""
    rest = int("".join(str(int(character, 36)) for character in f"{body}RF00")) % 97
    return f"RF{98 - rest:02d}{body}"
