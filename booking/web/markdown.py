"""The organiser's Markdown as safe HTML whose headings fit below those of the page."""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from typing import Final

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

from booking.domain.bilingual import Bilingual
from booking.web import i18n

TAGS: Final = {
    *("p", "br", "hr", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "a"),
    *("h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}
SCHEMES: Final = {"http", "https", "mailto", "tel"}
LINK: Final = re.compile(r'<a href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)

_parser = MarkdownIt("commonmark", {"html": False, "typographer": False}).enable("table")


@lru_cache(maxsize=512)
def render(source: str, top: int = 3) -> Markup:
    """HTML of `source`. Its highest heading, however it was written, becomes `h<top>`, the others follow it."""
    tokens = _parser.parse(source)
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    lift = top - min((int(token.tag[1]) for token in headings), default=top)
    for heading in headings:
        heading.tag = f"h{min(6, int(heading.tag[1]) + lift)}"
    html = _parser.renderer.render(tokens, _parser.options, {})
    # Links of the text are the organiser's own: no rel beyond what keeps the other site from reaching ours.
    return Markup(nh3.clean(html, tags=TAGS, url_schemes=SCHEMES, link_rel="noopener"))  # noqa: S704  just cleaned


def markdown(pair: Bilingual, top: int = 3) -> Markup:
    """A template filter: the pair in the page's language, or in the other one, marked as such, when it lacks."""
    html = render(i18n.words(pair), top)
    if not pair or i18n.current_language() not in pair.missing():
        return html
    other = "en" if pair.en else "fr"
    return Markup('<div lang="{}">{}</div>').format(other, html)


def plain(pair: Bilingual) -> str:
    """A template filter for letters in plain text: the words without their marks; lists, paragraphs and the addresses
    of links kept."""
    html = re.sub(r"(?<![>\n])\n(?![<\n])", " ", _parser.render(i18n.words(pair)))  # letters break lines themselves
    html = LINK.sub(lambda link: link[2] if link[1] == link[2] else f"{link[2]} ({link[1]})", html)
    html = html.replace("<li>", "<li>- ").replace("</p>\n", "\n\n").replace("<li>- \n<p>", "<li>- ")
    return unescape(nh3.clean(html, tags=set())).strip()
