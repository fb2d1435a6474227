"""The year of a question about assistance: clients are counted in one year of service at a time, and services
are read of one year where no year is named."""

from collections.abc import Mapping, Sequence

from gateway.dictionary import CLIENTS, CONTACTS, SERVICE_DATE, Dictionary
from gateway.question.model import Filter, Question

OF_ASSISTANCE = frozenset({CLIENTS, CONTACTS})
"""The data sets that are counted by year of service."""


def needs_year(dictionary: Dictionary, question: Question) -> bool:
    """Whether the question is about assistance and names no year of service."""
    if dictionary.measure(question.measure).of not in OF_ASSISTANCE:
        return False
    levels = [*question.by, *(f.level for f in question.where)]
    return not any(dictionary.of_dimension(level, SERVICE_DATE) for level in levels)


def year_of_service(dictionary: Dictionary, measure: str, where: Mapping[str, Sequence[str]]) -> str:
    """The year of service of a question's filters, "" where it has none. Words need not be known here."""
    known = dictionary.measures.get(measure)
    codes = () if known is None or known.of not in OF_ASSISTANCE else where.get(known.year, ())
    return codes[0] if len(codes) == 1 else ""


def in_year(dictionary: Dictionary, question: Question, year: int) -> Question:
    """The question about assistance, for one year of service. Filters stay sorted by level."""
    named = Filter(dictionary.measure(question.measure).year, (str(year),))
    where = sorted((*question.where, named), key=lambda f: f.level)
    return Question(question.measure, question.by, tuple(where), question.purpose)
