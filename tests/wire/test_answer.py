"""An answer travels as a signed note; whatever was changed on the way is found."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.formats.note import Signer
from gateway.wire.answer import Answer, AnswerError, AskedEntry, Refusal, answer_from_json
from gateway.wire.answer_text import open_answer, sign_answer
from gateway.wire.cells import Axis

SIGNER = Signer.from_seed("region/kh/answers", bytes(range(32)))
OTHER = Signer.from_seed("region/kh/answers", bytes(32))
ANSWER = Answer(
    question_id="q-1",
    asked=AskedEntry("region/log", 7, "ab" * 32),
    member="KH",
    policy="2",
    snapshot="kh-1",
    snapshot_date="2024-12-31",
    axes=(Axis("outcome", ("K", "I", "Total")),),
    cells=(7, None, 30),
)


def test_an_answer_comes_through() -> None:
    assert open_answer(sign_answer(ANSWER, SIGNER), SIGNER.verifier) == ANSWER


def test_a_refusal_comes_through_without_cells() -> None:
    refusal = Answer(
        "q-1", ANSWER.asked, "KH", "2", None, None, (), (), (Refusal.NOT_SHARED, Refusal.TOO_DETAILED)
    )

    assert open_answer(sign_answer(refusal, SIGNER), SIGNER.verifier) == refusal


def test_another_key_of_the_same_name_is_not_believed() -> None:
    with pytest.raises(AnswerError, match="cannot be trusted"):
        open_answer(sign_answer(ANSWER, OTHER), SIGNER.verifier)


@given(st.data())
def test_a_changed_letter_is_found(data: st.DataObject) -> None:
    note = sign_answer(ANSWER, SIGNER)
    place = data.draw(st.integers(0, len(note) - 1))
    letter = data.draw(st.characters(codec="ascii"))

    if note[place] != letter:
        with pytest.raises(AnswerError):
            open_answer(note[:place] + letter + note[place + 1 :], SIGNER.verifier)


@pytest.mark.parametrize(
    "change",
    [
        {"cells": [7, None]},
        {"cells": [7, None, -1]},
        {"cells": [7, None, 1.5]},
        {"cells": [7, None, True]},
        {"cells": [7, None, 10**10]},
        {"refusals": ["because"]},
        {"v": 2},
        {"extra": 1},
        {"member": ""},
        {"axes": [{"level": "outcome"}]},
        {"axes": [{"level": "outcome", "codes": ["K", "I", "Total"], "more": 1}]},
    ],
)
def test_an_answer_of_another_form_is_refused_without_repeating_it(change: dict[str, object]) -> None:
    with pytest.raises(AnswerError) as refusal:
        answer_from_json({**json.loads(json.dumps(ANSWER.as_json())), **change})

    assert "30" not in refusal.value.message
