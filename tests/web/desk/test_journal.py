"""The journal at the desk, and that it has words for all that is noted."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterator
from typing import get_args

from booking.adapters.mail.letters import KINDS as LETTERS
from booking.domain.actor import SYSTEM
from booking.domain.catalogue import EditionSpec
from booking.domain.export import ExportKind
from booking.domain.orders import Contact
from booking.domain.permission import Role
from booking.domain.promises import Change
from booking.domain.publication import Publication
from booking.persistence import journal
from booking.persistence.transaction import atomic
from booking.services import classes, resources
from booking.services.enrol import Way
from booking.web.desk.class_words import STATES
from booking.web.desk.journal_facts import CHANGES, DISPUTES, FACTS, FIELDS, KINDS, UNSAID, WAYS
from booking.web.desk.journal_words import ACTIONS
from booking.web.desk.people_forms import ROLES
from booking.web.i18n import NAMES
from tests.factories import make_organiser
from tests.sources import MODULES
from tests.web.desk.organiser import Desk


def test_the_journal_tells_who_did_what(desk: Desk) -> None:
    desk.book_and_pay(desk.edition())
    desk.submit(desk.get("vouchers/new"), code="SPRING", value="10")
    page = desk.get("journal/").text.partition("<tbody>")[2]
    assert page.index("Voucher made") < page.index("Payment received") < page.index("Booked")
    assert "voucher: SPRING" in page
    only = desk.get("journal/", person="participant").text
    assert 'scope="row">Booked' in only
    assert 'scope="row">Voucher made' not in only
    assert "Nothing of the kind" in desk.get("journal/", until="2020-01-01").text
    assert desk.get("journal/", since="x", before="9" * 30, person="%", action="'").status_code == 200


def test_the_journal_tells_facts_in_words(desk: Desk) -> None:
    with desk.rows():
        number = make_organiser(name="Bea Exemple").id
    with desk.rows(), atomic():
        for facts in (
            {"organiser": number, "role": "staff"},
            {"fields": ["title", "capacity"], "state": "published"},
            {"amount": 12345, "fee": 0, "received": "2026-11-20T10:00:00+00:00", "channel": "transfer"},
            {"said": 5000, "currency": "eur"},
        ):
            journal.note("paid", SYSTEM, desk.now, **facts)
    texts = {lang: desk.get("journal/", lang=lang).text.replace("\u202f", " ").replace("\xa0", " ") for lang in NAMES}
    for told in (
        "person: Bea Exemple · role: Staff",
        "changed: Title, Seats · state: Published",
        "amount: CHF 123.45 · fee: CHF 0.00 · received on: 20 November 2026",
        "reported: EUR 50.00",
    ):
        assert told in texts["en"]
    assert "staff" not in texts["fr"].partition("<tbody>")[2]


def test_every_kind_of_fact_and_every_word_in_one_has_words() -> None:
    noted = {name for call in notes() for name in (word.arg for word in call.keywords) if name}
    assert noted - {"booking_id", "edition_id"} <= {*FACTS, *UNSAID}, "facts without words"
    assert {*Role} == {*dict(ROLES)}
    assert {*Publication, *DISPUTES} <= {*STATES, *DISPUTES}
    assert {*Way} == {*WAYS}
    assert {*get_args(Change)} == {*CHANGES}
    assert {*ExportKind, *(kind for kind in LETTERS if kind != "message")} <= {*KINDS}
    fields = {
        *classes.FIELDS,
        "trainers",
        "policy",
        "one_language",
        *resources.FIELDS["venue"],
        *resources.FIELDS["trainer"],
    }
    for facts in (EditionSpec, Contact):
        fields |= {field.name for field in dataclasses.fields(facts)}
    assert {*fields, "locale"} == {*FIELDS}


WRITERS = ("journal.note", "_note", "open_account")
COMPOSED = {  # where the code puts the name of the action together
    "marked_present", "marked_absent", "attendance_undone", "reminded", "message_sent", "minimum_missed",
    "password_changed", "recovery_code_used", "second_factor_on", "second_factor_off",
    "passkey_added", "passkey_removed",
    "question_retired", "question_deleted", "second_factor_required", "second_factor_optional",
    *(f"{kind}_{done}" for kind in ("venue", "trainer", "topic") for done in ("written", "changed", "deleted")),
}  # fmt: skip


def test_every_action_has_words_and_every_word_an_action() -> None:
    noted = set(COMPOSED)
    for call in notes():
        noted |= {arg.value for arg in call.args[:1] if isinstance(arg, ast.Constant)}
    assert noted == set(ACTIONS)


def notes() -> Iterator[ast.Call]:
    """Where the code writes into the journal."""
    for module in MODULES:
        for call in ast.walk(ast.parse(module.text)):
            if isinstance(call, ast.Call) and ast.unparse(call.func).endswith(WRITERS):
                yield call
