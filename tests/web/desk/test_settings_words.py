"""The organiser's own words: in mails, and in the texts that participants accept."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html import unescape

import pytest
from werkzeug.test import TestResponse

from booking.domain.letters import PLACEHOLDERS
from booking.persistence.bookings import Booking
from booking.persistence.terms import TermsVersion
from booking.web.desk.settings_letters import LABELS, MEANINGS
from tests.web.desk.organiser import Desk
from tests.web.inspection import Page
from tests.web.participant import errors_of, value_of


def mails_to(desk: Desk, address: str = "ada@example.org") -> list[EmailMessage]:
    """Those that have left, oldest first."""
    desk.run_jobs()
    files = sorted(
        (desk.app.extensions["settings"].data_dir / "mail").glob("*.eml"), key=lambda file: file.stat().st_mtime
    )
    read = [message_from_bytes(file.read_bytes(), _class=EmailMessage, policy=default) for file in files]
    return [mail for mail in read if address in str(mail["To"])]


def raw(desk: Desk, path: str, **form: str) -> TestResponse:
    """What stands inside a frame, which is no page of ours."""
    token = value_of(desk.get("settings/letters/link"), "csrf_token")
    seat = desk.seat
    answer: TestResponse = super(type(seat), seat).open(
        f"/en/desk/{path}", method="POST", data={**form, "csrf_token": token}
    )
    return answer


class TestLetters:
    def test_every_placeholder_has_a_meaning_and_every_letter_a_name(self) -> None:
        assert set(LABELS) == set(PLACEHOLDERS)
        assert {name for names in PLACEHOLDERS.values() for name in names} == set(MEANINGS)

    def test_own_words_go_out_and_the_facts_stay(self, desk: Desk) -> None:
        words = {"subject_en": "{class}: your seat waits", "opening_en": "Dear {name},\n\n**how nice**."}
        form = desk.get("settings/letters/received")
        page = desk.submit(form, "action=save", closing_en="Yours, {organiser}", **words)
        assert "Saved." in page.text
        desk.book(desk.edition(), name="Ada *Exemple* <b>")
        [mail] = mails_to(desk)
        text = mail.get_body(("plain",)).get_content()
        html = unescape(mail.get_body(("html",)).get_content())
        assert mail["Subject"].endswith(": your seat waits")
        assert "Dear Ada *Exemple* <b>," in text
        assert "Ada *Exemple* <b>" in html
        assert "<strong" in html
        assert "Yours, Atelier du Lac" in text
        assert "Thank you, Ada" not in text
        for fact in ("CHF\xa0340.00", "CH44 3199 9123 0008 8901 2"):
            assert fact in text
            assert fact in html

    def test_the_other_language_keeps_the_words_of_the_site(self, desk: Desk) -> None:
        desk.submit(desk.get("settings/letters/received"), "action=save", opening_en="Dear {name},")
        page = desk.submit(desk.get("settings/letters/received"), "action=save", closing_en="Bye")
        assert "Dear {name}," in page.text, "what was there stays"
        desk.browser.submit(desk.check(desk.edition(), lang="fr"), channel="transfer")
        [mail] = mails_to(desk)
        assert "Dear" not in mail.as_string()

    @pytest.mark.parametrize(
        ("kind", "field"), [("link", "opening_en"), ("confirmed", "closing_fr"), ("expired", "subject_fr")]
    )
    def test_unknown_words_in_braces_are_refused(self, desk: Desk, kind: str, field: str) -> None:
        page = desk.submit(desk.get(f"settings/letters/{kind}"), "action=save", **{field: "Pay {amount_owed} {name}"})
        assert errors_of(page) == [field]
        assert "{amount_owed}" in page.text

    def test_back_to_the_words_of_the_site(self, desk: Desk) -> None:
        desk.submit(desk.get("settings/letters/received"), "action=save", opening_en="Dear {name},")
        page = desk.submit(desk.get("settings/letters/received"), "action=house")
        assert "Dear" not in page.text
        desk.book(desk.edition())
        assert "Thank you, Ada" in mails_to(desk)[0].get_body(("plain",)).get_content()

    @pytest.mark.parametrize("kind", PLACEHOLDERS)
    @pytest.mark.parametrize("language", ["fr", "en"])
    def test_a_sample_of_each_with_all_it_may_name_leaves_nothing_behind(
        self, desk: Desk, kind: str, language: str
    ) -> None:
        desk.get("settings/")
        before = desk.contents()
        words = " ".join(f"{{{name}}}" for name in PLACEHOLDERS[kind])
        answer = raw(desk, f"settings/letters/{kind}/{language}", **{f"opening_{language}": f"First {words}",
                     f"closing_{language}": "The last", f"subject_{language}": "About {organiser}"})  # fmt: skip
        assert answer.status_code == 200
        assert f"First {'Sascha' if kind == 'joining' else 'Camille'} Exemple" in answer.text
        assert "The last" in answer.text
        assert "About Atelier du Lac" in answer.text
        assert "{" not in answer.text.partition("First")[2].partition("</div>")[0]
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert desk.contents() == before

    def test_words_that_would_harm_do_not(self, desk: Desk) -> None:
        harm = "<script>alert(1)</script> [x](javascript:alert(1)) ![](https://example.org/spy.png)"
        answer = raw(desk, "settings/letters/confirmed/en", opening_en=harm, subject_en="<script>")
        assert not Page.of(answer.text).all("script", "img")
        assert 'href="javascript' not in answer.text

    def test_a_letter_that_is_not_there(self, desk: Desk) -> None:
        assert desk.get("settings/letters/nothing").status_code == 404


class TestTexts:
    def publish(self, desk: Desk, page: str = "terms", **texts: str) -> TestResponse:
        review = desk.submit(desk.get(f"settings/texts/{page}"), "action=publish", 0, **texts)
        return desk.submit(review)

    def test_a_draft_is_nobodys_business(self, desk: Desk) -> None:
        page = desk.submit(desk.get("settings/texts/terms"), "action=save", 0, en="## Our terms\n\nBe kind to {name}.")
        assert "Nobody sees it before you publish it" in page.text
        assert "Be kind" not in desk.browser.get("/en/terms").text
        assert "A draft is waiting" in desk.get("settings/texts/").text

    def test_publishing_makes_a_version(self, desk: Desk) -> None:
        page = self.publish(desk, en="## Our terms\n\nBe kind to {name}.", fr="Soyez gentil avec {name}.")
        assert "Version 1 is in force" in page.text
        assert "Be kind to Atelier du Lac." in desk.browser.get("/en/terms").text
        assert "Soyez gentil avec Atelier du Lac." in desk.browser.get("/fr/terms").text
        assert "Version 2" in self.publish(desk, en="Be kinder.").text
        assert "Be kind to" in desk.get("settings/texts/terms/versions/1").text

    def test_bookings_keep_what_they_accepted_and_are_counted(self, desk: Desk) -> None:
        slug = desk.edition()
        desk.book(slug)
        self.publish(desk, en="Be kind to {name}.")
        desk.book(slug, email="bea@example.org", name="Bea Muster")
        with desk.rows() as session:
            accepted = [
                session.get(TermsVersion, row.terms_digest) for row in session.query(Booking).order_by(Booking.id)
            ]
            assert [(text.number, "Be kind to Atelier du Lac." in text.body) for text in accepted] == [
                (0, False),
                (1, True),
            ]
        cells = desk.get("settings/texts/terms/versions/").text.split("Bookings that accepted it")[2:]
        assert [cell.partition(">")[2].partition("<")[0] for cell in cells] == ["1", "1"]

    def test_whoever_is_booking_must_accept_anew(self, desk: Desk) -> None:
        check = desk.check(desk.edition())
        self.publish(desk, en="Be kind.")
        page = desk.browser.submit(check, channel="transfer")
        assert desk.bookings() == []
        assert "terms have changed" in page.text.lower()

    def test_unknown_words_in_braces_are_refused(self, desk: Desk) -> None:
        page = desk.submit(desk.get("settings/texts/legal"), "action=save", 0, fr="Chez {nom}")
        assert errors_of(page) == ["fr"]
        assert "{nom}" in page.text
        assert errors_of(desk.submit(desk.get("settings/texts/legal"), "action=save", 0, en=" ")) == ["en"]

    def test_a_preview_keeps_nothing(self, desk: Desk) -> None:
        page = desk.submit(desk.get("settings/texts/privacy"), "action=preview", 0, en="We keep **nothing**.")
        assert "We keep <strong>nothing</strong>." in page.text
        assert "A draft is waiting" not in desk.get("settings/texts/").text

    def test_a_draft_can_be_thrown_away(self, desk: Desk) -> None:
        page = desk.submit(desk.get("settings/texts/terms"), "action=save", 0, en="Be unkind.")
        page = desk.submit(page, form=1)
        assert "The draft is gone" in page.text
        assert "Be unkind" not in page.text

    def test_what_was_not_seen_is_not_published(self, desk: Desk) -> None:
        review = desk.submit(desk.get("settings/texts/terms"), "action=publish", 0, en="Mine.")
        desk.submit(desk.get("settings/texts/terms"), "action=save", 0, en="Theirs.")
        page = desk.submit(review)
        assert "Theirs." in page.text
        assert "Theirs." not in desk.browser.get("/en/terms").text
        assert desk.get("settings/texts/privacy/publication").status_code == 404

    def test_the_vat_number_can_be_named(self, desk: Desk) -> None:
        self.publish(desk, "legal", en="We are {name}.\n\n- VAT: {vat_number}")
        assert "VAT" not in desk.browser.get("/en/legal").text
        desk.submit(desk.get("settings/vat"), "action=save", charged="y", number="CHE-123.456.788", since="2024-01-01")
        assert "VAT: CHE-123.456.788" in desk.browser.get("/en/legal").text
