"""The attacker finds exactly what enumerating every world finds, on random tiny tables and releases."""

from itertools import product

import numpy as np
import pytest
from attack_oracle import Oracle, group, leaves
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymisers.attack import attack, polytope
from anonymisers.attack.independent_moves import IndependentMoves
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.release import Release


def flat(name, size):
    codes = [f"{name}{i}" for i in range(size)]
    return Hierarchy(name, ("Total", *codes), dict.fromkeys(codes, "Total"))


def grouped(name, size):
    """A level of two groups above the leaves, the first with all leaves but the last."""
    codes = [f"{name}{i}" for i in range(size)]
    parent = dict.fromkeys(codes[:-1], f"{name}x") | {codes[-1]: f"{name}y"}
    parent |= {f"{name}x": "Total", f"{name}y": "Total"}
    return Hierarchy(name, ("Total", f"{name}x", f"{name}y", *codes), parent)


@st.composite
def dimensions(draw, most=9):
    dims, size = [], 1
    for name in "abc":
        room = most // size
        if room < 2 and dims:
            break
        leaf_count = draw(st.integers(2, min(3, room)))
        make = grouped if leaf_count == 3 and draw(st.booleans()) else flat
        dims.append(make(name, leaf_count))
        size *= leaf_count
    return tuple(dims)


@st.composite
def worlds(draw, dims):
    size = int(np.prod([len(leaves(d)) for d in dims]))
    people = draw(st.integers(1, 7))
    world = np.zeros(size, dtype=np.int64)
    for cell in draw(st.lists(st.integers(0, size - 1), min_size=people, max_size=people)):
        world[cell] += 1
    return world


def lattice(dims, most):
    """The codes of every cell of all tables of up to `most` dimensions."""
    cells = product(*(d.codes for d in dims))
    return [c for c in cells if sum(code != "Total" for code in c) <= most]


def release_of(draw, dims, world, *, most, lower, hidden_of_ten, where=None):
    where = where or {}
    cells = {}
    for codes in lattice(dims, most):
        inside = group(dims, where, dict(zip((d.name for d in dims), codes, strict=True)))
        value = int(world[sorted(inside)].sum())
        top = all(c == "Total" for c in codes)
        hide = not top and value >= lower and draw(st.integers(1, 10)) <= hidden_of_ten
        cells[codes] = None if hide else value
    return Release.of(dims, cells, where=where)


@st.composite
def cases(draw, linked=False, several=False):
    dims = draw(dimensions())
    world = draw(worlds(dims))
    lower = draw(st.sampled_from([0, 1]))
    most = draw(st.integers(1, len(dims) - 1)) if linked and len(dims) > 1 else len(dims)
    rules = {"most": most, "lower": lower, "hidden_of_ten": draw(st.sampled_from([4, 7, 9]))}
    releases = [release_of(draw, dims, world, **rules)]
    if several:
        limit = draw(st.sampled_from(dims))
        codes = draw(st.lists(st.sampled_from(leaves(limit)), min_size=1, unique=True))
        releases.append(release_of(draw, dims, world, **rules, where={limit.name: tuple(codes)}))
    return dims, world, releases, lower, draw(st.integers(2, 5))


def groups(dims, found):
    return {group(dims, {}, dict(cell.key)) for cell in found}


def compare(case):
    dims, world, releases, lower, threshold = case
    oracle = Oracle(dims, releases, int(world.sum()), lower, threshold)
    findings = attack(releases, threshold=threshold, lower=lower, between=True)
    assert groups(dims, findings.disclosed) == oracle.disclosed()
    assert groups(dims, findings.insufficiently_protected) == oracle.insufficiently_protected()
    assert findings.undecided == ()
    assert findings.unexamined == ()
    unasked = groups(dims, findings.unlisted)
    assert all(oracle.is_small_for_certain(g) for g in unasked)
    assert oracle.unlisted_cells() <= unasked
    assert all(any(oracle.same_people(g, named) for named in unasked) for g in oracle.sums_between())
    return oracle, findings


@settings(max_examples=90, deadline=None)
@given(cases())
def test_one_release_of_the_whole_lattice(case):
    compare(case)


@settings(max_examples=90, deadline=None)
@given(cases(linked=True))
def test_linked_tables(case):
    compare(case)


@settings(max_examples=90, deadline=None)
@given(cases(several=True))
def test_releases_of_two_populations(case):
    compare(case)


@settings(max_examples=100, deadline=None)
@given(cases(linked=True, several=True))
def test_linked_releases_of_two_populations(case):
    compare(case)


FOUR = tuple(flat(name, 2) for name in "abcd")
FOLLOWED = (
    [1, 1, 1, 0, 3, 3, 1, 2, 0, 0, 0, 3, 0, 0, 3, 0],
    [0, 1, 3, 0, 0, 2, 0, 2, 0, 2, 3, 0, 0, 3, 0, 1],
    [1, 2, 0, 0, 2, 3, 3, 3, 3, 0, 0, 0, 0, 1, 1, 3],
)
"""People of whom a cell of three dimensions follows from all tables of two, although no inner cell does."""


@pytest.mark.parametrize("people", FOLLOWED)
def test_a_cell_of_three_dimensions_follows_from_all_tables_of_two(people):
    world = np.array(people)
    keys = {n: dict(zip("abcd", codes, strict=True)) for n, codes in enumerate(product(*map(leaves, FOUR)))}
    cells = {}
    for codes in lattice(FOUR, 2):
        cells[codes] = sum(
            int(world[n])
            for n, key in keys.items()
            if all(c in ("Total", own) for c, own in zip(codes, key.values(), strict=True))
        )

    findings = attack([Release.of(FOUR, cells)], threshold=3, between=True)

    assert findings.unexamined == ()
    followed = {cell.key: (cell.low, cell.high) for cell in findings.unlisted}
    assert any(len(key) == 3 for key in followed)
    for key, (low, high) in followed.items():
        count = sum(int(world[n]) for n, own in keys.items() if dict(key).items() <= own.items())
        assert low == high == count


def true_table(dims, world):
    cells = zip(product(*(leaves(d) for d in dims)), world.tolist(), strict=True)
    return Table.of(dims, cells)


@settings(max_examples=90, deadline=None)
@given(cases(linked=True, several=True))
def test_what_singletons_compute_is_truly_computable(case):
    dims, world, releases, lower, threshold = case
    oracle = Oracle(dims, releases, int(world.sum()), lower, threshold)
    findings = attack(releases, threshold=threshold, lower=lower, truth=true_table(dims, world))
    pairs = {
        (group(dims, {}, dict(i.cell.key)), group(dims, {}, dict(i.singleton))) for i in findings.singletons
    }
    assert pairs <= oracle.computable(world)
    assert pairs >= oracle.computable(world)


@settings(max_examples=40, deadline=None)
@given(cases(linked=True, several=True))
def test_moves_of_a_few_cells_settle_singletons_as_programs_over_all_cells_do(case):
    """As in large parts of a system, which are not solved in whole numbers."""
    dims, world, releases, lower, threshold = case

    def found():
        truth = true_table(dims, world)
        return attack(releases, threshold=threshold, lower=lower, truth=truth).singletons

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(polytope, "WHOLE", 0)
        by_changes = found()
        patch.setattr(IndependentMoves, "seek", lambda _: None)
        patch.setattr(IndependentMoves, "seek_beside", lambda *_: False)
        assert by_changes == found()
