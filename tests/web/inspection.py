"""What every page must be, read from its HTML alone."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "path"}
LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "form": "action"}
UNLABELLED = {"hidden", "submit", "button", "image", "reset"}
REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls")


@dataclass
class Form:
    """What a browser would send if nothing were changed: (name, value) in order."""

    method: str
    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    inside: tuple[str, ...]
    text: str = ""


@dataclass
class Page:
    """The elements in order, with their text, and the forms."""

    elements: list[Element]
    forms: list[Form]
    doctype: bool

    @classmethod
    def of(cls, html: str) -> Page:
        reader = Reader()
        reader.feed(html)
        reader.close()
        return cls(reader.elements, reader.forms, html.lstrip().lower().startswith("<!doctype html>"))

    def all(self, *tags: str) -> list[Element]:
        return [element for element in self.elements if element.tag in tags]

    def text_of(self, tag: str) -> str:
        """The words of the first such element."""
        return next((" ".join(element.text.split()) for element in self.all(tag)), "")


class Reader(HTMLParser):
    """Collects elements; the text of each includes that of those inside it."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.forms: list[Form] = []
        self._open: list[Element] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        element = Element(tag, attributes, tuple(parent.tag for parent in self._open))
        self.elements.append(element)
        self._note_field(tag, attributes)
        if tag == "img":
            self.handle_data(attributes.get("alt", ""))
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if any(element.tag == tag for element in self._open):
            while (element := self._open.pop()).tag != tag:
                pass
            if tag == "textarea" and self.forms and (name := element.attributes.get("name")):
                self.forms[-1].fields.append((name, element.text.removeprefix("\n")))

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def _note_field(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "form":
            self.forms.append(Form(attributes.get("method", "get").lower(), attributes.get("action", "")))
        if tag == "select":
            self._select = attributes.get("name", "")
        if not self.forms:
            return
        fields, name, value = self.forms[-1].fields, attributes.get("name", ""), attributes.get("value", "")
        kind = attributes.get("type", "text")
        if tag == "option" and "selected" in attributes:
            fields.append((self._select, value))
        elif tag == "input" and name and kind in ("checkbox", "radio"):
            fields += [(name, value or "on")] if "checked" in attributes else []
        elif tag == "input" and name and kind not in ("submit", "button", "image"):
            fields.append((name, value))


def problems(page: Page, path: str) -> list[str]:
    """Sentences about what is wrong with the page at `path`; none when it is well made."""
    rules = (_frame, _headings, _ids, _labels, _names, _forms, _nothing_inline, _nothing_from_elsewhere, _pictures)
    return [*(found for rule in rules for found in rule(page)), *_language(page, path)]


def _frame(page: Page) -> Iterator[str]:
    if not page.doctype:
        yield "no doctype"
    if not page.text_of("title"):
        yield "no title"
    if len(page.all("main")) != 1:
        yield f"{len(page.all('main'))} main elements"


def _language(page: Page, path: str) -> Iterator[str]:
    lang = next((element.attributes.get("lang") for element in page.all("html")), None)
    expected = path.split("/")[1] if re.match(r"/(fr|en)(/|$)", path) else lang
    if lang not in ("fr", "en") or lang != expected:
        yield f"the language is {lang!r}"


def _headings(page: Page) -> Iterator[str]:
    if len(page.all("h1")) != 1:
        yield f"{len(page.all('h1'))} h1 elements"
    levels = [int(element.tag[1]) for element in page.all("h1", "h2", "h3", "h4", "h5", "h6")]
    yield from (f"h{lower} follows h{upper}" for upper, lower in pairwise(levels) if lower > upper + 1)


def _ids(page: Page) -> Iterator[str]:
    ids = Counter(element.attributes["id"] for element in page.elements if "id" in element.attributes)
    yield from (f"id {name!r} is there {count} times" for name, count in ids.items() if count > 1)
    for element in page.elements:
        named = [name for key in REFERENCES for name in element.attributes.get(key, "").split()]
        link = element.attributes.get("href", "")
        named += [link[1:]] if element.tag == "a" and re.match(r"#.", link) else []
        yield from (f"{element.tag} names {name!r}, which is not there" for name in named if name not in ids)


def _labels(page: Page) -> Iterator[str]:
    labelled = {element.attributes.get("for") for element in page.all("label")}
    for element in page.all("input", "select", "textarea"):
        attributes = element.attributes
        own = "aria-label" in attributes or "aria-labelledby" in attributes or "label" in element.inside
        if attributes.get("type") not in UNLABELLED and not own and attributes.get("id") not in labelled:
            yield f"no label for {element.tag} {attributes.get('name')!r}"


def _names(page: Page) -> Iterator[str]:
    """Links and buttons say where they lead."""
    for element in page.all("a", "button"):
        if not (element.text.strip() or element.attributes.get("aria-label")):
            yield f"{element.tag} without words: {element.attributes}"


def _forms(page: Page) -> Iterator[str]:
    for form in page.forms:
        if form.method == "post" and not any(name == "csrf_token" and value for name, value in form.fields):
            yield f"no form token in the form to {form.action!r}"


def _nothing_inline(page: Page) -> Iterator[str]:
    for element in page.elements:
        attributes = element.attributes
        handlers = [name for name in attributes if name == "style" or re.match(r"on[a-z]+$", name)]
        yield from (f"{name} attribute on {element.tag}" for name in handlers)
        if attributes.get("href", "").startswith("javascript:"):
            yield "a javascript: link"
    if page.all("style"):
        yield "a style element"
    for script in page.all("script"):
        if script.attributes.get("type") == "application/ld+json":
            json.loads(script.text)
        elif "src" not in script.attributes:
            yield "a script without file"


def _nothing_from_elsewhere(page: Page) -> Iterator[str]:
    loading = {"stylesheet", "preload", "icon", "modulepreload", "manifest"}
    addresses = [element.attributes.get(LOADED[element.tag], "") for element in page.all(*LOADED)]
    for link in page.all("link"):
        if loading & set(link.attributes.get("rel", "").split()):
            addresses.append(link.attributes.get("href", ""))
    yield from (f"{address} is from elsewhere" for address in addresses if re.match(r"(https?:)?//", address))


def _pictures(page: Page) -> Iterator[str]:
    for element in page.all("img"):
        lacking = {"alt", "width", "height"} - element.attributes.keys()
        if lacking:
            yield f"img {element.attributes.get('src')} without {', '.join(sorted(lacking))}"
