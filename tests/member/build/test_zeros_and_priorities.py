"""Zeros shown always, beside tables that come first: carried out more strictly than written, and reported."""

from pathlib import Path

from federation import policy_text, snapshot
from lone_node import lone_node

from gateway.member.policy.cube_plan import plan_cube, stricter
from gateway.member.policy.policy_in_force import checked

EVERYTHING = """\
zeros: publish
priority: [{date: year, outcome: outcome}, {date: year, sex: sex}, {sex: sex, outcome: outcome}]
"""


def test_with_tables_that_come_first_zeros_are_partners(tmp_path: Path) -> None:
    with lone_node(tmp_path / "KH") as (node, _):
        policy = checked(node, policy_text("KH") + "zeros: publish\npriority: [canonical-questions]\n")
        made, rules = plan_cube(node.dictionary, policy, snapshot("KH"), node.clock.now().date())

    assert rules.priority
    assert rules.zeros == "partner"
    assert any("Zeros beside a withheld number" in sentence for sentence in stricter(policy, made, rules))


def test_where_they_are_all_the_tables_every_zero_is_shown(tmp_path: Path) -> None:
    with lone_node(tmp_path / "KH") as (node, _):
        policy = checked(node, policy_text("KH") + EVERYTHING)
        made, rules = plan_cube(node.dictionary, policy, snapshot("KH"), node.clock.now().date())

    assert rules.zeros == "publish"
    assert list(stricter(policy, made, rules)) == []
