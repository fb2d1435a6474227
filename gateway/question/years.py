"""The year of a question about clients of assistance, who are counted in one year of service at a time."""

from collections.abc import Mapping, Sequence

from gateway.dictionary import CLIENTS, SERVICE_DATE, Dictionary
from gateway.question.model import Filter, Question


def needs_year(dictionary: Dictionary, question: Question) -> bool:
    """Whether the question is about clients and names no year of service."""
    if dictionary.measure(question.measure).of != CLIENTS:
        return False
    return not any(dictionary.of_dimension(f.level, SERVICE_DATE) for f in question.where)


def year_of_service(dictionary: Dictionary, measure: str, where: Mapping[str, Sequence[str]]) -> str:
    """The year of service of a question's filters, "" where it has none. Words need not be known here."""
    known = dictionary.measures.get(measure)
    codes = () if known is None or known.of != CLIENTS else where.get(known.year, ())
    return codes[0] if len(codes) == 1 else ""


def in_year(dictionary: Dictionary, question: Question, year: int) -> Question:
    """The question about clients, for one year of service. Filters stay sorted by level."""
    named = Filter(dictionary.measure(question.measure).year, (str(year),))
    where = sorted((*question.where, named), key=lambda f: f.level)
    return Question(question.measure, question.by, tuple(where), question.purpose)
