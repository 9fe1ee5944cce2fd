"""What holds for every template: it parses, stays short, is safe under the content policy and speaks both languages."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import Environment, nodes

from tests.sources import ROOT, TEMPLATES

PARSER = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
TRANSLATING = {"_", "gettext", "ngettext", "pgettext", "npgettext"}
MAIL = "email/"  # mail programs read no stylesheet: styles are put inline when a mail is written

INLINE = {
    "style attribute": re.compile(r"\sstyle\s*="),
    "style element": re.compile(r"<style\b"),
    "script without file": re.compile(r"<script\b(?![^>]*\bsrc=)(?![^>]*application/ld\+json)"),
    "event attribute": re.compile(r"\son[a-z]+\s*=\s*[\"']"),
    "script address": re.compile(r"javascript:"),
    "date pattern": re.compile(r"strftime"),
}
ELSEWHERE = re.compile(
    r"\b(?:src|srcset|poster|action|data|formaction)\s*=\s*[\"'](?:https?:)?//|<link[^>]+href=[\"'](?:https?:)?//"
)
STATIC_ELSEWHERE = re.compile(r"@import|url\(\s*[\"']?(?:https?:)?//|(?:from|import|fetch)\s*\(?\s*[\"'](?:https?:)?//")
WORDS_SHOWN = ("alt", "aria-label", "placeholder", "title", "content", "label")
NO_WORDS = {"Atelier", "CHF", "TWINT", "IBAN", "QR", "PDF", "iCal", "Atom", "ics"}  # the same in both languages
WORD = re.compile(r"(?<![-\w])[^\W\d_]{2,}")  # but not the end of an id, as in `{{ field.id }}-hint`
TECHNICAL = re.compile(r"^[\w.:/;,=#-]+$|^(width|light|default-src)\b|initial-scale")

every_template = pytest.mark.parametrize(
    "path", TEMPLATES, ids=[path.relative_to(ROOT / "templates").as_posix() for path in TEMPLATES]
)


@cache
def tree(path: Path) -> nodes.Template:
    return PARSER.parse(path.read_text(), filename=str(path))


def in_mail(path: Path) -> bool:
    return MAIL in path.as_posix()


@every_template
def test_it_parses_and_is_short(path: Path) -> None:
    assert tree(path)
    assert len(path.read_text().splitlines()) <= 120


@every_template
def test_nothing_is_inline_or_from_elsewhere(path: Path) -> None:
    source = path.read_text()
    rules = {} if in_mail(path) else INLINE
    assert not [name for name, pattern in rules.items() if pattern.search(source)]
    assert not ELSEWHERE.findall(source)


@pytest.mark.parametrize("folder", ["css", "js"])
def test_styles_and_scripts_load_nothing_from_elsewhere(folder: str) -> None:
    files = [path for path in (ROOT / "booking" / "static" / folder).rglob("*") if path.suffix in {".css", ".js"}]
    assert not [path.name for path in files if STATIC_ELSEWHERE.search(path.read_text())]


@every_template
def test_macros_translate_when_called(path: Path) -> None:
    """An imported template runs once and is kept: words translated outside its macros freeze in the first language."""
    outside = [node for node in tree(path).body if not isinstance(node, nodes.Macro)]
    frozen = [call for node in outside for call in node.find_all(nodes.Call) if called(call) in TRANSLATING]
    assert not (frozen if "components" in path.parts else [])


@every_template
def test_links_name_pages_that_exist(path: Path, app: Flask) -> None:
    known = {rule.endpoint for rule in app.url_map.iter_rules()}
    calls = [call for call in tree(path).find_all(nodes.Call) if called(call) == "url_for" and call.args]
    named = {call.args[0].value for call in calls if isinstance(call.args[0], nodes.Const)}
    assert not named - known


@every_template
def test_no_word_escapes_translation(path: Path) -> None:
    reader = Words()
    data = [node.data for node in tree(path).find_all(nodes.TemplateData)]
    if path.suffix == ".html":
        reader.feed("".join(data))
    else:
        reader.found = [] if path.suffix == ".xml" else data
    escaped = {word for text in reader.found for word in WORD.findall(text)}
    assert not escaped - NO_WORDS


class Words(HTMLParser):
    """Collects what readers see or hear of a page's fixed parts, but for what is marked to be in one language."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._hidden: list[str] = []  # open elements whose text does not count

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag in {"script", "style"} or ("lang" in given and tag not in {"html", "a"}):
            self._hidden.append(tag)
        shown = [given[name] for name in WORDS_SHOWN if given.get(name)]
        self.found += [value for value in shown if value and not (tag == "meta" and TECHNICAL.search(value))]

    def handle_endtag(self, tag: str) -> None:
        if self._hidden and self._hidden[-1] == tag:
            self._hidden.pop()

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.found.append(data)


def called(call: nodes.Call) -> str:
    return call.node.name if isinstance(call.node, nodes.Name) else ""
