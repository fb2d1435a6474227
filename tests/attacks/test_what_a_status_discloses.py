"""Attacks by status: what a withheld year, a refusal or a missing table says about how few people there are.

The attacker knows the program and the policy, asks everything that he may ask, and compares a member with
what he would see of another register. Before it was mended:

- a new year without anybody was shown as 0 and one of 1 to 4 people withheld, so that a withheld year was
  never empty;
- a small year was released with the next as soon as both together were enough: of 2 people in 2024 and 3 in
  2025 the sum 5 was shown, and with "2024 alone was too small" it follows that 2025 had at least 1;
- a first release of fewer people than the threshold, or without a safe pattern, was refused as `not-ready`;
- numbers of accidents were refused as `not-collected` where no safe pattern was found for them, or where the
  only accident number of the register stood with one person;
- a dimension that the register lacks was `not-shared`, as if the policy said so.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from federation import policy_text
from given_out import give_out
from lone_node import lone_node
from register import Register, two_years
from signing import put_in_force

from anonymisers.cube import fewer_tables
from anonymisers.errors import ProtectionError
from gateway.member.answer.decision import Verdict, decide_on
from gateway.member.build import cube_building, growth_perturbed
from gateway.member.build.cube_building import build
from gateway.member.build.preview import make
from gateway.member.cube import accident_counts
from gateway.member.cube.cube_cache import CubeCache
from gateway.member.errors import NotAcceptedError, NotProtectedError
from gateway.member.model.snapshot import Snapshot
from gateway.member.node.context import Node
from gateway.member.policy.policy_in_force import trusted
from gateway.member.region.sharing_statement import stated
from gateway.member.register.snapshot_loading import keep_snapshot
from gateway.wire.answer import Refusal

POLICY = policy_text("KH").replace("[casualties]", "[casualties, accidents]").replace(
    "sex: sex, ", "sex: sex, place: province, "
)  # fmt: skip


class Asked:
    """A question as it stands in the log."""

    organisation, role, purpose = "ARMAC", "analyst", "regional-reporting"
    late_until = datetime(2026, 12, 1, tzinfo=UTC)
    where = ()

    def __init__(self, measure: str, *by: str) -> None:
        self.measure, self.by = measure, by


QUESTIONS = [
    *(Asked("casualties", *by) for by in ((), ("year",), ("sex",), ("year", "sex"), ("province", "outcome"))),
    *(Asked("accidents", *by) for by in ((), ("year",), ("province",), ("year", "province"))),
]


@contextmanager
def node_of(place: Path, policy: str = POLICY) -> Iterator[Node]:
    with lone_node(place / "KH") as (node, clock):
        clock.move(days=200)
        put_in_force(node, policy)
        yield node


def asked(node: Node, question: Asked) -> Verdict:
    cubes = CubeCache(node.dictionary, node.member, node.store)
    cubes.refresh()
    with node.store.reading() as view:
        in_force = trusted(node, view)
    assert in_force is not None
    cube = cubes.cube(in_force[0].version, in_force[0].above)
    at = datetime(2026, 9, 1, tzinfo=UTC)
    return decide_on(node.dictionary, "KH", question, policy=in_force[1], cube=cube, at=at)


def answers(node: Node) -> list[object]:
    """All that whoever asks can read, and what the node states of itself."""
    cubes = CubeCache(node.dictionary, node.member, node.store)
    cubes.refresh()
    with node.store.reading() as view:
        said = stated(node, view, cubes)
    verdicts = [asked(node, question) for question in QUESTIONS]
    return [said.shared, said.snapshot_date, *((v.refusals, v.reading) for v in verdicts)]


def loaded(node: Node, register: Register, snapshot: Snapshot | None = None) -> None:
    keep_snapshot(node, register.snapshot() if snapshot is None else snapshot)
    give_out(node, build(node).index)


@pytest.fixture
def register() -> Register:
    return two_years()


def test_a_year_looks_alike_with_nobody_and_with_few(tmp_path: Path) -> None:
    seen = []
    for people in (0, 1, 4):
        register = two_years()
        with node_of(tmp_path / str(people)) as node:
            loaded(node, register)
            register.add(2024, people)
            loaded(node, register)
            first = answers(node)
            register.add(2025, 3)
            loaded(node, register)
            seen.append((first, answers(node)))
            years = CubeCache(node.dictionary, node.member, node.store).refresh()
            assert years is not None
            assert [years.read({"date": year}) for year in ("2023", "2024", "2025")] == [160, None, None]
            assert years.read({}) is None
            with node.store.reading() as view:
                in_force = trusted(node, view)
            assert in_force is not None
            said = " ".join(make(node, in_force[1]).stricter)  # the controller alone reads why
            assert "Nothing is shown of 2024" in said
            assert "Nothing is shown of 2025" in said
    assert seen[0] == seen[1] == seen[2]


def test_a_first_release_looks_alike_with_nobody_and_with_few(tmp_path: Path) -> None:
    seen = []
    for people in (0, 1, 4):
        register = Register()
        register.add(2023, people)
        with node_of(tmp_path / str(people)) as node:
            loaded(node, register, replace(register.snapshot(), says_accidents=True))
            seen.append(answers(node))
    assert seen[0] == seen[1] == seen[2]
    assert all(not refusals for refusals, _ in seen[0][2:])  # type: ignore[misc]


def failing(*_: object, **__: object) -> object:
    raise ProtectionError("no safe pattern was found")


def test_a_failed_search_looks_like_few_people(
    tmp_path: Path, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = Register()
    few.add(2023, 2)
    with node_of(tmp_path / "few") as node:
        loaded(node, few)
        expected = answers(node)
    with node_of(tmp_path / "failed") as node:
        keep_snapshot(node, register.snapshot())
        with monkeypatch.context() as broken:
            broken.setattr(fewer_tables, "build_cube", failing)
            with pytest.raises(NotProtectedError, match="No safe cube could be made"):
                build(node)  # the controller reads why
            assert answers(node) == expected
            with node.store.reading() as view:
                index = view.cube_entry()
            assert index is not None
            give_out(node, index)
        build(node)  # and it is tried again
        ready = CubeCache(node.dictionary, node.member, node.store).refresh()
        assert ready is not None
        assert ready.read({}) == 320


def test_a_new_year_without_a_safe_pattern_looks_like_a_small_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    for people in (2, 90):
        register = two_years()
        with node_of(tmp_path / str(people)) as node:
            loaded(node, register)
            register.add(2024, people)
            keep_snapshot(node, register.snapshot())
            with monkeypatch.context() as broken:
                if people == 90:
                    broken.setattr(fewer_tables, "build_cube", failing)
                    with pytest.raises(NotProtectedError):
                        build(node)
                else:
                    build(node)
            seen.append(answers(node))
    assert seen[0] == seen[1]


def test_what_has_to_be_accepted_is_withheld_until_then(
    tmp_path: Path, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    with node_of(tmp_path) as node:
        loaded(node, register)
        before = answers(node)
        register.add(2024, 90)
        keep_snapshot(node, register.snapshot())
        monkeypatch.setattr(cube_building, "certify", _open_item(cube_building.certify))
        with pytest.raises(NotAcceptedError):
            build(node)
        reported = answers(node)
        assert all(not refusals for refusals, _ in reported[2:])  # type: ignore[misc]
        assert reported != before
        ready = CubeCache(node.dictionary, node.member, node.store).refresh()
        assert ready is not None
        assert (ready.read({"date": "2023"}), ready.read({"date": "2024"})) == (160, None)


def _open_item(certify):  # type: ignore[no-untyped-def]
    """As if the first cube to certify had an item that the controller has not accepted."""
    seen = []

    def once(*given):  # type: ignore[no-untyped-def]
        if not seen:
            seen.append(given)
            raise NotAcceptedError("Version 1 would show 1 groups whose people all share one value.")
        return certify(*given)

    return once


def test_perturbed_years_look_alike_with_nobody_and_with_few(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = policy_text("KH").replace(", outcome: yes", "") + "mechanism: cell-key\n"
    seen = []
    for people in (0, 2):
        register = two_years()
        with node_of(tmp_path / str(people), policy) as node:
            loaded(node, register)
            register.add(2024, people)
            loaded(node, register)
            seen.append(answers(node))
    assert seen[0] == seen[1]
    with node_of(tmp_path / "failed", policy) as node:
        keep_snapshot(node, two_years().snapshot())
        with monkeypatch.context() as broken:
            broken.setattr(growth_perturbed, "perturbed_cube", failing)
            with pytest.raises(NotProtectedError):
                build(node)
        verdict = asked(node, Asked("casualties", "year"))
        assert verdict.reading is not None
        assert set(verdict.reading.cells) == {None}
        with node.store.reading() as view:
            index = view.cube_entry()
        assert index is not None
        give_out(node, index)
        build(node)
        verdict = asked(node, Asked("casualties", "year"))
        assert verdict.reading is not None
        assert None not in verdict.reading.cells


def test_a_small_perturbed_year_is_never_released_with_the_next(tmp_path: Path) -> None:
    """When a year comes out together with the next would follow from how many people both have."""
    policy = policy_text("KH").replace(", outcome: yes", "") + "mechanism: cell-key\n"
    for people in (0, 2, 4):
        register = two_years()
        with node_of(tmp_path / str(people), policy) as node:
            loaded(node, register)
            for year, more in ((2024, people), (2025, 3)):
                register.add(year, more)
                loaded(node, register)
            years = CubeCache(node.dictionary, node.member, node.store).refresh()
            assert years is not None
            assert [years.read({"date": year}) for year in ("2024", "2025")] == [None, None]
            assert years.read({"date": "2023"}) is not None


def of_accidents(register: Register, together: int) -> Snapshot:
    """The register's snapshot with so many people of one accident; the others have no accident number."""
    snapshot = register.snapshot()
    accidents = snapshot.links["case"].copy()
    accidents[:together] = snapshot.links["accident"][0]
    return replace(snapshot, links={**snapshot.links, "accident": accidents}, says_accidents=True)


def test_numbers_of_accidents_are_withheld_and_not_refused(
    tmp_path: Path, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    with node_of(tmp_path / "found") as node:
        loaded(node, register, of_accidents(register, 2))
        assert asked(node, Asked("accidents", "year")).refusals == ()
    monkeypatch.setattr(accident_counts, "protect_accidents", failing)
    with node_of(tmp_path / "failed") as node:
        loaded(node, register, of_accidents(register, 2))
        verdict = asked(node, Asked("accidents", "year"))
        assert verdict.reading is not None
        assert set(verdict.reading.cells) == {None}


@pytest.mark.parametrize("together", [0, 2])
def test_one_accident_number_does_not_make_accidents_countable(
    tmp_path: Path, register: Register, together: int
) -> None:
    with node_of(tmp_path) as node:
        snapshot = of_accidents(register, together)
        for says, refusals in ((True, ()), (False, (Refusal.NOT_COLLECTED,))):
            loaded(node, register, replace(snapshot, says_accidents=says))
            assert asked(node, Asked("accidents")).refusals == refusals


def test_what_the_register_lacks_is_not_collected_and_what_the_policy_lacks_not_shared(
    tmp_path: Path, register: Register
) -> None:
    policy = POLICY.replace("outcome: yes", "outcome: yes, device: device_group")
    with node_of(tmp_path, policy) as node:
        loaded(node, register)
        assert asked(node, Asked("casualties", "device_group")).refusals == (Refusal.NOT_COLLECTED,)
        assert asked(node, Asked("casualties", "activity_group")).refusals == (Refusal.NOT_SHARED,)
