"""Dates of a class: written, changed, repeated, published, taken away. What people were told is changed by `move`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from booking.domain import promises
from booking.domain.actor import Actor
from booking.domain.catalogue import EditionSpec, check_prices
from booking.domain.editions import DateRefused, Fault, faults, faults_of_time, on_day, overlap
from booking.domain.errors import ChangedMeanwhile, DateStaysShown, MustBeMoved, SeatsTaken, StillUsed
from booking.domain.marks import changed, marks
from booking.domain.publication import PUBLICATION_TRANSITIONS, SHOWN, Publication
from booking.domain.state import IllegalTransition
from booking.persistence import counters, editions, journal
from booking.persistence.bookings import seats_taken
from booking.persistence.db import db
from booking.persistence.masterclasses import Edition, MasterClass
from booking.persistence.slugs import free_slug
from booking.persistence.transaction import atomic


def seen(edition: Edition) -> str:
    """What a form was filled from, posted back with it."""
    return marks(editions.plain(editions.spec_of(edition)))


def create(class_slug: str, spec: EditionSpec, state: Publication, now: datetime, by: Actor) -> str:
    """A new date; its slug (that of `spec` is not looked at) is made of the class's and the year. Gives the slug.

    Raises NotFound, DateRefused, PolicyUnfitForPrice.
    """
    with atomic():
        edition = _add(editions.class_of(class_slug), spec, state, now, by)
        counters.catalogue_changed()
        return edition.slug


def change(slug: str, spec: EditionSpec, shown: str, now: datetime, by: Actor) -> None:
    """Everything about a date; `shown` is what `seen` gave when the form was filled. Booked seats keep their price.

    Raises NotFound, ChangedMeanwhile, DateRefused, PolicyUnfitForPrice, SeatsTaken, and MustBeMoved when people hold
    seats and were told another day or place.
    """
    with atomic():
        edition = editions.lock(slug)
        before = editions.spec_of(edition)
        plain = editions.plain(before)
        if changed(shown, plain):
            raise ChangedMeanwhile
        _check(spec, edition.master_class, edition.state, before, now)
        told = promises.changes(before, spec)
        _keep_promises(edition, spec, told, now)
        if promises.frees(told) and editions.was_booked(edition.id):
            edition.moved_at = now  # late money for a booking that had ended is not for this day
        editions.write(edition, spec)
        fields = sorted(name for name, value in editions.plain(spec).items() if value != plain[name])
        if fields:
            journal.note("edition_changed", by, now, edition_id=edition.id, fields=fields)
            counters.catalogue_changed()


def repeat(slug: str, days: Sequence[date], state: Publication, now: datetime, by: Actor) -> list[str]:
    """The same date again, its first session on each of `days`; all of them or none. Gives their slugs. No session may
    be at the time of one of another date of the class: the button was pressed twice, or the course is longer than the
    days are apart.

    Raises NotFound, ClockChange, DateRefused, PolicyUnfitForPrice.
    """
    with atomic():
        edition = editions.lock(slug)
        spec = editions.spec_of(edition)
        held = [editions.meetings_of(other) for other in editions.taking_place(edition.master_class_id)]
        added = []
        for again in (on_day(spec, day) for day in sorted(days)):
            if any(overlap(again.meetings, other) for other in held):
                raise DateRefused((Fault("meetings", "same_time"),))
            held.append(again.meetings)
            added.append(_add(edition.master_class, again, state, now, by).slug)
        counters.catalogue_changed()
        return added


def set_state(slug: str, state: Publication, now: datetime, by: Actor) -> None:
    """Publishes, closes, archives, or makes a draft again what nobody ever booked.

    Raises NotFound, ChangedMeanwhile for a step that is no longer there, DateStaysShown, DateRefused,
    PolicyUnfitForPrice.
    """
    with atomic():
        edition = editions.lock(slug)
        try:
            PUBLICATION_TRANSITIONS.check(edition.state, state)
        except IllegalTransition:
            raise ChangedMeanwhile from None
        if state in SHOWN:
            spec = editions.spec_of(edition)
            _check(spec, edition.master_class, state, spec, now)
        else:
            _check_hidden(edition, state, now)
        edition.state = state
        journal.note("edition_set", by, now, edition_id=edition.id, state=state.value)
        counters.catalogue_changed()


def delete(slug: str, now: datetime, by: Actor) -> None:
    """Raises NotFound, or StillUsed when it was booked, be it long ago."""
    with atomic():
        edition = editions.lock(slug)
        if editions.was_booked(edition.id):
            raise StillUsed("booking", len(editions.live_bookings(edition.id, now)))
        journal.note("edition_deleted", by, now, edition=slug)
        editions.erase(edition)
        counters.catalogue_changed()


def _add(owner: MasterClass, spec: EditionSpec, state: Publication, now: datetime, by: Actor) -> Edition:
    _check(spec, owner, state, None, now)
    slug = free_slug(Edition, f"{owner.slug}-{spec.meetings[0].starts_at.year}")
    spec = replace(spec, slug=slug)
    edition = Edition(slug=slug, master_class_id=owner.id, state=state)
    with db.session.no_autoflush:
        db.session.add(edition)
        editions.write(edition, spec)
    journal.note("edition_written", by, now, edition_id=edition.id, state=state.value)
    return edition


def _check(
    spec: EditionSpec, owner: MasterClass, state: Publication, before: EditionSpec | None, now: datetime
) -> None:
    """What nobody can read of yet may lack its place and its terms; nothing else."""
    found = [*faults(spec), *faults_of_time(spec, before, now)]
    if state in SHOWN and owner.shown and not (spec.venue or spec.online_url):
        found.append(Fault("venue", "no_place"))
    if state in SHOWN and owner.shown and spec.price and owner.policy_template is None:
        found.append(Fault("price", "no_policy"))
    if found:
        raise DateRefused(tuple(found))
    if owner.policy_template:
        check_prices(owner.policy_template.policy, [price for price in (spec.price, spec.early_price) if price])


def _keep_promises(edition: Edition, spec: EditionSpec, told: frozenset[promises.Change], now: datetime) -> None:
    people = editions.live_bookings(edition.id, now)
    if not people:
        return
    taken = seats_taken(edition.id, now)
    if told:
        raise MustBeMoved(taken)
    if spec.capacity < taken:
        raise SeatsTaken(taken)
    policies = [booking.frozen_policy for booking in people if booking.frozen_policy]
    if promises.nearer_deadline(policies, edition.starts_at, edition.registration_closes_at, spec.closes):
        raise DateRefused((Fault("closes", "promised"),))


def _check_hidden(edition: Edition, state: Publication, now: datetime) -> None:
    """Who booked finds the class from every mail: a date of theirs is not taken off before it is over."""
    live = seats_taken(edition.id, now) if edition.ends_at > now and edition.called_off_at is None else 0
    if live or (state is Publication.DRAFT and editions.was_booked(edition.id)):
        raise DateStaysShown(live)
