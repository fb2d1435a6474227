"""Of a snapshot in parts a step reads what it needs: no part to look at it, and then those of its years."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from federation import policy_text
from given_out import give_out
from lone_node import lone_node
from register import Register, two_years
from signing import put_in_force

from gateway.member.build.cube_building import build
from gateway.member.build.preview import make
from gateway.member.cube.cube_inputs import CubeInputs
from gateway.member.model import snapshot_parts
from gateway.member.model.snapshot import Snapshot, SnapshotError
from gateway.member.model.snapshot_format import snapshot_to_bytes
from gateway.member.node.context import Node
from gateway.member.policy.cube_plan import plan_cube
from gateway.member.policy.policy_in_force import checked, in_force
from gateway.member.register.snapshot_loading import keep_snapshot
from gateway.store.member import member_store

POLICY = policy_text("KH")
ROWS_OF_A_PART = 40


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the parts that were read from the database."""
    monkeypatch.setattr(snapshot_parts, "MOST_ROWS", ROWS_OF_A_PART)
    names: list[str] = []
    read = member_store.kept_piece

    def noted(connection, digest):
        names.append(digest)
        return read(connection, digest)

    monkeypatch.setattr(member_store, "kept_piece", noted)
    return names


@pytest.fixture
def register() -> Register:
    """Two years that are shared, and three before that are not."""
    made = two_years()
    for year in (2017, 2018, 2019):
        made.add(year, 90)
    return made


@pytest.fixture
def node(tmp_path: Path, opened: list[str]) -> Iterator[Node]:
    with lone_node(tmp_path / "KH") as (made, clock):
        clock.move(days=200)
        put_in_force(made, POLICY)
        yield made


def newest(node: Node) -> Snapshot:
    with node.store.reading() as view:
        found = view.snapshot()
    assert found is not None
    return found[1]


def parts_of(node: Node, *years: int) -> set[str]:
    rows = newest(node).index.header["tables"]["rows"]
    pairs = zip(rows["parts"], rows["years"], strict=True)
    return {name for name, of in pairs if not set(of).isdisjoint(years)}


def test_a_snapshot_is_opened_and_a_policy_is_planned_without_any_part(node, register, opened) -> None:
    keep_snapshot(node, register.snapshot())

    snapshot = newest(node)
    with node.store.reading() as view:
        _, policy = in_force(node, view)
    plan, _ = plan_cube(node.dictionary, policy, snapshot, node.clock.now().date(), ())

    assert plan.years == (2022, 2023)
    assert (len(snapshot), snapshot.years) == (590, (2017, 2018, 2019, 2022, 2023))
    assert opened == []


def test_protecting_previewing_and_a_new_year_read_the_parts_of_their_years(node, register, opened) -> None:
    keep_snapshot(node, register.snapshot())
    give_out(node, build(node).index)
    assert set(opened) == parts_of(node, 2022, 2023)

    register.add(2024, 120)
    keep_snapshot(node, register.snapshot())
    before = parts_of(node, 2017, 2018, 2019)
    opened.clear()
    made = make(node, checked(node, POLICY.replace("version: 1", "version: 2").replace("sex: sex, ", "")))
    assert made.plan.years == (2022, 2023, 2024)
    stored = build(node)

    assert stored.plan.years == (2022, 2023, 2024)
    assert set(opened) == parts_of(node, 2022, 2023, 2024)
    assert before.isdisjoint(opened)


def test_the_rows_of_a_year_are_those_of_the_whole(node, register) -> None:
    keep_snapshot(node, register.snapshot())
    with node.store.reading() as view:
        _, policy = in_force(node, view)
    alone, read = newest(node), newest(node)
    assert len(read.consent.indices) == 590
    plan, rules = plan_cube(node.dictionary, policy, alone, node.clock.now().date(), ())

    def counted(one: Snapshot, *years: int) -> bytes:
        return snapshot_to_bytes(CubeInputs(node.dictionary, one, plan, rules, b"k" * 32).counted(years))

    assert counted(alone, 2022) == counted(read, 2022) == counted(register.snapshot(), 2022)
    assert counted(alone, 2022, 2023) == counted(read, 2022, 2023)
    assert alone.id == read.id == register.snapshot().id


def test_a_part_that_is_gone_is_told_when_it_is_needed(node, register, monkeypatch) -> None:
    keep_snapshot(node, register.snapshot())
    monkeypatch.setattr(member_store, "kept_piece", lambda _connection, _digest: None)

    snapshot = newest(node)

    assert snapshot.years
    with pytest.raises(SnapshotError, match="not a whole snapshot"):
        snapshot.of_years([2022])
