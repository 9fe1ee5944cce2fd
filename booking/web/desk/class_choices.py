"""What the form of a class offers to choose from: people, subjects, other classes, policies."""

from __future__ import annotations

from wtforms.fields.choices import SelectChoice

from booking.domain.publication import Publication
from booking.persistence import class_index, queries, resources, schedules, site
from booking.persistence.masterclasses import MasterClass
from booking.web.desk.class_forms import ClassForm, no_policy
from booking.web.i18n import words


def offer_choices(form: ClassForm, offer: MasterClass) -> ClassForm:
    """The same form, with its choices; without the fields that do not concern this class."""
    others = [one for one in class_index.titles() if one.id != offer.id and one.state is not Publication.ARCHIVED]
    policies = [policy for policy, _used in schedules.policies()]
    form.trainers.choices = _sorted([(trainer.slug, trainer.name) for trainer in resources.trainers()])
    form.topics.choices = _sorted([(topic.slug, words(topic.title)) for topic in queries.topics()])
    form.related.choices = _sorted([(other.slug, words(other.title) or other.slug) for other in others])
    form.policy.choices = [
        no_policy(),
        *_sorted([(policy.slug, words(policy.title) or policy.slug) for policy in policies]),
    ]
    if offer.announced or offer.shown:
        del form.slug
    if site.current().vat is None:
        del form.vat_exempt
    return form


def _sorted(pairs: list[tuple[str, str]]) -> list[SelectChoice]:
    return [SelectChoice(slug, label) for slug, label in sorted(pairs, key=lambda pair: pair[1].casefold())]
