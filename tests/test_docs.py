"""The documentation says all there is and nothing else: settings, commands, mails, files, links."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from bin.messages import FRENCH
from bin.messages import read as read_catalogue
from booking.adapters.mail import desk_letters, letters
from booking.adapters.stripe_events import ACTS
from booking.adapters.stripe_setup import RIGHTS
from booking.cli import COMMANDS
from booking.config import OrganiserIdentity, Settings, StripeSettings
from booking.domain.booking import BOOKING_TRANSITIONS, BookingState
from booking.domain.payment import PAYMENT_TRANSITIONS, REFUND_TRANSITIONS, PaymentState, RefundState
from booking.domain.state import IllegalTransition, Transitions
from booking.web.desk.navigation import MENU
from tests.sources import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
OF_THE_SHELL = {"HOST", "PORT", "WORKERS"}  # read by `flask serve`
LINK = re.compile(r"\]\(([^)\s]+)\)")
NAMED = re.compile(r"`([\w./-]+)`")
FOLDERS = re.compile(
    r"(app\.py|gunicorn\.conf\.py|pyproject\.toml|Makefile|requirements[\w-]*\.lock|"
    r"(booking|templates|translations|content|migrations|tests|docs|bench|bin|web|cli|services|domain)/.*)$"
)
WAY = re.compile(r"\*(\w[^*\n]* → [^*\n]+?)\.?\*")  # *Settings → Legal texts*
MAKE = re.compile(r"\bmake ([a-z][a-z-]+)")

every_page = pytest.mark.parametrize("page", PAGES, ids=[page.relative_to(ROOT).as_posix() for page in PAGES])


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def first_cells(text: str) -> list[str]:
    """What stands between backquotes in the first column of tables."""
    return re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)


def section(text: str, heading: str) -> str:
    """The text under a heading, up to the next one of its level or above."""
    level = len(heading) - len(heading.lstrip("#"))
    start = text.index(f"\n{heading}\n") + len(heading) + 2
    end = re.compile(rf"^#{{1,{level}}} ", re.MULTILINE).search(text, start)
    return text[start : end.start() if end else len(text)]


def test_every_setting_is_documented_and_none_else() -> None:
    settings = {f"ATELIER_{f.name.upper()}" for f in fields(Settings) if f.name not in ("initial_organiser", "stripe")}
    organiser = {f"ATELIER_ORGANISER_{f.name.upper()}" for f in fields(OrganiserIdentity)}
    documented = first_cells(section(read("docs/operating.md"), "## Settings"))
    assert len(documented) == len(set(documented))
    stripe = {f"STRIPE_{f.name.upper()}" for f in fields(StripeSettings)}
    assert set(documented) == settings | organiser | stripe | OF_THE_SHELL


@every_page
def test_every_setting_named_exists(page: Path) -> None:
    known = {*first_cells(section(read("docs/operating.md"), "## Settings"))}
    named = set(re.findall(r"\b(?:ATELIER|STRIPE)_[A-Z_]*[A-Z]", page.read_text(encoding="utf-8")))
    assert named - known <= set(), "docs/operating.md has the table"


def test_every_event_is_named_for_who_sets_the_webhook_up_by_hand() -> None:
    text = section(read("docs/payments.md"), "### 4. The webhook")
    assert set(re.findall(r"`((?:checkout|refund|charge)\.[a-z_.]+)`", text)) == set(ACTS)


def test_every_right_of_the_key_is_documented() -> None:
    rows = set(re.findall(r"^\| ([\w ]+) \| (Read|Write) \|", read("docs/payments.md"), re.MULTILINE))
    assert {tuple(right.split(": ")) for right in RIGHTS} <= rows


def test_every_command_is_documented_and_none_else() -> None:
    documented = first_cells(section(read("docs/operating.md"), "## All commands"))
    assert {line.split()[1] for line in documented} == {command.name for command in COMMANDS}


@pytest.mark.parametrize(
    ("heading", "kinds"),
    [
        ("## To the participant", letters.KINDS),
        ("## To the organiser", letters.ORGANISER_KINDS),
        ("## To people of the desk", desk_letters.KINDS),
    ],
    ids=["participant", "organiser", "desk"],
)
def test_every_mail_is_documented_and_none_else(heading: str, kinds: tuple[str, ...]) -> None:
    documented = first_cells(section(read("docs/mail.md"), heading))
    assert sorted(documented) == sorted(kinds)


@pytest.mark.parametrize(
    ("name", "states", "table"),
    [
        ("Booking", BookingState, BOOKING_TRANSITIONS),
        ("Payment", PaymentState, PAYMENT_TRANSITIONS),
        ("Refund", RefundState, REFUND_TRANSITIONS),
    ],
)
def test_tables_of_states_are_those_of_the_code(
    name: str, states: type[BookingState] | type[PaymentState] | type[RefundState], table: Transitions
) -> None:
    text = section(read("docs/architecture.md"), "## States")
    rows = text[text.index(f"**{name}**") :].split("**", 3)[2]
    documented = {
        (old, new)
        for old, row in re.findall(r"^\| `(\w+)` \| ([^|]+) \|", rows, re.MULTILINE)
        for new in re.findall(r"`(\w+)`", row)
    }
    assert documented == {(old.value, new.value) for old in states for new in states if allowed(table, old, new)}


def allowed(table: Transitions, old: BookingState, new: BookingState) -> bool:
    try:
        table.check(old, new)
    except IllegalTransition:
        return False
    return True


@every_page
def test_local_links_lead_somewhere(page: Path) -> None:
    targets = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in targets if not leads_somewhere(page, link)] == []


def leads_somewhere(page: Path, link: str) -> bool:
    """Whether the file is there, and its heading, by the name that hosting sites give it."""
    name, _, anchor = link.partition("#")
    target = (page.parent / name).resolve() if name else page
    if not anchor or target.suffix != ".md":
        return target.exists()
    headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
    return anchor in {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@every_page
def test_files_named_exist(page: Path) -> None:
    named = {name for name in NAMED.findall(page.read_text(encoding="utf-8")) if FOLDERS.match(name)}
    places = (ROOT, ROOT / "booking", page.parent)
    assert [name for name in sorted(named) if not any((place / name).exists() for place in places)] == []


@every_page
def test_ways_through_the_desk_exist(page: Path) -> None:
    """They begin in the menu and go on by words that stand on a page, in English or in French."""
    messages = [message for message in read_catalogue(FRENCH) if isinstance(message.id, str)]
    french = {message.id: str(message.string) for message in messages}
    areas = {words for area in MENU for words in (area.label._args[0], french[area.label._args[0]])}
    ways = [way.replace("'", "’").split(" → ") for way in WAY.findall(page.read_text(encoding="utf-8"))]
    assert {way[0] for way in ways} <= areas
    assert {step for way in ways for step in way} <= {*french, *french.values()}


@every_page
def test_make_targets_named_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    code = re.findall(r"`([^`\n]+)`|^ {4,}(.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    named = {target for pieces in code for target in MAKE.findall(" ".join(pieces))}
    assert named <= targets


def test_the_readme_shows_how_to_run_and_to_test() -> None:
    assert {"make run", "make test"} <= set(re.findall(r"^ {4}(make \w+)", read("README.md"), re.MULTILINE))


def test_every_decision_is_listed() -> None:
    records = {path.name for path in (ROOT / "docs/adr").glob("*.md")} - {"README.md"}
    assert set(LINK.findall(read("docs/adr/README.md"))) == records


@pytest.mark.parametrize("picture", ["docs/catalogue.png", "docs/class.png"])
def test_pictures_are_small(picture: str) -> None:
    assert (ROOT / picture).stat().st_size < 200_000
