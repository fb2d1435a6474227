"""What an analyst asks: measure, by, where, purpose; valid by construction."""

from gateway.question.model import COUNTRY, Filter, Question, QuestionError, ask, members_asked, parse

__all__ = ["COUNTRY", "Filter", "Question", "QuestionError", "ask", "members_asked", "parse"]
