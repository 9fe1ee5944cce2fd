"""What a catalogue file says, and the line and field of whatever is wrong with it."""

from __future__ import annotations

import re
from datetime import date

import pytest

from booking.adapters import catalogue_refusals
from booking.adapters.catalogue_file import CatalogueFileError, read
from booking.domain.bilingual import Bilingual
from booking.domain.catalogue import CatalogueRefused, CatalogueSpec, NotPublishable, PolicyUnfit, lacking
from booking.domain.errors import PromiseBroken
from tests.factories import at
from tests.sources import ROOT

THURSDAY = date(2026, 11, 19)
BINDING = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "catalogue.md").read_text(encoding="utf-8"), re.DOTALL)[-1]


def complaints(text: str) -> list[tuple[int, str, str]]:
    """(line, field, sentence) of each complaint about `text`."""
    with pytest.raises(CatalogueFileError) as caught:
        read(text, THURSDAY)
    return [(complaint.line, complaint.field, complaint.sentence) for complaint in caught.value.complaints]


def line_of(text: str, words: str) -> int:
    """The number of the first line that holds `words`."""
    return next(number for number, line in enumerate(text.splitlines(), 1) if words in line)


def altered(old: str, new: str) -> str:
    """The example of the documentation with `old` replaced."""
    assert old in BINDING
    return BINDING.replace(old, new)


def test_the_example_of_the_documentation_is_read_as_it_says() -> None:
    spec = read(BINDING, THURSDAY)
    (offer,) = spec.classes
    (edition,) = offer.editions
    assert (offer.contact, offer.policy, offer.kind, offer.published) == (
        "hello@example.org",
        "standard",
        "workshop",
        True,
    )
    assert offer.title == Bilingual("Relier un carnet", "Binding a notebook")
    assert (edition.price, edition.minimum, edition.capacity, edition.zone) == (34000, 5, 10, "Europe/Zurich")
    assert edition.meetings[0].starts_at == at("2026-12-05 09:00")
    assert [tier.min_days for tier in spec.policies[0].policy.tiers] == [15, 8, 1]


@pytest.mark.parametrize(
    ("written", "centimes"),
    [("340", 34000), ("340.5", 34050), ("340.05", 34005), ('"1\'234.50"', 123450), ('"340.–"', 34000), ("0", 0)],
)
def test_sums_are_exact(written: str, centimes: int) -> None:
    assert read(altered("340.00", written), THURSDAY).classes[0].editions[0].price == centimes


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ('"2026-12-05"', date(2026, 12, 5)),
        ("2026-12-05", date(2026, 12, 5)),
        ('"+0w mon"', date(2026, 11, 16)),
        ('"+3w sat"', date(2026, 12, 12)),
        ('"-6w sat"', date(2026, 10, 10)),
    ],
)
@pytest.mark.parametrize("first_day", [date(2026, 11, 16), THURSDAY, date(2026, 11, 22)], ids=["mon", "thu", "sun"])
def test_days_are_fixed_or_count_from_the_week_of_the_first_day(written: str, day: date, first_day: date) -> None:
    edition = read(altered('"2026-12-05"', written), first_day).classes[0].editions[0]
    assert edition.meetings[0].starts_at.date() == day


@pytest.mark.parametrize(
    ("key", "written", "instant"),
    [
        ("closes", '"2026-11-30"', "2026-11-30 23:59:59"),
        ("closes", '"2026-11-30 12:00"', "2026-11-30 12:00"),
        ("closes", '"+1w wed 18:00"', "2026-11-25 18:00"),
        ("closes", "2026-11-30T12:00:00", "2026-11-30 12:00"),
        ("closes", "2026-11-30T12:00:00Z", "2026-11-30 13:00"),
        ("opens", '"2026-11-01"', "2026-11-01 00:00"),
        ("decision", '"2026-11-20"', "2026-11-20 00:00"),
    ],
)
def test_instants_are_in_the_zone_of_the_edition(key: str, written: str, instant: str) -> None:
    edition = read(f"{BINDING}{key} = {written}\n", THURSDAY).classes[0].editions[0]
    assert getattr(edition, key) == at(instant)


def test_the_early_price_holds_until_the_last_second_of_its_day() -> None:
    edition = read(f'{BINDING}early_price = 290\nearly_until = "2026-11-01"\n', THURSDAY).classes[0].editions[0]
    assert (edition.early_price, edition.early_until) == (29000, at("2026-11-01 23:59:59"))


@pytest.mark.parametrize(
    ("old", "new", "marker", "field", "sentence"),
    [
        ("price = 340.00", 'price = "cheap"', "price", "class[1].edition[1].price", "write 340 or 340.50"),
        ("price = 340.00", "price = 340.005", "price", "class[1].edition[1].price", "not a sum"),
        ("price = 340.00", "price = -5", "price", "class[1].edition[1].price", "not a sum"),
        ("capacity = 10", 'capacity = "10"', "capacity", "class[1].edition[1].capacity", "whole number"),
        ("capacity = 10", "capacity = 0", "capacity", "class[1].edition[1].capacity", "from 1"),
        ("capacity = 10", "", "[[class.edition]]", "class[1].edition[1].capacity", "missing"),
        ("capacity = 10", "capacity = 4", "minimum", "class[1].edition[1].minimum", "above the capacity of 4"),
        ("capacity = 10", "capcity = 10", "capcity", "class[1].edition[1].capcity", "did you mean capacity?"),
        ("capacity = 10", "capacity = 10\ncolour = 1", "colour", "class[1].edition[1].colour", "this table knows"),
        ('language = "fr"', 'language = "de"', "language", "class[1].language", "write fr or en"),
        ('language = "fr"', 'langage = "fr"', "langage", "class[1].langage", "did you mean language?"),
        ('title.fr = "R', 'title.de = "R', "title.de", "class[1].title.de", "not known here"),
        ('policy = "standard"', 'policy = "standart"', "policy =", "class[1].policy", "did you mean standard?"),
        ('venue = "studio"', 'venue = "attic"', "venue = ", "class[1].edition[1].venue", "write studio"),
        ('"2026-12-05"', '"2026-12-32"', "meetings", "class[1].edition[1].meetings[1].day", "not a day"),
        ('"2026-12-05"', '"+3w sam"', "meetings", "class[1].edition[1].meetings[1].day", "+3w sat"),
        ('from = "09:00"', 'from = "9"', "meetings", "class[1].edition[1].meetings[1].from", "hours and minutes"),
        ('to = "17:00"', 'to = "08:00"', "meetings", "class[1].edition[1].meetings[1].to", "before it starts"),
        ("1:80", "1:20", "tiers", "policy[1].tiers", "fee falls at 1 days"),
        ("1:80", "soon:80", "tiers", "policy[1].tiers", "cannot read"),
        ("hello@", "hello", "contact", "contact", "not an e-mail address"),
        ('slug = "studio"', 'slug = "The Studio"', "The Studio", "venue[1].slug", "small letters"),
        ("[[venue]]", "[venue]", "[venue]", "venue", "two brackets"),
        ("[[venue]]", "[[vennue]]", "[[vennue]]", "vennue", "did you mean venue?"),
        ('title.fr = "Relier un carnet"\ntitle.en', 'title = "Relier"\nseries.en', "title =", "class[1].title",
         "both languages"),
    ],
)  # fmt: skip
def test_an_error_names_its_line_and_field_and_says_what_to_do(
    old: str, new: str, marker: str, field: str, sentence: str
) -> None:
    text = altered(old, new)
    found = [complaint for complaint in complaints(text) if complaint[1] == field]
    assert found, complaints(text)
    assert found[0][0] == line_of(text, marker)
    assert sentence in found[0][2]


@pytest.mark.parametrize(
    ("added", "sentence"),
    [
        ("early_price = 290", "needs early_until"),
        ('early_until = "2026-11-01"', "needs early_until"),
        ('early_price = 350\nearly_until = "2026-11-01"', "not below the price"),
        ('closes = "2026-12-06"', "after the first meeting begins"),
        ('opens = "2026-11-02"\ncloses = "2026-11-01"', "closes before it opens"),
        ('zone = "Europe/Morges"', "not a time zone"),
        ('online_url = "meet.example.org"', "begins with https://"),
        ('confirmation = "at once"', "write on_payment or on_booking"),
    ],
)
def test_what_does_not_go_together_is_refused(added: str, sentence: str) -> None:
    assert any(sentence in found[2] for found in complaints(f"{BINDING}{added}\n"))


def test_every_error_is_told_at_once_in_order_of_line() -> None:
    text = BINDING.replace("340.00", '"?"').replace('language = "fr"', "language = 5").replace('"09:00"', '"9"')
    found = complaints(text)
    assert [line for line, _, _ in found] == sorted(line_of(text, marker) for marker in ('"?"', "language =", '"9"'))


def test_a_slug_is_used_once() -> None:
    again = BINDING[BINDING.index("[[class.edition]]") :]
    text = f"{BINDING}\n{again}"
    second = len(BINDING.splitlines()) + 3
    assert [found[:2] for found in complaints(text)] == [(second, "class[1].edition[2].slug")]


def test_a_voucher_code_is_the_same_in_small_letters() -> None:
    vouchers = '[[voucher]]\ncode = "FRIENDS"\npercent = 10\n[[voucher]]\ncode = "friends"\namount = 50.50\n'
    start = len(BINDING.splitlines())
    assert [found[:2] for found in complaints(BINDING + vouchers)] == [(start + 5, "voucher[2].code")]
    spec = read(BINDING + vouchers.replace("friends", "summer"), THURSDAY)
    assert [(v.code, v.kind, v.value) for v in spec.vouchers] == [
        ("FRIENDS", "percent", "10"),
        ("SUMMER", "amount", "5050"),
    ]


def test_a_question_of_choice_needs_choices_with_labels_in_both_languages() -> None:
    question = (
        '[[class.question]]\nkey = "level"\nkind = "choice"\nlabel.fr = "Niveau"\nchoices = [\n{ key = "a" },\n]\n'
    )
    start = len(BINDING.splitlines())
    found = {(line - start, field.rpartition(".")[2]) for line, field, _ in complaints(BINDING + question)}
    assert found == {(4, "label"), (5, "choices"), (6, "fr"), (6, "en")}


@pytest.mark.parametrize(
    ("text", "line"),
    [("a = 1\nb = \nc = 3\n", 2), ('a = "open\n', 1), ("[[class]\n", 1), ("a = 1\na = 2\n", 2), ("x = [1,\n2\n", 3)],
)
def test_what_is_not_toml_is_told_with_its_line(text: str, line: int) -> None:
    ((found, field, sentence),) = complaints(text)
    assert (found, field) == (line, "")
    assert "this is not TOML" in sentence


def test_refusals_are_explained_at_their_lines() -> None:
    problems = (
        NotPublishable("class bookbinding", ("summary.en", "contact")),
        NotPublishable("edition bookbinding-december", ("venue",)),
        PolicyUnfit("edition bookbinding-december", "the fee falls"),
        PromiseBroken("edition bookbinding-december", "meetings"),
        PromiseBroken("edition gone", "removed"),
    )
    found = catalogue_refusals.explain(BINDING, CatalogueRefused(problems))
    lines = [line_of(BINDING, words) for words in ("[[class]]", "summary.en", "meetings =", "venue =", "price =")]
    assert [complaint.line for complaint in found] == sorted([0, *lines])
    assert str(found[0]).startswith("edition gone: people have booked it")


@pytest.mark.parametrize("what", [*catalogue_refusals.PROMISES])
def test_every_broken_promise_has_its_sentence(what: str) -> None:
    (found,) = catalogue_refusals.explain(BINDING, CatalogueRefused((PromiseBroken("class bookbinding", what),)))
    assert found.sentence


@pytest.mark.parametrize(
    ("old", "lacks"),
    [
        ('language = "fr"', "language"),
        ('summary.en = "One day to sew and bind your first notebook."', "summary.en"),
        ('summary.fr = "Une journée pour coudre et relier votre premier carnet."', "summary.fr"),
        ('contact = "hello@example.org"', "contact"),
        ('policy = "standard"\n', "policy"),
        ('title.fr = "Relier un carnet"\ntitle.en = "Binding a notebook"', "title"),
        ('venue = "studio"', "venue"),
        ("price = 340.00", "price"),
        ('meetings = [{ day = "2026-12-05", from = "09:00", to = "17:00" }]', "meetings"),
    ],
)
def test_publication_needs(old: str, lacks: str) -> None:
    offer = read(altered(old, ""), THURSDAY).classes[0]
    assert [field for problem in lacking(offer) for field in problem.what] == [lacks]
    assert catalogue_refusals.explain(BINDING, CatalogueRefused(tuple(lacking(offer))))
    draft = read(altered(old, "").replace("[[class]]", "[[class]]\npublished = false"), THURSDAY).classes[0]
    assert bool(lacking(draft)) == (lacks in catalogue_refusals.DRAFT_TOO)


def test_a_free_class_needs_no_policy() -> None:
    assert lacking(read(altered('policy = "standard"\n', "").replace("340.00", "0"), THURSDAY).classes[0]) == []


def test_a_catalogue_may_be_empty() -> None:
    assert read("", THURSDAY) == CatalogueSpec()
