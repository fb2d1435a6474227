"""Whatever a policy is changed into: its cube never gives back, together with the history, what was withheld.

The attacker knows everything that the former and the new cube show, as whoever kept the former answers does.
"""

from dataclasses import replace
from datetime import date
from typing import Any

from federation import PEOPLE, policy_text, snapshot
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from anonymisers.attack import Key, attack
from anonymisers.history.release_history import ReleaseHistory
from anonymisers.records.extract_safety import informative_tables
from gateway.dictionary import regional
from gateway.dictionary.vocabulary import vocabulary
from gateway.member.build.growth import grow
from gateway.member.cube.cube_inputs import CubeInputs
from gateway.member.errors import NotProtectedError
from gateway.member.model.snapshot import Column, Snapshot
from gateway.member.policy.cube_plan import plan_cube
from policies import Policy, load_policy
from policies.model.terms import Zeros

DICTIONARY = regional()
WORDS = vocabulary(DICTIONARY, recipients=["ARMAC"], member="KH")
TODAY = date(2026, 3, 1)
OLD = policy_text("KH").split("finest:")[0]

LEVELS = {"date": ["year", "year_band5"], "sex": ["sex"], "outcome": ["outcome"], "age": ["adult_child"]}
DETAIL = st.fixed_dictionaries(
    {"date": st.sampled_from(LEVELS["date"]), "sex": st.just("sex")},
    optional={name: st.sampled_from(LEVELS[name]) for name in ("outcome", "age")},
)
KNOBS = st.fixed_dictionaries(
    {
        "finest": DETAIL,
        "max_dimensions": st.integers(1, 3),
        "threshold": st.integers(3, 7),
        "zeros": st.sampled_from(["partner", "publish", "protect"]),
        "priority": st.sampled_from(["[]", "[canonical-questions]"]),
    }
)


def policy_with(knobs: dict[str, Any]) -> Policy:
    finest = ", ".join(f"{d}: {level}" for d, level in knobs["finest"].items())
    rest = "\n".join(f"{key}: {value}" for key, value in knobs.items() if key != "finest")
    return load_policy(f"{OLD}finest: {{{finest}}}\n{rest}\n", WORDS)


def people(draws: list[tuple[int, int, int, int]]) -> Snapshot:
    """The people of other tests with drawn values: years, sexes, outcomes and ages as uneven as can be."""
    made = snapshot("KH")
    rows = [draws[n % len(draws)] for n in range(PEOPLE)]
    columns = {
        "date": Column.of([f"{2022 + row[0]}-06" for row in rows]),
        "sex": Column.of([("M", "F", "X")[row[1]] for row in rows]),
        "outcome": Column.of([("I", "K", "U")[row[2]] for row in rows]),
        "age": Column.of([("25-34", "5-9")[row[3]] for row in rows]),
        "victim_type": made.columns["victim_type"],
    }
    return replace(made, columns=columns)


def cube(policy: Policy, made: Snapshot, former: ReleaseHistory | None) -> ReleaseHistory:
    return grow(CubeInputs(DICTIONARY, made, *plan_cube(DICTIONARY, policy, made, TODAY), b"k" * 32), former)


def withheld_by(made: ReleaseHistory) -> set[Key]:
    keys = made.lattice.keys()[made.withheld]
    return {
        tuple((d.name, d.codes[at]) for d, at in zip(made.lattice.dims, key, strict=True) if at != d.root)
        for key in keys.tolist()
    }


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(
    draws=st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 2), st.integers(0, 1)),
        min_size=3,
        max_size=60,
    ),
    before=KNOBS,
    after=KNOBS,
)
def test_no_changed_policy_gives_back_what_a_former_one_withheld(
    draws: list[tuple[int, int, int, int]], before: dict[str, Any], after: dict[str, Any]
) -> None:
    made, former, changed = people(draws), policy_with(before), policy_with(after)
    try:
        first = cube(former, made, None)
        second = cube(changed, made, first)
    except NotProtectedError:
        return  # refused: the former policy stays in force
    # what the two say of zeros may differ, so the attacker knows of a withheld cell only that it is 0 or more
    protects = {former.scope.zeros, changed.scope.zeros} == {Zeros.PROTECT}
    rules: dict[str, Any] = {
        "threshold": former.scope.threshold,
        "zeros": "protect" if protects else "partner",
        "lower": 0,
        "time_limit": 60,
    }
    alone = attack([informative_tables(first)], **rules)
    together = attack([informative_tables(first), informative_tables(second)], **rules)
    assert not together.undecided, "the attacker had no time to say"
    withheld = withheld_by(first)
    for kind in ("disclosed", "insufficiently_protected"):
        known, now = ({c.key for c in getattr(each, kind)} & withheld for each in (alone, together))
        assert now <= known, kind
    assert {c.key for c in together.unlisted} <= {c.key for c in alone.unlisted}
