"""What a catalogue says, as plain values, and what a class lacks before it may be published.

Money is in centimes, instants are aware. Source: the rules of the house, "what a master class page must be able to
say"; docs/catalogue.md describes the file that organisers write.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from booking.domain.bilingual import Bilingual
from booking.domain.booking import Confirmation
from booking.domain.cancellation import check_price
from booking.domain.errors import PolicyUnfitForPrice, Refusal
from booking.domain.policy import CancellationPolicy, PolicyError


@dataclass(frozen=True)
class PolicySpec:
    slug: str
    title: Bilingual
    policy: CancellationPolicy


@dataclass(frozen=True)
class VenueSpec:
    slug: str
    name: str
    street: str
    house_number: str
    postcode: str
    town: str
    country: str
    access: Bilingual
    map_url: str


@dataclass(frozen=True)
class TrainerSpec:
    slug: str
    name: str
    bio: Bilingual
    picture: str


@dataclass(frozen=True)
class TopicSpec:
    slug: str
    title: Bilingual


@dataclass(frozen=True)
class VoucherSpec:
    """`kind` 'percent' (value in percent) or 'amount' (value in centimes); `master_class` is a slug, None for all."""

    code: str
    kind: str
    value: str
    max_uses: int | None
    valid_from: datetime | None
    valid_until: datetime | None
    master_class: str | None


@dataclass(frozen=True)
class QuestionSpec:
    """`kind` text, long_text, choice or yes_no; `when` booking or before; choices are [{"key", "fr", "en"}]."""

    key: str
    kind: str
    label: Bilingual
    hint: Bilingual
    choices: tuple[dict[str, str], ...]
    required: bool
    when: str


@dataclass(frozen=True)
class MeetingSpec:
    starts_at: datetime
    ends_at: datetime
    title: Bilingual


@dataclass(frozen=True)
class EditionSpec:
    """One dated run. `price` is None and `meetings` empty while they are not written yet."""

    slug: str
    meetings: tuple[MeetingSpec, ...]
    venue: str | None
    online_url: str
    zone: str
    price: int | None
    early_price: int | None
    early_until: datetime | None
    minimum: int
    capacity: int
    opens: datetime | None
    closes: datetime | None
    decision: datetime | None
    confirmation: Confirmation


@dataclass(frozen=True)
class ClassSpec:
    slug: str
    kind: str
    language: str
    title: Bilingual
    summary: Bilingual
    objectives: Bilingual
    programme: Bilingual
    method: Bilingual
    audience: Bilingual
    prerequisites: Bilingual
    bring: Bilingual
    included: Bilingual
    credits: Bilingual
    series: Bilingual
    topics: tuple[str, ...]
    related: tuple[str, ...]
    trainers: tuple[str, ...]
    picture: str
    picture_credit: str
    contact: str
    published: bool
    policy: str | None
    questions: tuple[QuestionSpec, ...]
    editions: tuple[EditionSpec, ...]

    @property
    def free(self) -> bool:
        """Whether no edition costs anything."""
        return all(edition.price == 0 for edition in self.editions)


@dataclass(frozen=True)
class CatalogueSpec:
    """A whole catalogue; slugs are unique and references between the parts hold (whoever builds one sees to it)."""

    policies: tuple[PolicySpec, ...] = ()
    venues: tuple[VenueSpec, ...] = ()
    trainers: tuple[TrainerSpec, ...] = ()
    topics: tuple[TopicSpec, ...] = ()
    vouchers: tuple[VoucherSpec, ...] = ()
    classes: tuple[ClassSpec, ...] = ()


@dataclass
class NotPublishable(Refusal):
    """`where` ('class slug' or 'edition slug') lacks `what`: the fields that must be written first."""

    where: str
    what: tuple[str, ...]


@dataclass
class PolicyUnfit(Refusal):
    """At an edition's price the policy is no rising schedule; `reason` is the PolicyError's sentence."""

    where: str
    reason: str


@dataclass
class EditedAtDesk(Refusal):
    """`where` ('class slug', 'policy slug') was changed at the desk since a file was imported; another import would
    undo that."""

    where: str


@dataclass
class CatalogueRefused(Refusal):
    """All that stands against an import: NotPublishable, PolicyUnfit, PromiseBroken and EditedAtDesk, in order."""

    problems: tuple[Refusal, ...]


def lacking(offer: ClassSpec, languages: Iterable[str] = ("fr", "en")) -> list[NotPublishable]:
    """What must be written, in the languages of the site, before the class may be shown. Hours and price cannot wait
    even in a draft's edition."""
    found = []
    if offer.published:
        needs = {
            "title": bool(offer.title),
            "language": bool(offer.language),
            **{f"summary.{language}": language not in offer.summary.missing() for language in languages},
            "contact": bool(offer.contact),
            "policy": offer.free or bool(offer.policy),
            "edition": bool(offer.editions),
        }
        found.append(NotPublishable(f"class {offer.slug}", _unmet(needs)))
    for edition in offer.editions:
        needs = {
            "meetings": bool(edition.meetings),
            "price": edition.price is not None,
            "venue": bool(edition.venue or edition.online_url) or not offer.published,
        }
        found.append(NotPublishable(f"edition {edition.slug}", _unmet(needs)))
    return [problem for problem in found if problem.what]


def unfit(offer: ClassSpec, policy: CancellationPolicy) -> list[PolicyUnfit]:
    """Editions at whose price, full or early, the policy's fee would fall as the day comes nearer."""
    found = []
    for edition in offer.editions:
        for price in (edition.price, edition.early_price):
            try:
                check_price(policy, price or 0)
            except PolicyError as error:
                found.append(PolicyUnfit(f"edition {edition.slug}", str(error)))
                break
    return found


def check_prices(policy: CancellationPolicy, prices: Iterable[int]) -> None:
    """Raises PolicyUnfitForPrice at the first price, in centimes, at which a fee would fall as the day comes nearer."""
    for price in prices:
        try:
            check_price(policy, price)
        except PolicyError as error:
            raise PolicyUnfitForPrice(price, error.days) from error


def _unmet(needs: dict[str, bool]) -> tuple[str, ...]:
    return tuple(name for name, met in needs.items() if not met)
