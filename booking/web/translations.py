"""Translations: people keep `messages.po`, programs read the `messages.mo` made from it here."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from booking.config import ROOT

FOLDER = ROOT / "translations"


def compile_translations(folder: Path = FOLDER) -> list[Path]:
    """Compiles every `<language>/LC_MESSAGES/*.po` below `folder` whose `.mo` is missing or older.

    Returns the files written. Safe when several workers start at once: each writes a file of its own and renames it
    over the old one, so that a reader finds the old file or the new one, never half of one.
    """
    stale = [source for source in sorted(folder.glob("*/LC_MESSAGES/*.po")) if _is_stale(source)]
    return [_compile(source) for source in stale]


def _is_stale(source: Path) -> bool:
    target = source.with_suffix(".mo")
    return not target.exists() or target.stat().st_mtime_ns < source.stat().st_mtime_ns


def _compile(source: Path) -> Path:
    target = source.with_suffix(".mo")
    with source.open("rb") as text:
        catalogue = read_po(text, locale=source.parent.parent.name)
    descriptor, name = tempfile.mkstemp(prefix=".messages-", suffix=".mo", dir=source.parent)
    try:
        with os.fdopen(descriptor, "wb") as binary:
            write_mo(binary, catalogue)
        os.chmod(name, 0o644)  # mkstemp gives 0600: another account may serve what this one compiled
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return target
