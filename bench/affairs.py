"""What becomes of one booking of the invented school: paid, cancelled, owed, given back, and what is written of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bench.rows import Person, Rows, Run
from booking.domain.booking import BookingState, Channel
from booking.domain.cancellation import SeatPrice, Timing, quote
from booking.domain.documents import DocumentContent, Line, Party
from booking.domain.payment import LEDGER_SIGNS, DocumentKind, LedgerKind, PaymentState, RefundState
from booking.domain.policy import parse_policy
from booking.domain.reference import with_check_digit
from booking.persistence.bookings import REFERENCE_ALPHABET, Answer, Attendee, Booking
from booking.persistence.cancellations import Cancellation
from booking.persistence.documents import PREFIXES, Document
from booking.persistence.journal import JournalEntry
from booking.persistence.ledger import LedgerEntry
from booking.persistence.notes import Note
from booking.persistence.outbox import OutboxJob
from booking.persistence.payments import Payment, Refund
from booking.persistence.registration_rows import RegistrationRow, folded
from booking.persistence.sent_mails import SentMail
from tests.factories import IBAN, TERMS

POLICY: Final = parse_policy("15:30,8:50,1:80")
FROZEN: Final = POLICY.to_json()
SCHOOL: Final = Party("Atelier du Lac", "Rue de la Gare", "12", "1110", "Morges")
CARD_HOLD, TRANSFER_HOLD, ON_ACCOUNT = timedelta(minutes=31), timedelta(days=10), timedelta(days=30)
TEXTS_KEPT, JOBS_KEPT = timedelta(days=365), timedelta(days=30)
SERIES: Final = {kind.value: f"document {kind.value}" for kind in DocumentKind}


@dataclass
class Affair:
    """A booking while it is written. Sums in centimes."""

    rows: Rows
    run: Run
    booker: Person
    id: int
    facts: dict[str, Any]
    seats: list[dict[str, Any]]
    net: int
    payment_id: int | None = None

    def enter(self, kind: LedgerKind, amount: int, at: datetime, **ids: int) -> None:
        if amount:
            named = {"attendee_id": None, "payment_id": None, "refund_id": None} | ids
            self.rows.add(
                LedgerEntry, booking_id=self.id, at=at, kind=kind, amount=amount * LEDGER_SIGNS[kind], **named
            )

    def note(self, action: str, at: datetime, actor: str = "participant", **facts: Any) -> None:
        by = self.rows.chance.randint(1, 3) if actor == "organiser" else None
        self.rows.add(JournalEntry, at=at, actor=actor, organiser_id=by, action=action, booking_id=self.id, facts=facts)

    def mail(self, kind: str, at: datetime, *readers: str) -> None:
        for reader in readers or ("booker", "organiser"):
            key = f"mail-{kind}-{reader}-{self.id}-{self.rows.written['sent_mail']}"
            payload = {"kind": kind, "to": reader, "booking_id": self.id}
            waits = self.rows.now - at < timedelta(minutes=20)
            if waits or self.rows.now - at < JOBS_KEPT:
                done = None if waits else at
                self.rows.add(OutboxJob, topic="mail", key=key, payload=payload, run_at=at, attempts=1, done_at=done)
            if not waits:
                text = self.rows.text(kind) if self.rows.now - at < TEXTS_KEPT else None
                sent = {"key": key, "booking_id": self.id, "kind": kind, "reader": reader, "sent_at": at}
                subject = f"{kind.title()}: {self.run.title}"
                to = self.booker.email if text else ""
                self.rows.add(SentMail, **sent, recipient=to, subject=subject, attachments=[], source=text)

    def document(
        self, kind: DocumentKind, total: int, at: datetime, due: datetime | None, cites: int | None = None
    ) -> int:
        serial = self.rows.count(SERIES[kind.value])
        reference = self.facts["qr_reference"] if due else None
        number = f"{PREFIXES[kind]}-{serial:05d}"
        content = DocumentContent(
            kind=kind,
            number=number,
            locale="fr",
            issued_on=at.date(),
            creditor=SCHOOL,
            debtor=Party(self.booker.name),
            booking_ref=self.facts["reference"],
            title=self.run.title,
            lines=(Line(self.run.title, 1, total, total),),
            total=total,
            due_on=due.date() if due else None,
            iban=IBAN if due else None,
            reference=reference,
        )
        named = {"booking_id": self.id, "kind": kind, "serial": serial, "number": number, "issued_at": at}
        named |= {"due_at": due, "total": total, "reference": reference, "cites_id": cites}
        return self.rows.add(Document, **named, content=content.to_json())


def write(rows: Rows, run: Run, at: datetime, people: list[Person]) -> None:
    """One booking made at `at`."""
    chance = rows.chance
    seats = chance.choices((1, 2, 3, 4), (74, 17, 6, 3))[0]
    affair = _booked(rows, run, at, [chance.choice(people) for _ in range(seats)])
    channel, pays = affair.facts["channel"], chance.random() < 0.91
    if channel is Channel.FREE:
        _confirm(affair, at)
    elif run.on_account:
        affair.document(DocumentKind.INVOICE, affair.net, at, at + ON_ACCOUNT)
        _confirm(affair, at)
        old = rows.now - at > timedelta(days=60)
        if chance.random() < (0.995 if old else 0.6):
            _pay(affair, at + timedelta(days=chance.randint(2, 29)))
    else:
        if channel is Channel.TRANSFER:
            affair.document(DocumentKind.INVOICE, affair.net, at, at + TRANSFER_HOLD)
            affair.mail("received", at)
        hold = CARD_HOLD if channel is Channel.STRIPE else TRANSFER_HOLD
        paid_at = at + hold * chance.random()
        if pays and paid_at <= rows.now:
            if channel is Channel.STRIPE:
                affair.document(DocumentKind.INVOICE, affair.net, paid_at, None)
            _pay(affair, paid_at)
            _confirm(affair, paid_at)
        elif at + hold <= rows.now:
            _expire(affair, at + hold)
        else:
            affair.facts["hold_until"] = at + hold
    if affair.facts["state"] is BookingState.CONFIRMED and chance.random() < 0.12:
        _cancel(affair, at + (run.starts_at - at) * chance.random())
    rows.waiting[RegistrationRow][-1]["state"] = affair.facts["state"]
    rows.seats[run.id].append((affair.id, [seat["id"] for seat in affair.seats if not seat["cancelled_at"]]))
    if chance.random() < 0.02:
        rows.add(Note, booking_id=affair.id, at=at, organiser_id=chance.randint(1, 3), body="A appelé, rappeler lundi.")


def _booked(rows: Rows, run: Run, at: datetime, people: list[Person]) -> Affair:
    chance, booker, seats = rows.chance, people[0], len(people)
    voucher = chance.randint(1, 40) if chance.random() < 0.12 else None
    net = run.price * 9 // 10 if voucher else run.price
    channel = (
        Channel.FREE if not net else Channel.TRANSFER if run.on_account or chance.random() < 0.5 else Channel.STRIPE
    )
    letters = "".join(chance.choices(REFERENCE_ALPHABET, k=8))
    number = rows.count("booking")
    facts = {
        "reference": f"{letters[:4]}-{letters[4:]}",
        "edition_id": run.id,
        "state": BookingState.PENDING,
        "channel": channel,
        "locale": chance.choices(("fr", "en"), (85, 15))[0],
        "created_at": at,
        "hold_until": None,
        "confirmed_at": None,
        "ended_at": None,
        "qr_reference": with_check_digit(f"{number:026d}") if net else None,
        "name": booker.name,
        "email": booker.email,
        "company": "Fiduciaire du Lac SA" if chance.random() < 0.08 else "",
        "town": "Lausanne",
        "voucher_id": voucher,
        "policy": FROZEN if net else None,
        "terms_digest": TERMS,
        "terms_language": "fr",
        "terms_accepted_at": at,
    }
    facts["id"] = rows.add(Booking, **facts)
    rows.waiting[Booking][-1] = facts  # what becomes of it is written into it
    words = folded(" ".join((facts["reference"], letters, facts["company"], *(f"{p.name} {p.email}" for p in people))))
    affair_row = {"booking_id": facts["id"], "name": folded(booker.name), "words": words, "seats": seats}
    rows.add(
        RegistrationRow, **affair_row, booked_at=at, edition_id=run.id, channel=channel, state=BookingState.PENDING
    )
    affair = Affair(rows, run, booker, facts["id"], facts, [], net * seats)
    for person in people:
        seat = {"booking_id": affair.id, "name": person.name, "email": "", "list_price": run.price, "net_price": net}
        seat |= {"cancelled_at": None}
        seat["id"] = rows.add(Attendee, **seat)
        rows.waiting[Attendee][-1] = seat
        affair.seats.append(seat)
        affair.enter(LedgerKind.PRICE, run.price, at, attendee_id=seat["id"])
        affair.enter(LedgerKind.DISCOUNT, run.price - net, at, attendee_id=seat["id"])
        if run.starts_at > rows.now - timedelta(days=30):
            for question in run.questions[:2]:
                rows.add(Answer, attendee_id=seat["id"], question_id=question, value="Un peu")
    affair.note("booked", at, seats=seats, channel=channel.value)
    return affair


def _pay(affair: Affair, at: datetime) -> None:
    if at > affair.rows.now:
        return
    channel = affair.facts["channel"]
    number = affair.rows.count("payment")
    provider = f"cs_{number}" if channel is Channel.STRIPE else None
    made = at - timedelta(minutes=3) if provider else at
    affair.payment_id = affair.rows.add(
        Payment,
        public_id=f"p{number}",
        booking_id=affair.id,
        channel=channel,
        amount=affair.net,
        state=PaymentState.PAID,
        created_at=made,
        settled_at=at,
        provider_id=provider,
    )
    affair.note("paid", at, "provider" if provider else "organiser", amount=affair.net, channel=channel.value)
    affair.enter(LedgerKind.PAYMENT, affair.net, at, payment_id=affair.payment_id)
    affair.document(DocumentKind.RECEIPT, affair.net, at, None)


def _confirm(affair: Affair, at: datetime) -> None:
    affair.facts |= {"state": BookingState.CONFIRMED, "confirmed_at": at}
    affair.note("confirmed", at, "provider")
    affair.mail("confirmed", at)


def _expire(affair: Affair, at: datetime) -> None:
    affair.facts |= {"state": BookingState.EXPIRED, "ended_at": at}
    for seat in affair.seats:
        affair.enter(LedgerKind.CANCELLATION_CREDIT, seat["net_price"], at, attendee_id=seat["id"])
    if affair.facts["channel"] is Channel.TRANSFER:
        cites = affair.rows.written["document"]
        affair.document(DocumentKind.CREDIT_NOTE, affair.net, at, None, cites)
    affair.note("expired", at, "system")
    affair.mail("expired", at, "booker")


def _cancel(affair: Affair, at: datetime) -> None:
    """All seats, or for some bookings of several only the first."""
    rows, payment_id = affair.rows, affair.payment_id
    if at > rows.now or (payment_id and at < affair.facts["confirmed_at"]):
        return
    gone = affair.seats if rows.chance.random() < 0.6 else affair.seats[:1]
    prices = [SeatPrice(seat["list_price"], seat["net_price"]) for seat in gone]
    timing = Timing("Europe/Zurich", affair.run.starts_at, None, affair.facts["created_at"])
    decided = quote(POLICY, timing, at, prices)
    credit, fee = sum(price.net_price for price in prices), decided.fee
    rows.waiting[RegistrationRow][-1]["seats"] -= len(gone)
    for seat in gone:
        seat["cancelled_at"] = at
        affair.enter(LedgerKind.CANCELLATION_CREDIT, seat["net_price"], at, attendee_id=seat["id"])
    affair.enter(LedgerKind.CANCELLATION_FEE, fee, at)
    if len(gone) == len(affair.seats):
        affair.facts |= {"state": BookingState.CANCELLED, "ended_at": at}
    paid = payment_id is not None
    back = credit - fee if paid else 0
    facts = {
        "days": decided.days,
        "percent": str(decided.percent),
        "ground": "tier",
        "channel": "transfer" if back else "",
    }
    money = {"credit": credit, "fee": fee, "refund": back, "due": 0 if paid else fee}
    rows.add(
        Cancellation, booking_id=affair.id, received_at=at, attendees=[seat["id"] for seat in gone], **facts, **money
    )
    if credit:
        affair.document(DocumentKind.CREDIT_NOTE, credit, at, None)
    if fee:
        affair.document(DocumentKind.FEE_INVOICE, fee, at, None if paid else at + ON_ACCOUNT)
    affair.note("cancelled", at, seats=len(gone), fee=fee)
    affair.mail("cancelled", at)
    if payment_id and back:
        _give_back(affair, payment_id, back, at)


def _give_back(affair: Affair, payment_id: int, amount: int, at: datetime) -> None:
    rows, channel = affair.rows, affair.facts["channel"]
    settled = at + timedelta(days=0 if channel is Channel.STRIPE else rows.chance.randint(1, 25))
    done = settled <= rows.now
    waits = rows.chance.choice((RefundState.NEEDS_IBAN, RefundState.TO_PAY))
    if channel is Channel.STRIPE:
        waits = RefundState.REQUESTED
    refund_id = rows.add(
        Refund,
        public_id=f"r{rows.count('refund')}",
        booking_id=affair.id,
        payment_id=payment_id,
        channel=channel,
        amount=amount,
        state=RefundState.SUCCEEDED if done else waits,
        reason="cancellation",
        created_at=at,
        settled_at=settled if done else None,
        iban="" if done or waits is not RefundState.TO_PAY else "CH9300762011623852957",
    )
    if done:
        affair.enter(LedgerKind.REFUND, amount, settled, refund_id=refund_id)
        affair.note("refunded", settled, "organiser", amount=amount)
        affair.mail("refunded", settled, "booker")
