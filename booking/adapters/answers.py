"""What participants answered, ready to read: by question, for whoever prepares, and by person, for whoever teaches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from booking.adapters import wording
from booking.domain.bilingual import Bilingual
from booking.persistence.bookings import Answer, Attendee
from booking.persistence.masterclasses import Question, QuestionKind

COUNTED = (QuestionKind.CHOICE, QuestionKind.YES_NO)


@dataclass(frozen=True)
class AskedQuestion:
    """A question with (name, words) of those who answered; `counts` are (words, number) where there is a choice."""

    label: str
    counts: tuple[tuple[str, int], ...]
    said: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class AnswerSheet:
    """`people` are (name, their (question, words)), also those who said nothing."""

    questions: tuple[AskedQuestion, ...]
    people: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]

    @property
    def silent(self) -> list[str]:
        """Who answered nothing yet."""
        return [name for name, said in self.people if not said]


def answer_sheet(
    questions: Iterable[Question], seats: Collection[Attendee], answers: Iterable[Answer], locale: str
) -> AnswerSheet:
    """In the order of `questions` and `seats`, in the words of `locale`. Questions no longer asked come only with
    answers."""
    given = {(answer.attendee_id, answer.question_id): answer for answer in answers}
    answered = {question_id for _seat, question_id in given}
    asked = [question for question in questions if not question.retired or question.id in answered]

    def of(seat: Attendee) -> Iterator[tuple[str, str]]:
        for question in asked:
            if answer := given.get((seat.id, question.id)):
                yield question.label.best(locale), answer_words(question, answer.value, locale)

    return AnswerSheet(
        tuple(_asked(question, seats, given, locale) for question in asked),
        tuple((seat.name, tuple(of(seat))) for seat in seats),
    )


def answer_words(question: Question, value: str, locale: str) -> str:
    """What was answered, as a person reads it."""
    if question.kind is QuestionKind.YES_NO:
        _, pgettext = wording.translators(locale)
        return {"yes": pgettext("answer", "Yes"), "no": pgettext("answer", "No")}.get(value, value)
    choices = {choice["key"]: Bilingual(choice["fr"], choice["en"]).best(locale) for choice in question.choices}
    return choices.get(value, value)


def _asked(
    question: Question, seats: Collection[Attendee], given: dict[tuple[int, int], Answer], locale: str
) -> AskedQuestion:
    answers = ((seat.name, given.get((seat.id, question.id))) for seat in seats)
    said = [(name, answer_words(question, answer.value, locale)) for name, answer in answers if answer]
    counts = Counter(words for _name, words in said) if question.kind in COUNTED else Counter[str]()
    return AskedQuestion(question.label.best(locale), tuple(counts.most_common()), tuple(said))
