"""What a form was filled from, in short marks that are posted back with it: two people who write at the same time
never overwrite each other unseen, and what each left alone is told from what both changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

Plain = Mapping[str, Any]  # field -> text, number or list, as JSON knows them


def marks(values: Plain) -> str:
    """'title_fr:1f3a… title_en:…', a mark for each field, in order of name."""
    return " ".join(f"{name}:{_mark(values[name])}" for name in sorted(values))


def changed(seen: str, values: Plain) -> set[str]:
    """Fields whose value is no longer the one that `seen` marks; all of them when `seen` is not ours."""
    known = dict(part.partition(":")[::2] for part in seen.split())
    return {name for name, value in values.items() if known.get(name) != _mark(value)}


def _mark(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:12]
