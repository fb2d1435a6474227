"""Attacks on what follows from rows beside numbers: which years, codes and measures exist, and refusals.

The attacker knows the program, the policy and every answer, and watches a member from load to load. He asks
for tables by year and by everything else, and compares answers, statements and refusals with those that he
would see if one person were not in the register. Before it was mended: one person who agreed to nothing, hurt
in 1971 or in 2025, moved the first or the last year of every table; a person with the only accident number of
the register made accidents countable; the date of the data was the last year in which anybody was hurt.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from federation import policy_text
from lone_node import lone_node
from register import Register, two_years
from signing import put_in_force

from gateway.member.build.cube_building import build
from gateway.member.cube.cube_cache import CubeCache
from gateway.member.model.snapshot import Snapshot
from gateway.member.node.context import Node
from gateway.member.region.sharing_statement import stated
from gateway.member.register.snapshot_loading import keep_snapshot

POLICY = policy_text("KH").replace("[casualties]", "[casualties, accidents]")


@contextmanager
def answering(place: Path, snapshot: Snapshot, policy: str = POLICY) -> Iterator[Node]:
    """A node with the same keys every time, whose cube is made of this snapshot."""
    with lone_node(place / "KH") as (node, clock):
        clock.move(days=200)
        put_in_force(node, policy)
        keep_snapshot(node, snapshot)
        build(node)
        yield node


def seen(node: Node) -> tuple[object, ...]:
    """Everything that follows from the cube for whoever asks: shape, cells, statement, date of the data."""
    with node.store.reading() as view:
        stored, cubes = view.cube(), CubeCache(node.dictionary, node.member, node.store)
        assert stored is not None
        ready = cubes.refresh()
        assert ready is not None
        said = stated(node, view, cubes)
        accidents = ready.counting("accidents")
        reported = None if accidents is None else accidents.read({}), accidents is None
        return (
            stored.plan,
            stored.cube,
            stored.snapshot.until,
            said.snapshot_date,
            said.shared,
            reported,
        )


def one_more(register: Register, when: str, consent: str = "N") -> Register:
    register.rows[len(register.rows)] = (when, "KH-4", "F", "K", consent)
    return register


@pytest.fixture
def usual(tmp_path: Path) -> tuple[object, ...]:
    with answering(tmp_path / "usual", two_years().snapshot()) as node:
        return seen(node)


@pytest.mark.parametrize("when", ["1971-05", "2021-03", "2025-02", "2026-01"])
def test_one_person_who_agreed_to_nothing_changes_nothing(
    tmp_path: Path, usual: tuple[object, ...], when: str
) -> None:
    register = one_more(two_years(), when)
    snapshot = register.snapshot()
    with answering(tmp_path / "with", snapshot) as node:
        assert seen(node) == usual
