"""The model of a question: a measure, broken down by levels, filtered by codes, for a purpose.

Every word of a `Question` is known to the regional dictionary: build a question with `ask`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.dictionary import (
    CLIENTS,
    COUNTRY,
    PLACES,
    SERVICE_DATE,
    Dictionary,
    DictionaryError,
    ReadyTable,
)
from gateway.dictionary.errors import unknown
from gateway.errors import SafelaneError

MAX_CODES = 500
"""Most codes in one filter. More codes are a mistake or an attack."""


class QuestionError(SafelaneError):
    """An invalid question: `faults` lists every wrong word, with the nearest right word."""

    exit_code = 4

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__(
            "This question cannot be asked: " + " ".join(faults),
            remedy="`safelane words` lists the measures, levels, codes and purposes that can be used.",
        )
        self.faults = tuple(faults)


@dataclass(frozen=True)
class Filter:
    """`level` has one of `codes`. The codes are sorted, so that equal filters are equal."""

    level: str
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """Valid by construction (`ask`). `by` keeps the analyst's order; `where` is sorted by level."""

    measure: str
    by: tuple[str, ...]
    where: tuple[Filter, ...]
    purpose: str

    def as_json(self) -> dict[str, Any]:
        """Return the logged and sent form: plain JSON values, the same for equal questions."""
        return {
            "by": list(self.by),
            "measure": self.measure,
            "purpose": self.purpose,
            "where": {f.level: list(f.codes) for f in self.where},
        }

    def filter(self, level: str) -> Filter | None:
        return next((f for f in self.where if f.level == level), None)

    def inside(self) -> "Question":
        """Return the question for one member: without the level of the members themselves."""
        return Question(
            self.measure,
            tuple(level for level in self.by if level != COUNTRY),
            tuple(f for f in self.where if f.level != COUNTRY),
            self.purpose,
        )


def ask(
    dictionary: Dictionary,
    *,
    measure: str,
    by: Iterable[str],
    where: Mapping[str, Iterable[str]],
    purpose: str,
) -> Question:
    """Build a question, or report every fault.

    Raises:
        QuestionError: an unknown word, a repeated level, two levels of one dimension, a filter without codes
            or with too many.
    """
    by = tuple(by)
    filters = tuple(
        Filter(level, tuple(sorted(set(codes))))
        for level, codes in sorted(where.items(), key=lambda item: item[0])
    )
    faults = [
        *_unknown(dictionary.measure, measure),
        *_unknown(dictionary.purpose, purpose),
        *_faults_of_levels(dictionary, by, "by"),
        *_faults_of_levels(dictionary, [f.level for f in filters], "where"),
    ]
    for f in filters:
        faults += _faults_of_filter(dictionary, f)
    if not faults:
        faults = [
            *_faults_between(dictionary, by, filters),
            *_faults_of_clients(dictionary, measure, by, filters),
        ]
    if faults:
        raise QuestionError(faults)
    return Question(measure, by, filters, purpose)


def parse(dictionary: Dictionary, data: Mapping[str, Any]) -> Question:
    """Read the form of `Question.as_json`. Raises QuestionError."""
    return ask(
        dictionary, measure=data["measure"], by=data["by"], where=data["where"], purpose=data["purpose"]
    )


def members_asked(dictionary: Dictionary, question: Question, enrolled: Iterable[str]) -> tuple[str, ...]:
    """Return the enrolled members in the question's places and countries, sorted."""
    members = set(enrolled)
    country = question.filter(COUNTRY)
    if country is not None:
        members &= set(country.codes)
    for f in question.where:
        if f.level != COUNTRY and dictionary.level(f.level).dimension in PLACES:
            members &= {dictionary.member_of_place(code) for code in f.codes}
    return tuple(sorted(members))


def ready_made(dictionary: Dictionary, question: Question) -> str | None:
    """Return the name of the ready-made question with an equal table: levels in any order, no filter.

    A year of service is no filter here: every question about clients has one. `question` is in a member's
    form (`Question.inside`). Former names count, so that a policy permits what it permitted when it was
    signed.
    """
    if any(not dictionary.of_dimension(f.level, SERVICE_DATE) for f in question.where):
        return None
    asked = (question.measure, frozenset(question.by))
    known = [*dictionary.ready_made, *dictionary.former_ready_made]
    return next(
        (
            name
            for name in known
            for table in dictionary.ready_tables(name)
            if (table.measure, frozenset(table.levels)) == asked
        ),
        None,
    )


def in_these_words(dictionary: Dictionary, table: ReadyTable, question: Question) -> bool:
    """Whether a question asks a table as it is: a year of service may be named, and nothing else."""
    same = question.measure == table.measure and question.by == table.by
    return same and all(dictionary.of_dimension(f.level, SERVICE_DATE) for f in question.where)


def _unknown(find: Any, word: str) -> list[str]:
    try:
        find(word)
    except DictionaryError as error:
        return [error.message]
    return []


def _faults_of_levels(dictionary: Dictionary, levels: Sequence[str], slot: str) -> list[str]:
    faults: list[str] = []
    seen: dict[str, str] = {}
    for level in levels:
        if level == COUNTRY:
            dimension = COUNTRY
        else:
            if level not in dictionary.levels:
                faults.append(unknown("level", level, (*dictionary.levels, COUNTRY)).message)
                continue
            dimension = dictionary.level(level).dimension
        if dimension in seen:
            faults.append(
                f"'{slot}' names {dimension} twice ({seen[dimension]} and {level}): keep one of them."
            )
        seen[dimension] = level
    return faults


def _faults_of_filter(dictionary: Dictionary, f: Filter) -> list[str]:
    if not f.codes:
        return [f"'where {f.level}' names no code."]
    if len(f.codes) > MAX_CODES:
        return [f"'where {f.level}' names {len(f.codes)} codes; at most {MAX_CODES} are allowed."]
    if f.level == COUNTRY:
        return [fault for code in f.codes for fault in _unknown(dictionary.member, code)]
    if f.level not in dictionary.levels:
        return []  # named already
    return [fault for code in f.codes for fault in _unknown(lambda c: dictionary.code(f.level, c), code)]


def _faults_of_clients(
    dictionary: Dictionary, measure: str, by: Sequence[str], filters: Sequence[Filter]
) -> list[str]:
    """A question about clients is of one year of service, and one about cases of one pillar."""
    counted = dictionary.measure(measure)
    if counted.of != CLIENTS:
        return []
    faults = []
    levels = [*by, *(f.level for f in filters)]
    if attribute := dictionary.unnamed_attribute(measure, levels):
        example = next(name for name in dictionary.dimensions if name.startswith(f"{attribute}."))
        faults.append(
            f"'{measure}' needs one kind of assistance, such as {example}: a client has a case for each of "
            "them. Ask for clients instead to count people."
        )
    years = [f for f in filters if dictionary.of_dimension(f.level, SERVICE_DATE)]
    broken = any(dictionary.of_dimension(level, SERVICE_DATE) for level in by)
    if broken or any(len(f.codes) > 1 for f in years):
        faults.append(
            f"'{measure}' is of one year of service: the same people come again, so that years are neither "
            "set side by side nor added up. Name one with 'where service_year', or none for the last year "
            "that is closed at all members that answer."
        )
    return faults


def _faults_between(dictionary: Dictionary, by: Sequence[str], filters: Sequence[Filter]) -> list[str]:
    """A filter on a dimension of the breakdown must be at the same level or a coarser level."""
    faults = []
    for f in filters:
        if f.level == COUNTRY:
            continue
        dimension = dictionary.dimension(dictionary.level(f.level).dimension)
        order = [level.name for level in dimension.levels]
        for level in by:
            if level in order and order.index(f.level) < order.index(level):
                faults.append(
                    f"'where {f.level}' is finer than 'by {level}': break down by {f.level} instead."
                )
    return faults
