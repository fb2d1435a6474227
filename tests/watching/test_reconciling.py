"""Which differences between two logs count, when, and what is settled for good."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from logged import HUB, MONDAY, answered, asked, refused, released

from audit.events.event_values import EntryRef
from audit.events.events import Event, decode, encode
from audit.events.question_events import Released, ReleasedAgain
from audit.formats.merkle import leaf_hash
from gateway.watching.reconciling import Compared, Horizon, compare_logs

ASKED = encode(asked(deadline=MONDAY + timedelta(seconds=10)))
ALWAYS = datetime.max.replace(tzinfo=UTC)


def said(event: Event, *, leaf: bytes | None = None) -> bytes:
    """The member's entry about the question, by default about the very entry that asked."""
    return encode(replace(event, asked=EntryRef(HUB, 0, leaf_hash(ASKED) if leaf is None else leaf)))


def end(own: bytes | None = None, **outcome: tuple[str, ...]) -> bytes:
    """The release; it names the member's entry `own`, which stands at number 7 of its log."""
    event = released(**outcome)
    entry = None if own is None else EntryRef("log.example/kh", 7, leaf_hash(own))
    reported = tuple(replace(o, entry=entry) for o in event.outcomes)
    return encode(replace(event, outcomes=reported))


def compare(
    regional: list[bytes],
    own: list[bytes],
    *,
    after: timedelta = timedelta(hours=1),
    known: datetime = ALWAYS,
) -> Compared:
    horizon = Horizon(MONDAY + after, known, timedelta(minutes=5))
    return compare_logs(HUB, "KH", list(enumerate(regional)), list(enumerate(own, start=7)), horizon)


def gaps(compared: Compared) -> list[str]:
    return [each.gap.value for each in compared.differences]


@pytest.mark.parametrize(
    ("event", "outcome"), [(answered(), {"answered": ("KH",)}), (refused(), {"refused": ("KH",)})]
)
def test_logs_that_agree_are_settled_at_once(event: Event, outcome: dict[str, tuple[str, ...]]) -> None:
    own = said(event)
    compared = compare([ASKED, end(own, **outcome)], [own], after=timedelta(seconds=1))
    assert (gaps(compared), compared.settled, compared.about) == ([], {0}, {0, 1})


def test_a_question_under_way_is_neither_a_difference_nor_settled() -> None:
    compared = compare([ASKED], [said(answered())], after=timedelta(seconds=1))
    assert (gaps(compared), compared.settled) == ([], frozenset())


def test_a_question_without_an_end_counts_once_patience_is_over() -> None:
    assert gaps(compare([ASKED], [], after=timedelta(seconds=309))) == []
    assert gaps(compare([ASKED], [], after=timedelta(seconds=311))) == ["no-end"]


def test_what_the_members_log_seems_to_lack_waits_until_all_of_it_is_known() -> None:
    regional = [ASKED, end(answered=("KH",))]
    waiting = compare(regional, [], known=MONDAY)
    assert (gaps(waiting), waiting.settled) == ([], frozenset())
    assert gaps(compare(regional, [], known=MONDAY + timedelta(seconds=1))) == ["missing-in-member"]


def test_an_answer_in_time_that_the_release_lacks_is_a_difference_and_a_late_one_is_not() -> None:
    regional = [ASKED, end(missing=("KH",))]
    in_time, late = said(answered()), said(answered(at=MONDAY + timedelta(seconds=11)))
    assert gaps(compare(regional, [in_time])) == ["missing-in-hub"]
    compared = compare(regional, [late])
    assert (gaps(compared), compared.settled) == ([], {0})


def test_a_question_that_ended_without_the_member_is_settled_once_nothing_can_be_under_way() -> None:
    """Its late refusal may still be on the way: it must find the question that it names."""
    regional = [ASKED, end(missing=("KH",))]
    assert compare(regional, [], after=timedelta(minutes=4)).settled == frozenset()
    assert compare(regional, [], after=timedelta(minutes=6)).settled == {0}


def test_while_another_member_may_answer_late_the_question_stays_open_with_this_one_too() -> None:
    """The release that holds the late answer tells again what everybody did: it needs what it is about."""
    question = encode(asked(deadline=MONDAY + timedelta(seconds=10), late_until=MONDAY + timedelta(days=7)))
    own = said(answered(), leaf=leaf_hash(question))
    first = end(own, answered=("KH",), missing=("LA",))
    reported = decode(end(own, answered=("KH", "LA")))
    assert isinstance(reported, Released)
    again = encode(ReleasedAgain(**vars(reported), number=2))

    early = compare([question, first], [own])
    assert (gaps(early), early.settled, early.about) == ([], frozenset(), frozenset())
    whole = compare([question, first, again], [own])
    assert (gaps(whole), whole.settled, whole.about) == ([], {0}, {0, 1, 2})
    assert compare([question, first], [own], after=timedelta(days=8)).settled == {0}


def test_one_says_answered_and_the_other_refused() -> None:
    own = said(refused())
    assert gaps(compare([ASKED, end(own, answered=("KH",))], [own])) == ["contradiction"]


def test_a_release_that_names_another_entry_than_the_members() -> None:
    own = said(answered())
    assert gaps(compare([ASKED, end(said(refused()), answered=("KH",))], [own])) == ["contradiction"]


def test_an_entry_about_what_was_never_asked() -> None:
    own = said(answered(), leaf=bytes(32))
    assert gaps(compare([ASKED], [own], after=timedelta(seconds=1))) == ["not-asked"]


def test_a_question_that_is_released_twice() -> None:
    own = said(answered())
    compared = compare([ASKED, end(own, answered=("KH",)), end(own, answered=("KH",))], [own])
    assert "two-ends" in gaps(compared)
    assert compared.settled == frozenset()


def test_entries_of_kinds_that_are_not_known_here_are_passed_over() -> None:
    own = said(answered())
    unknown = b'{"type":"invented","version":9}'
    compared = compare([ASKED, end(own, answered=("KH",)), unknown], [own, unknown])
    assert (gaps(compared), compared.settled) == ([], {0})


def test_others_outcomes_are_not_this_members_business() -> None:
    event = released(answered=("LA",), missing=())
    assert isinstance(event, Released)
    compared = compare([ASKED, encode(event)], [])
    assert (gaps(compared), compared.settled) == ([], {0})
