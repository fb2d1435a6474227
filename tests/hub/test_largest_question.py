"""The largest question that anybody can ask fits into an entry, at the hub and at each member."""

from datetime import UTC, datetime

import pytest

from audit.events.event_values import CoarseShare, CoarseSize, EntryRef, Filter
from audit.events.events import encode
from audit.events.question_events import Answered, Asked
from audit.formats.commitment import Commitment
from audit.formats.tiles import MAX_ENTRY_SIZE
from gateway.dictionary import Dictionary, regional
from gateway.question import COUNTRY, QuestionError, ask
from gateway.question.model import MAX_CODES

AT = datetime(2026, 1, 1, tzinfo=UTC)
SECRET = Commitment(bytes(32))
FILTERS = 10
"""As many as the API takes (`gateway.api.schemas`)."""


def longest(dictionary: Dictionary, level: str) -> tuple[str, ...]:
    """As many of the longest codes of a level as a filter may have; the calendar has codes without end."""
    codes = list(dictionary.codes(level))
    if not codes:
        codes = [f"{year:04d}-Q{quarter}" for year in range(1900, 2100) for quarter in (1, 2, 3, 4)]
    return tuple(sorted(codes, key=len, reverse=True)[:MAX_CODES])


@pytest.fixture(scope="module")
def where() -> tuple[Filter, ...]:
    """The ten longest filters, one for each dimension."""
    dictionary = regional()
    of_dimension: dict[str, Filter] = {}
    for level in dictionary.levels.values():
        found = Filter(level.name, longest(dictionary, level.name))
        known = of_dimension.get(level.dimension)
        if known is None or sum(map(len, found.codes)) > sum(map(len, known.codes)):
            of_dimension[level.dimension] = found
    by_length = sorted(of_dimension.values(), key=lambda f: sum(map(len, f.codes)), reverse=True)
    return (*by_length[: FILTERS - 1], Filter(COUNTRY, tuple(dictionary.members)))


def test_the_largest_question_fits_into_an_entry_of_the_hub(where: tuple[Filter, ...]) -> None:
    entry = Asked(
        question_id="q-" + "0" * 24, actor=SECRET, organisation="x" * 100, role="analyst",
        held=("x" * 100,) * 20, purpose="x" * 100, measure="x" * 100, by=("x" * 100,) * 10,
        where=where, dictionary="2026.1",
        members=tuple(regional().members), asked_at=AT, deadline=AT, late_until=AT,
    )  # fmt: skip
    assert len(encode(entry)) < MAX_ENTRY_SIZE


def test_and_into_one_of_a_member(where: tuple[Filter, ...]) -> None:
    entry = Answered(
        question_id="q-" + "0" * 24, member="KH", asked=EntryRef("x" * 200, 2**62, bytes(32)), actor=SECRET,
        organisation="x" * 100, role="analyst", purpose="x" * 100, measure="x" * 100, by=("x" * 100,) * 10,
        where=where, late_until=AT, dictionary="2026.1", software="1.0.0", policy_version="9999",
        snapshot="kh-000000000000", cube=2**62, decision=SECRET, answer=SECRET, size=CoarseSize.MANY,
        withheld=CoarseShare.MANY, at=AT,
    )  # fmt: skip
    assert len(encode(entry)) < MAX_ENTRY_SIZE


def test_a_filter_with_more_codes_is_no_question() -> None:
    with pytest.raises(QuestionError):
        ask(
            regional(),
            measure="casualties",
            by=[],
            where={"quarter": [f"{year}-Q1" for year in range(1500, 1501 + MAX_CODES)]},
            purpose="regional-reporting",
        )
