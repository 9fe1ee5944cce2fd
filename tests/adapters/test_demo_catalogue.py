"""The demonstration and the pages of text: whole, alive on any first day, and correct in their typography."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest

from booking.adapters.catalogue_file import read
from booking.domain.bilingual import Bilingual
from booking.domain.catalogue import lacking, unfit
from tests.sources import ROOT

THURSDAY = date(2026, 11, 19)
DEMO = (ROOT / "content" / "demo.toml").read_text(encoding="utf-8")


def bilinguals(value: Any) -> list[Bilingual]:
    """Every pair inside a spec."""
    if isinstance(value, Bilingual):
        return [value]
    if isinstance(value, tuple):
        return [pair for part in value for pair in bilinguals(part)]
    if is_dataclass(value):
        return [pair for field in fields(value) for pair in bilinguals(getattr(value, field.name))]
    return []


class TestDemo:
    """The demonstration: whole, alive on any first day, and correct in its typography."""

    spec = read(DEMO, THURSDAY)

    def test_shows_what_the_product_is_for(self) -> None:
        assert [len(offer.editions) for offer in self.spec.classes] == [4, 2, 1, 2, 1, 1, 1]
        assert [offer.language for offer in self.spec.classes] == ["fr"] * 4 + ["en"] * 3
        writing, six, modules, free, *eve = self.spec.classes
        assert {(edition.price, edition.minimum) for edition in writing.editions} == {(34000, 5)}
        assert {edition.capacity for edition in six.editions} == {6}
        assert (len(modules.editions[0].meetings), modules.editions[0].price) == (5, 650000)
        assert modules.editions[0].closes is not None
        assert free.free
        assert len({offer.editions[0].meetings[0].starts_at for offer in eve}) == 1

    def test_may_be_published(self) -> None:
        policies = {policy.slug: policy.policy for policy in self.spec.policies}
        for offer in self.spec.classes:
            assert lacking(offer) == []
            assert not offer.policy or unfit(offer, policies[offer.policy]) == []

    @pytest.mark.parametrize("day", range(16, 23))
    def test_is_alive_on_whatever_day_it_starts(self, day: int) -> None:
        started = datetime(2026, 11, day, 23, 59, tzinfo=UTC)
        classes = read(DEMO, started.date()).classes
        coming = [edition for offer in classes for edition in offer.editions if edition.meetings[0].starts_at > started]
        assert len(coming) == 11
        assert all(edition.closes is None or edition.closes > started for edition in coming)
        assert all(edition.early_until is None or edition.early_until > started for edition in coming)

    def test_every_text_is_there_in_both_languages(self) -> None:
        assert [pair for pair in bilinguals(self.spec) if pair and pair.missing()] == []

    def test_every_picture_is_there(self) -> None:
        assert all((ROOT / "booking" / "static" / offer.picture).is_file() for offer in self.spec.classes)


def content() -> list[tuple[str, str]]:
    """(name, French text) of everything the demonstration says in French."""
    pages = [(path.name, path.read_text(encoding="utf-8")) for path in (ROOT / "content").glob("*.fr.md")]
    return [*pages, *((pair.fr[:20], pair.fr) for pair in bilinguals(TestDemo.spec))]


@pytest.mark.parametrize(("name", "french"), content())
def test_french_is_set_with_its_own_spaces_and_quotes(name: str, french: str) -> None:
    french = re.sub(r"\{\w+\}|\(mailto:\S+\)|\|[-:|]+\|", "", french)
    assert not re.search(r"(?<![\u202f:])[:;?!»](?!\S)", french), name
    assert not re.search(r"«(?!\u202f)|['\"]", french), name
