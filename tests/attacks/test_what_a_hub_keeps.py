"""Attack on what a hub keeps: an earlier answer, of a member that is away, for whom it was not meant.

The attacker asks while the member cannot decide: as another organisation, for another purpose, after the
member changed its policy or its people, or after the time that the policy lets the hub keep answers.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from federation import Federation, federation, policy_text, snapshot
from hypothesis import given
from hypothesis import strategies as st
from signing import put_in_force

from gateway.hub.asking import ask
from gateway.hub.earlier_answers import is_reusable, reusable_answers
from gateway.hub.model import AskedQuestion
from gateway.member.build.cube_building import build
from gateway.member.register.snapshot_loading import keep_snapshot
from gateway.question import ask as question
from gateway.wire.answer import Answer, AskedEntry, Refusal

AT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def region(tmp_path: Path) -> Iterator[Federation]:
    with federation(tmp_path, "KH") as made:
        node = made.members["KH"].node
        put_in_force(node, policy_text("KH", 2) + "hub_cache: 30 days\n")
        build(node)
        for _ in range(2):
            made.members["KH"].round()
        yield made


def put(region: Federation, purpose: str = "regional-reporting", *by: str) -> AskedQuestion:
    words = question(
        region.hub.dictionary, measure="casualties", by=by or ("country", "year"), where={}, purpose=purpose
    )
    asked = ask(region.hub, region.analyst, words, timedelta(hours=1), timedelta(days=7))
    region.members["KH"].round()
    return asked


def given_again(region: Federation, asked: AskedQuestion) -> bool:
    """Whether the hub would give an earlier answer for this question, were the member away now."""
    now = region.clock.now()
    with region.hub.store.reading() as view:
        return "KH" in reusable_answers(view, asked, {"KH": now}, now)


def test_an_earlier_answer_stands_in_for_the_same_organisation_and_words_alone(region: Federation) -> None:
    put(region)
    again = put(region)
    assert given_again(region, again)
    others = AskedQuestion(**{**vars(again), "organisation": "ICRC"})
    assert not given_again(region, others)
    assert not given_again(region, put(region, "regional-reporting", "country", "year", "sex"))


def test_other_people_or_another_policy_end_what_a_hub_keeps(region: Federation) -> None:
    put(region)
    again = put(region)
    node = region.members["KH"].node
    assert given_again(region, again)
    keep_snapshot(node, snapshot("KH"))
    build(node)
    region.members["KH"].round()
    assert not given_again(region, again)


PAIRS = st.tuples(st.sampled_from(["1", "2"]), st.sampled_from(["1", "2"]))
"""A policy version and a snapshot."""


@given(answered=PAIRS, serves=PAIRS, keep=st.integers(0, 40), age=st.integers(0, 40), refused=st.booleans())
def test_what_is_kept_stands_in_under_the_same_policy_and_people_for_as_long_as_is_allowed(
    answered: tuple[str, str], serves: tuple[str, str], keep: int, age: int, *, refused: bool
) -> None:
    answer = Answer(
        "q-0",
        AskedEntry("test.example/log", 1, "0" * 64),
        "KH",
        *answered,
        "2026-01-01",
        (),
        () if refused else (7,),
        (Refusal.QUOTA_USED_UP,) if refused else (),
        keep_days=keep,
    )
    now = AT + timedelta(days=age)
    allowed = answered == serves and age <= keep and not refused
    assert is_reusable(answer, AT, serves, now) == allowed
    assert not is_reusable(answer, AT, None, now)
