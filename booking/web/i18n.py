"""Two languages: the address decides (`/fr/…`, `/en/…`), everything else follows.

Views never see the language: routes carry `<lang:lang>`, which is taken out of their arguments into `g.lang` and put
back by `url_for`. Addresses without it (health, webhooks, unknown pages) use the visitor's wish.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import Flask, current_app, g, has_request_context, redirect, request, url_for
from flask_babel import Babel, get_locale
from markupsafe import Markup, escape
from werkzeug.routing import BaseConverter
from werkzeug.wrappers import Response

from booking import config
from booking.domain.bilingual import Bilingual
from booking.web.translations import FOLDER, compile_translations

NAMES = {"fr": "Français", "en": "English"}  # each language named in itself
LOCALES = {"fr": "fr_CH", "en": "en_CH"}  # how it is printed here; fr_CH finds the catalogue `fr`
COOKIE = "lang"
YEAR = 365 * 24 * 3600  # seconds


class LanguageConverter(BaseConverter):
    """Accepts the languages of the site and nothing else, so that /de/… is an unknown page."""

    regex = "fr|en"


class LanguageLink(NamedTuple):
    """This page in one language, for the switcher; `href` is a path."""

    lang: str
    name: str
    href: str
    current: bool


def init_app(app: Flask, settings: config.Settings) -> None:
    """Registers converter, language choice, template names and the chooser at `/`; compiles stale translations.

    Must come before the blueprints: their routes need the converter, and what it does after a request must come last.
    """
    compile_translations()
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(FOLDER)
    Babel(app, locale_selector=lambda: LOCALES[_requested_language()])
    app.url_map.converters["lang"] = type("Converter", (LanguageConverter,), {"regex": "|".join(settings.languages)})
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.filters.update(text=text, words=words)
    app.jinja_env.globals.update(
        language_links=language_links, alternates=alternates, canonical=canonical, spoken=spoken, unspoken=unspoken
    )
    app.context_processor(lambda: {"lang": current_language()})
    app.url_value_preprocessor(_take_language)
    app.url_defaults(_give_language)
    app.after_request(_remember_language)
    app.add_url_rule("/", "choose_language", choose_language)


def current_language() -> str:
    """'fr' or 'en': that of the page, or of the mail or document being written under `force_locale`."""
    locale = get_locale()
    return str(locale.language) if locale else _default()


def choose_language() -> Response:
    """`/`: to the language of the cookie, else of the browser, else the first of the settings."""
    response = redirect(_home(_wished_language()))
    response.vary.update(["Cookie", "Accept-Language"])
    response.cache_control.no_cache = True
    return response


def words(pair: Bilingual) -> str:
    """The organiser's words in the current language, or in the other one when it lacks; plain, for titles."""
    return pair.best(current_language())


def text(pair: Bilingual) -> Markup:
    """As `words`, for the page: words in the other language carry its `lang`, for screen readers and hyphenation."""
    own = current_language()
    if own not in pair.missing() or not pair:
        return escape(pair.best(own))
    other = "en" if own == "fr" else "fr"
    return Markup('<span lang="{}">{}</span>').format(other, pair.best(own))


def language_links() -> list[LanguageLink]:
    """This page, arguments kept, in each language; the front pages when it has none (unknown pages, errors)."""
    query = f"?{request.query_string.decode()}" if request.query_string and _in_a_language() else ""
    current = current_language()
    return [LanguageLink(lang, NAMES[lang], _path(lang) + query, lang == current) for lang in _languages()]


def alternates() -> list[tuple[str, str]]:
    """(hreflang, absolute address) of this page, the first language being x-default; empty for pages without."""
    if not _in_a_language():
        return []
    addresses = {lang: _absolute(_path(lang)) for lang in _languages()}
    return [*addresses.items(), ("x-default", addresses[_default()])]


def canonical() -> str:
    """The one address of this page, from endpoint and arguments; whatever stands behind `?` is not part of it."""
    return _absolute(_path(current_language()) if _in_a_language() else request.script_root + request.path)


def _absolute(path: str) -> str:
    return config.current().base_url + path.removeprefix(request.script_root)


def _path(lang: str) -> str:
    if not _in_a_language():
        return _home(lang)
    arguments: dict[str, Any] = {**(request.view_args or {}), "lang": lang}
    return url_for(request.endpoint or "", **arguments)


def _home(lang: str) -> str:
    return f"{request.script_root}/{lang}/"


def spoken() -> dict[str, str]:
    """The languages of the site by code, each by its own name."""
    return {language: NAMES[language] for language in _languages()}


def unspoken(field_name: str) -> bool:
    """Whether a field ('title_fr', 'fr') holds words in a language that the site does not speak."""
    language = field_name.rpartition("_")[2]
    return language in NAMES and language not in _languages()


def _languages() -> tuple[str, ...]:
    return config.current().languages


def _default() -> str:
    return _languages()[0]


def _in_a_language() -> bool:
    return request.url_rule is not None and "lang" in request.url_rule.arguments


def _requested_language() -> str:
    """Of the address, even when no page is there (`/en/typo` answers in English); else the visitor's wish."""
    if not has_request_context():
        return _default()
    first_part = request.path.split("/", 2)[1]
    return first_part if first_part in _languages() else _wished_language()


def _wished_language() -> str:
    remembered = request.cookies.get(COOKIE)
    if remembered in _languages():
        return remembered
    # Not `best_match`: it prefers a plain `en` to a more wanted `fr-CH`.
    primary = (tag.partition("-")[0].lower() for tag, quality in request.accept_languages if quality)
    return next((language for language in primary if language in _languages()), _default())


def _take_language(endpoint: str | None, values: dict[str, Any] | None) -> None:
    if values and "lang" in values:
        g.lang = values.pop("lang")


def _give_language(endpoint: str, values: dict[str, Any]) -> None:
    if "lang" not in values and current_app.url_map.is_endpoint_expecting(endpoint, "lang"):
        values["lang"] = current_language()


def _remember_language(response: Response) -> Response:
    """Keeps the language for `/`, on pages of one visitor only: those that everybody reads carry no cookie."""
    if not _in_a_language() or response.cache_control.public or request.cookies.get(COOKIE) == g.lang:
        return response
    response.set_cookie(COOKIE, g.lang, max_age=YEAR, samesite="Lax", secure=request.is_secure, httponly=True)
    return response
