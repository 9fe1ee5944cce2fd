"""Certificates of attendance: issued to whoever was there, frozen, mailed once; a correction is a new one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from booking.domain import placeholders
from booking.domain.actor import Actor
from booking.domain.attendance import Attended, Sitting, attended, taken
from booking.domain.bilingual import Bilingual
from booking.domain.booking import BookingState
from booking.domain.certificates import DEFAULT_TEXT, PLACEHOLDERS, CertificateContent
from booking.domain.documents import Issuer
from booking.domain.errors import ChangedMeanwhile, NotFound, NotYetOver, PlanChanged
from booking.persistence import attendance, certificates, journal, letters, settings
from booking.persistence.bookings import Attendee, Booking, lock_booking
from booking.persistence.certificates import Certificate
from booking.persistence.db import db
from booking.persistence.masterclasses import Edition, MasterClass, lock_edition
from booking.persistence.settings import CERTIFICATE_PAUSE, CERTIFICATE_TEXT
from booking.persistence.transaction import atomic

CHUNK: Final = 50  # certificates written in one transaction: others write in between


@dataclass(frozen=True)
class Candidate:
    """A person with a seat: what counts as attended, and the certificate that stands."""

    seat: Attendee
    attended: Attended
    certificate: Certificate | None

    @property
    def is_due(self) -> bool:
        """Whether issuing gives this person one."""
        return self.certificate is None and bool(self.attended.sittings)


@dataclass(frozen=True)
class Proposal:
    """Everybody with a seat, and the meetings at which nobody was marked (those count for all)."""

    people: tuple[Candidate, ...]
    untaken: tuple[Sitting, ...]

    @property
    def due(self) -> list[Candidate]:
        """Who would get one now."""
        return [person for person in self.people if person.is_due]

    @property
    def shown(self) -> str:
        """All of it in one word, to be posted back."""
        seen = [(person.seat.id, person.seat.name, person.attended.minutes) for person in self.due]
        return hashlib.sha256(repr(seen).encode()).hexdigest()


def sittings(edition: Edition) -> list[Sitting]:
    """The meetings of an edition, as the rules of attendance know them."""
    pause = pause_of(edition)
    return [Sitting(meeting.id, meeting.starts_at, meeting.ends_at, pause) for meeting in edition.meetings]


def pause_of(edition: Edition) -> int:
    """Minutes in each of its meetings that certificates do not count."""
    return settings.read(f"{CERTIFICATE_PAUSE}.{edition.id}", 0)


def set_pause(edition_id: int, minutes: int, by: Actor, now: datetime) -> None:
    """For the certificates that are still to be issued; those that were keep their hours."""
    with atomic():
        edition = lock_edition(edition_id)
        if minutes != pause_of(edition):
            settings.write(f"{CERTIFICATE_PAUSE}.{edition_id}", minutes or None, now)
            journal.note("certificate_hours_changed", by, now, edition_id=edition_id, minutes=minutes)


def propose(edition: Edition) -> Proposal:
    """Who was there, by booking, and who has a certificate already."""
    query = (
        select(Attendee)
        .join(Attendee.booking)
        .where(Booking.edition_id == edition.id, Booking.state == BookingState.CONFIRMED)
        .where(Attendee.cancelled_at.is_(None))
        .options(contains_eager(Attendee.booking))
        .order_by(Booking.id, Attendee.id)
    )
    seats = list(db.session.scalars(query))
    marks, held = attendance.marks(edition.id), sittings(edition)
    known = taken(marks.values())
    issued = certificates.of_edition(edition.id)
    people = (Candidate(seat, attended(held, marks.get(seat.id, {}), known), issued.get(seat.id)) for seat in seats)
    return Proposal(tuple(people), tuple(sitting for sitting in held if sitting.id not in known))


def issue(edition_id: int, shown: str, issuer: Issuer, by: Actor, now: datetime) -> int:
    """Issues and mails a certificate to everybody who was shown (`Proposal.shown`); gives how many.

    Some at a time: after a crash, those without one are shown again. Raises NotYetOver; PlanChanged when others
    are due by now.
    """
    with atomic():
        edition = lock_edition(edition_id)
        if now < edition.ends_at:
            raise NotYetOver(edition.ends_at)
        proposal = propose(edition)
        if proposal.shown != shown or not proposal.due:
            raise PlanChanged
        meant = [person.seat.id for person in proposal.due]
    for first in range(0, len(meant), CHUNK):
        with atomic():
            edition = lock_edition(edition_id)
            chunk = meant[first : first + CHUNK]
            _issue([person for person in propose(edition).due if person.seat.id in chunk], issuer, by, now)
    return len(meant)


def reissue(number: str, name: str, issuer: Issuer, by: Actor, now: datetime) -> str:
    """Replaces a certificate by one in the name that is right, which the booking takes over too; gives its number.

    Everything else is as it is known now. Raises NotFound; ChangedMeanwhile when it has been replaced already.
    """
    with atomic():
        old = certificates.numbered(number)
        if old is None:
            raise NotFound("certificate")
        edition = lock_edition(old.edition_id)
        lock_booking(old.attendee.booking_id)
        found = {person.seat.id: person for person in propose(edition).people}.get(old.attendee_id)
        if found is None or not found.attended.sittings:
            raise NotFound("certificate")
        if found.certificate is None or found.certificate.id != old.id:
            raise ChangedMeanwhile
        found.seat.name = name
        new = _write(found, issuer, now, old)
        journal.note(
            "certificate_reissued", by, now, found.seat.booking_id, edition.id, number=new.number, cites=number
        )
        _mail([new], now)
        return new.number


def specimen(edition: Edition, issuer: Issuer, locale: str, now: datetime) -> CertificateContent:
    """What the first who is due would get, or somebody who attended everything; it has no number."""
    person = next(iter(propose(edition).people), None)
    name = person.seat.name if person else edition.master_class.title.best(locale)
    return _content(edition, name, Attended(tuple(sittings(edition))), issuer, locale, "", now, None)


def text_for(master_class: MasterClass | None) -> Bilingual:
    """The words of the certificates of a class; of all classes without words of their own, for None."""
    general, own = own_text(None), own_text(master_class) if master_class else Bilingual()
    return Bilingual(own.fr or general.fr, own.en or general.en)


def own_text(master_class: MasterClass | None) -> Bilingual:
    """What is set for a class, empty where it takes the general words; for None those, or the house's."""
    if master_class is None:
        return Bilingual(**settings.read(CERTIFICATE_TEXT, {"fr": DEFAULT_TEXT.fr, "en": DEFAULT_TEXT.en}))
    return Bilingual(**settings.read(f"{CERTIFICATE_TEXT}.{master_class.id}", {}))


def set_text(text: Bilingual, master_class_id: int | None, by: Actor, now: datetime) -> None:
    """Sets the words for one class or all; what is empty takes the general ones, then the house's.

    Certificates that were issued keep theirs. Raises UnknownPlaceholder.
    """
    for words in (text.fr, text.en):
        placeholders.check(words, PLACEHOLDERS)
    with atomic():
        kept = {"fr": text.fr, "en": text.en}
        if master_class_id is None:
            kept = {language: words or getattr(DEFAULT_TEXT, language) for language, words in kept.items()}
        name = CERTIFICATE_TEXT if master_class_id is None else f"{CERTIFICATE_TEXT}.{master_class_id}"
        settings.write(name, kept if text else None, now)
        offer = db.session.get(MasterClass, master_class_id) if master_class_id else None
        journal.note("certificate_text_changed", by, now, master_class=offer.slug if offer else None)


def _issue(people: Sequence[Candidate], issuer: Issuer, by: Actor, now: datetime) -> None:
    """One letter to each address that gets some of them."""
    written = [_write(person, issuer, now) for person in people]
    for certificate in written:
        seat = certificate.attendee
        journal.note("certificate_issued", by, now, seat.booking_id, certificate.edition_id, number=certificate.number)
    for _reader, together in groupby(sorted(written, key=_reader_of), key=_reader_of):
        _mail(list(together), now)


def _reader_of(certificate: Certificate) -> tuple[int, str]:
    """The booking, and the attendee's own address where there is one."""
    return certificate.attendee.booking_id, certificate.attendee.email.lower()


def _mail(together: list[Certificate], now: datetime) -> None:
    letters.certificates([row.id for row in together], together[0].attendee, now)


def _write(person: Candidate, issuer: Issuer, now: datetime, replaces: Certificate | None = None) -> Certificate:
    seat, edition = person.seat, person.seat.booking.edition
    number, cites = certificates.next_number(), replaces.number if replaces else None
    locale = seat.booking.locale
    content = _content(edition, seat.name, person.attended, issuer, locale, number, now, cites)
    row = Certificate(
        number=number,
        attendee=seat,
        edition_id=edition.id,
        issued_at=now,
        replaces_id=replaces.id if replaces else None,
        content=content.to_json(),
    )
    db.session.add(row)
    db.session.flush()
    return row


def _content(
    edition: Edition,
    name: str,
    attended: Attended,
    issuer: Issuer,
    locale: str,
    number: str,
    now: datetime,
    cites: str | None,
) -> CertificateContent:
    zone, master_class, venue = ZoneInfo(edition.zone), edition.master_class, edition.venue
    days: Iterable[datetime] = (sitting.starts_at.astimezone(zone) for sitting in attended.sittings)
    return CertificateContent(
        number=number,
        locale=locale,
        issued_on=now.astimezone(zone).date(),
        text=text_for(master_class).best(locale),
        name=name,
        title=master_class.title.best(locale),
        days=tuple(dict.fromkeys(day.date() for day in days)),
        minutes=attended.minutes,
        place=f"{venue.name}, {venue.town}" if venue else "",
        trainers=tuple(trainer.name for trainer in master_class.trainers),
        organiser=issuer.party.name,
        town=issuer.party.town,
        contact=issuer.party.email,
        accent=issuer.accent,
        cites=cites,
    )
