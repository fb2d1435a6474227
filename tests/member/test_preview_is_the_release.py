"""Whoever looked at a policy has seen what will be given out: every decision, every refusal, every cell."""

import random
from datetime import timedelta
from pathlib import Path

from federation import policy_text, snapshot
from lone_node import lone_node
from signing import put_in_force

from gateway.bootstrap.showing import Asking
from gateway.member.context import Node
from gateway.member.cubes import CubeShelf
from gateway.member.deciding import decide_on
from gateway.member.loading import keep_snapshot
from gateway.member.looked_at import Looked
from gateway.member.policies import checked, trusted
from gateway.member.previewing import make, ready
from gateway.question import ask


def test_a_preview_answers_a_thousand_questions_as_the_node_does_once_it_is_signed(tmp_path: Path) -> None:
    with lone_node(tmp_path / "KH") as (node, _):
        keep_snapshot(node, snapshot("KH"))
        the_same_before_and_after(node)


def the_same_before_and_after(node: Node) -> None:
    pick = random.Random(1)
    looked = ready(node, made := make(node, checked(node, policy_text("KH"))))
    asked = [any_question(node, looked, pick) for _ in range(1000)]
    at = node.clock.now().replace(microsecond=0)
    seen = [decide_on(node.dictionary, "KH", one, policy=made.policy, cube=looked, at=at) for one in asked]

    put_in_force(node, policy_text("KH"))

    shelf = CubeShelf(node.dictionary, "KH", node.store)
    shelf.refresh()
    with node.store.reading() as view:
        ruling = trusted(node, view)
    assert ruling is not None
    in_force, signed_policy = ruling
    cube = shelf.cube(in_force.version, in_force.above)
    assert cube is not None
    for one, verdict in zip(asked, seen, strict=True):
        assert decide_on(node.dictionary, "KH", one, policy=signed_policy, cube=cube, at=at) == verdict
    tables = [verdict.reading for verdict in seen if verdict.reading is not None]
    assert 100 < len(tables) < 900
    assert 0 < sum(None in table.cells for table in tables) < len(tables)


def any_question(node: Node, looked: Looked, pick: random.Random) -> Asking:
    """A question of up to three dimensions, some of them filters; mostly ARMAC's, mostly in its words."""
    dimensions = pick.sample([*looked.trees, "injury.EYE"], pick.randint(0, 3))
    levels = [pick.choice(node.dictionary.dimensions[d].levels).name for d in dimensions]
    where: dict[str, list[str]] = {}
    for dimension, level in zip(dimensions, levels, strict=True):
        codes = looked.trees[dimension].at.get(level, ()) if dimension in looked.trees else ()
        if codes and pick.random() < 0.3:
            where[level] = pick.sample([*codes], 1)
    question = ask(
        node.dictionary,
        measure=pick.choice(["casualties"] * 5 + ["accidents"]),
        by=[level for level in levels if level not in where],
        where=where,
        purpose=pick.choice(["regional-reporting", "treaty-reporting", "research"]),
    )
    organisation = pick.choice(["ARMAC"] * 5 + ["public"])
    return Asking(question, organisation, "analyst", node.clock.now() + timedelta(hours=1))
