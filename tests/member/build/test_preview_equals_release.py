"""What a controller saw before a policy counted is what analysts get afterwards: a thousand questions."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from federation import Federation, federation, policy_text, snapshot
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from signing import put_in_force

from audit.formats.note import Note
from gateway.bootstrap.desk.preview_answers import NOWHERE, PreviewQuestion
from gateway.dictionary import regional
from gateway.hub.asking import ask
from gateway.hub.polling import MOST_DELIVERIES
from gateway.hub.releasing import release_due
from gateway.member.answer.answering import terms_of
from gateway.member.answer.decision import decide_on
from gateway.member.build.preview import PreviewReader, make, ready
from gateway.member.policy.policy_in_force import checked
from gateway.member.register.snapshot_loading import keep_snapshot
from gateway.question import Question, QuestionError
from gateway.question import ask as question_of
from gateway.wire.answer import Answer
from gateway.wire.answer_text import answer_of_text
from policies import Policy

POLICY = policy_text("KH").replace("[regional-reporting]", "[regional-reporting, treaty-reporting]")
CODES = {
    "year": ["2022", "2023", "2024", "2019"],
    "year_band5": ["2020-2024"],
    "sex": ["F", "M", "X"],
    "outcome": ["K", "I", "U"],
    "month": ["2023-04"],
    "device_type": ["LM"],
}
EXAMPLES, EACH = 35, 20


class Region:
    """`seen`: the cube as it was previewed. No dataclass: Hypothesis would print that to the last cell."""

    def __init__(self, made: Federation, policy: Policy, seen: PreviewReader) -> None:
        self.made, self.policy, self.seen = made, policy, seen


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Region]:
    """A region whose member has previewed its policy, and published it then."""
    with federation(tmp_path_factory.mktemp("region"), "KH", ready=False) as made:
        node = made.members["KH"].node
        keep_snapshot(node, snapshot("KH"))
        policy = checked(node, POLICY)
        seen = ready(node, make(node, policy))
        put_in_force(node, POLICY)
        yield Region(made, policy, seen)


# Made once, not for each of three thousand draws.
LEVELS = st.lists(st.sampled_from(sorted(CODES)), max_size=3, unique=True)
FILTERS = st.lists(st.sampled_from(sorted(CODES)), max_size=2, unique=True)
SOME_OF = {level: st.lists(st.sampled_from(codes), min_size=1, unique=True) for level, codes in CODES.items()}
MEASURES = st.sampled_from(["casualties", "accidents"])
PURPOSES = st.sampled_from(["regional-reporting", "treaty-reporting"])


@st.composite
def questions(draw: st.DrawFn) -> Question | None:
    """Any question about what there is and what there is not; None where its words do not fit together."""
    levels = draw(LEVELS)
    where = {level: draw(SOME_OF[level]) for level in draw(FILTERS)}
    try:
        return question_of(
            regional(),
            measure=draw(MEASURES),
            by=levels,
            where=where,
            purpose=draw(PURPOSES),
        )
    except QuestionError:
        return None


FITTING = questions().filter(lambda question: question is not None)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(asked=st.lists(FITTING, min_size=EACH, max_size=EACH))
def test_preview_equals_release(region: Region, asked: list[Question]) -> None:
    made, policy, seen = region.made, region.policy, region.seen
    assert EACH <= MOST_DELIVERIES
    node, now = made.members["KH"].node, made.clock.now()
    ids = [ask(made.hub, made.analyst, question, timedelta(minutes=1)).id for question in asked]

    made.members["KH"].round()
    release_due(made.hub)

    for question_id, question in zip(ids, asked, strict=True):
        asking = PreviewQuestion(question, "ARMAC", "analyst", now + timedelta(minutes=1))
        before = decide_on(node.dictionary, "KH", asking, policy=policy, cube=seen, at=now)
        with made.hub.store.reading() as view:
            after = _visible(answer_of_text(Note.parse(view.answers(question_id)["KH"]).text))
        reading = before.reading
        assert after == _visible(
            Answer(
                "",
                NOWHERE,
                "KH",
                "1",
                None,
                None,
                () if reading is None else reading.axes,
                () if reading is None else reading.cells,
                before.refusals,
                terms=terms_of(before),
            )
        )


def _visible(answer: Answer) -> dict[str, Any]:
    """All that does not depend on when and under which name it was asked."""
    plain = replace(answer, question_id="", asked=NOWHERE, snapshot=None, snapshot_date=None)
    return plain.as_json()
