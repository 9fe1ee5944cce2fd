"""Settings: read once from the environment, refused at start with a clear sentence when wrong."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from urllib.parse import urlsplit

from click import ClickException
from flask import Flask, current_app

ROOT = Path(__file__).resolve().parent.parent
DEMO_DATABASE = f"sqlite:///{ROOT / 'var' / 'demo.db'}"
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
DEMO_STRIPE_DATABASE = f"sqlite:///{ROOT / 'var' / 'demo-stripe.db'}"
DEMO_SECRET = "a-secret-for-the-demonstration-only"  # noqa: S105  public on purpose, refused outside the demo


class SettingsError(ClickException):
    """A setting is missing or wrong; the message names it and says what to do. Commands print it as it is."""


@dataclass(frozen=True)
class OrganiserIdentity:
    """Who offers the classes, as printed in the legal notice, in mails and on invoices. `account_holder` only where
    the account is not in that name."""

    name: str = "Atelier du Lac"
    legal_form: str = "Raison individuelle"
    street: str = "Rue de la Gare"
    house_number: str = "12"
    postcode: str = "1110"
    town: str = "Morges"
    country: str = "CH"
    email: str = "bonjour@atelier-du-lac.example.ch"
    phone: str = "+41 21 555 01 02"
    uid: str = ""
    iban: str = "CH4431999123000889012"
    account_holder: str = ""
    locale: str = "fr"

    @property
    def street_line(self) -> str:
        """Street and number; many villages know no numbers."""
        return f"{self.street} {self.house_number}".strip()

    @property
    def address_line(self) -> str:
        """The whole address, as far as it is set."""
        return ", ".join(filter(None, (self.street_line, f"{self.postcode} {self.town}".strip())))

    @property
    def known_as(self) -> str:
        """For titles and sentences, which cannot be without a name, also before one is set."""
        return self.name or "Atelier"


@dataclass(frozen=True)
class StripeSettings:
    """Cards and TWINT. Each field is the environment variable STRIPE_<FIELD> in capitals; secrets stay there."""

    secret_key: str = ""
    webhook_secret: str = ""
    api_base: str = ""

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        """While a secret is rolled there are two."""
        return tuple(secret.strip() for secret in self.webhook_secret.split(",") if secret.strip())

    @property
    def live(self) -> bool:
        return self.secret_key.startswith(("sk_live_", "rk_live_"))


@dataclass(frozen=True)
class Settings:
    """Everything that can be set. Each field is the environment variable ATELIER_<FIELD> in capitals.

    `initial_organiser` is what a new installation begins with: who it is now is said by `persistence.site.current()`.
    """

    database_url: str = f"sqlite:///{ROOT / 'var' / 'atelier.db'}"
    secret_key: str = ""
    base_url: str = "http://127.0.0.1:8000"
    demo: bool = False
    languages: tuple[str, ...] = ("fr", "en")
    data_dir: Path = ROOT / "var"
    content_dir: Path = ROOT / "content"
    smtp_url: str = ""
    mail_from: str = ""
    jobs: str = "embedded"
    log_level: str = "INFO"
    trusted_proxies: int = 0
    initial_organiser: OrganiserIdentity = field(default_factory=OrganiserIdentity)
    stripe: StripeSettings = field(default_factory=StripeSettings)

    def __post_init__(self) -> None:
        _check(self)


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment (default: the process's). Raises SettingsError with a sentence.

    Where nothing at all is set, this is the demonstration; it has a database of its own, so that it never shows or
    touches real bookings.
    """
    environ = os.environ if environ is None else environ
    given = _given(Settings, "ATELIER_", environ)
    demo = given.setdefault("demo", not any(name.startswith("ATELIER_") for name in environ))
    stripe = StripeSettings(**_given(StripeSettings, "STRIPE_", environ))
    if demo:  # a database for each gateway: what one began, the other cannot end
        given.setdefault("database_url", DEMO_STRIPE_DATABASE if stripe.secret_key else DEMO_DATABASE)
    return Settings(**given, initial_organiser=_organiser(environ, demo), stripe=stripe)


def _organiser(environ: Mapping[str, str], demo: bool) -> OrganiserIdentity:
    given = _given(OrganiserIdentity, "ATELIER_ORGANISER_", environ)
    if demo:
        return OrganiserIdentity(**given)
    blank = {f.name: "" for f in fields(OrganiserIdentity) if f.name not in ("country", "locale")}
    return OrganiserIdentity(**{**blank, **given})


def _given(kind: type, prefix: str, environ: Mapping[str, str]) -> dict:
    """Values for the fields of `kind` that the environment sets, converted to the field's type."""
    values: dict = {}
    for f in fields(kind):
        name = prefix + f.name.upper()
        if f.name in ("initial_organiser", "stripe") or not environ.get(name):
            continue
        raw = environ[name].strip()
        if f.type == "bool":
            values[f.name] = _flag(name, raw)
        elif f.type == "int":
            values[f.name] = _number(name, raw)
        elif f.type == "Path":
            values[f.name] = Path(raw)
        elif f.type == "tuple[str, ...]":
            values[f.name] = tuple(part.strip() for part in raw.split(",") if part.strip())
        else:
            values[f.name] = raw
    return values


def _flag(name: str, raw: str) -> bool:
    if raw.lower() in ("1", "true", "yes", "on"):
        return True
    if raw.lower() in ("", "0", "false", "no", "off"):
        return False
    raise SettingsError(f"{name} is {raw!r}: write 1 for yes or 0 for no.")


def _number(name: str, raw: str) -> int:
    if not raw.isdecimal():
        raise SettingsError(f"{name} is {raw!r}: write a whole number.")
    return int(raw)


def _check(settings: Settings) -> None:
    if settings.demo and not settings.secret_key:
        object.__setattr__(settings, "secret_key", DEMO_SECRET)
    if not settings.secret_key:
        raise SettingsError("ATELIER_SECRET_KEY is missing: set it to 32 or more random characters "
                            "(python3 -c 'import secrets; print(secrets.token_urlsafe(32))').")  # fmt: skip
    if not settings.demo and (settings.secret_key == DEMO_SECRET or len(settings.secret_key) < 32):
        raise SettingsError("ATELIER_SECRET_KEY is too short or the demonstration's: use 32 or more random characters.")
    parts = urlsplit(settings.base_url)
    if parts.scheme not in ("http", "https") or not parts.netloc or settings.base_url.endswith("/"):
        raise SettingsError(f"ATELIER_BASE_URL is {settings.base_url!r}: write the site's address without a slash at "
                            "the end, as in https://classes.example.ch.")  # fmt: skip
    _check_choices(settings)
    _check_stripe(settings)


def _check_choices(settings: Settings) -> None:
    if not settings.languages or set(settings.languages) - {"fr", "en"}:
        raise SettingsError("ATELIER_LANGUAGES must name fr, en or both, separated by a comma.")
    if settings.jobs not in ("embedded", "external"):
        raise SettingsError(
            f"ATELIER_JOBS is {settings.jobs!r}: write embedded (jobs run in the web process) or external."
        )
    if not settings.database_url.startswith(("sqlite:///", "postgresql+psycopg://", "postgresql://", "postgres://")):
        raise SettingsError("ATELIER_DATABASE_URL must begin with sqlite:/// or postgresql://.")
    if settings.smtp_url and urlsplit(settings.smtp_url).scheme not in ("smtp", "smtps", "smtp+starttls"):
        raise SettingsError("ATELIER_SMTP_URL must look like smtp+starttls://user:password@host:587.")
    if settings.log_level not in LOG_LEVELS:
        raise SettingsError(f"ATELIER_LOG_LEVEL is {settings.log_level!r}: write one of {', '.join(LOG_LEVELS)}.")
    if settings.initial_organiser.locale not in ("fr", "en"):
        raise SettingsError("ATELIER_ORGANISER_LOCALE must be fr or en.")


def _check_stripe(settings: Settings) -> None:
    stripe = settings.stripe
    if not stripe.secret_key:
        if stripe.webhook_secret or stripe.api_base:
            raise SettingsError("STRIPE_SECRET_KEY is missing although other STRIPE_ settings are there.")
        return
    if not stripe.secret_key.startswith(("sk_test_", "rk_test_", "sk_live_", "rk_live_")):
        raise SettingsError(
            "STRIPE_SECRET_KEY must begin with sk_test_, rk_test_, sk_live_ or rk_live_ (pk_ is not it)."
        )
    if any(not secret.startswith("whsec_") for secret in stripe.webhook_secrets):
        raise SettingsError("STRIPE_WEBHOOK_SECRET must begin with whsec_; several are separated by commas.")
    base = urlsplit(stripe.api_base)
    if stripe.api_base and (base.scheme not in ("http", "https") or not base.netloc):
        raise SettingsError(f"STRIPE_API_BASE is {stripe.api_base!r}: write an address as in http://127.0.0.1:12111.")
    if stripe.live and stripe.api_base:
        raise SettingsError("STRIPE_API_BASE is for tests: it is refused together with a live key.")
    if stripe.live and settings.demo:
        raise SettingsError("A live STRIPE_SECRET_KEY takes real money: it is refused in the demonstration.")
    if stripe.live and not settings.base_url.startswith("https://"):
        raise SettingsError("A live STRIPE_SECRET_KEY needs an ATELIER_BASE_URL that begins with https://.")


def init_app(app: Flask, settings: Settings) -> None:
    """Keeps the settings with the application and hands Flask its own."""
    if settings.stripe.live and app.debug:
        raise SettingsError("A live STRIPE_SECRET_KEY is refused in debug mode: its error pages show too much.")
    app.extensions["settings"] = settings
    app.secret_key = settings.secret_key
    app.config.update(MAX_CONTENT_LENGTH=1024 * 1024, MAX_FORM_PARTS=500)
    app.logger.setLevel(settings.log_level)


def current() -> Settings:
    """The settings of the running application."""
    settings: Settings = current_app.extensions["settings"]
    return settings
