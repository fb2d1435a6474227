"""The terms of an answer are signed with it; what no policy says is refused, older answers are read."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.formats.note import Signer
from gateway.wire.answer import Answer, AnswerError, AskedEntry, Refusal, answer_from_json
from gateway.wire.answer_text import open_answer, sign_answer
from gateway.wire.release import Coverage, Release, release_from_json
from gateway.wire.usage_terms import LONGEST_BASIS, PassOn, Terms, terms_from_json
from policies.model.terms import Redistribution

SIGNER = Signer.from_seed("region/kh/answers", bytes(range(32)))
TERMS = Terms(365, PassOn.WITH_CREDIT, "អនុក្រឹត្យ 25/2019")
ANSWER = Answer(
    "q-1", AskedEntry("region/log", 7, "ab" * 32), "KH", "2", "kh-1", "2024-12-31", (), (30,), terms=TERMS
)

any_terms = st.builds(
    Terms,
    st.none() | st.integers(0, 10_000),
    st.sampled_from(PassOn),
    st.none() | st.text("abc é=.%", min_size=1, max_size=LONGEST_BASIS),
)


@given(any_terms)
def test_terms_come_through_with_the_answer_and_with_the_release(terms: Terms) -> None:
    answer = replace(ANSWER, terms=terms)
    covered = Coverage("KH", answered=True, terms=terms)
    release = Release("q-1", {}, (), (), (covered,), "", "")

    assert open_answer(sign_answer(answer, SIGNER), SIGNER.verifier) == answer
    assert release_from_json(release.as_json()) == release


def test_every_word_of_a_policy_about_passing_on_has_one_here() -> None:
    assert {word.value for word in PassOn} == {word.value for word in Redistribution}


def test_an_answer_and_a_release_of_before_have_no_such_field() -> None:
    """Their texts stay what they were: the logs hold commitments to them."""
    before = replace(ANSWER, terms=None)
    release = Release("q-1", {}, (), (), (Coverage("KH", answered=True),), "", "")

    assert "terms" not in before.as_json()
    assert answer_from_json(before.as_json()) == before
    assert "terms" not in release.as_json()["coverage"][0]
    assert release_from_json(release.as_json()) == release


@pytest.mark.parametrize(
    "changes",
    [
        {"retention_days": -1},
        {"retention_days": True},
        {"retention_days": "365"},
        {"redistribution": "perhaps"},
        {"legal_basis": ""},
        {"legal_basis": "x" * (LONGEST_BASIS + 1)},
        {"legal_basis": "law\nVN  answered"},
        {"legal_basis": "law\x1b[2J"},
        {"legal_basis": "law\u202e"},
        {"more": 1},
    ],
)
def test_what_no_policy_says_is_refused(changes: dict[str, object]) -> None:
    data = {**ANSWER.as_json(), "terms": {**TERMS.as_json(), **changes}}

    with pytest.raises(AnswerError, match="form of an answer"):
        answer_from_json(data)


@pytest.mark.parametrize("terms", [None, [], "no", {}])
def test_what_are_no_terms_is_refused(terms: object) -> None:
    with pytest.raises(AnswerError):
        answer_from_json({**ANSWER.as_json(), "terms": terms})


def test_a_refusal_has_no_terms() -> None:
    with pytest.raises(AnswerError, match="gives nothing"):
        replace(ANSWER, cells=(), refusals=(Refusal.NOT_SHARED,))


def test_terms_are_read_back_as_they_are_written() -> None:
    assert terms_from_json(TERMS.as_json()) == TERMS
