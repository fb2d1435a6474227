"""An analyst's question: measure, by, where, purpose; valid by construction."""

from gateway.dictionary import COUNTRY
from gateway.question.model import (
    MAX_CODES,
    Filter,
    Question,
    QuestionError,
    ask,
    in_these_words,
    members_asked,
    parse,
    ready_made,
)
from gateway.question.years import in_year, needs_year, year_of_service

__all__ = [
    "COUNTRY",
    "MAX_CODES",
    "Filter",
    "Question",
    "QuestionError",
    "ask",
    "in_these_words",
    "in_year",
    "members_asked",
    "needs_year",
    "parse",
    "ready_made",
    "year_of_service",
]
