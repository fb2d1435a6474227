"""Whatever ready-made question is offered: its tables are protected before others, under every policy."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from types import MappingProxyType

import pytest
from federation import PEOPLE, snapshot

from anonymisers.tables.rules import Rules, TableOf
from gateway.demo.people_files import policy_text
from gateway.dictionary import Dictionary, ReadyMade, ReadyTable, regional
from gateway.dictionary.vocabulary import vocabulary
from gateway.member.model.snapshot import Column, Snapshot
from gateway.member.policy.cube_plan import plan_cube
from policies import load_policy

DICTIONARY = regional()
MEMBERS = ("KH", "LA", "MM", "PH", "TH", "VN")
INJURIES = "\n  ".join(f"injury.{code}: yes" for code in ("AMP_L", "EYE", "OTH"))
WITHOUT = policy_text("KH").replace("  injury: yes\n", "")
POLICIES = {
    **{f"{member}, its own": (member, policy_text(member)) for member in MEMBERS},
    "KH, nothing said of priority": ("KH", policy_text("KH").replace("priority:", "# priority:")),
    "KH, nothing first": ("KH", policy_text("KH").replace("[canonical-questions, article-7]", "[]")),
    "KH, some injuries": ("KH", WITHOUT.replace("outcome: yes", f"outcome: yes\n  {INJURIES}")),
    "KH, a list of its own": (
        "KH",
        policy_text("KH").replace("[canonical-questions, article-7]", "[{sex: sex, outcome: outcome}]"),
    ),
}


def whole(member: str) -> Snapshot:
    """A register that answers every dimension of the dictionary."""
    made = snapshot(member)
    columns = dict(made.columns)
    for name, dimension in DICTIONARY.dimensions.items():
        codes = DICTIONARY.codes(dimension.level_names(member)[0], member=member)
        if name not in columns and codes:
            columns[name] = Column.of([min(codes)] * PEOPLE)
    return replace(made, columns=columns)


def planned(dictionary: Dictionary, member: str, text: str) -> tuple[dict[str, str], Rules]:
    policy = load_policy(text, vocabulary(dictionary, recipients=["ARMAC"], member=member))
    plan, rules = plan_cube(dictionary, policy, whole(member), date(2026, 9, 1))
    return dict(plan.finest), rules


def offered(dictionary: Dictionary, finest: dict[str, str], rules: Rules) -> Iterator[ReadyTable]:
    """The tables that the analyst's page would have a button for: the node's policy could answer them."""
    for question in dictionary.ready_made.values():
        for table in question.tables:
            dimensions = {dictionary.level(level).dimension for level in table.levels}
            if dimensions <= finest.keys() and len(dimensions) <= (rules.max_dims or len(finest)):
                yield table


def made_first(rules: Rules) -> list[TableOf]:
    """The tables that come before others, and those that stand apart."""
    apart = (TableOf.of([name, *dims]) for name, dims in rules.apart)
    return [*rules.priority, *(rules.finer or ()), *apart]


def not_protected_first(dictionary: Dictionary, member: str, text: str) -> set[str]:
    finest, rules = planned(dictionary, member, text)
    first = made_first(rules)
    return {
        table.name
        for table in offered(dictionary, finest, rules)
        if len(table.levels) > 1  # margins of one dimension are always among the tables
        and not any(_covers(one, _asked(dictionary, member, finest, table)) for one in first)
    }


def _asked(
    dictionary: Dictionary, member: str, finest: dict[str, str], table: ReadyTable
) -> dict[str, int | None]:
    """How deep the question goes in each dimension; None: as deep as the cube."""
    depths: dict[str, int | None] = {}
    for level in table.levels:
        dimension = dictionary.level(level).dimension
        names = dictionary.dimension(dimension).level_names(member)
        shown = names[names.index(finest[dimension]) :]
        depths[dimension] = len(shown) - shown.index(level) if level in shown else None
    return depths


def _covers(protected: TableOf, asked: dict[str, int | None]) -> bool:
    cuts = dict(protected.levels)
    return asked.keys() <= protected.dims and all(
        dimension not in cuts or (depth is not None and depth <= cuts[dimension])
        for dimension, depth in asked.items()
    )


@pytest.mark.parametrize("name", POLICIES)
def test_every_question_that_is_offered_is_protected_first(name: str) -> None:
    member, text = POLICIES[name]
    finest, rules = planned(DICTIONARY, member, text)

    assert list(offered(DICTIONARY, finest, rules)), "something is offered"
    assert not_protected_first(DICTIONARY, member, text) == set()


def test_injuries_are_protected_first_where_they_are_shared() -> None:
    finest, rules = planned(DICTIONARY, *POLICIES["KH, some injuries"])
    names = {table.name for table in offered(DICTIONARY, finest, rules)}
    assert {
        "injury-by-outcome.AMP_L",
        "injury-by-outcome.EYE",
        "province-by-year",
        "status-by-outcome",
    } <= names


def test_the_policy_s_own_list_comes_before_the_dictionary_s() -> None:
    _, rules = planned(DICTIONARY, *POLICIES["KH, a list of its own"])
    assert [one.dims for one in rules.priority] == [frozenset({"sex", "outcome"})]
    assert frozenset({"place", "date"}) in {one.dims for one in rules.finer or ()}


def test_a_question_beside_the_list_is_found() -> None:
    """What the test above is for: a page with a question of its own, which no node protects first."""
    more = ReadyTable("another", "casualties", ("country", "province", "activity_group"))
    page = replace(
        DICTIONARY,
        ready_made=MappingProxyType(
            {**DICTIONARY.ready_made, "another": ReadyMade("another", "Another", (more,))}
        ),
    )
    member, text = POLICIES["KH, its own"]
    finest, rules = planned(DICTIONARY, member, text)
    first = made_first(rules)
    tables = {
        t.name: _asked(page, member, finest, t) for t in offered(page, finest, rules) if len(t.levels) > 1
    }

    assert [name for name, asked in tables.items() if not any(_covers(one, asked) for one in first)] == [
        "another"
    ]
