"""What a line of the journal says: one phrase for every action that the code notes."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext as _l
from flask_babel import pgettext
from flask_babel.speaklater import LazyString

ACTIONS: Final[dict[str, LazyString]] = {
    "account_changed": _l("Own account changed"),
    "address_changed": _l("Own e-mail address changed"),
    "attendees_changed": _l("Names or answers changed"),
    "bank_changed": _l("Bank account changed"),
    "booked": _l("Booked"),
    "cancelled": _l("Cancelled"),
    "certificate_issued": _l("Certificate of attendance issued"),
    "certificate_text_changed": _l("Words of the certificate changed"),
    "class_changed": _l("Class changed"),
    "class_copied": _l("Class copied"),
    "class_moved": _l("State of the class changed"),
    "class_written": _l("Class written"),
    "colours_changed": _l("Colours changed"),
    "confirmed": _l("Confirmed"),
    "dispute": _l("Payment disputed at the card’s bank"),
    "edition_called_off": _l("Date called off"),
    "edition_changed": _l("Date changed"),
    "edition_deleted": _l("Date deleted"),
    "edition_moved": _l("Date moved"),
    "edition_set": _l("State of the date changed"),
    "edition_written": _l("Date written"),
    "expired": _l("Hold ended unpaid"),
    "export_asked": _l("File asked for"),
    "export_erased": _l("File erased"),
    "front_page_changed": _l("Words of the front page changed"),
    "iban_given": _l("Account for the refund given"),
    "identity_changed": _l("Organiser’s identity changed"),
    "letter_reworded": _l("Words of a mail changed"),
    "links_sent": _l("Fresh links sent"),
    "logo_changed": _l("Logo changed"),
    "money_returned": _l("Late or surplus money sent back"),
    "paid": _l("Payment received"),
    "payment_mismatch": _l("Payment that does not fit"),
    "person_copied": _l("Copy of a person’s data taken"),
    "person_erased": _l("Person erased"),
    "seat_erased": _l("Person erased from a seat"),
    "policy_changed": _l("Cancellation policy changed"),
    "policy_deleted": _l("Cancellation policy deleted"),
    "policy_written": _l("Cancellation policy written"),
    "refund_failed": _l("Refund failed"),
    "refunded": _l("Refunded"),
    "run_decided": _l("Decided that the date takes place"),
    "second_factor_required": _l("Second factor required of everybody, or no longer"),
    "signed_in": _l("Signed in"),
    "signed_out": _l("Signed out"),
    "text_draft_dropped": _l("Draft of a legal text dropped"),
    "text_drafted": _l("Legal text drafted"),
    "text_published": _l("Legal text published"),
    "transfer_chosen": _l("Changed to bank transfer"),
    "vat_changed": _l("VAT changed"),
    "voucher_changed": _l("Voucher changed"),
    "voucher_deleted": _l("Voucher deleted"),
    "voucher_ended": _l("Voucher ended"),
    "voucher_written": _l("Voucher made"),
}  # fmt: skip


def action_words(action: str) -> str:
    """The phrase for an action; one that no longer exists is shown as it was noted."""
    return str(ACTIONS.get(action, action))


def actor_words(kind: str) -> str:
    """Which side acted, where no person of the desk is named."""
    return str(
        {
            "participant": pgettext("actor", "Participant"),
            "organiser": pgettext("actor", "Organiser"),
            "provider": pgettext("actor", "Payment provider"),
            "system": pgettext("actor", "Atelier"),
        }[kind]
    )
