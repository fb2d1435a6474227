"""Record extracts: classes of k people, varying sensitive values, nothing new beside the history."""

from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymisers.attack import Findings
from anonymisers.attack.run import attack
from anonymisers.cube.certified_cube import build_cube
from anonymisers.errors import ProtectionError, RecordsError
from anonymisers.records.extract_safety import (
    PriorReleases,
    discloses_more,
    informative_tables,
    safe_beside,
)
from anonymisers.records.generalisation import Extract, Records, generalised
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import ROOT, Hierarchy
from anonymisers.tables.release import Release
from anonymisers.tables.rules import Rules

PLACE = Hierarchy(
    "place",
    (ROOT, "north", "south", "n1", "n2", "s1", "s2"),
    {"north": ROOT, "south": ROOT, "n1": "north", "n2": "north", "s1": "south", "s2": "south"},
)
SEX = Hierarchy("sex", (ROOT, "F", "M"), {"F": ROOT, "M": ROOT})
INJURY = Hierarchy("injury", (ROOT, "leg", "eye", "ear"), dict.fromkeys(("leg", "eye", "ear"), ROOT))
DIMS = (PLACE, SEX, INJURY)
CONSENT = Hierarchy("consent", (ROOT, "REC", "AGG"), {"REC": ROOT, "AGG": ROOT})


def records(rows, columns=("place", "sex", "injury"), sensitive=frozenset({"injury"})) -> Records:
    """Records of (person, place, sex, injury)."""
    coords = np.array(
        [[d.index[c] for d, c in zip(DIMS, row[1:], strict=True)] for row in rows], dtype=np.int32
    )
    people = np.array([row[0] for row in rows], dtype=np.int64)
    return Records(DIMS, coords.reshape(len(rows), 3), people, columns, sensitive)


def rows_of(extract: Extract) -> list[tuple[int, ...]]:
    """Person and codes of the records that stay, counted by hand."""
    return [
        (int(person), *map(int, place))
        for person, place, kept in zip(
            extract.records.people, extract.positions, extract.kept.tolist(), strict=True
        )
        if kept
    ]


some_rows = st.lists(
    st.tuples(
        st.integers(0, 25),
        st.sampled_from(["n1", "n2", "s1", "s2"]),
        st.sampled_from(["F", "M"]),
        st.sampled_from(["leg", "eye", "ear"]),
    ),
    min_size=1,
    max_size=60,
)


@given(rows=some_rows, k=st.integers(2, 6), diversity=st.integers(1, 3))
def test_every_equivalence_class_of_an_extract_is_large_enough_and_sensitive_values_vary(
    rows, k, diversity
) -> None:
    made = records(rows)
    if len({row[0] for row in rows}) < k:
        with pytest.raises(RecordsError, match="too few people"):
            generalised(made, k=k, diversity=diversity)
        return
    for extract in generalised(made, k=k, diversity=diversity):
        people, reported = defaultdict(set), defaultdict(set)
        for person, place, sex, injury in rows_of(extract):
            people[place, sex, injury].add(person)
            reported[place, sex].add(injury)
        assert min(map(len, people.values())) >= k
        if extract.depths[2]:
            assert min(map(len, reported.values())) >= diversity


@given(rows=some_rows, k=st.integers(2, 4))
def test_the_figures_of_an_extract_follow_from_their_definitions(rows, k) -> None:
    if len({row[0] for row in rows}) < k:
        return
    for extract in generalised(records(rows), k=k, diversity=1)[:5]:
        shown = set(rows_of(extract))  # a person once in each class
        classes = Counter((place, sex) for _, place, sex, _ in shown)
        risk = extract.risk()
        assert risk.k == min(classes.values())
        assert risk.expected == pytest.approx(len(classes) / len(shown))
        assert risk.highest == pytest.approx(1 / risk.k)
        if "injury" in risk.diversity:
            reported = defaultdict(set)
            for _, place, sex, injury in shown:
                reported[place, sex].add(injury)
            assert risk.diversity["injury"].distinct == min(map(len, reported.values()))


def test_the_extract_that_tells_most_comes_first() -> None:
    rows = [(n, "n1" if n % 2 else "s1", "M", "leg" if n % 4 < 2 else "eye") for n in range(40)]
    first = generalised(records(rows), k=5, diversity=2)[0]
    assert dict(first.grain) == {"place": 2, "sex": 1, "injury": 1}
    assert first.kept.all()


def test_a_column_is_generalised_rather_than_people_left_out() -> None:
    places = ["n1"] * 4 + ["n2"] * 4 + ["s1"] * 6 + ["s2"] * 6
    rows = [(n, place, "M", "leg") for n, place in enumerate(places)]
    first = generalised(records(rows, ("place",), frozenset()), k=5, diversity=1)[0]
    assert first.kept.sum() >= 12
    codes = first.table()["place"]
    assert min(Counter(codes).values()) >= 5


def test_one_person_with_many_records_is_no_equivalence_class_of_k() -> None:
    rows = [(1, "n1", "F", "leg")] * 20 + [(n, "s1", "M", "leg") for n in range(2, 9)]
    for extract in generalised(records(rows, ("sex",), frozenset()), k=5, diversity=1):
        assert set(extract.table()["sex"]) == {"M"} or extract.depths == (0,)


def test_leaving_a_group_out_keeps_the_promise_to_the_others() -> None:
    rows = [(n, "n1", "F", "leg" if n < 5 else "eye") for n in range(10)]
    extract = generalised(records(rows), k=5, diversity=2)[0]
    assert extract.kept.all()
    legs = extract.records.coords[:, 2] == INJURY.index["leg"]
    assert not extract.without(legs).kept.any()  # those left would all have had one injury


@pytest.mark.parametrize(
    ("columns", "sensitive", "k"),
    [
        ((), frozenset(), 3),
        (("shoe",), frozenset(), 3),
        (("sex", "sex"), frozenset(), 3),
        (("sex",), {"age"}, 3),
    ],
)
def test_columns_that_are_none_are_refused(columns, sensitive, k) -> None:
    with pytest.raises(RecordsError, match="different columns"):
        records([(1, "n1", "F", "leg")], columns, frozenset(sensitive))


@pytest.mark.parametrize(("k", "diversity"), [(1, 1), (0, 2), (3, 0)])
def test_a_k_that_protects_nobody_is_refused(k, diversity) -> None:
    with pytest.raises(RecordsError, match="k is at least 2"):
        generalised(records([(1, "n1", "F", "leg")]), k=k, diversity=diversity)


def beside(cube_cells, threshold=5) -> PriorReleases:
    """A history of one released table over place and sex."""
    release = Release.of((PLACE, SEX), cube_cells)
    return PriorReleases((release,), threshold, "partner", {"consent": "REC"}, (CONSENT,))


ALL = {(ROOT, ROOT): 40, ("north", ROOT): 20, ("south", ROOT): 20}


def of_place(counts) -> Records:
    """People by place, all men with one injury."""
    rows, person = [], 0
    for place, count in counts.items():
        for _ in range(count):
            rows.append((person, place, "M", "leg"))
            person += 1
    return records(rows, ("place",), frozenset())


def test_an_extract_is_refused_where_it_tells_how_few_did_not_consent() -> None:
    """Of 20 people in the north 18 let their records be shared: the extract would point at the other two."""
    extracts = generalised(of_place({"n1": 9, "n2": 9, "s1": 5, "s2": 5}), k=5, diversity=1)
    history = beside(ALL)
    found = attack([*history.known, extracts[0].release({"consent": "REC"}, (CONSENT,))], threshold=5)
    assert [cell for cell in found.unlisted if dict(cell.key) == {"place": "north", "consent": "AGG"}]

    made = safe_beside(extracts, history)
    shown = made.extract.table().get("place", [])
    assert not {"n1", "n2"} <= set(shown)
    assert "north" not in shown


def test_an_extract_that_leaves_enough_people_unsaid_goes_as_it_is() -> None:
    extracts = generalised(of_place({"n1": 10, "s1": 10}), k=5, diversity=1)
    made = safe_beside(extracts, beside(ALL))
    assert made.extract.kept.sum() == 20
    assert sorted(made.release.values.tolist()) == [10, 10]


def test_an_earlier_extract_is_history_too() -> None:
    """Ten of the north were given out; with the other eight nobody may say who the last two are."""
    history = beside(ALL)
    first = safe_beside(generalised(of_place({"n1": 10, "s1": 10}), k=5, diversity=1), history).release
    later = generalised(of_place({"n1": 10, "s1": 12}), k=5, diversity=1)
    both = PriorReleases((*history.known, first), 5, "partner", history.where, history.beside)
    with pytest.raises(ProtectionError):
        safe_beside(later, both, seconds=20)


def test_one_group_less_hides_who_is_missing() -> None:
    """Four places would say that two of 22 people did not consent; three say nothing of the kind."""
    extracts = generalised(of_place(dict.fromkeys(("n1", "n2", "s1", "s2"), 5)), k=5, diversity=1)
    made = safe_beside(extracts, beside({(ROOT, ROOT): 22}))
    assert len(set(made.extract.table()["place"])) == 3


def test_without_time_to_look_nothing_is_given_out() -> None:
    extracts = generalised(of_place({"n1": 10, "s1": 10}), k=5, diversity=1)
    with pytest.raises(ProtectionError, match="no extract"):
        safe_beside(extracts, beside(ALL), seconds=0)
    with pytest.raises(ProtectionError, match="no extract"):
        safe_beside([], beside(ALL))


def test_what_contradicts_the_history_is_refused_without_a_count() -> None:
    extracts = generalised(of_place({"n1": 30, "s1": 10}), k=5, diversity=1)
    with pytest.raises(ProtectionError, match="contradict"):
        safe_beside(extracts, beside(ALL))


def test_one_code_in_every_column_tells_nothing_and_is_no_extract() -> None:
    assert generalised(of_place({"n1": 10}), k=5, diversity=1) == []


@settings(max_examples=15)
@given(data=st.data())
def test_what_is_called_safe_withstands_the_attacker_beside_a_protected_cube(data) -> None:
    """The released cube of a random world, and an extract of those who consented: nothing small follows."""
    people = data.draw(
        st.lists(
            st.tuples(st.sampled_from(["n1", "n2", "s1", "s2"]), st.sampled_from(["F", "M"]), st.booleans()),
            min_size=30,
            max_size=60,
        )
    )
    dims = (PLACE, SEX)
    counts = Counter((place, sex) for place, sex, _ in people)
    table = Table.of(dims, counts.items())
    cube = build_cube(table, Rules(threshold=3, zeros="partner", max_dims=2), key=b"k" * 32)
    coords = [[d.index[c] for d, c in zip(dims, person[:2], strict=True)] for person in people if person[2]]
    if len(coords) < 3:
        return
    made = Records(
        dims, np.array(coords, dtype=np.int32), np.arange(len(coords)), ("place", "sex"), frozenset()
    )
    history = PriorReleases((informative_tables(cube),), 3, "partner", {"consent": "REC"}, (CONSENT,))
    before = attack(history.known, threshold=3)
    try:
        safe = safe_beside(generalised(made, k=3, diversity=1), history, seconds=20)
    except ProtectionError:
        return
    after = attack([*history.known, safe.release], threshold=3)
    truth = Counter((ROOT, ROOT, c) for *_, c in people)
    assert truth
    assert {c.key for c in after.disclosed} <= {c.key for c in before.disclosed}
    assert not [c for c in after.unlisted if "consent" in dict(c.key)]


def test_an_extract_that_the_attacker_had_no_time_for_is_not_safe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time may end before any cell is named: nothing found is then no proof."""
    monkeypatch.setattr(
        "anonymisers.attack.run.attack", lambda *_, **__: Findings(1, 1, interrupted=("the sums",))
    )
    extracts = generalised(of_place({"n1": 10, "s1": 10}), k=5, diversity=1)
    with pytest.raises(ProtectionError, match="no extract"):
        safe_beside(extracts, beside(ALL))
    nothing = beside(ALL)
    said = discloses_more(nothing, nothing.known, [extracts[0].release(nothing.where, nothing.beside)])
    assert said == "there was no time to look at all that follows from both"
