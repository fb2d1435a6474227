"""A node over the years: a new year comes, corrections wait, consent is withdrawn, and policies change."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from federation import policy_text
from lone_node import lone_node
from register import Register, answered, two_years, withstands
from signing import put_in_force

from anonymisers.attack import attack
from anonymisers.cube.released_cells import Value, Withheld
from anonymisers.history.release_history import ReleaseHistory
from anonymisers.history.vintages import releases
from gateway.member.build.preview import make
from gateway.member.build.revisions import revisions
from gateway.member.errors import NotProtectedError, PolicyRefusedError
from gateway.member.node.context import Node
from gateway.member.policy.policy_in_force import checked

POLICY = policy_text("KH").replace("sex: sex, ", "sex: sex, place: province, ")


@pytest.fixture
def register() -> Register:
    return two_years()


@pytest.fixture
def node(tmp_path: Path, register: Register) -> Iterator[Node]:
    with lone_node(tmp_path / "KH") as (made, clock):
        clock.move(days=200)
        put_in_force(made, POLICY)
        answered(made, register)
        yield made


def newest(node: Node) -> ReleaseHistory:
    with node.store.reading() as view:
        stored = view.cube()
    assert stored is not None
    return ReleaseHistory.from_bytes(stored.cube)


def shown(cube: ReleaseHistory) -> dict[tuple[str, ...], int | None]:
    return dict(cube.release().cells)


def test_a_new_year_comes_and_what_was_shown_stays(node: Node, register: Register) -> None:
    before = shown(newest(node))
    register.add(2024, 120)
    register.add(2024, 3, sex="F")

    after = answered(node, register)

    year = [d.name for d in after.dims].index("date")
    old = {key: value for key, value in before.items() if key[year] in ("2022", "2023")}
    assert old
    assert {key: shown(after)[key] for key in old} == old
    assert after.lookup({"date": "2024"}) == Value(123)
    assert after.lookup({}) == Value(443)
    assert after.lookup({"date": "2024", "sex": "F"}) == Withheld()
    assert withstands(after)


def test_corrections_wait_and_nobody_can_tell(node: Node, register: Register) -> None:
    before = newest(node)
    register.add(2023, 3)
    register.withdraw([7, 8])

    after = answered(node, register)

    assert shown(after) == shown(before)
    assert after.certificate_digest == before.certificate_digest
    found = revisions(node)
    assert (found.people_added, found.people_left) == (3, 2)
    assert found.years() == {2022: (0, 2), 2023: (3, 0)}


def test_late_records_enter_once_they_are_people_enough(node: Node, register: Register) -> None:
    before = newest(node)
    register.add(2023, 3, place=0)
    answered(node, register)
    register.add(2023, 6, place=0)

    after = answered(node, register)

    assert [part.kind for part in after.parts] == ["period", "added"]
    assert after.lookup({}) == Value(329)
    assert after.lookup({"date": "2023"}) in (Value(169), before.lookup({"date": "2023"}))
    assert revisions(node).people == 0
    assert withstands(after)


def test_withdrawn_consent_leaves_once_enough_people_leave(node: Node, register: Register) -> None:
    register.withdraw([n for n in range(60) if n % 4 in (0, 1)])

    after = answered(node, register)

    assert [part.kind for part in after.parts] == ["period", "left"]
    assert after.lookup({}) == Value(290)
    assert revisions(node).people == 0
    assert withstands(after)
    small = [v for v in shown(after).values() if v is not None and 1 <= v < 5]
    assert not small


def test_a_life_of_eight_years_gives_nothing_away(node: Node, register: Register) -> None:
    random, cube = np.random.default_rng(2), newest(node)
    for year in range(2024, 2026):
        register.add(year, int(random.integers(60, 160)))
        register.add(year, int(random.integers(2, 40)), sex="F")
        register.add(year - 1, int(random.integers(5, 30)))
        register.withdraw(random.choice(200, int(random.integers(6, 20)), replace=False).tolist())
        cube = answered(node, register)
    assert len(cube.parts) > 3
    assert withstands(cube)


@pytest.mark.parametrize("people", [0, 2], ids=["nobody", "two"])
def test_a_year_with_too_few_people_is_withheld_for_good(node: Node, register: Register, people: int) -> None:
    register.add(2024, people)
    after = answered(node, register)
    assert after.lookup({"date": "2024"}) == Withheld()
    assert after.lookup({}) == Withheld()

    register.add(2024, 40)
    register.add(2025, 100)
    register.add(2022, 6)
    later = answered(node, register)

    assert later.lookup({"date": "2025"}) == Value(100)
    assert later.lookup({"date": "2024"}) == Withheld()
    assert later.lookup({}) == Withheld()
    assert [(part.kind, len(part.cubes)) for part in later.parts] == [
        ("period", 1),
        ("period", 0),
        ("added", 1),
        ("period", 1),
    ]
    assert withstands(later)


def test_a_register_that_lost_a_released_year_makes_no_cube(node: Node, register: Register) -> None:
    before = newest(node)
    register.rows = {n: row for n, row in register.rows.items() if row[0] > "2023"}

    with pytest.raises(NotProtectedError, match="nobody any more in years that are released: 2022"):
        answered(node, register)

    assert shown(newest(node)) == shown(before)


def version(text: str, number: int = 2) -> str:
    return text.replace("version: 1", f"version: {number}")


@pytest.mark.parametrize(
    "change",
    [("threshold: 5", "threshold: 3"), ("threshold: 5", "threshold: 12"), ("sex: sex, ", "")],
)
def test_a_policy_that_shows_the_released_data_otherwise_is_protected_first(
    node: Node, change: tuple[str, str]
) -> None:
    before = newest(node)
    text = version(POLICY).replace(*change)
    with pytest.raises(PolicyRefusedError, match="released already"):
        put_in_force(node, text)

    made = make(node, checked(node, text))
    put_in_force(node, text)

    assert made.hindrance is None
    after = newest(node)
    with node.store.reading() as view:
        stored = view.cube()
    assert stored is not None
    assert stored.policy_version == 2
    names = [d.name for d in after.dims]
    for key, value in shown(after).items():
        codes = {name: code for name, code in zip(names, key, strict=True) if code != "Total"}
        if value is not None:
            assert before.lookup(codes) == Value(value)


def test_a_policy_that_takes_a_released_year_back_is_refused_and_the_node_goes_on(node: Node) -> None:
    text = version(POLICY) + "embargo: 1000 days\n"

    made = make(node, checked(node, text))

    assert made.hindrance is not None
    assert "2023" in made.hindrance
    with pytest.raises(PolicyRefusedError):
        put_in_force(node, text)
    assert newest(node).lookup({}) == Value(320)


def test_years_that_come_after_a_changed_policy_are_protected_by_its_rules(
    node: Node, register: Register
) -> None:
    text = version(POLICY).replace("threshold: 5", "threshold: 12")
    make(node, checked(node, text))
    put_in_force(node, text)
    register.add(2024, 90)
    register.add(2024, 9, sex="F")

    after = answered(node, register)

    assert after.lookup({"date": "2024", "sex": "F"}) == Withheld()
    assert withstands(after)


def test_a_further_dimension_is_protected_beside_what_was_given_out(node: Node) -> None:
    before = newest(node)
    text = version(POLICY).replace("outcome: yes", "outcome: yes, victim_type: yes")

    made = make(node, checked(node, text))
    put_in_force(node, text)

    assert made.hindrance is None
    after = newest(node)
    # Which of equally safe patterns is taken hangs on the node's key: some withhold it beside the new tables.
    assert after.lookup({"victim_type": "DIR"}) in (Value(320), Withheld())
    assert after.lookup({"date": "2022"}) == before.lookup({"date": "2022"})
    assert len(after.parts[0].cubes) == 2
    assert withstands(after)


def test_a_lower_threshold_shows_more_but_nothing_that_protected_something(node: Node) -> None:
    before = newest(node)
    text = version(POLICY).replace("threshold: 5", "threshold: 3")
    make(node, checked(node, text))
    put_in_force(node, text)

    after = newest(node)

    assert int((~after.withheld).sum()) >= int((~before.withheld).sum())
    assert (before.withheld | ~after.withheld).all()
    found = attack(releases(after.parts), threshold=3, time_limit=60)
    assert (found.disclosed, found.insufficiently_protected, found.unlisted) == ((), (), ())
    assert not found.incomplete


def test_after_more_was_shown_people_can_still_leave(node: Node, register: Register) -> None:
    text = version(POLICY).replace("outcome: yes", "outcome: yes, victim_type: yes")
    make(node, checked(node, text))
    put_in_force(node, text)
    register.withdraw([n for n in range(60) if n % 4 in (0, 1)])
    register.add(2024, 80)

    with_new = answered(node, register)

    assert [part.kind for part in with_new.parts] == ["period", "left", "period"]
    assert with_new.lookup({}) == Value(370)
    assert withstands(with_new)
