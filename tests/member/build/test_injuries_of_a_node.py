"""Injuries of a node: each in a table of its own by outcome, made once, beside the cube."""

from dataclasses import replace
from datetime import date

from federation import PEOPLE, policy_text, snapshot

from anonymisers.attack import attack
from anonymisers.cube.released_cells import OutsideLattice, Value, Withheld
from anonymisers.history.release_history import ReleaseHistory
from anonymisers.history.vintages import releases
from gateway.dictionary import regional
from gateway.dictionary.vocabulary import vocabulary
from gateway.member.build.growth import grow
from gateway.member.cube.cube_inputs import CubeInputs
from gateway.member.model.snapshot import Column, Snapshot
from gateway.member.policy.cube_plan import plan_cube
from policies import Policy, load_policy

DICTIONARY = regional()
WORDS = vocabulary(DICTIONARY, recipients=["ARMAC"], member="KH")
TODAY = date(2026, 3, 1)
HEAD = policy_text("KH").split("finest:")[0]
INJURIES = ("injury.EYE", "injury.BURN")


def policy(*injuries: str) -> Policy:
    """Sex, year and outcome, by two dimensions, and some injuries."""
    finest = "".join(f", {name}: yes" for name in injuries)
    return load_policy(
        f"{HEAD}finest: {{date: year, sex: sex, outcome: yes{finest}}}\nmax_dimensions: 2\nthreshold: 5\n"
        "reruns: accept\n",
        WORDS,
    )


def people(unknown: int = 0, shift: int = 0) -> Snapshot:
    """Every third is killed, of whom no injury is recorded; of so many the outcome is unknown."""
    rows = range(PEOPLE)
    outcomes = ["U" if n < unknown else "K" if n % 3 == 0 else "I" for n in rows]
    of_eyes = ["YES" if (n + shift) % 4 == 0 else "NO" for n in rows]
    of_burns = ["YES" if (n + shift) % 5 == 0 else "NO" for n in rows]
    columns = {
        "date": Column.of([f"{2022 + n % 2}-06" for n in rows]),
        "sex": Column.of(["F" if n % 7 < 2 else "M" for n in rows]),
        "outcome": Column.of(outcomes),
        "victim_type": snapshot("KH").columns["victim_type"],
    }
    for name, answers in zip(INJURIES, (of_eyes, of_burns), strict=True):
        known = [
            "UNK" if outcome == "K" else answer for outcome, answer in zip(outcomes, answers, strict=True)
        ]
        columns[name] = Column.of(known)
    return replace(snapshot("KH"), columns=columns)


def cube(made: Snapshot, *injuries: str, former: ReleaseHistory | None = None) -> ReleaseHistory:
    planned = plan_cube(DICTIONARY, policy(*injuries), made, TODAY)
    return grow(CubeInputs(DICTIONARY, made, *planned, b"k" * 32), former)


def injured(made: Snapshot, name: str) -> int:
    pairs = zip(made.columns[name].values(), made.columns["outcome"].values(), strict=True)
    return sum(pair == ("YES", "I") for pair in pairs)


def test_an_injury_is_answered_by_outcome_and_by_nothing_else() -> None:
    made = people()
    found = cube(made, *INJURIES)
    for name in INJURIES:
        assert found.lookup({name: "YES", "outcome": "I"}) == Value(injured(made, name))
        assert found.lookup({name: "YES", "sex": "F"}) == Withheld()
    assert found.lookup(dict.fromkeys(INJURIES, "YES")) == Withheld()
    assert isinstance(found.lookup({"injury.EYE": "BLIND"}), OutsideLattice)
    assert isinstance(found.lookup({"injury.EYE": "YES", "outcome": "I", "sex": "F"}), OutsideLattice)


def test_nobody_learns_more_from_all_of_it_together() -> None:
    found = attack(releases(cube(people(), *INJURIES).parts), threshold=5)
    assert not found.disclosed
    assert not found.unlisted
    assert not found.insufficiently_protected


def test_a_stored_cube_keeps_its_tables_of_injuries() -> None:
    found = cube(people(), *INJURIES)
    again = ReleaseHistory.from_bytes(found.to_bytes())
    assert (again.values == found.values).all()
    assert again.lookup({"injury.EYE": "YES", "sex": "F"}) == Withheld()
    assert again.certificate_digest == found.certificate_digest
    assert again.to_bytes() == found.to_bytes()


def test_injuries_stay_as_they_were_first_released() -> None:
    before = cube(people(), *INJURIES)
    after = cube(people(shift=1), *INJURIES, former=before)
    assert [part.kind for part in after.parts] == ["period"]
    assert after.to_bytes() == before.to_bytes()


def test_injuries_that_a_later_policy_shares_are_counted_of_the_people_released_before() -> None:
    made = people()
    before = cube(made)
    after = cube(made, *INJURIES, former=before)
    assert after.parts[0].cubes == before.parts[0].cubes
    assert after.lookup({"injury.EYE": "YES", "outcome": "I"}) == Value(injured(made, "injury.EYE"))


def test_no_injury_is_told_where_a_number_by_outcome_is_withheld() -> None:
    found = cube(people(unknown=2), *INJURIES)
    assert found.lookup({"outcome": "U"}) == Withheld()
    assert found.lookup({"injury.EYE": "YES", "outcome": "I"}) == Withheld()
    assert not found.parts[0].apart
