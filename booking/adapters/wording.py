"""The words of printed documents in the language of the booking, without a web request: documents are also
made by jobs. The same catalogue as the pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from typing import Final, cast

from babel.dates import format_date
from babel.lists import format_list
from babel.support import Translations

from booking.config import ROOT
from booking.domain import money
from booking.domain.payment import DocumentKind
from booking.persistence.masterclasses import Edition

TRANSLATIONS: Final = ROOT / "translations"
NBSP: Final = "\u00a0"
MINUS: Final = "\u2212"


def translators(locale: str) -> tuple[Callable[[str], str], Callable[[str, str], str]]:
    """`gettext` and `pgettext` into `locale`; English, the language of the source, has no catalogue and needs none."""
    catalogue = Translations.load(TRANSLATIONS, [locale])
    return catalogue.gettext, cast(Callable[[str, str], str], catalogue.pgettext)


def document_name(kind: DocumentKind, locale: str) -> str:
    """'Invoice', 'Note de crédit'."""
    _, pgettext = translators(locale)
    return {
        DocumentKind.INVOICE: pgettext("document", "Invoice"),
        DocumentKind.CREDIT_NOTE: pgettext("document", "Credit note"),
        DocumentKind.FEE_INVOICE: pgettext("document", "Fee invoice"),
        DocumentKind.RECEIPT: pgettext("document", "Receipt"),
    }[kind]


def document_labels(locale: str) -> dict[str, str]:
    """Labels of the document proper; `vat` and `vat_number` take a value."""
    _, pgettext = translators(locale)
    return {
        "issued_on": pgettext("document", "Date"),
        "due_on": pgettext("document", "Due"),
        "booking": pgettext("document", "Booking"),
        "corrects": pgettext("document", "Corrects"),
        "follows": pgettext("document", "Further to"),
        "text": pgettext("document", "Description"),
        "quantity": pgettext("document", "Quantity"),
        "unit": pgettext("document", "Price"),
        "amount": pgettext("document", "Amount"),
        "total": pgettext("document", "Total"),
        "credited": pgettext("document", "Total credited"),
        "received": pgettext("document", "Amount received"),
        "paid": pgettext("document", "Already paid"),
        "due": pgettext("document", "To be paid"),
        "settled": pgettext("document", "Paid in full"),
        "page": pgettext("document", "Page"),
        "vat": _("including VAT at %(rate)s"),
        "net": pgettext("document", "Total without VAT"),
        "vat_number": _("VAT no. %(number)s"),
    }


def payment_labels(locale: str) -> dict[str, str]:
    """Headings of the QR-bill, as the guidelines word them in each language (annex D)."""
    _, pgettext = translators(locale)
    return {
        "payment_part": pgettext("QR-bill", "Payment part"),
        "receipt": pgettext("QR-bill", "Receipt"),
        "account": pgettext("QR-bill", "Account / Payable to"),
        "reference": pgettext("QR-bill", "Reference"),
        "message": pgettext("QR-bill", "Additional information"),
        "debtor": pgettext("QR-bill", "Payable by"),
        "blank_debtor": pgettext("QR-bill", "Payable by (name/address)"),
        "currency": pgettext("QR-bill", "Currency"),
        "amount": pgettext("QR-bill", "Amount"),
        "acceptance_point": pgettext("QR-bill", "Acceptance point"),
        "code": _("Swiss QR code that holds the payment details printed beside it"),
    }


def sheet_labels(locale: str) -> dict[str, str]:
    """Words of what is printed for the day."""
    _, pgettext = translators(locale)
    return {
        "attendance": _("Attendance sheet"),
        "answers": _("Participants’ answers"),
        "badges": _("Name badges"),
        "name": pgettext("sheet", "Name"),
        "present": pgettext("attendance", "present"),
        "absent": pgettext("attendance", "absent"),
        "printed": pgettext("sheet", "As of"),
        "page": pgettext("document", "Page"),
        "by_question": _("By question"),
        "by_person": _("By person"),
        "silent": _("No answer yet."),
        "nothing": _("Nothing was asked."),
    }


def certificate_labels(locale: str) -> dict[str, str]:
    """Words of a certificate; `place_and_day`, `genuine` and `replaces` take values."""
    _, _pgettext = translators(locale)
    return {
        "title": _("Certificate of attendance"),
        "place_and_day": _("%(town)s, %(day)s"),
        "genuine": _(
            "Certificate %(number)s, issued on %(day)s by %(organiser)s, who confirms on request that it is genuine: "
            "%(contact)s"
        ),
        "replaces": _("It replaces certificate %(number)s."),
        "specimen": _("Specimen"),
    }


def labelled(label: str, value: object, locale: str) -> str:
    """'Vegetarian: 3', 'Végétarien : 3'."""
    _, _pgettext = translators(locale)
    return _("%(label)s: %(value)s") % {"label": label, "value": value}


def silent(names: Sequence[str], locale: str) -> str:
    """Who has not answered yet, in a sentence."""
    _, _pgettext = translators(locale)
    return _("No answer yet from: %(names)s.") % {"names": ", ".join(names)}


def listed(words: Sequence[str], locale: str) -> str:
    """'Ada, Bea and Zoe'."""
    return format_list(words, locale=locale)


def place(edition: Edition, locale: str) -> str:
    """Where a date takes place, on one line."""
    venue = edition.venue
    if venue is None:
        _, pgettext = translators(locale)
        return pgettext("place", "online")
    lines = (venue.name, f"{venue.street} {venue.house_number}".strip(), f"{venue.postcode} {venue.town}".strip())
    return ", ".join(line for line in lines if line)


def full_date(day: date, locale: str) -> str:
    """'samedi 3 décembre 2011', 'mardi 1er mars 2011', 'Saturday 3 December 2011'."""
    text = format_date(day, "EEEE d MMMM y", locale)
    return text.replace(" 1 ", " 1er ", 1) if locale == "fr" and day.day == 1 else text


def short_day(day: date, locale: str) -> str:
    """'sam. 3 déc.', 'Sat 3 Dec': the head of a narrow column."""
    return format_date(day, "EEE d MMM", locale)


def clock(moment: time | datetime, locale: str) -> str:
    """'18 h 30', '9 h', '18:30'."""
    if locale != "fr":
        return f"{moment.hour:02d}:{moment.minute:02d}"
    return f"{moment.hour}{NBSP}h" + (f"{NBSP}{moment.minute:02d}" if moment.minute else "")


def hours(start: time | datetime, end: time | datetime, locale: str) -> str:
    """'9 h – 17 h', '09:00–17:00'."""
    return (f"{NBSP}–{NBSP}" if locale == "fr" else "–").join((clock(start, locale), clock(end, locale)))


def duration(minutes: int, locale: str) -> str:
    """'7 heures', '3 hours 30 minutes'."""
    whole, rest = divmod(minutes, 60)
    words = Translations.load(TRANSLATIONS, [locale])
    parts = [words.ngettext("%(num)d hour", "%(num)d hours", whole) % {"num": whole}] if whole else []
    if rest:
        parts.append(words.ngettext("%(num)d minute", "%(num)d minutes", rest) % {"num": rest})
    return " ".join(parts).replace(" ", NBSP)


def chf(centimes: int) -> str:
    """'CHF 1’234.50' in both languages."""
    sign = MINUS if centimes < 0 else ""
    francs, rest = money.plain(abs(centimes)).split(".")
    return f"CHF{NBSP}{sign}{int(francs):,}.{rest}".replace(",", "’")


def rate(hundredths: int, locale: str) -> str:
    """A rate in hundredths of a percent: 810 is '8,1 %' or '8.1%'."""
    text = f"{hundredths / 100:g}%"
    return text.replace(".", ",").replace("%", f"{NBSP}%") if locale == "fr" else text
