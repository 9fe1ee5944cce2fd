"""Rows for tests. What is not named is as in edition R of the rules: Sat 2026-12-05 09:00–17:00, Lausanne, CHF 340.

Each function writes its rows in a transaction of its own and gives the main one. `at` writes local times shortly.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from booking.domain.bilingual import Bilingual
from booking.domain.booking import BookingState, Channel, transfer_due
from booking.domain.certificates import DEFAULT_TEXT, CertificateContent
from booking.domain.documents import DocumentContent, Line, Party
from booking.domain.payment import DocumentKind, LedgerKind, PaymentState, RefundState
from booking.domain.permission import Role
from booking.domain.policy import CancellationPolicy, parse_policy
from booking.domain.publication import Publication
from booking.persistence import certificates, documents, ledger, terms
from booking.persistence.bookings import Attendee, Booking, new_reference
from booking.persistence.cancellations import Cancellation
from booking.persistence.certificates import Certificate
from booking.persistence.db import BilingualText, db
from booking.persistence.documents import Document
from booking.persistence.masterclasses import Edition, MasterClass, Meeting, Trainer, Venue
from booking.persistence.organisers import Organiser
from booking.persistence.payments import Payment, Refund
from booking.persistence.policies import PolicyTemplate
from booking.persistence.transaction import atomic

ZURICH = ZoneInfo("Europe/Zurich")
SEED_POLICY = parse_policy("15:30,8:50,1:80")
NOW = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)  # when these bookings are made
QR_REFERENCE = "210000000003139471430009017"
IBAN = "CH4431999123000889012"
TERMS = "f" * 64
_serial = count(1)


def at(text: str, zone: ZoneInfo = ZURICH) -> datetime:
    """'2026-11-20 23:59:59' on the clocks of `zone`, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def make_class(policy: CancellationPolicy | None = SEED_POLICY, **changes: Any) -> MasterClass:
    """A published class; `policy=None` is for free ones."""
    number = next(_serial)
    template = policy and PolicyTemplate(
        slug=f"p{number}", title=Bilingual("Usuel", "Usual"), definition=policy.to_json()
    )
    facts = every_text(MasterClass) | {
        "slug": f"blog-{number}",
        "kind": "workshop",
        "language": "fr",
        "title": Bilingual("Tenir un blog", "Keeping a blog"),
        "summary": Bilingual("Une journée pour écrire.", "A day of writing."),
        "bring": Bilingual("- Votre ordinateur\n- Un texte commencé", "- Your laptop\n- A text you have begun"),
        "contact_email": "contact@example.org",
        "state": Publication.PUBLISHED,
        "policy_template": template,
        "trainers": [Trainer(slug=f"t{number}", name="Ada Exemple", bio=Bilingual("", ""))],
    }
    return _written(MasterClass(**facts | changes))


def make_organiser(role: Role = Role.OWNER, **changes: Any) -> Organiser:
    """Somebody at the desk, without a password."""
    number = next(_serial)
    facts = {"email": f"desk{number}@example.org", "name": "Dora Exemple", "locale": "fr", "created_at": NOW}
    return _written(Organiser(role=role, fs_uniquifier=f"desk{number}", **facts | changes))


def make_venue(**changes: Any) -> Venue:
    facts = {
        "slug": f"venue-{next(_serial)}",
        "name": "Maison du Livre",
        "street": "Rue du Lac",
        "house_number": "4",
        "postcode": "1003",
        "town": "Lausanne",
        "access": Bilingual("Métro M2, arrêt Flon.", "Metro M2, stop Flon."),
    }
    return _written(Venue(**facts | changes))


def make_edition(
    master_class: MasterClass | None = None, meetings: list[tuple[str, str]] | None = None, **changes: Any
) -> Edition:
    """`meetings` are local times such as ('2026-12-05 09:00', '2026-12-05 17:00')."""
    zone = ZoneInfo(changes.get("zone", "Europe/Zurich"))
    sittings = [
        (at(start, zone), at(end, zone)) for start, end in meetings or [("2026-12-05 09:00", "2026-12-05 17:00")]
    ]
    facts = {
        "slug": f"run-{next(_serial)}",
        "master_class": master_class or make_class(),
        "venue": None if changes.get("online_url") else changes.get("venue") or make_venue(),
        "price": 34000,
        "minimum": 5,
        "capacity": 10,
        "starts_at": sittings[0][0],
        "ends_at": sittings[-1][1],
        "meetings": [Meeting(starts_at=start, ends_at=end, title=Bilingual()) for start, end in sittings],
    }
    return _written(Edition(**facts | changes))


def make_booking(
    edition: Edition | None = None,
    state: BookingState = BookingState.PENDING,
    channel: Channel = Channel.TRANSFER,
    seats: int = 1,
    net_price: int | None = None,
    now: datetime = NOW,
    paid: bool | None = None,
    **changes: Any,
) -> Booking:
    """A booking with its attendees and its account; confirmed ones are paid unless `paid=False`."""
    edition = edition or make_edition()
    list_price = edition.price
    net_price = list_price if net_price is None else net_price
    names = changes.pop("names", None) or ["Bea Muster", "Carl Muster", "Dora Muster", "Emil Muster"][:seats]
    facts = {
        "reference": new_reference(),
        "edition": edition,
        "state": state,
        "channel": channel,
        "locale": "fr",
        "created_at": now,
        "hold_until": _hold(edition, channel, now) if state == BookingState.PENDING else None,
        "confirmed_at": now if state == BookingState.CONFIRMED else None,
        "name": names[0],
        "email": "bea@example.org",
        "qr_reference": QR_REFERENCE[:-6] + f"{next(_serial):06d}" if channel == Channel.TRANSFER else None,
        "policy": edition.policy.to_json() if edition.policy else None,
        "terms_digest": TERMS,
        "terms_language": "fr",
        "terms_accepted_at": now,
        "attendees": [Attendee(name=name, list_price=list_price, net_price=net_price) for name in names],
    }
    with atomic():
        terms.remember(TERMS, "fr", "Conditions", now)
        booking = Booking(**facts | changes)
        db.session.add(booking)
        db.session.flush()
        for attendee in booking.attendees:
            ledger.enter(booking.id, LedgerKind.PRICE, list_price, now, attendee_id=attendee.id)
            ledger.enter(booking.id, LedgerKind.DISCOUNT, list_price - net_price, now, attendee_id=attendee.id)
        if paid or (paid is None and state == BookingState.CONFIRMED and net_price):
            _pay(booking, net_price * len(names), now)
    return booking


def make_document(booking: Booking, kind: DocumentKind, total: int, now: datetime = NOW, **changes: Any) -> Document:
    """A document of one line. Invoices ask for a transfer with a QR-bill."""
    asks = kind in (DocumentKind.INVOICE, DocumentKind.FEE_INVOICE)
    due = now + timedelta(days=10)
    with atomic():
        serial, number = documents.next_number(kind)
        content = DocumentContent(
            kind=kind,
            number=number,
            locale=booking.locale,
            issued_on=now.date(),
            creditor=Party("Atelier du Lac", "Rue de la Gare", "12", "1110", "Morges"),
            debtor=Party(booking.name),
            booking_ref=booking.reference,
            title=booking.edition.master_class.title.best(booking.locale),
            lines=(Line("Une place", 1, total, total),),
            total=total,
            due_on=due.date() if asks else None,
            iban=IBAN if asks else None,
            reference=QR_REFERENCE if asks else None,
        )
        facts = {"booking_id": booking.id, "kind": kind, "serial": serial, "number": number, "issued_at": now}
        sums = {"due_at": due if asks else None, "total": total, "reference": content.reference}
        document = Document(**facts | sums | {"content": content.to_json()} | changes)
        db.session.add(document)
    return document


def make_certificate(attendee: Attendee, now: datetime = NOW, **changes: Any) -> Certificate:
    """Of the whole edition, in the house's words; `changes` are of its content."""
    booking, edition = attendee.booking, attendee.booking.edition
    with atomic():
        number = certificates.next_number()
        content = CertificateContent(
            number=number,
            locale=booking.locale,
            issued_on=now.date(),
            text=DEFAULT_TEXT.best(booking.locale),
            name=attendee.name,
            title=edition.master_class.title.best(booking.locale),
            days=(edition.starts_at.date(),),
            minutes=480,
            place="Maison du Livre, Lausanne",
            trainers=("Ada Exemple",),
            organiser="Atelier du Lac",
            town="Morges",
            contact="contact@example.org",
            accent="#7b2a4a",
        )
        frozen = replace(content, **changes).to_json()
        facts = {"attendee_id": attendee.id, "edition_id": edition.id, "issued_at": now}
        row = Certificate(number=number, content=frozen, **facts)
        db.session.add(row)
    return row


def make_cancellation(booking: Booking, now: datetime = NOW, seats: int | None = None, **changes: Any) -> Cancellation:
    """Of the first `seats` of a booking (all by default). `fee`, `refund`, `due`, `credit` in centimes."""
    with atomic():
        gone = booking.active[:seats]
        facts = {"days": 15, "percent": "30", "ground": "tier", "channel": ""}
        money = {"credit": sum(seat.net_price for seat in gone), "fee": 0, "refund": 0, "due": 0}
        row = Cancellation(
            booking_id=booking.id,
            received_at=now,
            attendees=[attendee.id for attendee in gone],
            **facts | money | changes,
        )
        for attendee in gone:
            attendee.cancelled_at = now
        if not booking.active:
            booking.move_to(BookingState.CANCELLED, now)
        db.session.add(row)
    return row


def make_refund(booking: Booking, amount: int, state: RefundState = RefundState.SUCCEEDED, **changes: Any) -> Refund:
    facts = {"channel": booking.channel, "reason": "cancellation", "created_at": NOW}
    return _written(Refund(booking_id=booking.id, amount=amount, state=state, **facts | changes))


def _pay(booking: Booking, amount: int, now: datetime) -> None:
    payment = Payment(
        booking_id=booking.id,
        channel=booking.channel,
        amount=amount,
        state=PaymentState.PAID,
        created_at=now,
        settled_at=now,
    )
    db.session.add(payment)
    db.session.flush()
    ledger.enter(booking.id, LedgerKind.PAYMENT, amount, now, payment_id=payment.id)


def _hold(edition: Edition, channel: Channel, now: datetime) -> datetime:
    due = transfer_due(now, edition.starts_at, edition.zone) if channel == Channel.TRANSFER else None
    return due or now + timedelta(minutes=31)


def every_text(table: type) -> dict[str, Bilingual]:
    """Empty words for each bilingual column."""
    return {column.name: Bilingual() for column in table.__table__.columns if isinstance(column.type, BilingualText)}


def _written(row: Any) -> Any:
    with atomic():
        db.session.add(row)
    return row
