"""The code, read as text and syntax trees, for the tests that guard its shape."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Module:
    """One Python file of the package."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = path.read_text()
        self.place = path.relative_to(ROOT / "booking")  # 'web/i18n.py'

    def __repr__(self) -> str:
        return self.place.as_posix()

    @property
    def name(self) -> str:
        """'booking.web.i18n'."""
        parts = ["booking", *self.place.with_suffix("").parts]
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def floor(self) -> str:
        """'web' for web/i18n.py, 'config' for config.py, '__init__' for the application itself."""
        return self.place.parts[0].removesuffix(".py")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        return [node for node in ast.walk(self.tree) if isinstance(node, FUNCTIONS)]

    @cached_property
    def imports(self) -> set[str]:
        """Full names of everything imported, wherever it stands: 'flask.Flask', 'booking.web.i18n'."""
        return set(imported(self.tree))

    @cached_property
    def calls(self) -> set[str]:
        """What is called, as written: 'datetime.now', 'float'."""
        return {ast.unparse(node.func) for node in ast.walk(self.tree) if isinstance(node, ast.Call)}


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name the whole path"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


MODULES = [Module(path) for path in sorted((ROOT / "booking").rglob("*.py"))]
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.suffix in {".html", ".txt", ".xml"})
