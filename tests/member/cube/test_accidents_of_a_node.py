"""A node counts accidents beside casualties: who shares them, what is shown, and over the years."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from federation import policy_text
from given_out import give_out
from lone_node import lone_node
from made_once import made_once
from signing import put_in_force
from simulation import HandClock
from sqlalchemy import insert

from anonymisers.history.release_history import ReleaseHistory
from anonymisers.records.extract_safety import informative_tables
from anonymisers.tables.release import write_release
from audit.events.event_values import Filter
from gateway.bootstrap.setup.open_member import open_member
from gateway.dictionary import regional
from gateway.dictionary.vocabulary import vocabulary
from gateway.member.answer.decision import Readable, decide_on
from gateway.member.build.cube_building import build
from gateway.member.build.preview import make
from gateway.member.cube.accident_counts import ACCIDENTS, accidents_in
from gateway.member.cube.cube_cache import CubeCache, ReadyCube
from gateway.member.cube.cube_shape import Shape, ShapeOnly
from gateway.member.errors import ExtractRefusedError
from gateway.member.model.snapshot import Column, Snapshot
from gateway.member.node.context import Node
from gateway.member.policy.cube_plan import plan_cube, stricter
from gateway.member.policy.policy_in_force import checked, trusted
from gateway.member.records.extract_preparation import basis_of
from gateway.member.region.sharing_statement import shared_of
from gateway.member.register.snapshot_loading import keep_snapshot
from gateway.store.member.extracts import extracts
from gateway.wire.answer import Refusal
from policies import Policy, load_policy

SHARED = (
    policy_text("KH")
    .replace("[casualties]", "[casualties, accidents]")
    .replace("sex: sex, ", "sex: sex, place: province, ")
)
RECORDS = "record_level: {to: [ARMAC], k: 5, l: 2, approval: one person}\n"
PLACES = ("KH-1", "KH-2", "KH-3", "KH-4")


class Register:
    """Casualties of accidents of one to three people, a hundred and twenty a year."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, str, str, str, str]] = []
        self.read_on = date(2020, 1, 15)

    def add(self, year: int, number: int = 120) -> None:
        accident = 0
        self.read_on = max(self.read_on, date(year + 2, 1, 15))
        for n in range(number):
            accident += n % 6 not in (1, 4, 5)
            self.rows.append((
                f"{year}-{1 + accident % 12:02d}",
                PLACES[accident % 4],
                "F" if n % 5 == 0 else "M",
                "K" if n % 7 == 0 else "I",
                "AGG",
                f"{year}-{accident:04d}",
            ))  # fmt: skip

    def snapshot(self, *, grouped: bool = True) -> Snapshot:
        names = ("date", "place", "sex", "outcome")
        columns = {name: Column.of([row[n] for row in self.rows]) for n, name in enumerate(names)}
        cases = np.array([f"{n:05d}".encode() for n in range(len(self.rows))])
        accidents = np.array([row[5].encode() for row in self.rows])
        return Snapshot.of(
            member="KH",
            dictionary="2026.1",
            created=self.read_on,
            columns={**columns, "victim_type": Column.constant("DIR", len(self.rows))},
            consent=Column.of([row[4] for row in self.rows]),
            links={"person": cases.copy(), "case": cases, "accident": accidents if grouped else cases.copy()},
        )


@contextmanager
def node_of(place: Path, policy: str) -> Iterator[Node]:
    with lone_node(place / "KH") as (made, clock):
        clock.move(days=200)
        put_in_force(made, policy)
        yield made


@contextmanager
def answering(place: Path) -> Iterator[tuple[Node, ReadyCube]]:
    """A node that has given out the accidents of two years, made once and copied."""

    def make(first: Path) -> None:
        with node_of(first, SHARED) as node:
            answers(node, two_years().snapshot())

    made_once("a node that answers with accidents", place, make)
    with opened(place) as node:
        ready = CubeCache(node.dictionary, node.member, node.store).refresh()
        assert ready is not None
        yield node, ready


@contextmanager
def opened(place: Path) -> Iterator[Node]:
    clock = HandClock()
    clock.move(days=200)
    with open_member(place / "KH") as made:
        yield replace(made, clock=clock)


@pytest.fixture
def given(tmp_path: Path) -> Iterator[tuple[Node, ReadyCube]]:
    with answering(tmp_path) as made:
        yield made


@pytest.fixture
def node(given: tuple[Node, ReadyCube]) -> Node:
    return given[0]


@pytest.fixture
def before(given: tuple[Node, ReadyCube]) -> ReadyCube:
    return given[1]


@pytest.fixture
def register() -> Register:
    return two_years()


def two_years() -> Register:
    made = Register()
    made.add(2022)
    made.add(2023)
    return made


def answers(node: Node, snapshot: Snapshot) -> ReadyCube:
    keep_snapshot(node, snapshot)
    give_out(node, build(node).index)
    ready = CubeCache(node.dictionary, node.member, node.store).refresh()
    assert ready is not None
    return ready


def number(ready: ReadyCube, **key: str) -> int | None:
    counted = ready.counting(ACCIDENTS)
    assert counted is not None
    return counted.read(key)


@dataclass(frozen=True)
class LoggedQuestion:
    """A question about accidents."""

    by: tuple[str, ...]
    organisation: str = "ARMAC"
    role: str = "analyst"
    purpose: str = "regional-reporting"
    measure: str = ACCIDENTS
    where: tuple[Filter, ...] = ()
    late_until: datetime = datetime(2026, 12, 1, tzinfo=UTC)


def refusals(node: Node, policy: Policy, cube: Readable, *by: str) -> tuple[Refusal, ...]:
    at = datetime(2026, 9, 1, tzinfo=UTC)
    return decide_on(node.dictionary, "KH", LoggedQuestion(by), policy=policy, cube=cube, at=at).refusals


def test_accidents_are_counted_where_casualties_are_shown(before: ReadyCube, register: Register) -> None:
    assert number(before, date="2022") == len({row[5] for row in register.rows if row[5] < "2023"})
    assert number(before) == len({row[5] for row in register.rows})
    found = accidents_in(before.cube)
    assert found is not None
    for row, value in zip(found.lattice.keys(), found.values, strict=True):
        key = {d.name: d.codes[p] for d, p in zip(found.lattice.dims, row, strict=True) if p != d.root}
        if value >= 0:
            people = before.read(key)
            assert people is not None
            assert value <= people
            assert people == 0 or people >= 5


def test_what_is_stored_answers_with_the_same_numbers(before: ReadyCube) -> None:
    assert isinstance(before.cube, ReleaseHistory)
    again = accidents_in(ReleaseHistory.from_bytes(before.cube.to_bytes()))
    first = accidents_in(before.cube)
    assert again is not None
    assert first is not None
    assert (again.values == first.values).all()


def test_what_a_person_has_is_not_collected_of_accidents(node: Node, before: ReadyCube) -> None:
    with node.store.reading() as view:
        _, policy = trusted(node, view) or (None, None)
    whole = ShapeOnly.of(
        node.dictionary, "KH", Shape({"date": "year", "sex": "sex"}, (2022,), 2, accidents=True)
    )
    assert policy is not None
    by_person, by_place = shared_of(policy, before)
    assert (by_person.measures, by_place.measures) == (("casualties",), ("accidents",))
    assert "sex" in by_person.levels
    assert "sex" not in by_place.levels
    assert {"year", "province"} <= set(by_place.levels)
    for cube in (before, whole):  # as it answers, and as the decision is made again
        assert refusals(node, policy, cube, "year") == ()
        assert refusals(node, policy, cube, "year", "sex") == (Refusal.NOT_COLLECTED,)
    assert refusals(node, policy, replace(whole, accidents=False), "year") == (Refusal.NOT_COLLECTED,)


@pytest.mark.parametrize(
    ("more", "grouped", "counted"),
    [("", True, True), ("", False, False), (RECORDS, True, False)],
    ids=["as usual", "no accident numbers", "single records"],
)
def test_where_they_cannot_be_counted_no_cube_has_accidents(
    register: Register, more: str, grouped: bool, counted: bool
) -> None:
    policy = load_policy(SHARED + more, vocabulary(regional(), recipients=["ARMAC"], member="KH"))
    made, rules = plan_cube(regional(), policy, register.snapshot(grouped=grouped), date(2026, 9, 1))

    assert made.accidents == counted
    assert any(line.startswith("Accidents are counted") for line in stricter(policy, made, rules)) == counted


def test_a_new_year_comes_and_what_was_shown_stays(node: Node, before: ReadyCube, register: Register) -> None:
    register.add(2024)
    after = answers(node, register.snapshot())

    assert number(after, date="2022") == number(before, date="2022") is not None
    assert number(after, date="2024") is not None
    assert number(after) == len({row[5] for row in register.rows})


@pytest.mark.parametrize("reported", [False, True], ids=["never", "once"])
def test_years_that_were_released_without_accidents_stay_without_and_new_ones_beside_records_too(
    tmp_path: Path, register: Register, reported: bool
) -> None:
    with former_policy(tmp_path) as node:
        if reported:
            tell_records(node)
        later = SHARED.replace("version: 1", "version: 2")
        make(node, checked(node, later))
        put_in_force(node, later)
        register.add(2024)
        ready = answers(node, register.snapshot())

        assert ready.read({"date": "2024"}) == 120
        if reported:
            withheld = [number(ready), number(ready, date="2022"), number(ready, date="2024")]
            assert withheld == [None] * 3, "nobody has shown that both together are safe"
        else:
            assert number(ready, date="2022") is None
            assert number(ready, date="2024") is not None
            assert number(ready) is None


@contextmanager
def former_policy(place: Path) -> Iterator[Node]:
    """A node that answers, whose policy does not share accidents."""

    def create(first: Path) -> None:
        with node_of(first, SHARED.replace(", accidents", "")) as node:
            answers(node, two_years().snapshot())

    made_once("a node that answers without accidents", place, create)
    with opened(place) as node:
        yield node


def tell_records(node: Node) -> None:
    """As if single records had been asked for, which tell no more than the tables."""
    with node.store.writing() as work:
        cube = work.cube()
        assert cube is not None
        reported = StringIO()
        write_release(informative_tables(ReleaseHistory.from_bytes(cube.cube)), reported)
        work._connection.execute(  # type: ignore[attr-defined]
            insert(extracts).values(
                id="e-1",
                plan="",
                figures="",
                disclosed=reported.getvalue().encode(),
                requester="second",
                note="",
                prepared_at=node.clock.now(),
                because=0,
            )
        )


def test_accidents_stand_while_a_revision_changes_casualties(
    node: Node, before: ReadyCube, register: Register
) -> None:
    for n in range(0, 120, 4):
        register.rows[n] = (*register.rows[n][:4], "N", register.rows[n][5])
    after = answers(node, register.snapshot())

    assert isinstance(after.cube, ReleaseHistory)
    people = after.read({"date": "2022"})
    if any(part.kind == "left" for part in after.cube.parts):
        assert people == 90
    else:
        assert people == 120, "a revision that is not safe beside the accidents waits"
    assert number(after, date="2023") == number(before, date="2023")


def test_single_records_are_refused_beside_numbers_of_accidents(node: Node) -> None:
    with node.store.reading() as view, pytest.raises(ExtractRefusedError):
        basis_of(node, view)
