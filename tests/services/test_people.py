"""People of the desk, on both engines: the last owner stays, also when two leave at once; sign-ins end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from booking.domain.actor import ORGANISER
from booking.domain.errors import AddressTaken, LastOwner, LinkOver, Refusal
from booking.domain.permission import Role
from booking.persistence import organisers, sign_ins
from booking.persistence.db import db
from booking.persistence.journal import JournalEntry
from booking.persistence.organisers import Organiser
from booking.persistence.sign_ins import SignIn
from booking.persistence.transaction import atomic
from booking.services import account, people
from booking.services.people import Person
from tests.factories import NOW

LATER = NOW + timedelta(hours=1)


def enter(email: str, role: Role = Role.OWNER, password: str | None = "hash") -> int:
    return people.enter(Person(email, email.partition("@")[0], "fr", role), password, False, NOW)


def person(organiser_id: int) -> Organiser:
    db.session.rollback()
    return db.session.get_one(Organiser, organiser_id)


def begin(organiser_id: int, secret: str, lasting: bool = False) -> int:
    with atomic():
        return sign_ins.begin(organiser_id, secret, "Firefox, Linux", lasting, NOW).id


def test_an_address_is_one_persons_however_it_is_written() -> None:
    enter("marie@example.org")
    with pytest.raises(AddressTaken):
        people.invite(Person(" MARIE@example.org ", "Marie", "fr", Role.STAFF), ORGANISER, NOW)


def test_an_address_that_was_taken_meanwhile() -> None:
    first = enter("a@example.org")
    account.ask_for_address(first, "b@example.org", NOW)
    enter("b@example.org", Role.STAFF)
    with pytest.raises(AddressTaken):
        account.take_address(first, "b@example.org", LATER)
    assert person(first).email == "a@example.org"


def test_a_new_address_is_the_one_asked_for_last() -> None:
    one = enter("a@example.org")
    account.ask_for_address(one, "b@example.org", NOW)
    account.ask_for_address(one, "c@example.org", NOW)
    with pytest.raises(LinkOver):
        account.take_address(one, "b@example.org", LATER)
    account.take_address(one, "c@example.org", LATER)
    assert (person(one).email, person(one).new_email) == ("c@example.org", None)


@pytest.mark.parametrize("leave", ["role", "deactivate"])
def test_the_last_owner_stays(leave: str) -> None:
    one = enter("a@example.org")
    enter("b@example.org", password=None)
    with pytest.raises(LastOwner):
        _leave(one, leave)
    assert (person(one).role, person(one).active) == (Role.OWNER, True)


def _leave(organiser_id: int, how: str = "role") -> None:
    if how == "role":
        people.change(organiser_id, Role.STAFF, None, ORGANISER, LATER)
    else:
        people.deactivate(organiser_id, ORGANISER, LATER)


def test_two_owners_do_not_leave_at_once(app: Flask) -> None:
    ids = [enter("a@example.org"), enter("b@example.org")]
    answers = at_once(app, [lambda: _leave(ids[0]), lambda: _leave(ids[1], "deactivate")])
    assert sorted(answers) == ["", "LastOwner"]
    owners = select(Organiser).where(Organiser.role == Role.OWNER, Organiser.active)
    db.session.rollback()
    assert len(db.session.scalars(owners).all()) == 1


def test_there_is_one_first_owner(app: Flask) -> None:
    def come(email: str) -> Callable[[], Any]:
        return lambda: people.first_owner(Person(email, "X", "fr", Role.OWNER), "hash", NOW)

    assert sorted(at_once(app, [come(f"p{n}@example.org") for n in range(4)])) == ["", *["LinkOver"] * 3]


def at_once(app: Flask, works: list[Callable[[], Any]]) -> list[str]:
    """Runs them at the same time; gives the kind of refusal of each, '' for none."""
    answers: list[str] = []
    start = threading.Barrier(len(works))

    def run(work: Callable[[], Any]) -> None:
        with app.app_context():
            start.wait()
            try:
                work()
                answers.append("")
            except Refusal as refusal:
                answers.append(type(refusal).__name__)
            finally:
                db.session.remove()

    db.session.rollback()
    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_a_secret_is_known_by_its_digest_only() -> None:
    one = enter("a@example.org")
    begin(one, "secret")
    assert "secret" not in [row.digest for row in db.session.scalars(select(SignIn))]
    uniquifier = person(one).fs_uniquifier
    found = sign_ins.present(uniquifier, "secret", NOW)
    assert found
    assert (found.person.id, found.second_factor_required) == (one, False)
    assert sign_ins.present(uniquifier, "other", NOW) is None
    assert sign_ins.present("other", "secret", NOW) is None


@pytest.mark.parametrize(("lasting", "lasts"), [(False, timedelta(hours=12)), (True, timedelta(days=30))])
def test_how_long_a_sign_in_lasts(lasting: bool, lasts: timedelta) -> None:
    one = enter("a@example.org")
    begin(one, "secret", lasting)
    uniquifier = person(one).fs_uniquifier
    assert sign_ins.present(uniquifier, "secret", NOW + lasts - timedelta(seconds=1))
    assert sign_ins.present(uniquifier, "secret", NOW + lasts) is None


def test_ending_one_or_all_others() -> None:
    one, other = enter("a@example.org"), enter("b@example.org")
    first, second, third = (begin(one, secret) for secret in "xyz")
    begin(other, "mine")
    account.end_sign_in(one, second, LATER)
    assert [row.id for row in sign_ins.of(one, LATER)] == [third, first]
    account.end_other_sign_ins(one, first, LATER)
    assert [row.id for row in sign_ins.of(one, LATER)] == [first]
    assert len(sign_ins.of(other, LATER)) == 1


def test_turning_somebody_away_ends_everything() -> None:
    enter("a@example.org")
    staff = enter("b@example.org", Role.STAFF)
    begin(staff, "secret")
    before = person(staff).fs_uniquifier
    people.deactivate(staff, ORGANISER, LATER)
    assert sign_ins.of(staff, LATER) == []
    assert person(staff).fs_uniquifier != before


def test_sign_ins_are_forgotten_in_the_end() -> None:
    one = enter("a@example.org")
    begin(one, "secret")
    account.forget_sign_ins(NOW + timedelta(days=89))
    assert sign_ins.ever(one)
    account.forget_sign_ins(NOW + timedelta(days=91))
    assert not sign_ins.ever(one)


def test_a_required_second_factor_is_one_setting() -> None:
    one = enter("a@example.org")
    begin(one, "secret")
    people.require_second_factor(True, ORGANISER, NOW)
    found = sign_ins.present(person(one).fs_uniquifier, "secret", NOW)
    assert found
    assert found.second_factor_required
    assert organisers.second_factor_required()
    people.require_second_factor(False, ORGANISER, NOW)
    assert not organisers.second_factor_required()


def test_the_journal_names_nobody() -> None:
    one = people.invite(Person("a@example.org", "Marie Exemple", "fr", Role.STAFF), ORGANISER, NOW)
    people.change(one, Role.OWNER, None, ORGANISER, LATER)
    db.session.rollback()
    entries = db.session.scalars(select(JournalEntry).order_by(JournalEntry.id)).all()
    assert [(entry.action, entry.facts) for entry in entries] == [
        ("invited", {"organiser": one, "role": "staff"}),
        ("role_changed", {"organiser": one, "role": "owner"}),
    ]
