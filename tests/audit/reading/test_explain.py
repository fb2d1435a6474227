"""A question in sentences from its entries: who, what, why, what members did, how it ended."""

import re
from copy import copy
from dataclasses import fields, replace
from datetime import timedelta

import logged
import pytest
from any_events import any_event
from hypothesis import given
from logged import HUB, MONDAY, SECRET

from audit.events.count_events import CountApproval
from audit.events.event_values import EntryRef, Outcome
from audit.events.events import EVENTS, Event
from audit.events.former_events import present_type
from audit.events.question_events import ApprovalAwaited, ApprovalDecided, Rejected
from audit.reading.explain import StoryPart, explain_question
from audit.reading.messages import Message
from audit.reading.plain_sentences import PLAIN
from audit.reading.sentences import say_event

KH = "log.example/kh"
BEGIN = "2026-01-05 03:00:00Z"
FEW = "less than a quarter of the numbers withheld"
COMMITTED = "the table is recorded only as a commitment"


def part(event: Event, number: int = 0, origin: str = HUB, actor: str | None = None) -> StoryPart:
    return StoryPart(origin, number, event, "proved", actor)


def story(*parts: StoryPart) -> str:
    return "\n".join(explain_question(parts))


def test_a_question_from_asking_to_its_end() -> None:
    asked = logged.asked(deadline=MONDAY + timedelta(seconds=10))
    reported = story(
        part(asked, actor="analyst@armac.example"),
        part(logged.released(answered=["KH"], refused=["LA"], missing=["VN"]), 1),
    )
    assert reported.splitlines()[:9] == [
        f"An analyst of ARMAC asked on {BEGIN} for casualties by country and year, where sex is F.",
        "The purpose was regional-reporting.",
        f"The person: analyst@armac.example (the opening matches the commitment {SECRET}).",
        "The question was sent to KH and LA, to be answered by 2026-01-05 03:00:10Z.",
        "KH answered from snapshot snapshot, under version 1 of its policy.",
        "LA refused under version 1 of its policy: its policy does not share this (not-shared).",
        "VN gave no answer in time.",
        (
            f"The question was closed on {BEGIN}: a table of 10-99 cells was released, {FEW}; "
            f"{COMMITTED}: {SECRET}."
        ),
        "",
    ]


def test_without_an_opening_nobody_is_named() -> None:
    assert f"The person is recorded only as a commitment: {SECRET}." in story(part(logged.asked()))


def test_a_question_without_an_end() -> None:
    assert "This log holds no end of the question" in story(part(logged.asked()))


def test_a_question_that_the_hub_denied() -> None:
    reported = story(part(logged.denied()))
    assert "before any member was asked: this purpose is not approved for the organisation" in reported
    assert "no end" not in reported


def test_a_members_log_alone_tells_what_was_asked() -> None:
    reported = story(part(logged.refused(reasons=("too-late",)), 3, KH))
    assert "An analyst of ARMAC asked for casualties" in reported
    assert "not available: the text below comes from a member's log." in reported
    assert "the question reached it after the deadline (too-late)" in reported
    assert f"entry 3 of {KH} refers to entry 0 of {HUB}, which is not available." in reported


def test_a_reason_without_words_is_shown_as_it_is() -> None:
    assert ": of-a-newer-version." in story(part(logged.refused(reasons=("of-a-newer-version",)), 3, KH))


def test_what_happened_beside_is_told_too() -> None:
    ref = EntryRef(HUB, 0, bytes(32))
    reported = story(
        part(logged.asked()),
        part(ApprovalAwaited("q-1", "KH", ref, "1", 2, MONDAY), 4, KH),
        part(ApprovalDecided("q-1", "KH", "somebody+key", granted=False, reason=SECRET, at=MONDAY), 5, KH),
        part(Rejected("q-1", "KH", ("repeated",), MONDAY), 6, KH),
    )
    assert "At KH the question waited from 2026-01-05 03:00:00Z for approval by 2 people." in reported
    assert "At KH somebody refused approval on" in reported
    assert "KH rejected a delivery on" in reported


def linked(asked_index: int = 0) -> tuple[StoryPart, StoryPart, StoryPart]:
    """A question, its answer in KH's log, and a release that names both."""
    asked = part(logged.asked())
    answered = part(logged.answered(asked=asked.ref), 7, KH)
    end = logged.released(answered=["KH"], index=asked_index)
    (outcome,) = end.outcomes
    return asked, answered, part(replace(end, outcomes=(replace(outcome, entry=answered.ref),)), 1)


def test_entries_that_name_each_other_rightly() -> None:
    reported = story(*linked())
    assert reported.count("the hash matches.") == 2
    assert "IS INCONSISTENT" not in reported
    assert "KH answered on" in reported
    assert "KH answered from" not in reported  # stated once, in the words of its own log


def test_an_end_that_ends_something_else() -> None:
    assert "IS INCONSISTENT: it ends entry 3" in story(*linked(asked_index=3))


@pytest.mark.parametrize("which", [0, 1])
def test_an_entry_that_is_not_the_one_that_was_named(which: int) -> None:
    parts = [*linked()]
    changed = replace(parts[which].event, measure="accidents")  # type: ignore[call-arg]
    parts[which] = replace(parts[which], event=changed)
    assert "IS INCONSISTENT" in story(*parts)


def test_outcomes_are_those_that_there_are() -> None:
    reported = story(part(logged.asked()), part(logged.released(**{o: ["KH"] for o in Outcome}), 1))
    assert all(
        word in reported for word in ("KH answered", "KH refused", "KH gave no answer", "KH was offline")
    )


@given(any_event())
def test_every_event_is_a_sentence_that_knows_what_it_was_made_of(event: Event) -> None:
    reported = say_event(event)
    assert reported.rstrip()
    assert not reported.startswith("None")
    assert Message(reported.text, reported.values) == reported == copy(reported)


def test_every_kind_has_words_for_each_of_its_fields_that_are_told() -> None:
    for (kind, _), made in EVENTS.items():
        names = {field.name for field in fields(made)} | {"who"}
        texts = [text for name, text in PLAIN.items() if name.partition(":")[0] == present_type(kind)]
        assert texts or say_event.dispatch(made) is not say_event.dispatch(Event)
        for text in texts:
            assert set(re.findall(r"%\((\w+)\)s", text)) <= names, kind


def test_a_kind_without_a_sentence_of_its_own_is_told_from_its_fields() -> None:
    approval = CountApproval(
        bytes(32), "2026-01", "KH", "somebody+key", granted=False, reason=None, at=MONDAY
    )
    rest = f"on {BEGIN} that its set takes part in counting people once, and signed the"
    assert say_event(approval) == f"At KH somebody refused {rest} refusal as somebody+key."
    granted = say_event(replace(approval, granted=True))
    assert granted == f"At KH somebody approved {rest} approval as somebody+key."
