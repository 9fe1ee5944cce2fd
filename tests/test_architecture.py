"""The house rules of docs/architecture.md, held by the code itself."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterable
from graphlib import TopologicalSorter

from tests.sources import MODULES, ROOT, Module, imported

FLOORS = [
    "domain",
    "config",
    "persistence",
    "services",
    "adapters",
    "web",
    "jobs",
    "chores",
    "preload",
    "cli",
    "__init__",
]
FLASK = re.compile(r"flask($|\.|_)")
FLASK_ALLOWED = re.compile(
    r"(web|cli)/|jobs|preload|__init__\.py$"
    r"|config\.py$"  # keeps the settings with the application
    r"|persistence/(db|migrations)\.py$"  # Flask-SQLAlchemy and Flask-Alembic are bound to the application there
    r"|persistence/organisers\.py$"  # Flask-Security asks people and passkeys to be of its kind
    r"|adapters/gateways\.py$"  # made once for the application and kept with it
    r"|adapters/mail"  # mails are rendered from templates
)
VAGUE = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "misc", "base", "core"}
CLOCK = re.compile(r"(^|\.)(datetime\.(now|utcnow|today)|date\.today)$")


def faults(find: Callable[[Module], object], modules: Iterable[Module] = MODULES) -> dict[str, object]:
    """What `find` finds wrong, by module; empty when all is well."""
    return {repr(module): found for module in modules if (found := find(module))}


def own_imports(module: Module) -> set[str]:
    """Modules of this package that `module` imports."""
    names = {known.name for known in MODULES}
    found = set()
    for name in module.imports:
        candidates = [name, name.rpartition(".")[0]]
        found.update([known for known in candidates if known in names][:1])
    return found - {module.name, "booking"}


def on(*floors: str) -> list[Module]:
    return [module for module in MODULES if module.floor in floors]


def test_imports_go_downwards() -> None:
    """domain <- persistence <- services <- adapters <- web <- jobs, cli, __init__."""
    assert {module.floor for module in MODULES} <= set(FLOORS), "a new floor needs its place in FLOORS"
    allowed = {floor: FLOORS[: level + 1] for level, floor in enumerate(FLOORS)}
    assert not faults(lambda m: [n for n in own_imports(m) if n.split(".")[1] not in allowed[m.floor]])


def test_no_circle() -> None:
    TopologicalSorter({module.name: own_imports(module) for module in MODULES}).prepare()


def test_the_domain_needs_the_standard_library_only() -> None:
    allowed = {"booking", *sys.stdlib_module_names}
    assert not faults(lambda m: {name.split(".")[0] for name in m.imports} - allowed, on("domain"))


def test_services_never_call_services() -> None:
    shared = {"booking.services", "booking.services.ports"}
    siblings = {module.name for module in on("services")} - shared
    assert not faults(lambda m: own_imports(m) & siblings, on("services"))


def test_flask_stays_upstairs() -> None:
    downstairs = [module for module in MODULES if not FLASK_ALLOWED.match(repr(module))]
    assert not faults(lambda m: list(filter(FLASK.match, m.imports)), downstairs)


def test_one_place_defines_the_database_and_one_commits() -> None:
    defining = [module for module in MODULES if any(name.startswith("flask_sqlalchemy") for name in module.imports)]
    committing = [module for module in MODULES if any(call.endswith("session.commit") for call in module.calls)]
    assert list(map(repr, defining)) == ["persistence/db.py"]
    assert list(map(repr, committing)) == ["persistence/transaction.py"]


def test_pages_ask_the_database_by_functions_with_names() -> None:
    direct = re.compile(r"sqlalchemy|flask_sqlalchemy|booking\.persistence\.db($|\.)")
    assert not faults(lambda m: list(filter(direct.match, m.imports)), on("web"))


def test_imports_inside_functions_are_for_heavy_libraries_of_adapters() -> None:
    def inside(module: Module) -> set[str]:
        found = {name for function in module.functions for name in imported(function)}
        return {name for name in found if name.startswith("booking")} if module.floor == "adapters" else found

    assert not faults(inside)


def test_modules_are_named_by_noun() -> None:
    assert not faults(lambda m: VAGUE & set(m.path.stem.split("_")))


def test_sizes() -> None:
    assert not faults(lambda m: max(0, len(m.text.splitlines()) - 300))
    assert not faults(lambda m: [function.name for function in m.functions if lines(function) > 50])


def lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_one_place_reads_the_clock_and_the_rest_takes_now() -> None:
    assert list(faults(lambda m: list(filter(CLOCK.search, m.calls)))) == ["adapters/clock.py"]


def test_money_is_never_a_float() -> None:
    assert not faults(lambda m: "float" in m.calls)


def test_tests_and_programs_stay_readable_too() -> None:
    paths = [path for folder in ("tests", "bench", "bin") for path in (ROOT / folder).rglob("*.py")]
    assert not [path.name for path in paths if len(path.read_text().splitlines()) > 400]
