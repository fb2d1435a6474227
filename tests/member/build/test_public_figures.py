"""What the state has published elsewhere is known to everybody: tables give nobody away beside it."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from federation import policy_text
from lone_node import lone_node
from signing import put_in_force

from anonymisers.attack import attack
from anonymisers.cube.released_cells import Value
from anonymisers.history.release_history import ReleaseHistory
from anonymisers.tables.release import Release
from audit.events.events import decode
from audit.events.record_events import FigureRegistered, FigureWithdrawn
from gateway.member.build.cube_building import build
from gateway.member.build.figure_register import comparing, contradicted, register, withdraw
from gateway.member.build.preview import make
from gateway.member.errors import FigureRefusedError
from gateway.member.model.registered_figure import PublishedFigure, known_figure
from gateway.member.model.snapshot import LINKS, Column, Snapshot
from gateway.member.node.context import Node
from gateway.member.node.ports import View
from gateway.member.policy.policy_in_force import checked
from gateway.member.register.snapshot_loading import keep_snapshot

MEN = {"date": "2022", "sex": "M"}
PEOPLE = [("2022-03", "M", "I")] * 55 + [("2022-04", "M", "K")] * 6 + [("2022-03", "F", "I")] * 3
PEOPLE += [("2023-05", "M", "I")] * 40 + [("2023-05", "F", "I")] * 20 + [("2023-05", "M", "K")] * 10


def snapshot(people: list[tuple[str, str, str]]) -> Snapshot:
    dates, sexes, outcomes = zip(*people, strict=True)
    return Snapshot.of(
        member="KH",
        dictionary="2026.1",
        created=date(2026, 1, 15),
        columns={
            "date": Column.of(list(dates)),
            "sex": Column.of(list(sexes)),
            "outcome": Column.of(list(outcomes)),
            "victim_type": Column.constant("DIR", len(people)),
        },
        consent=Column.constant("AGG", len(people)),
        links={name: np.array([f"{name}-{n:04d}".encode() for n in range(len(people))]) for name in LINKS},
    )


def public(value: int, cell: Mapping[str, str] = MEN) -> PublishedFigure:
    return PublishedFigure(cell, value, "Annual report 2023, page 4", date(2024, 2, 1))


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """A node with a policy and a register, that has protected nothing yet."""
    with lone_node(tmp_path / "KH") as (made, _):
        put_in_force(made, policy_text("KH"))
        keep_snapshot(made, snapshot(PEOPLE))
        yield made


def cube(node: Node) -> ReleaseHistory:
    return ReleaseHistory.from_bytes(build(node).cube)


def shown(made: ReleaseHistory, **key: str) -> bool:
    return isinstance(made.lookup(key), Value)


def beside(made: ReleaseHistory, *figures: PublishedFigure) -> list[Release]:
    """All that an attacker has: the tables, and what is public."""
    return [made.release(), *(known_figure(one.known()).release(made.dims) for one in figures)]


def learnt(releases: list[Release]) -> list[dict[str, str]]:
    """The cells that are found out, of few people or beside them."""
    found = attack(releases, threshold=5, time_limit=60)
    return [dict(cell.key) for cell in (*found.disclosed, *found.unlisted, *found.insufficiently_protected)]


def test_a_cube_made_beside_a_figure_withholds_what_the_figure_would_give_away(node: Node) -> None:
    before = cube(node)
    assert shown(before, date="2022")
    assert not shown(before, **MEN)
    assert learnt(beside(before)) == []
    assert {"date": "2022", "sex": "F"} in [
        {n: c for n, c in cell.items() if c != "Total"} for cell in learnt(beside(before, public(61)))
    ], "the three women follow from the total and the published men"

    register(node, public(61), "dara")
    after = cube(node)

    assert not shown(after, date="2022")
    assert learnt(beside(after, public(61))) == []


def test_a_figure_that_the_tables_show_as_well_tells_nothing_more(tmp_path: Path) -> None:
    """Four women of 2022 stay any number up to four, beside zeros that are withheld with them."""
    people = [("2022-03", "M", "I")] * 36 + [("2022-03", "F", "I")] * 4 + [("2023-05", "M", "K")] * 40
    with lone_node(tmp_path / "KH") as (node, _):
        put_in_force(node, policy_text("KH"))
        keep_snapshot(node, snapshot(people))
        register(node, public(36), "dara")
        made = cube(node)

    assert shown(made, **MEN)
    assert not shown(made, date="2022", sex="F")
    assert learnt([made.release()]) == []


@pytest.mark.parametrize(("cell", "value"), [
    ({"date": "2022", "outcome": "K", "sex": "M"}, 6), ({"date": "2022-04", "sex": "M"}, 6),
    ({"date": "2023"}, 70), ({"date": "2022", "sex": "M"}, 61),
])  # fmt: skip
def test_a_figure_finer_than_the_policy_or_about_what_it_does_not_share_is_known_as_well(
    node: Node, cell: dict[str, str], value: int
) -> None:
    put_in_force(node, policy_text("KH", 2).replace("sex: sex, ", ""))
    register(node, public(value, cell), "dara")

    made = cube(node)

    whole = [part.cubes[0] for part in made.parts]
    known = [known_figure(public(value, cell).known()).release(each.dims) for each in whole]
    reported = learnt([*(each.release() for each in whole), *known, made.release()])
    assert [cell for cell in reported if cell not in (MEN, cell)] == []
    assert all(dim.name != "sex" for dim in made.dims)


def test_a_figure_that_the_register_contradicts_is_said_and_its_cell_known_all_the_same(node: Node) -> None:
    people = (("AGG", "REC"), ("DIR",))

    def contradiction(value: int, **cell: str) -> bool | None:
        return contradicted(node.dictionary, snapshot(PEOPLE), people, public(value, {**MEN, **cell}))

    assert (contradiction(61), contradiction(60)) == (False, True)
    assert contradiction(61, date="2015") is None, "the register does not cover that year"
    assert contradiction(61, place="KH-2") is None, "and has no places"

    register(node, public(60), "dara")
    made = cube(node)

    assert not shown(made, date="2022")
    assert learnt(beside(made, public(61))) == [], "nothing is found by whoever knows the true number"


class Watched:
    """A view that counts how often the register is read through it."""

    def __init__(self, view: View) -> None:
        self._view, self.read = view, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._view, name)

    def snapshot(self) -> Any:
        self.read += 1
        return self._view.snapshot()


def test_a_register_is_read_once_for_all_figures_and_a_new_one_is_compared_anew(node: Node) -> None:
    figures = public(61), public(60), public(3, {**MEN, "sex": "F"})

    def compared() -> tuple[list[bool | None], int]:
        with node.store.reading() as view:
            watched = Watched(view)
            compare = comparing(node, watched)  # type: ignore[arg-type]  # a view that is watched
            return [compare(one) for one in figures], watched.read

    assert compared() == ([False, True, False], 1)
    assert compared() == ([False, True, False], 0)

    keep_snapshot(node, snapshot(PEOPLE[1:]))

    assert compared() == ([True, False, False], 1)


def test_the_log_commits_to_a_figure_and_says_nothing_of_it(node: Node) -> None:
    made = register(node, public(61), "dara")
    withdraw(node, made.index)

    with node.store.reading() as view:
        lines = list(view.log.read_entries(made.index, made.index + 2))
        opening = view.opening("figure", made.index)
        found = view.figures()
    registered, withdrawn = map(decode, lines)
    assert isinstance(registered, FigureRegistered)
    assert isinstance(withdrawn, FigureWithdrawn)
    assert withdrawn.registered == made.index
    assert opening is not None
    opening.verify(registered.figure)
    assert b"Annual report" in opening.value
    assert b"Annual" not in b"".join(lines)
    assert b"2022" not in b"".join(lines)
    assert [one.withdrawn is not None for one in found] == [True], "nothing is deleted"


def test_a_withdrawn_figure_is_known_no_longer(node: Node) -> None:
    first = register(node, public(61), "dara")
    assert not shown(cube(node), date="2022")

    withdraw(node, first.index)

    assert shown(cube(node), date="2022")


def test_a_preview_is_made_beside_figures_as_well(node: Node) -> None:
    policy = checked(node, policy_text("KH", 2))
    before = make(node, policy)
    register(node, public(61), "dara")

    after = make(node, policy)

    assert shown(before.cube, date="2022")
    assert not shown(after.cube, date="2022")
    assert not make(node, policy).fresh, "it is kept, like any other"


@pytest.mark.parametrize(("cell", "said"), [
    ({"sex": "M"}, "about a year"), ({"date": "2020-2024"}, "no code of date"),
    ({"date": "2022", "sex": "?"}, "no code of sex"),
    ({"date": "2022", "shoe": "42"}, "shoe"), ({"date": "2022", "place": "TH-10"}, "no code of place"),
])  # fmt: skip
def test_what_is_no_cell_is_refused(node: Node, cell: dict[str, str], said: str) -> None:
    with pytest.raises(FigureRefusedError, match=said):
        register(node, public(3, cell), "dara")


def test_mistakes_are_refused_and_nothing_is_written(node: Node) -> None:
    made = register(node, public(61), "dara")
    all_year = {"date": "2022"}
    unsaid = PublishedFigure(all_year, 1, " ", date(2024, 1, 1))
    for wrong in (
        public(61),
        public(-1, all_year),
        unsaid,
        PublishedFigure(all_year, 1, "a report", date(2031, 1, 1)),
    ):
        with pytest.raises(FigureRefusedError):
            register(node, wrong, "dara")
    with pytest.raises(FigureRefusedError):
        withdraw(node, made.index + 1)
    with node.store.reading() as view:
        assert [one.index for one in view.figures()] == [made.index]
