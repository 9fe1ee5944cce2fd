"""What a line of the journal says: one phrase for every action that the code notes."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp
from flask_babel import pgettext
from flask_babel.speaklater import LazyString

from booking.web.formatting import chf

ACTIONS: Final[dict[str, LazyString]] = {
    "account_changed": _l("Own account changed"),
    "address_changed": _l("Own e-mail address changed"),
    "attendance_undone": _l("Attendance taken back"),
    "attendees_changed": _l("Names or answers changed"),
    "bank_changed": _l("Bank account changed"),
    "booked": _l("Booked"),
    "cancelled": _l("Cancelled"),
    "certificate_issued": _l("Certificate of attendance issued"),
    "certificate_reissued": _l("Certificate of attendance issued anew"),
    "certificate_text_changed": _l("Words of the certificate changed"),
    "class_changed": _l("Class changed"),
    "class_copied": _l("Class copied"),
    "class_moved": _l("State of the class changed"),
    "class_written": _l("Class written"),
    "colours_changed": _l("Colours changed"),
    "confirmed": _l("Confirmed"),
    "contact_changed": _l("Contact or address changed"),
    "deactivated": _l("Account closed"),
    "dispute": _l("Payment disputed at the card’s bank"),
    "edition_called_off": _l("Date called off"),
    "edition_changed": _l("Date changed"),
    "edition_deleted": _l("Date deleted"),
    "edition_moved": _l("Date moved"),
    "edition_set": _l("State of the date changed"),
    "edition_written": _l("Date written"),
    "entered": _l("Account made by a command"),
    "expired": _l("Hold ended unpaid"),
    "export_asked": _l("File asked for"),
    "export_erased": _l("File erased"),
    "front_page_changed": _l("Words of the front page changed"),
    "given_back": _l("Given back as a gesture of goodwill"),
    "iban_given": _l("Account for the refund given"),
    "identity_changed": _l("Organiser’s identity changed"),
    "invitation_accepted": _l("Invitation accepted"),
    "invitation_withdrawn": _l("Invitation withdrawn"),
    "invited": _l("Invited to the desk"),
    "letter_reworded": _l("Words of a mail changed"),
    "links_sent": _l("Fresh links sent"),
    "logo_changed": _l("Logo changed"),
    "mail_resent": _l("Mail sent again"),
    "marked_absent": _l("Marked as absent"),
    "marked_present": _l("Marked as present"),
    "message_sent": _l("Message sent"),
    "minimum_missed": _l("Alerted that the minimum is not reached"),
    "money_returned": _l("Late or surplus money sent back"),
    "noted": _l("Note written"),
    "owner_created": _l("First owner let in"),
    "paid": _l("Payment received"),
    "passkey_added": _l("Passkey added"),
    "passkey_removed": _l("Passkey removed"),
    "password_changed": _l("Own password changed"),
    "payment_mismatch": _l("Payment that does not fit"),
    "payment_taken_out": _l("Payment taken out, booked by mistake"),
    "person_copied": _l("Copy of a person’s data taken"),
    "person_erased": _l("Person erased"),
    "picture_described": _l("Words of a picture changed"),
    "picture_removed": _l("Picture removed"),
    "picture_shown": _l("Picture chosen"),
    "policy_changed": _l("Cancellation policy changed"),
    "policy_deleted": _l("Cancellation policy deleted"),
    "policy_written": _l("Cancellation policy written"),
    "question_changed": _l("Question changed"),
    "question_deleted": _l("Question deleted"),
    "question_moved": _l("Question moved"),
    "question_retired": _l("Question no longer asked"),
    "question_revived": _l("Question asked again"),
    "question_written": _l("Question written"),
    "reactivated": _l("Account opened again"),
    "recovery_code_used": _l("Recovery code used"),
    "refund_failed": _l("Refund failed"),
    "refunded": _l("Refunded"),
    "reminded": _l("Reminder sent"),
    "role_changed": _l("Role changed"),
    "run_decided": _l("Decided that the date takes place"),
    "seat_added": _l("Seat added"),
    "seat_erased": _l("Person erased from a seat"),
    "second_factor_off": _l("Own second factor removed"),
    "second_factor_on": _l("Own second factor set up"),
    "second_factor_optional": _l("Second factor no longer required of everybody"),
    "second_factor_required": _l("Second factor required of everybody"),
    "second_factor_reset": _l("Second factor taken away"),
    "signed_in": _l("Signed in"),
    "signed_out": _l("Signed out"),
    "substituted": _l("Somebody else comes in place"),
    "text_draft_dropped": _l("Draft of a legal text dropped"),
    "text_drafted": _l("Legal text drafted"),
    "text_published": _l("Legal text published"),
    "topic_changed": _l("Topic changed"),
    "topic_deleted": _l("Topic deleted"),
    "topic_written": _l("Topic written"),
    "trainer_changed": _l("Trainer changed"),
    "trainer_deleted": _l("Trainer deleted"),
    "trainer_written": _l("Trainer written"),
    "transfer_chosen": _l("Changed to bank transfer"),
    "vat_changed": _l("VAT changed"),
    "venue_changed": _l("Venue changed"),
    "venue_deleted": _l("Venue deleted"),
    "venue_written": _l("Venue written"),
    "voucher_changed": _l("Voucher changed"),
    "voucher_deleted": _l("Voucher deleted"),
    "voucher_ended": _l("Voucher ended"),
    "voucher_written": _l("Voucher made"),
    "written_off": _l("Debt waived"),
}


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


MONEY: Final = frozenset({"amount", "fee", "refund", "price", "charged"})  # noted in centimes
FACTS: Final[dict[str, LazyString]] = {
    "amount": _lp("fact", "amount"),
    "bookings": _lp("fact", "bookings"),
    "by_hand": _lp("fact", "by hand"),
    "called_off": _lp("fact", "date called off"),
    "changed": _lp("fact", "changed"),
    "channel": _lp("fact", "way of payment"),
    "charged": _lp("fact", "fee"),
    "fee": _lp("fact", "fee"),
    "fields": _lp("fact", "changed"),
    "kind": _lp("fact", "kind"),
    "lowered": _lp("fact", "fee lowered"),
    "master_class": _lp("fact", "class"),
    "new": _lp("fact", "after"),
    "number": _lp("fact", "number"),
    "old": _lp("fact", "before"),
    "people": _lp("fact", "people"),
    "policy": _lp("fact", "policy"),
    "price": _lp("fact", "price"),
    "question": _lp("fact", "question"),
    "reason": _lp("fact", "reason"),
    "refund": _lp("fact", "paid back"),
    "role": _lp("fact", "role"),
    "seats": _lp("fact", "seats"),
    "state": _lp("fact", "state"),
    "told": _lp("fact", "written to"),
    "voucher": _lp("fact", "voucher"),
}


def fact_words(facts: dict[str, Any]) -> str:
    """'seats 2, fee CHF 102.00': what a reader can use. Numbers of rows are left to the file of the journal."""
    return ", ".join(
        _fact(name, value) for name, value in facts.items() if name in FACTS and value not in (False, None)
    )


def _fact(name: str, value: Any) -> str:
    words = str(FACTS[name])
    if value is True:
        return words
    if isinstance(value, list):
        return f"{words} {', '.join(str(one) for one in value)}"
    return f"{words} {chf(value) if name in MONEY and isinstance(value, int) else value}"
