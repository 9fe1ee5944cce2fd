"""One's own account: name, language, address, and where one is signed in."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from booking.persistence.journal import JournalEntry
from booking.persistence.organisers import Organiser
from booking.persistence.sign_ins import SignIn
from tests.web.client import Browser, browser_of
from tests.web.desk.organiser import PASSWORD, Desk, letter_link, letters_to
from tests.web.participant import errors_of

EMAIL = "owner@example.org"
PHONE = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"


def phone(desk: Desk, remember: str | None = None) -> Browser:
    """The same person on a telephone."""
    browser = browser_of(desk.app)
    browser.environ_base["HTTP_USER_AGENT"] = PHONE
    desk.person("owner")
    page = browser.get("/en/desk/sign-in")
    browser.submit(page, email=EMAIL, password=PASSWORD, remember=remember)
    return browser


def test_name_and_language(desk: Desk) -> None:
    page = desk.submit(desk.get("account"), name="Marie Exemple", locale="fr", form=0)
    assert page.request.path == "/fr/desk/account"
    assert "Marie Exemple" in page.text
    page = desk.submit(desk.get("account"), name="", locale="en", form=0)
    assert page.status_code == 422
    assert errors_of(page) == ["name"]


def test_a_new_address_counts_once_its_link_was_followed(desk: Desk) -> None:
    page = desk.submit(desk.get("account/address"), email="new@example.org", password="wrong")
    assert "This is not your password" in page.text
    page = desk.submit(page, email="New@example.org", password=PASSWORD)
    assert "A link is on its way" in page.text
    desk.run_jobs()
    assert letters_to(desk, EMAIL) == ["A new e-mail address was asked for"]
    link = letter_link(desk, "new@example.org", "Your new e-mail address")
    page = desk.browser.get(link)
    assert desk.sign_in(browser_of(desk.app), EMAIL).request.path == "/en/desk/", "looking at it changes nothing"
    desk.browser.submit(page)
    strange = browser_of(desk.app)
    assert desk.sign_in(strange, "new@example.org").request.path == "/en/desk/"
    assert desk.browser.get(link).status_code == 410


def test_an_address_of_somebody_else_is_refused(desk: Desk) -> None:
    desk.person("staff")
    page = desk.submit(desk.get("account/address"), email="STAFF@example.org", password=PASSWORD)
    assert "Somebody else at the desk" in page.text


def test_sign_ins_are_listed_and_ended(desk: Desk) -> None:
    desk.get()
    other = phone(desk)
    page = desk.get("account")
    assert "Chrome, Android" in page.text
    assert "this browser" in page.text
    with desk.rows() as session:
        mine, theirs = session.scalars(select(SignIn.id).order_by(SignIn.id))
    token = page.text.partition('name="csrf_token" type="hidden" value="')[2].partition('"')[0]
    page = desk.seat.post(f"/en/desk/account/sign-ins/{theirs}/end", data={"csrf_token": token}, follow_redirects=True)
    assert "That browser is signed out" in page.text
    assert other.get("/en/desk/account").status_code == 302
    assert other.get("/en/desk/account/password").status_code == 302, "nor pages of the library"
    assert desk.get("account").status_code == 200
    assert mine


def test_all_others_are_ended(desk: Desk) -> None:
    desk.get()
    others = [phone(desk), phone(desk)]
    page = desk.submit(desk.get("account"))
    assert "All other browsers are signed out" in page.text
    assert [browser.get("/en/desk/account").status_code for browser in others] == [302, 302]
    assert desk.get("account").status_code == 200


def test_nobody_ends_the_sign_in_of_somebody_else(desk: Desk) -> None:
    desk.as_("owner").get()
    page = desk.as_("staff").get("account")
    with desk.rows() as session:
        owners = session.scalars(select(SignIn.id).join(Organiser).where(Organiser.email == EMAIL)).one()
    token = page.text.partition('name="csrf_token" type="hidden" value="')[2].partition('"')[0]
    desk.seat.post(f"/en/desk/account/sign-ins/{owners}/end", data={"csrf_token": token})
    assert desk.as_("owner").get("account").request.path == "/en/desk/account"


def test_a_strange_browser_is_told_of_once(desk: Desk) -> None:
    desk.get()
    desk.run_jobs()
    assert letters_to(desk, EMAIL) == [], "nothing is strange about the first"
    other = phone(desk)
    desk.run_jobs()
    assert letters_to(desk, EMAIL) == ["Somebody signed in with your account"]
    desk.now += timedelta(hours=13)
    desk.sign_in(other, EMAIL)
    desk.run_jobs()
    assert len(letters_to(desk, EMAIL)) == 1, "it is known now"


def test_without_staying_signed_in_half_a_day_is_the_end(desk: Desk) -> None:
    short, lasting = phone(desk), phone(desk, remember="y")
    desk.now += timedelta(hours=11)
    assert short.get("/en/desk/account").status_code == 200, "being seen renews it"
    desk.now += timedelta(hours=11)
    assert short.get("/en/desk/account").status_code == 200
    desk.now += timedelta(hours=13)
    assert short.get("/en/desk/account").status_code == 302
    assert lasting.get("/en/desk/account").status_code == 200
    desk.now += timedelta(days=31)
    assert lasting.get("/en/desk/account").status_code == 302


def test_looking_writes_every_few_minutes_at_most(desk: Desk) -> None:
    desk.get()
    before = desk.contents()
    desk.now += timedelta(minutes=4)
    desk.get("account")
    assert desk.contents() == before
    desk.now += timedelta(minutes=2)
    desk.get("account")
    with desk.rows() as session:
        assert session.scalars(select(SignIn.seen_at)).one() == desk.now


def test_a_copied_cookie_is_worth_nothing_after_signing_out(desk: Desk) -> None:
    page = desk.get("account")
    cookie = desk.seat.get_cookie("session", domain="localhost")
    assert cookie
    token = page.text.partition('name="csrf_token" type="hidden" value="')[2].partition('"')[0]
    desk.seat.post("/en/desk/sign-out", data={"csrf_token": token})
    desk.browser.set_cookie("session", cookie.value, domain="localhost")
    assert desk.browser.get("/en/desk/account").status_code == 302


def test_the_journal_knows(desk: Desk) -> None:
    desk.submit(desk.get("account"), name="Marie", locale="en", form=0)
    with desk.rows() as session:
        noted = [(entry.action, entry.organiser_id) for entry in session.scalars(select(JournalEntry))]
        person = session.scalars(select(Organiser.id)).one()
    assert noted == [("signed_in", person), ("account_changed", person)]


def test_public_pages_carry_no_cookie_of_the_desk(desk: Desk) -> None:
    other = phone(desk, remember="y")
    page = other.get("/en/")
    assert "Set-Cookie" not in page.headers
    assert "Cookie" not in page.headers.get("Vary", "")
