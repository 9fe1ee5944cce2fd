"""Rows as a file for spreadsheets: CSV or XLSX. What people typed is never taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import IO, Any, Final
from zoneinfo import ZoneInfo

from booking.domain import money
from booking.domain.export import COLUMNS, Column, ExportFormat, ExportKind, harmless
from booking.domain.local_time import ZONE

WIDTHS: Final = {"moment": 17, "money": 12, "word": 16, "number": 9, "text": 24}  # characters
LONGEST: Final = 32_767  # characters of a cell of XLSX


def write(
    file: IO[bytes],
    kind: ExportKind,
    form: ExportFormat,
    headings: Sequence[str],
    words: dict[str, str],
    pieces: Iterable[Sequence[dict[str, Any]]],
) -> None:
    """Writes the table of `kind` into `file`, a piece at a time; `words` are the readable forms of codes."""
    writer = _csv if form is ExportFormat.CSV else _xlsx
    writer(file, COLUMNS[kind], headings, words, pieces)


def _csv(
    file: IO[bytes],
    columns: Sequence[Column],
    headings: Sequence[str],
    words: dict[str, str],
    pieces: Iterable[Sequence[dict[str, Any]]],
) -> None:
    """UTF-8 with its mark and semicolons: what Excel opens by a double click in Switzerland."""
    text = io.TextIOWrapper(file, "utf-8-sig", newline="")
    table = csv.writer(text, delimiter=";")
    table.writerow(headings)
    for piece in pieces:
        for row in piece:
            table.writerow([_plain(column, row.get(column.name), words) for column in columns])
    text.detach()


def _plain(column: Column, value: Any, words: dict[str, str]) -> str:
    if value is None:
        return ""
    if column.kind == "money":
        return money.plain(value)
    if column.kind == "moment":
        return f"{_local(value):%Y-%m-%d %H:%M}"
    if column.kind == "number":
        return str(value)
    return harmless(words.get(value, value) if column.kind == "word" else str(value))


def _xlsx(
    file: IO[bytes],
    columns: Sequence[Column],
    headings: Sequence[str],
    words: dict[str, str],
    pieces: Iterable[Sequence[dict[str, Any]]],
) -> None:
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
        forms = {"money": book.add_format({"num_format": "#,##0.00"}),
                 "moment": book.add_format({"num_format": "dd.mm.yyyy hh:mm"})}  # fmt: skip
        sheet.freeze_panes(1, 1)
        for number, (column, heading) in enumerate(zip(columns, headings, strict=True)):
            sheet.set_column(number, number, WIDTHS[column.kind])
            sheet.write_string(0, number, heading, bold)
        line = 0
        for piece in pieces:
            for row in piece:
                line += 1
                for number, column in enumerate(columns):
                    _cell(sheet, line, number, column, row.get(column.name), words, forms)


def _cell(
    sheet: Any, line: int, number: int, column: Column, value: Any, words: dict[str, str], forms: dict[str, Any]
) -> None:
    if value is None:
        return
    if column.kind == "money":
        sheet.write_number(line, number, value / 100, forms["money"])  # a spreadsheet knows no other kind of number
    elif column.kind == "moment":
        sheet.write_datetime(line, number, _local(value).replace(tzinfo=None), forms["moment"])
    elif column.kind == "number":
        sheet.write_number(line, number, value)
    else:
        text = words.get(value, value) if column.kind == "word" else str(value)
        sheet.write_string(line, number, text[:LONGEST])


def _local(at: datetime) -> datetime:
    return at.astimezone(ZoneInfo(ZONE))
