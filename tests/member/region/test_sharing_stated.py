"""What a node states that it shares is what its policy decides, for every question that can be put."""

from datetime import UTC, date, datetime
from pathlib import Path
from textwrap import dedent

import pytest
from federation import Federation, federation, policy_text
from hypothesis import given
from hypothesis import strategies as st
from signing import put_in_force

from gateway.dictionary import regional
from gateway.dictionary.vocabulary import RECIPIENTS, vocabulary
from gateway.hub.sharing_statements import Expected, QuestionFacts, Requester, outlook
from gateway.member.answer.policy_verdict import judge
from gateway.member.region.sharing_statement import never_of, shared_of, stated
from gateway.wire.sharing_statement import Sharing
from policies import Policy, Request, load_policy

DICTIONARY = regional()
WORDS = vocabulary(DICTIONARY, recipients=RECIPIENTS, member="KH")
HEAD = "member: KH\nversion: 1\nvalid_from: 2026-01-01\nvalid_for: 24 months\n"
POLICIES = {
    "several permissions, and what is never shown": """
        share:
          - with: [ARMAC]
            for: [regional-reporting, treaty-reporting]
            measures: [casualties]
            finest: {date: year, sex: sex, outcome: yes, device: device_group}
          - with: [ARMAC, public]
            for: [public-information, treaty-reporting]
            measures: [casualties, accidents]
            only: ready-made questions
            max_dimensions: 2
        never:
          - {together: {device: any, place: province}}
          - {with: [public], show: {date: month}}
          - {for: [treaty-reporting], show: {sex: any}}
        finest: {place: province, date: month, sex: sex, outcome: yes, device: device_type}
        max_dimensions: 3
        threshold: 5
    """,
    "years in periods of three": """
        share:
          - {with: [ARMAC], for: [regional-reporting], measures: [casualties]}
        finest: {date: year, sex: sex, outcome: yes}
        pooled_years: 3
        max_dimensions: 2
        threshold: 11
    """,
}
LEVELS = ["month", "year", "year_band5", "province", "province_group", "sex", "outcome", "disability"]
LEVELS += ["device_type", "device_group"]


def policy(name: str) -> Policy:
    return load_policy(HEAD + dedent(POLICIES[name]), WORDS)


requests = st.tuples(
    st.sampled_from(["ARMAC", "public", "accredited researchers"]),
    st.sampled_from(["regional-reporting", "treaty-reporting", "public-information"]),
    st.sampled_from(["casualties", "accidents"]),
    st.sets(
        st.sampled_from(LEVELS),
        max_size=4,
    ),
    st.booleans(),
)


@pytest.mark.parametrize("name", POLICIES)
@given(asked=requests)
def test_the_statement_permits_what_the_policy_permits(
    name: str, asked: tuple[str, str, str, set[str], bool]
) -> None:
    organisation, purpose, measure, levels, ready_made = asked
    made = policy(name)
    said = Sharing("KH", "1", None, "s", None, None, shared_of(made, None), never_of(DICTIONARY, made))
    request = Request.of(
        member="KH",
        recipient=organisation,
        role="analyst",
        purpose=purpose,
        measure=measure,
        levels=[(DICTIONARY.level(level).dimension, level) for level in levels],
        ready_made="outcome-by-year" if ready_made else None,
    )
    _, refusals = judge(made, request, datetime(2026, 6, 1, tzinfo=UTC))
    facts = QuestionFacts(measure, purpose, frozenset(levels), ready_made)

    found = outlook(DICTIONARY, said, Requester(organisation, "analyst"), facts, date(2026, 6, 1))

    assert (found.expected is Expected.ANSWER) == (not refusals)


@pytest.fixture
def region(tmp_path: Path) -> Federation:
    with federation(tmp_path, "KH", "TH") as made:
        yield made


def at_the_hub(region: Federation) -> dict[str, Sharing]:
    with region.hub.store.reading() as view:
        return {member: kept.sharing for member, kept in view.sharings().items()}


def test_a_round_brings_the_statement_to_the_hub(region: Federation) -> None:
    region.members["KH"].round()

    said = at_the_hub(region)["KH"]
    assert said.policy == "1"
    assert said.snapshot_date == "2024-12-31"
    assert said.vintage == "2026-03-01"
    assert [one.levels for one in said.shared] == [("outcome", "sex", "year", "year_band5")]
    assert [one.max_dims for one in said.shared] == [2]


def test_a_new_version_is_stated_at_the_next_round_and_is_not_ready_before_its_cube(
    region: Federation,
) -> None:
    kh = region.members["KH"]
    kh.round()
    put_in_force(kh.node, policy_text("KH", 2).replace(", sex: sex", ""))
    kh.round()

    said = at_the_hub(region)["KH"]
    assert (said.policy, said.snapshot) == ("2", None)
    assert [one.levels for one in said.shared] == [("outcome", "year", "year_band5")]


def test_without_a_policy_nothing_is_shared(tmp_path: Path) -> None:
    with federation(tmp_path, "KH", ready=False) as made:
        kh = made.members["KH"]
        with kh.node.store.reading() as view:
            said = stated(kh.node, view, kh.cube_cache)

    assert (said.policy, said.shared, said.never) == (None, (), ())
