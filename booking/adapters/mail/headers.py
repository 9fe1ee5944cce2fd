"""How the headers of a letter are written: names on one line, subjects as one run of encoded words, so that no blank is
lost."""

from __future__ import annotations

import re
from email.header import Header
from email.policy import EmailPolicy
from typing import Any, Final
from unicodedata import category

UNPRINTED: Final = ("Cc", "Cf", "Cs", "Zl", "Zp")  # line breaks, controls, marks that turn the writing direction


class Headers(EmailPolicy):
    """As email.policy.SMTP. That one, in Python 3.11, may break a subject at a blank between two encoded words, and
    readers drop what stands there: "Participante,Écrire". Header puts the blanks into the words."""

    def fold(self, name: str, value: Any) -> str:
        if name.lower() != "subject":
            return str(super().fold(name, value))
        return f"{name}: {Header(str(value), header_name=name).encode(linesep=self.linesep)}{self.linesep}"

    def fold_binary(self, name: str, value: Any) -> bytes:
        return self.fold(name, value).encode("ascii") if name.lower() == "subject" else super().fold_binary(name, value)


POLICY: Final = Headers(linesep="\r\n")


def for_header(text: str) -> str:
    """What somebody typed, as headers and names may hold it: no line break, control character or mark that turns the
    writing direction. The narrow blanks of French subjects stay, unlike in what a form takes for one line."""
    return re.sub(" +", " ", "".join(" " if category(char) in UNPRINTED else char for char in text)).strip()
