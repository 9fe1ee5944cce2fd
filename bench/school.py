"""The people, classes and bookings of the invented school: how they are mixed is said here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any, Final

from bench import affairs, routine
from bench.rows import Person, Rows, Run
from booking.domain.bilingual import Bilingual
from booking.domain.booking import Confirmation
from booking.domain.permission import Role
from booking.domain.policy import parse_policy
from booking.domain.publication import Publication
from booking.persistence import certificates
from booking.persistence.counters import Counter
from booking.persistence.masterclasses import (
    Edition,
    MasterClass,
    Meeting,
    Question,
    QuestionKind,
    Trainer,
    Venue,
    class_trainers,
)
from booking.persistence.organisers import Organiser
from booking.persistence.policies import PolicyTemplate
from booking.persistence.terms import TermsVersion
from booking.persistence.vouchers import Voucher
from tests.factories import TERMS, every_text

CLASSES: Final = 60
EDITIONS: Final = 700
PEOPLE: Final = 40_000
SEATS: Final = 260  # of a date; the school has large rooms
YEARS: Final = timedelta(days=365 * 8)
AHEAD: Final = timedelta(days=180)
FIRST: Final = (
    "Anaïs", "Aline", "Amélie", "Baptiste", "Bénédicte", "Camille", "Céline", "Chloé", "Damien", "Denis", "Éloïse",
    "Émile", "Fabienne", "François", "Gaël", "Gaspard", "Hélène", "Hugo", "Inès", "Isaline", "Jérôme", "Judith",
    "Karim", "Laetitia", "Loïc", "Maëlle", "Marc", "Nadia", "Noé", "Océane", "Olivier", "Pascale", "Pierre",
    "Quentin", "Raphaël", "Rose", "Samuel", "Sylvie", "Thaïs", "Théo", "Ursula", "Valérie", "Victor", "Yann",
    "Yvonne", "Zoé", "Aurèle", "Björn", "Claire", "Dora",
)  # fmt: skip
LAST: Final = (
    "Aebischer", "Amstutz", "Bachmann", "Berthoud", "Bovet", "Bürki", "Chappuis", "Chevalley", "Cuendet", "Dubuis",
    "Dufour", "Egger", "Favre", "Flückiger", "Frei", "Gaillard", "Genoud", "Girardet", "Grandjean", "Huguenin",
    "Jaccard", "Jaquet", "Keller", "Künzli", "Lambert", "Lindt", "Lüthi", "Martin", "Mermoud", "Meyer", "Monnier",
    "Morel", "Müller", "Nicolet", "Oberson", "Paschoud", "Perrin", "Pittet", "Quartier", "Reymond", "Rochat",
    "Roulet", "Rüegg", "Schmid", "Stauffer", "Thévoz", "Uldry", "Vuilleumier", "Wenger", "Zbinden",
)  # fmt: skip
TITLES: Final = (
    "Écrire", "Dessiner", "Photographier", "Tailler", "Relier", "Raconter", "Coudre", "Cuisiner", "Filmer", "Chanter",
)  # fmt: skip
SUBJECTS: Final = ("le web", "un carnet", "la pierre", "la lumière", "l’hiver", "un roman")


def write(rows: Rows, bookings: int) -> Iterator[None]:
    """Adds everything, giving way after each booking so that rows can be written meanwhile."""
    rows.add(TermsVersion, digest=TERMS, language="fr", body="Conditions", first_seen_at=rows.now - YEARS)
    runs = list(_runs(rows))
    people = [_person(rows, number) for number in range(PEOPLE)]
    for _ in range(40):
        number = rows.written["voucher"]
        rows.add(Voucher, code=f"AMIS{number}", kind="percent", value="10", max_uses=None)
    for role in (Role.OWNER, Role.STAFF, Role.STAFF):
        number = rows.written["organiser"]
        rows.add(Organiser, **_organiser(rows, role, f"desk{number}@example.org"))
    yield
    each = [runs[number * len(runs) // bookings] for number in range(bookings)]
    for at, run in sorted(((_booked_at(rows, run), run) for run in each), key=itemgetter(0)):
        affairs.write(rows, run, at, people)
        yield
    routine.write(rows, runs)
    for kind, series in affairs.SERIES.items():
        rows.add(Counter, name=kind, value=rows.count(series) - 1)
    rows.add(Counter, name=certificates.SERIES, value=rows.count("certificate") - 1)


def _runs(rows: Rows) -> Iterator[Run]:
    policy = parse_policy("15:30,8:50,1:80").to_json()
    policy_id = rows.add(PolicyTemplate, slug="usual", title=Bilingual("Usuelles", "Usual"), definition=policy)
    trainers = [
        rows.add(Trainer, slug=f"t{number}", name=_person(rows, number).name, bio=Bilingual("", ""))
        for number in range(15)
    ]
    venues = [
        rows.add(Venue, slug=f"v{number}", name=f"Maison {number}", town="Lausanne", access=Bilingual("", ""))
        for number in range(12)
    ]
    classes = [_class(rows, number, policy_id, trainers) for number in range(CLASSES)]
    for number in range(EDITIONS):
        starts = rows.now - YEARS + (YEARS + AHEAD) * number / EDITIONS
        starts = starts.replace(hour=8, minute=0, second=0, microsecond=0)
        class_id, title, price, questions = classes[number % CLASSES]
        on_account = price > 0 and number % 10 == 0
        over = starts < rows.now
        facts = {
            "slug": f"run-{number}",
            "master_class_id": class_id,
            "venue_id": venues[number % len(venues)],
            "price": price,
            "minimum": 5,
            "capacity": SEATS,
            "confirmation": Confirmation.ON_BOOKING if on_account else Confirmation.ON_PAYMENT,
            "state": Publication.ARCHIVED if over and number % 2 else Publication.PUBLISHED,
            "starts_at": starts,
            "ends_at": starts + timedelta(hours=8),
        }
        edition_id = rows.add(Edition, **facts)
        rows.add(Meeting, edition_id=edition_id, starts_at=starts, ends_at=facts["ends_at"], title=Bilingual("", ""))
        yield Run(edition_id, starts, price, title, on_account, questions)


def _class(rows: Rows, number: int, policy_id: int, trainers: list[int]) -> tuple[int, str, int, tuple[int, ...]]:
    title = f"{TITLES[number % len(TITLES)]} {SUBJECTS[number // len(TITLES)]}"
    price = 0 if number % 20 == 7 else 12_000 + 500 * (number * 37 % 100)
    facts = {
        "slug": f"class-{number}",
        "kind": "workshop",
        "language": "fr",
        "title": Bilingual(title, f"Class {number}"),
        "topics": [],
        "related": [],
        "state": Publication.PUBLISHED,
        "policy_id": policy_id if price else None,
    }
    class_id = rows.add(MasterClass, **every_text(MasterClass) | facts)
    rows.link(class_trainers, master_class_id=class_id, trainer_id=trainers[number % len(trainers)])
    asked = (("level", "booking"), ("diet", "booking"), ("hopes", "before"))
    questions = tuple(
        rows.add(
            Question,
            master_class_id=class_id,
            key=key,
            position=position,
            kind=QuestionKind.TEXT,
            label=Bilingual("Votre réponse", "Your answer"),
            hint=Bilingual("", ""),
            when=when,
        )
        for position, (key, when) in enumerate(asked)
    )
    return class_id, title, price, questions


def _person(rows: Rows, number: int) -> Person:
    name = f"{rows.chance.choice(FIRST)} {rows.chance.choice(LAST)}"
    return Person(name, f"p{number}.{name.split()[1].lower()}@example.org")


def _organiser(rows: Rows, role: Role, email: str) -> dict[str, Any]:
    return {
        "email": email,
        "name": f"{role.title()} {rows.written['organiser']}",
        "locale": "fr",
        "role": role,
        "created_at": rows.now - YEARS,
        "fs_uniquifier": email,
    }


def _booked_at(rows: Rows, run: Run) -> datetime:
    """Most book in the weeks before; nobody books tomorrow."""
    latest = min(run.starts_at - timedelta(hours=6), rows.now)
    return (latest - timedelta(days=rows.chance.expovariate(1 / 25))).replace(microsecond=0)
