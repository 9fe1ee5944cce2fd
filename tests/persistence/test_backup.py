"""A backup holds everything, and goes back into either engine, also one made before the tables last changed."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from booking import create_app
from booking.adapters import backup_file
from booking.config import Settings
from booking.domain.bilingual import Bilingual
from booking.domain.booking import BookingState, Channel
from booking.domain.payment import DocumentKind
from booking.persistence import archive, migrations
from booking.persistence.db import db
from booking.persistence.masterclasses import Edition, MasterClass
from booking.persistence.organisers import Passkey
from booking.persistence.transaction import atomic
from tests.conftest import close, settings
from tests.factories import NOW, make_booking, make_class, make_document, make_edition, make_refund

MakeApp = Callable[..., Flask]


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Flask]:
    """Another installation, whose database has no tables yet."""
    app = create_app(Settings(**settings(f"sqlite:///{tmp_path / 'elsewhere.db'}", tmp_path / "elsewhere")))
    yield app
    close(app)


def contents(app: Flask) -> dict[str, list[dict[str, Any]]]:
    with app.app_context(), archive.snapshot() as connection:
        return {table.name: list(archive.rows(connection, table)) for table in archive.tables(connection)}


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    with app.app_context():  # not that of the test's own application
        result = app.test_cli_runner().invoke(args=list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def fill(app: Flask) -> None:
    """Rows of many kinds: money, papers, JSON, bytes, texts that look like something else."""
    with app.app_context():
        edition = make_edition(make_class(title=Bilingual("at:2026-01-01", "base64:x ’ – 🙂")))
        booking = make_booking(edition, BookingState.CONFIRMED, Channel.TRANSFER, seats=2, names=["text:Ann", "Bo\n"])
        make_document(booking, DocumentKind.INVOICE, 68000)
        make_refund(make_booking(db.session.merge(edition), BookingState.CANCELLED, Channel.DEMO, paid=True), 34000)
        with atomic():
            db.session.execute(text("delete from draft"))


def test_everything_comes_back(app: Flask, elsewhere: Flask, tmp_path: Path) -> None:
    fill(app)
    path = tmp_path / "site.backup"
    code, kept = run(app, "backup", str(path))
    assert code == 0, kept
    assert path.stat().st_mode & 0o077 == 0, "others may read it"
    code, words = run(elsewhere, "restore", str(path))
    assert code == 0, words
    counted = re.search(r"\d+ rows of \d+ tables", kept)
    assert counted
    assert counted[0] in words, "both count alike"
    assert contents(elsewhere) == contents(app)
    with elsewhere.app_context():
        assert db.session.query(Edition).one().master_class.title.en == "base64:x ’ – 🙂"


def test_into_this_engine_where_ids_go_on(app: Flask, make_app: MakeApp, elsewhere: Flask, tmp_path: Path) -> None:
    """From a SQLite file into the engine under test."""
    with elsewhere.app_context():
        migrations.migrate()
    fill(elsewhere)
    path = tmp_path / "site.backup"
    run(elsewhere, "backup", str(path))
    code, words = run(app, "restore", str(path))
    assert code == 0, words
    assert contents(app) == contents(elsewhere)
    with app.app_context():
        assert make_booking(db.session.query(Edition).one()).id == 3


def test_a_database_with_rows_is_left_alone(app: Flask, tmp_path: Path) -> None:
    fill(app)
    path = tmp_path / "site.backup"
    run(app, "backup", str(path))
    before = contents(app)
    code, words = run(app, "restore", str(path))
    assert code == 1
    assert "the database is not empty" in words
    assert contents(app) == before


def test_a_damaged_file_restores_nothing(app: Flask, elsewhere: Flask, tmp_path: Path) -> None:
    fill(app)
    path, short = tmp_path / "site.backup", tmp_path / "short.backup"
    run(app, "backup", str(path))
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(short, "w") as pack:
        for name in whole.namelist():
            body = whole.read(name)
            pack.writestr(name, body[: body.rindex(b"\n", 0, -1) + 1] if name == "tables/attendee.jsonl" else body)
    code, words = run(elsewhere, "restore", str(short))
    assert (code, "attendee holds" in words) == (1, True), words
    assert not any(contents(elsewhere).values())
    (tmp_path / "noise").write_bytes(b"PK nothing")
    code, words = run(elsewhere, "restore", str(tmp_path / "noise"))
    assert (code, "is not a backup of Atelier" in words) == (1, True)


def test_a_backup_made_before_the_tables_changed(app: Flask, elsewhere: Flask, tmp_path: Path) -> None:
    old = create_app(Settings(**settings(f"sqlite:///{tmp_path / 'old.db'}", tmp_path / "old")))
    path = tmp_path / "old.backup"
    with old.app_context():
        migrations.migrate("1795300631")
        texts = [column for column in MasterClass.__table__.columns if column.name in OLD_TEXTS]
        names = ", ".join(column.name for column in texts)
        with atomic():
            for slug, published in (("shown", 1), ("hidden", 0)):
                db.session.execute(
                    text(
                        f"insert into master_class (slug, kind, language, topics, related, picture, picture_credit, "
                        f"contact_email, published, {names}) values (:slug, 'workshop', 'fr', '[]', '[]', '', '', '', "
                        f":published, {', '.join(repr('{}') for _ in texts)})"
                    ),
                    {"slug": slug, "published": published},
                )
        backup_file.write(path, migrations.revision(), NOW)
    close(old)
    code, words = run(elsewhere, "restore", str(path))
    assert code == 0, words
    with elsewhere.app_context():
        assert not migrations.pending()
        states = db.session.execute(text("select slug, state, one_language from master_class order by slug")).all()
        assert [tuple(row) for row in states] == [("hidden", "draft", False), ("shown", "published", False)]


OLD_TEXTS = ("title", "summary", "objectives", "programme", "method", "audience", "prerequisites", "bring", "included",
             "credits", "series")  # fmt: skip


def test_keys_of_bytes_survive(app: Flask, elsewhere: Flask, tmp_path: Path) -> None:
    with app.app_context(), atomic():
        db.session.execute(
            text(
                "insert into organiser (email, name, locale, role, active, created_at, fs_uniquifier) "
                "values ('a@example.org', 'A', 'fr', 'owner', :yes, '2026-11-01 09:00:00', 'u')"
            ),
            {"yes": True},
        )
        key = {"credential_id": b"\x00\xff", "public_key": bytes(range(256)), "sign_count": 1, "device_type": "x"}
        db.session.add(Passkey(user_id=1, name="k", usage="first", lastuse_datetime=NOW, **key))
    path = tmp_path / "site.backup"
    run(app, "backup", str(path))
    run(elsewhere, "restore", str(path))
    with elsewhere.app_context():
        assert db.session.query(Passkey).one().public_key == bytes(range(256))
