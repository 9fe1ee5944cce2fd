"""Fixtures every test may ask for: the application on an empty database, in a world without network.

Tests in services/, persistence/ and stripe/, and those marked `race`, run on SQLite and on PostgreSQL; all others on
SQLite.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache

from booking import create_app
from booking.adapters import gateways
from booking.config import Settings
from booking.persistence import migrations
from booking.persistence.db import db
from booking.web.page_cache import PageCache
from booking.web.security import limiter
from booking.web.translations import compile_translations
from tests import network
from tests.databases import PostgresDatabase, SqliteFiles, postgres_database

Refill = Callable[[], str]  # empties the database and gives its address

ON_BOTH_ENGINES = ("services", "persistence", "stripe")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Chooses the engines of each test that needs a database, by its folder or its mark."""
    if "engine" not in metafunc.fixturenames:
        return
    folder = metafunc.definition.path.parent.name
    both = folder in ON_BOTH_ENGINES or metafunc.definition.get_closest_marker("race")
    metafunc.parametrize("engine", ["sqlite", "postgresql"] if both else ["sqlite"], scope="session")


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        network.block(patch)
        yield


@pytest.fixture(scope="session", autouse=True)
def _translations() -> None:
    """Documents are written in French without an application too."""
    compile_translations()


@pytest.fixture(scope="session")
def sqlite_files(tmp_path_factory: pytest.TempPathFactory) -> SqliteFiles:
    return SqliteFiles(tmp_path_factory.mktemp("template"), create_tables)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresDatabase]:
    with postgres_database(create_tables) as database:
        yield database


@pytest.fixture(scope="session")
def refill(engine: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Refill:
    """For applications that outlive a test: making one costs more than most tests."""
    if engine == "postgresql":
        postgres: PostgresDatabase = request.getfixturevalue("postgres")
        return postgres.fresh
    files: SqliteFiles = request.getfixturevalue("sqlite_files")
    folder = tmp_path_factory.mktemp("lasting")
    return lambda: files.fresh(folder)


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Compiled templates, shared by all applications of the session."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture(scope="session")
def lasting_app(
    refill: Refill, tmp_path_factory: pytest.TempPathFactory, templates: FileSystemBytecodeCache
) -> Iterator[Flask]:
    """One application per engine: making it, and translating each query anew, costs more than most tests."""
    known = settings(refill(), tmp_path_factory.mktemp("data"))
    app = create_app(Settings(**known, base_url="http://localhost"))
    app.testing = True
    app.jinja_env.bytecode_cache = templates
    yield app
    close(app)


@pytest.fixture
def emptied_app(lasting_app: Flask, refill: Refill) -> Iterator[Flask]:
    """The lasting application as if it had been made now: no rows, no mails, nothing remembered."""
    close(lasting_app)
    refill()
    known: Settings = lasting_app.extensions["settings"]
    shutil.rmtree(known.data_dir)
    known.data_dir.mkdir()
    before = dict(lasting_app.config), dict(lasting_app.extensions)
    gateways.init_app(lasting_app, known)
    assert isinstance(lasting_app.wsgi_app, PageCache)
    lasting_app.wsgi_app._pages.clear()
    limiter.reset()
    yield lasting_app
    close(lasting_app)
    lasting_app.config, lasting_app.extensions = type(lasting_app.config)(lasting_app.root_path, before[0]), before[1]


@pytest.fixture
def app(emptied_app: Flask) -> Flask:
    """The application; no context is pushed, as requests must not share one. A test that changes more of it than
    `config` and `extensions` makes one of its own."""
    return emptied_app


@pytest.fixture
def database_url(emptied_app: Flask) -> str:
    """Address of the test's database: applications made beside `app` share it."""
    address: str = emptied_app.extensions["settings"].database_url
    return address


@pytest.fixture
def make_app(database_url: str, tmp_path: Path, templates: FileSystemBytecodeCache) -> Iterator[Callable[..., Flask]]:
    """Builds applications on the test's database: `make_app(demo=True, base_url=…)` changes settings."""
    apps: list[Flask] = []

    def make(**changes: Any) -> Flask:
        apps.append(create_app(Settings(**{**settings(database_url, tmp_path), **changes})))
        apps[-1].testing = True
        apps[-1].jinja_env.bytecode_cache = templates  # compiling them takes longer than most tests
        limiter.reset()
        return apps[-1]

    yield make
    for app in apps:
        close(app)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without form tokens."""
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


def settings(database_url: str, folder: Path) -> dict[str, Any]:
    """What tests run with: the demonstration, its files in `folder`, jobs run only when a test asks."""
    return {"database_url": database_url, "data_dir": folder, "demo": True, "jobs": "external"}


def create_tables(database_url: str) -> None:
    """Brings an empty database to the tables of this version, the way an installation does."""
    app = create_app(Settings(database_url=database_url, demo=True, jobs="external"))
    with app.app_context():
        if migrations.FOLDER.exists():
            migrations.migrate()
        else:
            db.create_all()
    close(app)


def close(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
