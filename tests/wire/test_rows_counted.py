"""What is told of the rows that had to count is coarse, and strictly read."""

from dataclasses import replace
from typing import Any

import pytest

from audit.formats.note import Signer
from gateway.wire.answer import Answer, AnswerError, AskedEntry, answer_from_json
from gateway.wire.answer_text import open_answer, sign_answer
from gateway.wire.release import Coverage, Release, release_from_json
from gateway.wire.rows_counted import STEPS, step_from_json, step_of

SIGNER = Signer.from_seed("region/kh/answers", bytes(range(32)))
ANSWER = Answer("q-1", AskedEntry("region/log", 7, "ab" * 32), "KH", "2", "kh-1", "2024-12-31", (), (30,))


@pytest.mark.parametrize(
    ("percent", "step"),
    [(100, 95), (95, 95), (94, 90), (90, 90), (76, 75), (74, 50), (49, 0), (1, 0), (0, 0)],
)
def test_a_demand_is_told_by_the_step_that_it_reaches(percent: int, step: int) -> None:
    assert step_of(percent) == step
    assert step_from_json(step) == step


def test_no_step_says_more_than_was_demanded() -> None:
    assert all(step_of(percent) <= percent for percent in range(101))
    assert {step_of(percent) for percent in range(101)} == set(STEPS)


@pytest.mark.parametrize("value", [94, 96, -1, 95.0, True, False, "95", None, [95]])
def test_no_other_value_is_read(value: Any) -> None:
    with pytest.raises(AnswerError, match="form of an answer"):
        answer_from_json({**ANSWER.as_json(), "least_counted": value})


@pytest.mark.parametrize("step", [*STEPS, None])
def test_a_step_comes_through_with_the_answer_and_with_the_release(step: int | None) -> None:
    answer = replace(ANSWER, least_counted=step)
    release = Release("q-1", {}, (), (), (Coverage("KH", answered=True, least_counted=step),), "", "")

    assert open_answer(sign_answer(answer, SIGNER), SIGNER.verifier) == answer
    assert release_from_json(release.as_json()) == release
    assert ("least_counted" in answer.as_json()) == (step is not None)
    assert ("least_counted" in release.as_json()["coverage"][0]) == (step is not None)
