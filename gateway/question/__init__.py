"""An analyst's question: measure, by, where, purpose; valid by construction."""

from gateway.dictionary import COUNTRY
from gateway.question.model import (
    MAX_CODES,
    Filter,
    Question,
    QuestionError,
    ask,
    members_asked,
    parse,
    ready_made,
)

__all__ = [
    "COUNTRY",
    "MAX_CODES",
    "Filter",
    "Question",
    "QuestionError",
    "ask",
    "members_asked",
    "parse",
    "ready_made",
]
