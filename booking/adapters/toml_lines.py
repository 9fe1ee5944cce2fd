"""On which line of a TOML text each table, key and array element begins, which the standard reader does not tell."""

from __future__ import annotations

import re

Path = tuple[str | int, ...]

PIECE = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\''
    r"|\#[^\n]*|\n|[\[\]{}=,.]|[^\s\[\]{}=,.\"'#]+",
    re.DOTALL,
)


class LineMap:
    """Lines of a text that is valid TOML. `path` is as in the parsed data: ('class', 0, 'edition', 1, 'price')."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Path, int] = {}
        self._arrays: dict[Path, int] = {}  # arrays of tables and how many elements each has so far
        self._table: Path = ()
        line = 1
        self._pieces: list[tuple[str, int]] = []
        for match in PIECE.finditer(text):
            if not match[0].startswith("#"):
                self._pieces.append((match[0], line))
            line += match[0].count("\n")
        self._at = 0
        while self._at < len(self._pieces):
            self._statement()

    def line(self, path: Path) -> int:
        """Where the path begins, or the nearest table around it; 1 when not even that is known."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)

    def _statement(self) -> None:
        piece, line = self._pieces[self._at]
        if piece == "\n":
            self._at += 1
        elif piece == "[":
            self._header(line)
        else:
            self._pair(self._table)

    def _header(self, line: int) -> None:
        start = self._at
        while self._at < len(self._pieces) and self._pieces[self._at][0] != "\n":
            self._at += 1
        words = [piece for piece, _ in self._pieces[start : self._at]]
        is_array = words[1] == "["
        names = [_unquoted(word) for word in words if word not in "[]."]
        path: Path = ()
        for name in names[:-1]:
            path = self._into((*path, name))
        path = (*path, names[-1])
        self._lines.setdefault(path, line)
        if is_array:
            self._arrays[path] = self._arrays.get(path, 0) + 1
            path = self._into(path)
        self._table = path
        self._lines.setdefault(path, line)

    def _into(self, path: Path) -> Path:
        """The last element of an array of tables so far, or the table itself."""
        return (*path, self._arrays[path] - 1) if path in self._arrays else path

    def _pair(self, table: Path) -> None:
        """Reads `key = value` or `a.b = value` and stops behind it."""
        path, line = table, self._pieces[self._at][1]
        while self._pieces[self._at][0] != "=":
            piece = self._pieces[self._at][0]
            if piece != ".":
                path = (*path, _unquoted(piece))
                self._lines.setdefault(path, line)
            self._at += 1
        self._at += 1
        self._value(path)

    def _value(self, path: Path) -> None:
        piece, line = self._pieces[self._at]
        self._lines.setdefault(path, line)
        if piece == "[":
            self._inside(path, "]")
        elif piece == "{":
            self._inside(path, "}")
        else:
            # numbers and dates are several tokens: 3 . 5
            while self._at < len(self._pieces) and self._pieces[self._at][0] not in ("\n", ",", "]", "}"):
                self._at += 1

    def _inside(self, path: Path, end: str) -> None:
        self._at += 1
        index = 0
        while self._pieces[self._at][0] != end:
            if self._pieces[self._at][0] in ("\n", ","):
                self._at += 1
            elif end == "]":
                self._value((*path, index))
                index += 1
            else:
                self._pair(path)
        self._at += 1


def _unquoted(word: str) -> str:
    return word[1:-1] if word[0] in "\"'" else word
