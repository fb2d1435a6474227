"""Earlier releases are known for ever: what is new must be safe beside them."""

from dataclasses import replace

import numpy as np
import pytest

from anonymisers.attack import attack
from anonymisers.cube.certified_cube import build_cube
from anonymisers.errors import CertificateError, TableError
from anonymisers.proof.checker import check_certificate
from anonymisers.suppression.strategies import search_schedule
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.release import Release
from anonymisers.tables.rules import Rules

KEY = bytes(range(32))
YEARS = ("2022", "2023", "2024", "2025")


def flat(name, *codes):
    return Hierarchy(name, ("Total", *codes), dict.fromkeys(codes, "Total"))


def table(where=None, change=0):
    places = [f"P{n}" for n in range(8)]
    ages = [f"A{n}" for n in range(4)]
    counts = np.random.default_rng(11).geometric(0.12, (8, 4, 4)) - 1
    counts[0, 0, 0] += change
    cells = [
        ((p, a, y), int(counts[i, j, k]))
        for i, p in enumerate(places)
        for j, a in enumerate(ages)
        for k, y in enumerate(YEARS)
    ]
    dims = [flat("place", *places), flat("age", *ages), flat("year", *YEARS)]
    return Table.of(dims, cells, by=("place", "age"), where=where or {})


EARLIER = {"year": YEARS[:-1]}
RULES = Rules(threshold=5)


@pytest.fixture(scope="module")
def first():
    return build_cube(table(), RULES, KEY).release()


def test_the_difference_of_two_populations_is_protected_like_a_cell(first):
    second = build_cube(table(EARLIER), RULES, KEY, known=[first])
    findings = attack([first, second.release()], threshold=5, time_limit=60)
    assert not findings.disclosed
    assert not findings.insufficiently_protected
    assert not findings.unlisted


def test_where_neighbourhoods_hold_no_world_all_counts_at_once_do(first, monkeypatch):
    tuning = replace(search_schedule.TUNING, small=((4, 10),))
    monkeypatch.setattr(search_schedule, "TUNING", tuning)
    second = build_cube(table(EARLIER), RULES, KEY, known=[first])
    assert (~second.withheld).sum() > 5
    findings = attack([first, second.release()], threshold=5, time_limit=60)
    assert not findings.disclosed + findings.insufficiently_protected + findings.unlisted


def test_without_knowing_the_first_the_second_gives_people_away(first):
    careless = build_cube(table(EARLIER), RULES, KEY).release()
    findings = attack([first, careless], threshold=5, time_limit=60)
    assert findings.unlisted or findings.insufficiently_protected or findings.disclosed


def test_the_certificate_names_the_releases_that_it_takes_in(first):
    truth = table(EARLIER)
    second = build_cube(truth, RULES, KEY, known=[first])
    check_certificate(second.certificate, second.release(), truth, [first])
    with pytest.raises(CertificateError, match="other earlier releases"):
        check_certificate(second.certificate, second.release(), truth)


def test_an_earlier_release_that_the_data_contradict_is_named(first):
    with pytest.raises(TableError, match="contradict each other"):
        build_cube(table(EARLIER, change=9), RULES, KEY, known=[first])


def test_an_earlier_release_with_codes_of_its_own_is_refused():
    other = Release.of([flat("place", "P0", "Elsewhere")], {("P0",): 12})
    with pytest.raises(TableError, match="Elsewhere"):
        build_cube(table(), RULES, KEY, known=[other])


def test_the_same_release_again_gives_nothing_more_away(first):
    again = build_cube(table(), RULES, KEY, known=[first]).release()
    findings = attack([first, again], threshold=5, time_limit=60)
    assert (findings.disclosed, findings.insufficiently_protected, findings.unlisted) == ((), (), ())


def test_a_new_level_above_the_codes_of_an_earlier_release(first):
    raw = table()
    places = [c for c in raw.dims[0].codes if c != "Total"]
    parent = {p: ("North" if n < 4 else "South") for n, p in enumerate(places)}
    regions = Hierarchy(
        "place", ("Total", "North", "South", *places), {**parent, "North": "Total", "South": "Total"}
    )
    codes = [d.codes for d in raw.dims]
    cells = [
        (tuple(c[i] for c, i in zip(codes, row, strict=True)), int(n))
        for row, n in zip(raw.coords, raw.counts, strict=True)
    ]
    recoded = Table.of([regions, *raw.dims[1:]], cells, by=("place", "age"))

    second = build_cube(recoded, RULES, KEY, known=[first])

    findings = attack([first, second.release()], threshold=5, time_limit=60)
    assert (findings.disclosed, findings.insufficiently_protected, findings.unlisted) == ((), (), ())


def test_those_who_are_in_one_population_only_may_be_nobody_where_all_zeros_are_shown():
    # Nobody of C is in the second year: in other worlds somebody is. Of A, B and D one or three people are.
    counts = {"A": (3, 3, 5, 1), "B": (7, 1, 15, 1), "C": (9, 0, 6, 0), "D": (11, 1, 15, 3)}
    kinds = [(sex, year) for sex in ("m", "f") for year in ("1", "2")]
    dims = [flat("place", *counts), flat("sex", "m", "f"), flat("year", "1", "2")]
    cells = [((place, *kind), n) for place, row in counts.items() for kind, n in zip(kinds, row, strict=True)]
    rules, known = Rules(zeros="publish"), []
    for where in ({}, {"year": "1"}):
        people = Table.of(dims, cells, by=("place", "sex"), where=where)
        known.append(build_cube(people, rules, bytes(32), known=known).release())
    findings = attack(known, threshold=5, lower=rules.least, zeros="publish", time_limit=60)
    assert not findings.disclosed
    assert not findings.insufficiently_protected
    assert not findings.unlisted
    assert not findings.incomplete
