"""Fixes the year of a question about clients of assistance that names none. Pure.

Each member would answer for the last year of service that is closed at its own place, and such years may
differ: numbers of different years would be added up. So the year is fixed when the question is asked. It
follows from the calendar, and from what members state of the years that their policies count; never from
records.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from gateway.dictionary import FIRST_SERVICE_YEAR, Dictionary
from gateway.hub.sharing_statements import Expected, QuestionFacts, Requester, outlook
from gateway.question import Question, in_year, members_asked, needs_year
from gateway.wire.sharing_statement import Sharing

EMBARGO = timedelta(days=90)
"""After so long a year is taken as closed where no member tells: that of policies which say nothing."""


def with_year(
    dictionary: Dictionary,
    question: Question,
    stated: Mapping[str, Sharing | None],
    requester: Requester,
    today: date,
) -> Question:
    """The question in the last year of service that is closed at every member that would answer.

    `stated` has every member of the region. A question that names its year, or needs none, stays as it is.
    """
    if not needs_year(dictionary, question):
        return question
    latest = (today - EMBARGO).year - 1
    facts = QuestionFacts.of(dictionary, in_year(dictionary, question, latest))
    answering = [
        sharing
        for member in members_asked(dictionary, question, stated)
        if (sharing := stated[member]) is not None
        and outlook(dictionary, sharing, requester, facts, today).expected is not Expected.REFUSE
    ]
    year = min(_closed_years(answering, today), default=max(latest, FIRST_SERVICE_YEAR))
    return in_year(dictionary, question, year)


def _closed_years(answering: list[Sharing], today: date) -> Iterator[int]:
    """The last closed year of each member, where that year is over and service was counted in it."""
    for sharing in answering:
        try:
            day = date.fromisoformat(sharing.snapshot_date or "")
        except ValueError:
            continue  # a member that states no day holds nobody up
        year = (day + timedelta(days=1)).year - 1 if day < date.max else day.year
        if FIRST_SERVICE_YEAR <= year < today.year:
            yield year
