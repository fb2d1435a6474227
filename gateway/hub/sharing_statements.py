"""Members' sharing statements, and what a requester can expect of each member. Pure but for a log warning.

They also fix the year of a question about clients of assistance that names none. Each member would answer for
the last year of service that is closed at its own place, and such years may differ: numbers of different
years would be added up. The year follows from the calendar, and from what members state of the years that
their policies count; never from records.

Expectations help to ask and decide nothing. The member decides every question by the policy itself.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

import structlog

from audit.formats.note import Verifier
from gateway.dictionary import FIRST_SERVICE_YEAR, SERVICE_DATE, Dictionary
from gateway.question import Question, in_year, members_asked, needs_year, ready_made
from gateway.wire.answer import Refusal
from gateway.wire.enrolment import Enrolment
from gateway.wire.sharing_statement import Never, Shared, Sharing, SharingError, open_sharing

log = structlog.get_logger()


class Expected(StrEnum):
    """The most likely outcome of a question at a member."""

    ANSWER = "answer"
    ASK_A_PERSON = "ask-a-person"  # a person there approves the answer, or not
    REFUSE = "refuse"
    UNKNOWN = "unknown"  # the member has no sharing statement


@dataclass(frozen=True)
class Outlook:
    """`why`: the reasons of a refusal, in the words of members' refusals."""

    expected: Expected
    why: tuple[Refusal, ...] = ()


@dataclass(frozen=True)
class Requester:
    """The requester, as policies see the requester."""

    organisation: str
    role: str


@dataclass(frozen=True)
class QuestionFacts:
    """A question, reduced to the facts that policies judge. `levels`: the levels of breakdown and filters."""

    measure: str
    purpose: str
    levels: frozenset[str]
    ready_made: bool = False

    @classmethod
    def of(cls, dictionary: Dictionary, question: Question) -> "QuestionFacts":
        """The facts of a question that a member's policy judges. A filter on countries only selects
        members.
        """
        inside = question.inside()
        levels = frozenset([*inside.by, *(f.level for f in inside.where)])
        return cls(question.measure, question.purpose, levels, ready_made(dictionary, inside) is not None)


EMBARGO = timedelta(days=90)
"""After so long a year is taken as closed where no member tells: that of policies which say nothing."""

UNKNOWN = Outlook(Expected.UNKNOWN)


def readable(member: Enrolment, note: str | None) -> str | None:
    """The note, if signed by the member and readable here; else None, as without a statement.

    A statement of a newer version must not keep a member from working.
    """
    if note is None:
        return None
    try:
        said = _opened(note, member.answer_key)
        if said.member != member.member:
            raise SharingError("The statement of what is shared is another member's.")
    except SharingError as error:
        log.warning("statement of what is shared not kept", member=member.member, reason=error.message)
        return None
    return note


@lru_cache(maxsize=32)
def _opened(note: str, key: str) -> Sharing:
    """A member states the same with every call, until its policy or its data change."""
    return open_sharing(note, Verifier.parse(key))


def outlook(
    dictionary: Dictionary, sharing: Sharing | None, requester: Requester, facts: QuestionFacts, on: date
) -> Outlook:
    """What to expect of a member with the statement `sharing`; `on` is the day of asking."""
    if sharing is None:
        return UNKNOWN
    if sharing.policy is None or _ended(sharing, on):
        return Outlook(Expected.REFUSE, (Refusal.NOT_IN_FORCE,))
    covering = [one for one in sharing.shared if _covers(dictionary, one, requester, facts)]
    if not covering or any(_hits(ban, requester, facts) for ban in sharing.never):
        return Outlook(Expected.REFUSE, (_reason(dictionary, sharing, requester, facts),))
    if sharing.snapshot is None:
        return Outlook(Expected.REFUSE, (Refusal.NOT_READY,))
    approval = any(one.approval_ready_made if facts.ready_made else one.approval for one in covering)
    return Outlook(Expected.ASK_A_PERSON if approval else Expected.ANSWER)


def dimensions_of(dictionary: Dictionary, levels: Iterable[str]) -> frozenset[str]:
    """The dimensions of levels; a level unknown to this dictionary counts as a dimension of its own."""
    known = dictionary.levels
    return frozenset(known[level].dimension if level in known else level for level in levels)


def for_requester(sharing: Sharing, requester: Requester) -> tuple[Shared, ...]:
    """The permissions for one requester, for any purpose."""
    return tuple(one for one in sharing.shared if _is_for(one, requester))


def _is_for(one: Shared, requester: Requester) -> bool:
    return requester.organisation in one.recipients and (one.roles is None or requester.role in one.roles)


def _covers(dictionary: Dictionary, one: Shared, requester: Requester, facts: QuestionFacts) -> bool:
    return (
        _is_for(one, requester)
        and facts.purpose in one.purposes
        and facts.measure in one.measures
        and facts.levels <= {*one.levels}
        and len(dimensions_of(dictionary, facts.levels) - {SERVICE_DATE}) <= one.max_dims
        and (facts.ready_made or not one.ready_made_only)
    )


def _hits(ban: Never, requester: Requester, facts: QuestionFacts) -> bool:
    who = (
        (ban.recipients, requester.organisation),
        (ban.roles, requester.role),
        (ban.purposes, facts.purpose),
        (ban.measures, facts.measure),
    )
    return (
        all(words is None or word in words for words, word in who)
        and (not ban.show or not facts.levels.isdisjoint(ban.show))
        and all(not facts.levels.isdisjoint(levels) for levels in ban.together)
    )


def _reason(dictionary: Dictionary, sharing: Sharing, requester: Requester, facts: QuestionFacts) -> Refusal:
    """The first obstacle, in the order in which a person would correct the question."""
    left = for_requester(sharing, requester)
    if not left:
        return Refusal.NOT_FOR_YOU
    left = tuple(one for one in left if facts.purpose in one.purposes)
    if not left:
        return Refusal.NOT_FOR_THIS_PURPOSE
    of_people = {d for one in left for d in dimensions_of(dictionary, one.levels)}
    left = tuple(one for one in left if facts.measure in one.measures)
    shown = {d for one in left for d in dimensions_of(dictionary, one.levels)}
    wanted = dimensions_of(dictionary, facts.levels)
    if not left or not wanted <= shown:
        uncollected = left and wanted <= of_people and dictionary.lacking_levels(facts.measure, facts.levels)
        return Refusal.NOT_COLLECTED if uncollected else Refusal.NOT_SHARED
    fine = [
        one for one in left if facts.levels <= {*one.levels} and len(wanted - {SERVICE_DATE}) <= one.max_dims
    ]
    if not fine:
        return Refusal.TOO_DETAILED
    if not facts.ready_made and all(one.ready_made_only for one in fine):
        return Refusal.READY_MADE_ONLY
    return Refusal.NOT_SHARED


def _ended(sharing: Sharing, on: date) -> bool:
    return sharing.valid_until is not None and on.isoformat() > sharing.valid_until


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
