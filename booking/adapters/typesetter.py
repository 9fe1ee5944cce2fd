"""typst, which sets every PDF: a template of templates/documents, and a sheet of ready texts.

Texts reach typst as JSON, never as markup, so nothing a person typed can be a command to it.
"""

from __future__ import annotations

import json
import threading
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from booking.adapters.characters import breakable, on_paper
from booking.adapters.pictures import logo_on_paper
from booking.persistence.site import Logo

if TYPE_CHECKING:
    from typst import Compiler

TEMPLATES: Final = Path(__file__).parents[2] / "templates" / "documents"
FONTS: Final = Path(__file__).parent / "fonts"
LOGO_BOX: Final = (56, 12)  # millimetres that a logo may take
STANDARDS: Final = ["a-2a", "ua-1"]  # for the archive, and for those who hear the document

_of_thread = threading.local()


def pdf(template: str, sheet: dict[str, Any], made_at: datetime) -> bytes:
    """`template` with the texts of `sheet`, as PDF/A-2a and PDF/UA-1. The same sheet gives the same bytes."""
    made: bytes = typeset(template, sheet, format="pdf", pdf_standards=STANDARDS, timestamp=made_at)
    return made


def typeset(template: str, sheet: dict[str, Any], **export: Any) -> Any:
    """As typst exports it: bytes, or for pictures of several pages a list of them."""
    return _compiler(template).compile(sys_inputs={"sheet": json.dumps(sheet)}, **export)


def logo(picture: Logo | None) -> dict[str, Any] | None:
    """The organiser's logo for a sheet: a file, and how large it is printed, in millimetres; None without one."""
    if picture is None:
        return None
    scale = min(side / pixels for side, pixels in zip(LOGO_BOX, (picture.width, picture.height), strict=True))
    sizes = {"width": round(picture.width * scale, 2), "height": round(picture.height * scale, 2)}
    return {"body": list(logo_on_paper(picture.body)), "alone": picture.alone, **sizes}


def printable(value: Any, longest: int = 40) -> Any:
    """`value` with every text in it made safe for our fonts and columns; narrow ones ask for a `longest` of 20."""
    if isinstance(value, str):
        return breakable(on_paper(value), longest)
    if isinstance(value, dict):
        return {key: printable(item, longest) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [printable(item, longest) for item in value]
    return value


def _compiler(template: str) -> Compiler:
    """One for each thread and template: a shared one raises when two compile at once."""
    known: dict[str, Compiler] = _of_thread.__dict__.setdefault("compilers", {})
    if template not in known:
        from typst import Compiler

        known[template] = Compiler(TEMPLATES / template, root=TEMPLATES, font_paths=[FONTS], ignore_system_fonts=True)
    return known[template]
