"""A catalogue file (TOML; docs/catalogue.md) -> CatalogueSpec, or everything that is wrong with it, line by line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from datetime import date, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from booking.adapters import catalogue_values as values
from booking.adapters.catalogue_classes import Setting, read_class
from booking.adapters.toml_lines import LineMap
from booking.adapters.toml_tables import Complaint, Report, Table, as_flag, as_money, as_text, whole
from booking.domain.catalogue import CatalogueSpec, PolicySpec, TopicSpec, TrainerSpec, VenueSpec, VoucherSpec
from booking.domain.local_time import ZONE
from booking.domain.policy import CancellationPolicy, parse_policy

KINDS = ("policy", "venue", "trainer", "topic", "class", "voucher")


class CatalogueFileError(Exception):
    """The file cannot be read as a catalogue; `complaints` are in order of line."""

    def __init__(self, complaints: Iterable[Complaint]) -> None:
        self.complaints = tuple(sorted(complaints, key=lambda complaint: complaint.line))
        super().__init__("\n".join(str(complaint) for complaint in self.complaints))


def read(text: str, first_day: date) -> CatalogueSpec:
    """The catalogue in `text`; '+3w sat' counts from the week of `first_day`. Raises CatalogueFileError."""
    data = _parsed(text)
    report = Report(LineMap(text))
    spec = _read_all(Table(data, (), report), first_day)
    if report.complaints:
        raise CatalogueFileError(report.complaints)
    return spec


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r" \(at line (\d+), column \d+\)| \(at end of document\)", str(error))
        line = int(found[1]) if found and found[1] else text.count("\n") + 1
        reason = re.sub(r" \(at .*\)$", "", str(error))
        sentence = f"this is not TOML ({reason}): look for a missing quote, bracket or = on this line or just above"
        raise CatalogueFileError([Complaint(line, "", sentence)]) from None


def _read_all(root: Table, first_day: date) -> CatalogueSpec:
    zone = root.read("zone", values.zone, ZONE)
    contact = root.read("contact", values.mailbox, "")
    tables = {kind: list(root.tables(kind)) for kind in KINDS}
    setting = Setting(first_day, zone, contact, {kind: _slugs(kind, tables[kind]) for kind in KINDS})
    policies = [_read_policy(table) for table in tables["policy"]]
    spec = CatalogueSpec(
        policies=tuple(policy for policy in policies if policy),
        venues=tuple(_read_venue(table) for table in tables["venue"]),
        trainers=tuple(_read_trainer(table) for table in tables["trainer"]),
        topics=tuple(_read_topic(table) for table in tables["topic"]),
        vouchers=tuple(_read_voucher(table, setting) for table in tables["voucher"]),
        classes=tuple(read_class(table, setting) for table in tables["class"]),
    )
    editions = [edition for table in tables["class"] for edition in table.tables("edition")]
    _slugs("edition", editions)
    root.finish()
    return spec


def _slugs(kind: str, tables: list[Table]) -> tuple[str, ...]:
    """The slugs (codes) written in these tables; a second use of one is complained about."""
    key, seen = "code" if kind == "voucher" else "slug", []
    for table in tables:
        name = table.peek(key)
        if kind == "voucher" and isinstance(name, str):
            name = name.strip().upper()
        if name in seen:
            table.complain(key, f'another {kind} is called "{name}" already: give this one its own {key}')
        if isinstance(name, str):
            seen.append(name)
    return tuple(seen)


def _read_policy(table: Table) -> PolicySpec | None:
    slug = table.read("slug", values.slug, "", required=True)
    title = table.bilingual("title")
    options = {
        "min_fee": table.read("min_fee", as_money, 0),
        "rounding_step": table.read("rounding", as_money, 5),
        "basis": table.choice("basis", ("net", "list"), "net"),
        "anchor": table.choice("anchor", ("first_meeting", "registration_deadline"), "first_meeting"),
        "free_hours": table.read("free_hours", whole(0, 24 * 365), 0),
        "free_until_deadline": table.read("free_until_deadline", as_flag, False),
        "withdrawal_days": table.read("withdrawal_days", whole(0, 14), 0),
    }

    def convert(value: Any) -> CancellationPolicy:
        return parse_policy(as_text(value), **options)  # PolicyError is a ValueError with a sentence

    policy = table.read("tiers", convert, None, required=True)
    table.finish()
    return PolicySpec(slug, title, policy) if policy else None


def _read_venue(table: Table) -> VenueSpec:
    names = ("street", "house_number", "postcode", "town")
    spec = VenueSpec(
        slug=table.read("slug", values.slug, "", required=True),
        name=table.text("name", required=True),
        country=table.text("country", "CH"),
        access=table.bilingual("access"),
        map_url=table.read("map_url", values.address, ""),
        **{name: table.text(name) for name in names},
    )
    table.finish()
    return spec


def _read_trainer(table: Table) -> TrainerSpec:
    spec = TrainerSpec(
        slug=table.read("slug", values.slug, "", required=True),
        name=table.text("name", required=True),
        bio=table.bilingual("bio"),
        picture=table.read("picture", values.picture, ""),
    )
    table.finish()
    return spec


def _read_topic(table: Table) -> TopicSpec:
    spec = TopicSpec(table.read("slug", values.slug, "", required=True), table.bilingual("title"))
    if spec.title.missing():
        table.complain("title", "name the topic in both languages: title.fr and title.en")
    table.finish()
    return spec


def _read_voucher(table: Table, setting: Setting) -> VoucherSpec:
    zone = ZoneInfo(setting.zone)
    percent = table.read("percent", values.percentage, None)
    amount = table.read("amount", as_money, None)
    if (percent is None) == (amount is None):
        table.complain("percent", "a voucher takes off either a percent or an amount: write one of the two")
    spec = VoucherSpec(
        code=table.text("code", required=True).upper(),
        kind="amount" if percent is None else "percent",
        value=percent or str(amount or 0),
        max_uses=table.read("uses", whole(1, 10**6), None),
        valid_from=table.read("from", lambda v: values.instant(v, setting.first_day, zone, time()), None),
        valid_until=table.read("until", lambda v: values.instant(v, setting.first_day, zone, values.END_OF_DAY), None),
        master_class=setting.reference(table, "class", "class"),
    )
    table.finish()
    return spec
