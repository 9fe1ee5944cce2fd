"""Money is an integer number of centimes; shares and percentages are exact fractions until rounded."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction


def round_half_up(amount: Fraction | int, step: int = 1) -> int:
    """Rounds `amount` centimes to a multiple of `step` centimes, halves upwards (rules: fee formula)."""
    return int((Fraction(amount) / step + Fraction(1, 2)).__floor__()) * step


def share(amount: int, parts: int) -> tuple[int, ...]:
    """Splits `amount` centimes into `parts` that differ by at most one centime and sum to it exactly."""
    whole, rest = divmod(amount, parts)
    return tuple(whole + (1 if i < rest else 0) for i in range(parts))


def parse(text: str) -> int:
    """'340', '340.5', "1'234.50", '340.–' -> centimes. Raises ValueError when it is not a sum of money, or
    one of ten millions and more, which no column would hold."""
    cleaned = re.sub(r"[\s\u00a0\u202f'’]|CHF", "", text)
    cleaned = re.sub(r"\.[–-]$", "", cleaned)
    if not re.fullmatch(r"\d{1,7}(\.\d{1,2})?", cleaned):
        raise ValueError(f"not a sum of money: {text!r}")
    return int(Decimal(cleaned) * 100)


def plain(amount: int) -> str:
    """Centimes -> '102.00', for machines (JSON, QR codes, commands)."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02d}"
