"""French and English are equal: nothing untranslated, nothing half-translated, and French set as French."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from babel.messages.catalog import Catalog

from bin import messages
from tests.sources import MODULES, ROOT, TEMPLATES, Module

NNBSP = "\u202f"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
TAG = re.compile(r"</?\w+")
ADDRESS = re.compile(r"https?://\S+|mailto:|tel:")
MISSET = {
    "no U+202F before ; : ! ?": re.compile(rf"(?<![{NNBSP}!?])[;:!?]"),
    "no U+202F after «": re.compile(rf"«(?!{NNBSP})"),
    "no U+202F before »": re.compile(rf"(?<!{NNBSP})»"),
    "' for ’": re.compile("'"),
    '" for « »': re.compile(r"\"(?![^<]*>)"),
    "... for …": re.compile(r"\.\.\."),
}
FRENCH = re.compile(r"[àâçèêëîïôùûœ«»]|\b(?:le|la|les|une|des|votre|vous|pour|avec)\b", re.IGNORECASE)
SENTENCES = {"_": 1, "gettext": 1, "ngettext": 2, "pgettext": 2, "npgettext": 3}  # so many first arguments are words
CALL_WITHOUT_WORDS = re.compile(r"(?<![\w.])(?:_|n?p?gettext)\((?!\s*[\"']).*")  # in a template
COLON = re.compile(r" ?: $")  # a text, or what stands between two values of an f-string
COLON_BESIDE = re.compile(r"(?:\}\}|</\w+>) ?: |[\"']: ?[\"'] ?~|~ ?[\"']: ?[\"']|: \{\{")  # a value, in a template
UNSPOKEN = re.compile(r"\{%-? trans.*?endtrans|\{#.*?#\}", re.DOTALL)  # or translated
SHORT = {"_l": "lazy_gettext", "_lp": "lazy_pgettext"}
ENGLISH_ALL_THE_SAME: set[str] = set()  # msgids that only look French


class Message(NamedTuple):
    """A source sentence (singular and plural) and its French forms."""

    context: str | None
    ids: tuple[str, ...]
    french: tuple[str, ...]


def messages_of(catalogue: Catalog) -> Iterator[Message]:
    for entry in catalogue:
        if entry.id:
            yield Message(entry.context, as_tuple(entry.id), as_tuple(entry.string))


def as_tuple(words: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words or ())


CATALOGUE = messages.read(messages.FRENCH)
MESSAGES = list(messages_of(CATALOGUE))


@pytest.mark.parametrize("path", [messages.TEMPLATE, messages.FRENCH], ids=["messages.pot", "messages.po"])
def test_catalogues_hold_exactly_the_words_of_the_sources(path: Path) -> None:
    held, extracted = keys(messages.read(path)), keys(messages.extract())
    assert (extracted - held, held - extracted) == (set(), set()), "run `make messages`"


@pytest.mark.parametrize("module", MODULES, ids=repr)
def test_words_stand_where_they_are_translated(module: Module) -> None:
    """What is not a literal in the call itself is never collected, and stays English in a French page."""
    calls = [node for node in ast.walk(module.tree) if isinstance(node, ast.Call)]
    assert [f"line {call.lineno}: {ast.unparse(call)}" for call in calls if not all(map(is_text, words_of(call)))] == []


def words_of(call: ast.Call) -> list[ast.expr]:
    """The arguments of a call that are sentences to translate, and their context."""
    name = ast.unparse(call.func).rpartition(".")[2]
    return call.args[: SENTENCES.get(SHORT.get(name, name).removeprefix("lazy_"), 0)]


def is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_words_of_templates_stand_where_they_are_translated(template: Path) -> None:
    assert CALL_WITHOUT_WORDS.findall(template.read_text(encoding="utf-8")) == []


def test_no_colon_is_put_between_words_by_code() -> None:
    """French sets a narrow space before it: it belongs to the sentence, as in "%(label)s: %(value)s"."""
    pages = [module for module in MODULES if module.floor == "web"]
    texts = [(module, node) for module in pages for node in ast.walk(module.tree) if is_text(node)]
    assert [f"{module}, line {node.lineno}" for module, node in texts if COLON.match(ast.literal_eval(node))] == []
    assert [path.name for path in TEMPLATES if COLON_BESIDE.search(UNSPOKEN.sub("", path.read_text("utf-8")))] == []


def keys(catalogue: Catalog) -> set[tuple[str | None, tuple[str, ...]]]:
    return {(message.context, message.ids) for message in messages_of(catalogue)}


def test_zero_is_singular_in_french() -> None:
    assert (CATALOGUE.num_plurals, CATALOGUE.plural_expr.strip("()")) == (2, "n > 1")


def test_nothing_is_uncertain() -> None:
    assert not [entry.id for entry in CATALOGUE if entry.fuzzy]


def test_everything_is_translated() -> None:
    assert not [message.ids[0] for message in MESSAGES if not all(message.french)]


def test_placeholders_and_tags_are_kept() -> None:
    """French counts 0 as singular, which then says the number, unless the English singular ("Your seat") does not."""
    forms = [(message.ids, number, form) for message in MESSAGES for number, form in enumerate(message.french) if form]
    assert not [form for ids, number, form in forms if parts(form) not in (parts(ids[-1]), parts(ids[number]))]


def test_a_greeting_stands_first_in_both_languages() -> None:
    """A mail that the organiser's own words open leaves it out: templates/email/parts/opening.html."""
    greeted = [form for message in MESSAGES if message.ids[0].startswith("%(name)s, ") for form in message.french]
    assert not [form for form in greeted if not form.startswith("%(name)s, ")]


def parts(text: str) -> tuple[set[str], list[str]]:
    return set(PLACEHOLDER.findall(text)), sorted(TAG.findall(text))


@pytest.mark.parametrize("fault", MISSET)
def test_french_is_set_as_french(fault: str) -> None:
    forms = [form for message in MESSAGES for form in message.french]
    assert not [form for form in forms if MISSET[fault].search(ADDRESS.sub("", form))]


def test_sources_are_english() -> None:
    sources = {message.ids[0] for message in MESSAGES} - ENGLISH_ALL_THE_SAME
    assert not [source for source in sources if FRENCH.search(source)]


@pytest.mark.parametrize(
    ("typed", "set_"),
    [
        ("Prêt ? Oui !", f"Prêt{NNBSP}? Oui{NNBSP}!"),
        ("l'atelier « Écrire » : demain", f"l’atelier «{NNBSP}Écrire{NNBSP}»{NNBSP}: demain"),
        ("<b>Total :</b> 3", f"<b>Total{NNBSP}:</b> 3"),
        ("https://classes.example.ch", "https://classes.example.ch"),
        (f"«{NNBSP}Écrire{NNBSP}»{NNBSP}: demain", f"«{NNBSP}Écrire{NNBSP}»{NNBSP}: demain"),
    ],
)
def test_typography_is_set_when_translations_are_taken_in(typed: str, set_: str) -> None:
    assert messages.typeset(typed) == set_
