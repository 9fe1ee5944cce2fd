"""What the desk sets is kept, is nobody's until it is set, and changes nothing that was issued."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from functools import partial

import pytest

from booking.adapters.gateways import current_ports
from booking.domain import reference
from booking.domain.actor import ORGANISER
from booking.domain.bilingual import Bilingual
from booking.domain.booking import Channel
from booking.domain.errors import ChangedMeanwhile, NotFound, UnknownPlaceholder
from booking.domain.letters import Words
from booking.domain.payment import DocumentKind
from booking.domain.vat import SWISS_RATES, Vat, VatRules
from booking.persistence import counters, documents, settings, site, site_texts
from booking.persistence.bookings import Booking
from booking.persistence.db import db
from booking.persistence.masterclasses import MasterClass
from booking.persistence.transaction import atomic
from booking.services import pay
from booking.services import settings as setting
from booking.services import site_texts as writing
from tests import factories
from tests.factories import NOW, at
from tests.services.shop import Shop
from tests.services.test_desk_races import at_the_same_moment

ORDINARY = "CH93 0076 2011 6238 5295 7"
RULES = VatRules("CHE-123.456.788", date(2024, 1, 1), SWISS_RATES)
IDENTITY = {"name": "Atelier des Vignes", "street": "Rue du Pressoir", "postcode": "1095", "town": "Lutry"}


def now_set(name: str) -> str:
    return setting.fingerprint(name)


class TestValues:
    def test_a_value_is_unset_until_it_is_written(self) -> None:
        assert settings.read("two_factor", False) is False
        with atomic():
            settings.write("two_factor", True, NOW)
        assert settings.read("two_factor", False) is True

    def test_a_value_can_be_written_again_and_unset(self) -> None:
        for value in ({"fr": "a"}, {"fr": "b"}):
            with atomic():
                settings.write("words", value, NOW)
        db.session.rollback()
        assert settings.read("words", {}) == {"fr": "b"}
        with atomic():
            settings.write("words", None, NOW)
        assert settings.read("words", {}) == {}

    def test_pages_that_everybody_reads_are_stale_after_a_change(self) -> None:
        before = counters.read(counters.CATALOGUE)
        with atomic():
            settings.write("words", "new", NOW)
        assert counters.read(counters.CATALOGUE) == before + 1

    def test_every_state_has_a_mark_of_its_own(self) -> None:
        marks = {settings.mark()}
        for value in ("a", "a", None):
            with atomic():
                settings.write("words", value, NOW)
            marks.add(settings.mark())
        assert len(marks) == 4


class TestSite:
    def test_the_environment_until_the_desk_says_otherwise(self) -> None:
        assert site.current().organiser.name == "Atelier du Lac"
        setting.identify(IDENTITY, now_set(site.IDENTITY), NOW, ORGANISER)
        organiser = site.current().organiser
        assert (organiser.name, organiser.town, organiser.phone) == ("Atelier des Vignes", "Lutry", "+41 21 555 01 02")
        assert current_ports().issuer.party.name == "Atelier des Vignes"

    def test_what_was_rolled_back_was_never_said(self) -> None:
        with atomic(rehearsal=True):
            settings.write(site.IDENTITY, IDENTITY, NOW)
            assert site.current().organiser.town == "Lutry", "inside it holds"
        assert site.current().organiser.town == "Morges"

    def test_a_word_that_an_older_version_kept_is_left_alone(self) -> None:
        with atomic():
            settings.write(site.IDENTITY, IDENTITY | {"fax": "1"}, NOW)
        assert site.current().organiser.town == "Lutry"

    def test_the_second_to_save_is_refused(self) -> None:
        shown = now_set(site.IDENTITY)
        setting.identify(IDENTITY, shown, NOW, ORGANISER)
        with pytest.raises(ChangedMeanwhile):
            setting.identify(IDENTITY, shown, NOW, ORGANISER)

    @pytest.mark.race
    @pytest.mark.parametrize("first", [True, False], ids=["nothing set yet", "something set"])
    def test_of_two_who_save_at_the_same_moment_one_is_refused(self, first: bool) -> None:
        if not first:
            setting.identify(IDENTITY, now_set(site.IDENTITY), NOW, ORGANISER)
        shown = now_set(site.IDENTITY)
        acts = [partial(setting.identify, IDENTITY | {"name": name}, shown, NOW, ORGANISER) for name in "ABC"]
        assert sorted(map(str, at_the_same_moment(*acts))) == sorted(map(str, ["done", *[ChangedMeanwhile] * 2]))
        assert site.current().organiser.name in "ABC"

    def test_words_of_letters(self) -> None:
        words = {"fr": Words(opening="Bonjour {name},"), "en": Words()}
        setting.reword("confirmed", words, now_set(site.LETTER + "confirmed"), NOW, ORGANISER)
        assert site.current().letters == {("confirmed", "fr"): words["fr"]}
        with pytest.raises(UnknownPlaceholder):
            setting.reword("link", {"fr": Words(closing="{amount}")}, now_set(site.LETTER + "link"), NOW, ORGANISER)
        setting.reword("confirmed", {"fr": Words()}, now_set(site.LETTER + "confirmed"), NOW, ORGANISER)
        assert site.current().letters == {}


class TestAccount:
    def test_a_booking_gets_a_reference_of_the_kind_that_the_new_account_takes(self, shop: Shop) -> None:
        booking_id = shop.book(factories.make_edition(), channel=Channel.DEMO).id
        before = db.session.get_one(Booking, booking_id).qr_reference or ""
        assert reference.kind_of(before) == "QRR"
        setting.change_account(ORDINARY, "", now_set(site.BANK), NOW, ORGANISER)
        pay.pay_by_transfer(booking_id, shop.now, replace(shop.ports, issuer=current_ports().issuer))
        booking = db.session.get_one(Booking, booking_id)
        assert reference.kind_of(booking.qr_reference or "") == "SCOR"
        [invoice] = documents.of_booking(booking_id)
        assert invoice.frozen.asks_for_transfer
        assert (invoice.reference, invoice.frozen.iban) == (booking.qr_reference, reference.normalise(ORDINARY))

    def test_money_under_an_old_reference_is_still_found(self, shop: Shop) -> None:
        booking_id = shop.book(factories.make_edition(), channel=Channel.TRANSFER).id
        old = documents.of_booking(booking_id)[0].reference or ""
        setting.change_account(ORDINARY, "Dora Exemple", now_set(site.BANK), NOW, ORGANISER)
        assert [paper.reference for paper, _owed in documents.open_bills()] == [old]
        assert pay.mark_paid(old, 34000, shop.now, shop.ports) == booking_id
        assert documents.open_bills() == []


class TestVat:
    def issued(self, shop: Shop, kind: DocumentKind) -> Vat | None:
        query = db.session.query(documents.Document).filter_by(kind=kind).order_by(documents.Document.id.desc())
        return query.limit(1).one().frozen.vat

    def test_invoices_credit_notes_and_fees(self, shop: Shop) -> None:
        shop.ports = replace(shop.ports, issuer=replace(shop.ports.issuer, vat=RULES))
        booking = shop.book(factories.make_edition(), channel=Channel.TRANSFER)
        assert self.issued(shop, DocumentKind.INVOICE) == Vat(810, 2548)
        shop.transfer(booking, 34000)
        assert self.issued(shop, DocumentKind.RECEIPT) is None
        shop.ports = replace(shop.ports, issuer=replace(shop.ports.issuer, vat=None))
        shop.at("2026-11-27 12:00").cancel(booking)
        assert self.issued(shop, DocumentKind.CREDIT_NOTE) == Vat(810, 2548)
        assert self.issued(shop, DocumentKind.FEE_INVOICE) is None

    def test_the_day_of_the_class_decides_in_its_own_zone(self, shop: Shop) -> None:
        rules = replace(RULES, since=date(2026, 12, 5))
        shop.ports = replace(shop.ports, issuer=replace(shop.ports.issuer, vat=rules))
        late = [("2026-12-05 00:30", "2026-12-05 02:00")]  # still the 4th in UTC
        shop.book(factories.make_edition(meetings=late), channel=Channel.TRANSFER)
        assert self.issued(shop, DocumentKind.INVOICE) == Vat(810, 2548)

    def test_exempt_classes_are_marked_and_unmarked(self) -> None:
        first, second = factories.make_class(), factories.make_class()
        setting.charge_vat(RULES, {first.id}, now_set(site.VAT), NOW, ORGANISER)
        setting.charge_vat(RULES, {second.id}, now_set(site.VAT), NOW, ORGANISER)
        assert {row.id: row.vat_exempt for row in db.session.query(MasterClass)} == {first.id: False, second.id: True}
        assert site.current().vat == RULES
        setting.charge_vat(None, (), now_set(site.VAT), NOW, ORGANISER)
        assert site.current().vat is None


class TestTexts:
    TEXT = Bilingual("Bonjour {name}", "Hello {name}")

    def test_a_draft_becomes_a_version(self) -> None:
        nothing = writing.fingerprint(None)
        writing.save_draft("terms", self.TEXT, ("name",), nothing, NOW, ORGANISER)
        assert site.current().texts == {}
        shown = writing.fingerprint(self.TEXT)
        assert writing.publish("terms", shown, NOW, ORGANISER) == 1
        assert site.current().texts["terms"].body == self.TEXT
        assert writing.draft_of("terms") is None
        with pytest.raises(NotFound):
            writing.publish("terms", nothing, NOW, ORGANISER)

    def test_versions_count_for_each_page(self) -> None:
        for page in ("terms", "terms", "legal"):
            writing.save_draft(page, self.TEXT, ("name",), writing.fingerprint(None), NOW, ORGANISER)
            writing.publish(page, writing.fingerprint(self.TEXT), NOW, ORGANISER)
        assert [row.number for row in site_texts.versions("terms")] == [2, 1]
        assert {page: found.number for page, found in site_texts.published().items()} == {"terms": 2, "legal": 1}

    @pytest.mark.race
    def test_of_two_who_publish_at_the_same_moment_one_does(self) -> None:
        writing.save_draft("terms", self.TEXT, ("name",), writing.fingerprint(None), NOW, ORGANISER)
        act = partial(writing.publish, "terms", writing.fingerprint(self.TEXT), NOW, ORGANISER)
        assert Counter(at_the_same_moment(act, act)) == {"done": 1, ChangedMeanwhile: 1}
        assert [row.number for row in site_texts.versions("terms")] == [1]

    def test_what_was_not_seen_is_not_published(self) -> None:
        writing.save_draft("terms", self.TEXT, ("name",), writing.fingerprint(None), NOW, ORGANISER)
        for act in (writing.publish, writing.drop_draft):
            with pytest.raises(ChangedMeanwhile):
                act("terms", "another", NOW, ORGANISER)
        with pytest.raises(UnknownPlaceholder):
            writing.save_draft("terms", self.TEXT, (), writing.fingerprint(self.TEXT), NOW, ORGANISER)

    def test_acceptances_are_counted_by_version(self, shop: Shop) -> None:
        edition = factories.make_edition()
        shop.book(edition, channel=Channel.TRANSFER)
        assert site_texts.acceptances() == {0: 1}
        assert at("2026-12-05 09:00") == edition.starts_at
