"""A node whose policy withstands reruns: public figures, people who leave, and years that are tried again."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from federation import POLICY, snapshot
from lone_node import lone_node
from register import Register, answered, two_years, withstands
from signing import put_in_force

from anonymisers.cube.released_cells import Value
from anonymisers.errors import ProtectionError
from anonymisers.history.release_history import rerun_odds_of_periods
from gateway.member.build import growth
from gateway.member.build.figure_register import register as register_figure
from gateway.member.build.preview import make
from gateway.member.cube import cube_inputs
from gateway.member.errors import NotProtectedError
from gateway.member.model.registered_figure import PublishedFigure
from gateway.member.node.context import Node
from gateway.member.policy.policy_in_force import checked
from gateway.member.register.snapshot_loading import keep_snapshot

WITHSTAND = POLICY.replace("reruns: accept\n", "").format(member="KH", version=1)


@pytest.fixture
def register() -> Register:
    return two_years()


@pytest.fixture
def node(tmp_path: Path, register: Register) -> Iterator[Node]:
    with lone_node(tmp_path / "KH") as (made, clock):
        clock.move(days=200)
        put_in_force(made, WITHSTAND)
        answered(made, register)
        yield made


def test_a_year_beside_a_public_figure_withstands_reruns(tmp_path: Path) -> None:
    figure = PublishedFigure({"date": "2023", "outcome": "K"}, 5, "Annual report, page 4", date(2024, 2, 1))
    with lone_node(tmp_path / "KH") as (node, _):
        keep_snapshot(node, snapshot("KH"))
        put_in_force(node, WITHSTAND)
        register_figure(node, figure, "dara")
        made = make(node, checked(node, WITHSTAND))

    ((_, odds),) = rerun_odds_of_periods(made.bytes)
    assert odds is not None


def test_of_people_who_leave_the_total_alone_is_told(node: Node, register: Register) -> None:
    register.withdraw([n for n in range(60) if n % 4 in (0, 1)])

    after = answered(node, register)

    assert [part.kind for part in after.parts] == ["period", "left"]
    assert after.lookup({}) == Value(290)
    assert set(after.parts[1].cubes[0].release().cells.values()) == {30, None}
    assert withstands(after)


def test_beside_a_figure_every_revision_waits(node: Node, register: Register) -> None:
    """Whether one waits would tell whether few of its people are in the figure."""
    register.add(2023, 40)
    assert len(answered(node, register).parts) == 2
    register_figure(
        node, PublishedFigure({"date": "2023", "sex": "F"}, 9, "Annual report", date(2024, 2, 1)), "dara"
    )
    register.add(2023, 60)
    assert len(answered(node, register).parts) == 2


def test_a_year_that_could_not_be_shown_is_tried_again_under_the_same_key(
    node: Node, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With another key each time, the odds of what is shown at last would multiply."""
    keys = []

    def failing(table: object, rules: object, drawn: list[bytes], *_: object, **__: object) -> None:
        keys.append(drawn[0])
        raise ProtectionError("nothing is safe")

    monkeypatch.setattr(cube_inputs, "build_with_fewer_tables", failing)
    register.add(2024, 60)
    for _ in range(2):
        register.add(2024, 1)
        with suppress(NotProtectedError):
            answered(node, register)

    assert len(keys) > 1
    assert len(set(keys)) == 1
    assert growth.attempt_key(node.cube_key, "of 2024", 0) == keys[0]
