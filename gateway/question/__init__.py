"""An analyst's question: measure, by, where, purpose; valid by construction."""

from gateway.question.model import (
    COUNTRY,
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
