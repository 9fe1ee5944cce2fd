"""Reads TOML tables key by key and collects every complaint, each with its line, its field and what to do."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from booking.adapters.toml_lines import LineMap, Path
from booking.domain import money
from booking.domain.bilingual import Bilingual

Value = TypeVar("Value")


@dataclass(frozen=True)
class Complaint:
    """What is wrong at `line` (0: nowhere in the file) with `field`, in a sentence that says what to do."""

    line: int
    field: str
    sentence: str

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        return f"{place}{self.field}: {self.sentence}" if self.field else f"{place}{self.sentence}"


class Report:
    """The complaints of one reading."""

    def __init__(self, lines: LineMap) -> None:
        self.lines = lines
        self.complaints: list[Complaint] = []

    def add(self, path: Path, sentence: str) -> None:
        """Notes a complaint about the value at `path`."""
        complaint = Complaint(self.lines.line(path), field_name(path), sentence)
        if complaint not in self.complaints:
            self.complaints.append(complaint)


class Table:
    """One table under reading. Each getter takes a key; a wrong or missing value is noted and a stand-in returned."""

    def __init__(self, values: Any, path: Path, report: Report) -> None:
        self.path, self.report = path, report
        self._asked: set[str] = set()
        self._values: dict[str, Any] = values if isinstance(values, dict) else {}
        if not isinstance(values, dict):
            report.add(path, 'this must be a table: give it keys, as in {fr = "…", en = "…"}')

    def complain(self, key: str, sentence: str) -> None:
        """Notes a complaint about one key, or about the table ('')."""
        self.report.add((*self.path, key) if key else self.path, sentence)

    def peek(self, key: str) -> Any:
        """The raw value, None when absent."""
        return self._values.get(key)

    def read(self, key: str, convert: Callable[[Any], Value], default: Value, required: bool = False) -> Value:
        """The converted value; `default` when it is absent or wrong. `convert` raises ValueError with what to write."""
        self._asked.add(key)
        if key not in self._values:
            if required:
                self.complain(key, f"{key} is missing: add it to this table")
            return default
        try:
            return convert(self._values[key])
        except ValueError as error:
            self.complain(key, str(error))
            return default

    def text(self, key: str, default: str = "", required: bool = False) -> str:
        """A string, stripped."""
        return self.read(key, as_text, default, required)

    def choice(self, key: str, allowed: tuple[str, ...], default: str = "", required: bool = False) -> str:
        """One of the words allowed."""

        def convert(value: Any) -> str:
            if value in allowed:
                return str(value)
            raise ValueError(f"{shown(value)} is not possible: write {listed(allowed)}{near(value, allowed)}")

        return self.read(key, convert, default, required)

    def bilingual(self, key: str) -> Bilingual:
        """A pair `key.fr`, `key.en`; empty when absent."""
        self._asked.add(key)
        if key not in self._values:
            return Bilingual()
        if isinstance(self._values[key], str):
            self.complain(key, f'write it for both languages: {key}.fr = "…" and {key}.en = "…"')
            return Bilingual()
        pair = Table(self._values[key], (*self.path, key), self.report)
        found = Bilingual(pair.text("fr"), pair.text("en"))
        pair.finish()
        return found

    def words(self, key: str) -> tuple[str, ...]:
        """A list of strings; empty when absent."""
        return self.read(key, as_words, ())

    def tables(self, key: str) -> Iterator[Table]:
        """The tables of `[[key]]` or `key = [{…}]`."""
        self._asked.add(key)
        values = self._values.get(key, [])
        if not isinstance(values, list):
            self.complain(key, f"write [[{key}]] with two brackets: there may be several")
            values = []
        for index, value in enumerate(values):
            yield Table(value, (*self.path, key, index), self.report)

    def finish(self) -> None:
        """Complains about every key that no getter asked for."""
        known = tuple(sorted(self._asked))
        for key in self._values:
            if key not in self._asked:
                hint = near(key, known) or f": this table knows {listed(known)}"
                self.complain(key, f"the key {key} is not known here{hint}")


def as_text(value: Any) -> str:
    """A string, without blanks around it."""
    if not isinstance(value, str):
        raise ValueError(f"{shown(value)} is not a text: put it between quotes")
    return value.strip()


def as_words(value: Any) -> tuple[str, ...]:
    """A list of strings."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError('write a list of texts, as in ["one", "two"]')
    return tuple(value)


def as_flag(value: Any) -> bool:
    """true or false."""
    if not isinstance(value, bool):
        raise ValueError(f"{shown(value)} is neither true nor false: write one of the two, without quotes")
    return value


def as_money(value: Any) -> int:
    """Francs as 340, 340.00 or "340.00" -> centimes."""
    try:
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise ValueError
        return money.parse(str(value))
    except ValueError:
        raise ValueError(f"{shown(value)} is not a sum in francs: write 340 or 340.50") from None


def whole(least: int, most: int) -> Callable[[Any], int]:
    """A converter for whole numbers between the two."""

    def convert(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError(f"{shown(value)} is not possible: write a whole number from {least} to {most}")
        return value

    return convert


def shown(value: Any) -> str:
    """A value as its author wrote it, roughly."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else str(value)


def listed(words: tuple[str, ...]) -> str:
    """'a, b or c'."""
    return " or ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)


def near(word: Any, known: tuple[str, ...]) -> str:
    """' (did you mean title?)' when something similar is known."""
    close = difflib.get_close_matches(str(word), known, 1, 0.6)
    return f" (did you mean {close[0]}?)" if close else ""


def field_name(path: Path) -> str:
    """('class', 0, 'edition', 1, 'price') -> 'class[1].edition[2].price', counted from one as people do."""
    name = ""
    for part in path:
        name += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if name else part
    return name
