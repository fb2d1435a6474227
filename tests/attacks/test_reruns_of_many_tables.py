"""Attack: reruns of the program on every table that agrees with a release, for hundreds of tiny tables.

The intruder lists every table that agrees with all releases and with whatever everybody knows, runs the
public program on those at an end of a small cell's range, under keys of his own, and excludes an end that
never gives the releases. Some releases are of the same people by three policies; some stand beside figures,
cells that are always or never shown, or published zeros; some intruders are the only person of a cell.

`python tests/attacks/test_reruns_of_many_tables.py 0 40` attacks so many tables of each kind, protected by
their counts and by their view, and prints the figures of `docs/explanation/attacks.md`.
"""

import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import product

import numpy as np
import pytest
from view_reruns import Reruns, bytes_read, release_of

from anonymisers.cube import rerun_attack as module
from anonymisers.errors import AnonymiserError, TableError
from anonymisers.simulatable import protect_by_view as program
from anonymisers.simulatable.masked_view import Class, ViewDraws, view_of
from anonymisers.simulatable.protect_by_view import SmallTable
from anonymisers.simulatable.protection import protect, without_counts
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.registered_figures import Figure, people_of
from anonymisers.tables.release import Release
from anonymisers.tables.rules import Rules, TableOf

KINDS = (
    "plain", "zeros protected", "zeros published", "always shown", "never shown", "figure", "priority tables",
    "sensitive", "two releases", "three releases", "in steps",
)  # fmt: skip
SEX = Hierarchy("sex", ("Total", "M", "F"), {"M": "Total", "F": "Total"})
OUTCOME = Hierarchy("outcome", ("Total", "I", "K"), {"I": "Total", "K": "Total"})
TRUE_KEYS = 40
"""Keys under which the true table is run, to see how often it gives its releases."""
MOST_KEYS = {True: 2000, False: 25}
"""Keys for each table at an end of a range before it is said never to give the releases, by view and by
counts."""
RARE_KEYS, MOST_RARE = 60, 4
"""Keys for a table whose zeros are drawn as a view has them, and such tables tried for an end."""
KEYS_OF_ONE, ENOUGH_OF_ONE = 1000, 3
"""Keys for one of several releases alone, and how often they give it until its chance is known."""
EACH = {True: 1, False: 4, ("in steps", True): 8}
"""Of so many tables one is attacked, by view and by counts: those in steps take a minute each."""
MOST_AT_AN_END = 6
"""Tables at an end that are tried under all keys, those that are most like the truth."""


@dataclass(frozen=True)
class Case:
    """A table of people, the rules of each release of them, and the figures that stand beside it."""

    table: Table
    stages: tuple[Rules, ...]
    known: tuple[Release, ...] = ()
    limits: dict[str, int] = field(default_factory=dict)


def by_place(width):
    return Hierarchy("place", ("Total", *"abc"[:width]), dict.fromkeys("abc"[:width], "Total"))


def case(seed: int, kind: str) -> Case | None:
    """A tiny table with something that everybody knows; None where what is always shown would be small."""
    rng = np.random.default_rng([seed, KINDS.index(kind)])
    dims = (SEX, by_place(2 if rng.random() < 0.6 else 3))
    if kind in {"three releases", "in steps"}:
        dims = (SEX, OUTCOME, by_place(2))
    cells = list(product(*(d.codes[1:] for d in dims)))
    counts = rng.negative_binomial(1, 0.2, len(cells)) * (rng.random(len(cells)) < 0.8)
    if rng.random() < 0.25:
        counts = rng.multinomial(16, rng.dirichlet(np.full(len(cells), 0.7)))
    table = Table.of(dims, [(c, int(n)) for c, n in zip(cells, counts, strict=True) if n])
    rules, code = Rules(withstands_reruns=True), ("sex", "F") if rng.random() < 0.5 else ("place", "a")
    named = replace(rules, priority=(TableOf.of(("sex", "place")),), finer=None)
    stages = {
        "plain": (rules,),
        "zeros protected": (replace(rules, zeros="protect"),),
        "zeros published": (replace(rules, zeros="publish"),),
        "never shown": (replace(named, never=frozenset({(code,)})),),
        "priority tables": (replace(rules, priority=(TableOf.of(("place",)),)),),
        "sensitive": (replace(rules, sensitive=frozenset({"place"})),),
        "two releases": tuple(replace(rules, max_dims=n) for n in (1, 2)),
        "three releases": tuple(replace(rules, max_dims=n) for n in (1, 2, 3)),
        "in steps": (rules,),
    }
    if kind in stages:
        return Case(table, stages[kind], (), {"MOST_INNER_CELLS": 7} if kind == "in steps" else {})
    where = dict([code]) if kind == "always shown" or rng.random() < 0.5 else {"sex": "F", "place": "a"}
    figure = Figure("known", {name: (value,) for name, value in where.items()}, 0)
    number = people_of(figure, table)
    if kind == "figure":
        return Case(table, (rules,), (replace(figure, value=number).release(table.dims),))
    if rules.is_sensitive(number):
        return None
    return Case(table, (replace(rules, always=frozenset({(code,)})),))


@contextmanager
def limits(one: Case) -> Iterator[None]:
    """The program with the limits of a case: what it does with larger tables, done with tiny ones."""
    before = {name: getattr(program, name) for name in one.limits}
    try:
        for name, value in one.limits.items():
            setattr(program, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(program, name, value)


class Releases:
    """All releases of a case under one key, as a node has for a part, and what gives them once more."""

    def __init__(self, one: Case, reruns: Reruns | None, rng: np.random.Generator) -> None:
        self.one, self.reruns, self._rng = one, reruns, rng
        self._set_up: dict[tuple[bytes, int], SmallTable] = {}
        self.releases: list[Release] = []
        self.r = 1.0
        self._patterns: list[np.ndarray] = []
        key = rng.bytes(32)
        for number, rules in enumerate(one.stages):
            found = protect(one.table, self._rules(rules), key, known=self._known(number))
            self._patterns.append(found.suppressed)
            self.releases.append(release_of(one.table, found, rules))
            self.r *= found.rerun_ratio or 0.0

    def _rules(self, rules: Rules) -> Rules:
        return rules if self.reruns else replace(rules, withstands_reruns=False)

    def _known(self, number: int) -> list[Release]:
        return [*self.one.known, *self.releases[:number]]

    def give(self, table: Table, keys: int, enough: int | None = None) -> tuple[int, int]:
        """How often a table gives all releases, and the keys that were drawn.

        With `enough` keys end after so many releases, and a run ends at the first view that cannot give it.
        """
        return self._give(table, range(len(self.releases)), keys, enough)

    def give_one(self, table: Table, number: int, keys: int, enough: int | None = None) -> float:
        """How often a table gives one of the releases, the former ones being known, as a share of the keys.

        Each release has draws of its own, so that all come together with the product of these chances.
        """
        hits, drawn = self._give(table, range(number, number + 1), keys, enough)
        return hits / drawn

    def _give(self, table: Table, numbers: Sequence[int], keys: int, enough: int | None) -> tuple[int, int]:
        hits = 0
        for drawn in range(1, keys + 1):
            key = self._rng.bytes(32)
            hits += all(self._gives(table, number, key, early=enough is not None) for number in numbers)
            if hits == enough:
                return hits, drawn
        return hits, keys

    def _gives(self, table: Table, number: int, key: bytes, *, early: bool) -> bool:
        rules, release = self._rules(self.one.stages[number]), self.releases[number]
        if self.reruns is None:
            return module.gives(release, table, rules, key, self._known(number))
        of = (_bytes(table), number)
        if of not in self._set_up:
            self._set_up[of] = SmallTable.of(table, rules, self._known(number))
        set_up, made, wanted = self._set_up[of], partial(release_of, table, rules=rules), None
        if early and not set_up.narrow:
            wanted = self._patterns[number][set_up.full.cells(set_up.tables.lattice.keys())]
        return self.reruns.outcome(set_up, key, made, wanted) == release.withheld.tobytes()


def _bytes(table: Table) -> bytes:
    return table.coords.tobytes() + table.counts.tobytes()


def agreeing(given: Releases) -> tuple[list[Table], np.ndarray]:
    """Every table that agrees with the releases and the figures, and the counts of their inner cells."""
    dims = given.one.table.dims
    inner, _ = module._inner_cells(given.releases[-1], dims)
    sums = [
        one for other in (*given.releases, *given.one.known) for one in module._known_sums(other, dims, inner)
    ]
    counts = module._candidates(
        list({(tuple(cells.tolist()), n): (cells, n) for cells, n in sums}.values()), len(inner)
    )
    if given.one.stages[-1].zeros == "publish":  # then everybody knows that what is withheld is no zero
        _, counting = module._inner_cells(given.releases[-1], dims)
        counts = counts[(counts @ counting.T)[:, given.releases[-1].withheld].min(axis=1, initial=1) > 0]
    return [module._table(dims, inner, each) for each in counts], counts


def attacked(one: Case, rng: np.random.Generator, *, by_view: bool, keys: int | None = None) -> Counter[str]:
    """What reruns find of one case: `ends` of the ranges of small cells, those `lost`, and cells `exact`."""
    with limits(one):
        if not by_view:
            return _attacked(one, rng, None, keys or MOST_KEYS[False])
        with Reruns().running() as reruns:
            found = _attacked(one, rng, reruns, keys or MOST_KEYS[True])
        found.update(searches=reruns.searches, used=reruns.used, repeated=reruns.repeated)
        return found


class _Chances:
    """How often tables give all releases, from how often they give each alone.

    Where no key gives a release, the zeros that a view of the truth draws are drawn on purpose, and the
    chance of these draws is reckoned.
    """

    def __init__(self, given: Releases, reruns: Reruns, counts: np.ndarray) -> None:
        self.given, self.reruns, self._found = given, reruns, {}
        self._views: list[list] = []
        self.of_truth = 1.0
        for number in range(len(given.releases)):
            reruns.accepted_views.clear()
            self.of_truth *= given.give_one(given.one.table, number, TRUE_KEYS)
            views = reruns.accepted_views.values()
            self._views.append([view for view in views if len(view.inner) == len(counts[0])])

    def views_like_the_truths(self, counts: np.ndarray) -> np.ndarray:
        """How many accepted views of the truth each table may have as well, by some draws."""
        found = np.zeros(len(counts), dtype=np.int64)
        for view in (view for views in self._views for view in views):
            cells = counts[:, view.inner] @ view.sums.T
            found += ((cells >= np.where(view.drawn, 0, view.least)) & (cells <= view.most)).all(axis=1)
        return found

    def only_before(self, cell: int, tables: list[Table], counts: np.ndarray) -> bool:
        """Whether some table gives each release in whose tables a cell stands: then its end is lost by those
        before alone, which promise of such a cell that it has several values, and no more.
        """
        releases = self.given.releases
        place = releases[-1].coords[cell]
        first = next(n for n, one in enumerate(releases) if (one.coords == place).all(axis=1).any())
        return first > 0 and any(
            all(self._of_one(table, people, number) for number in range(first, len(releases)))
            for table, people in zip(tables, counts, strict=True)
        )

    def of(self, table: Table, counts: np.ndarray) -> float:
        """The chance of all releases together; 0 where one of them was never given."""
        if (of := _bytes(table)) not in self._found:
            self._found[of] = 1.0
            for number in range(len(self.given.releases)):
                self._found[of] *= self._of_one(table, counts, number)
                if not self._found[of]:
                    break
        return self._found[of]

    def _of_one(self, table: Table, counts: np.ndarray, number: int) -> float:
        several = len(self.given.releases) > 1
        by_keys = several and self.given.give_one(table, number, KEYS_OF_ONE, ENOUGH_OF_ONE)
        return by_keys or max(
            (self._by_draws(table, counts, number, view) for view in self._views[number]), default=0.0
        )

    def _by_draws(self, table: Table, counts: np.ndarray, number: int, view) -> float:
        forced = (view.classes != Class.NOBODY) & view.cells.system.present
        firsts = np.unique(view.cells.first_of_name[view.cells.system.present])
        zero = firsts[(view.sums @ counts[view.inner])[firsts] == 0]
        self.reruns.forced = forced
        try:
            share = self.given.give_one(table, number, RARE_KEYS)
        finally:
            self.reruns.forced = None
        return float(np.prod(np.where(forced[zero], 0.25, 0.75)) * share)


def _attacked(one, rng, reruns, keys) -> Counter[str]:
    given = Releases(one, reruns, rng)
    try:
        tables, counts = agreeing(given)
    except module.TooManyCandidatesError:
        return Counter({"too many": 1})
    rules, release = one.stages[-1], given.releases[-1]
    _, counting = module._inner_cells(release, one.table.dims)
    values = counts @ counting.T
    this = [_bytes(table) for table in tables].index(_bytes(one.table))
    found = Counter({"tables": 1, "agreeing": len(tables)})
    open_cells = release.withheld & (values.min(axis=0) < values.max(axis=0))
    small = np.flatnonzero(open_cells & rules.is_sensitive(values[this])).tolist()
    chances = _Chances(given, reruns, counts) if reruns else None
    k = rules.threshold
    unlike = ((values >= k) != (values[this] >= k)).sum(axis=1) * len(counts[0])
    unlike += ((counts == 0) & (counts[this] > 0)).sum(axis=1)
    like = chances.views_like_the_truths(counts) if chances else np.zeros(len(counts), dtype=np.int64)
    hits: dict[tuple[int, int], tuple[int, int]] = {}

    def near(rows: np.ndarray) -> list[int]:
        return sorted(rows.tolist(), key=lambda row: (-like[row], unlike[row], row))

    def gives(rows: np.ndarray) -> tuple[int, int]:
        """The hits and keys of that of some tables that gives the releases first, else the keys of each.

        Many tables are tried under a few keys, and those most like the truth under many."""
        for most, few in ((40, keys // 40 + 1), (MOST_AT_AN_END, keys)):
            for row in near(rows)[:most]:
                if (row, few) not in hits:
                    hits[row, few] = given.give(tables[row], few, 2)
                if hits[row, few][0]:
                    return hits[row, few]
        return 0, keys

    def chance(rows: np.ndarray) -> float:
        """The greatest chance of some tables whose releases no key gave together; 0 where none is found."""
        if not chances or not len(rows):
            return 0.0
        return max(chances.of(tables[row], counts[row]) for row in near(rows)[:MOST_RARE])

    for cell in small:
        reached = []
        for end in (max(rules.least, values[:, cell].min()), min(rules.threshold - 1, values[:, cell].max())):
            found["ends"] += 1
            rows = np.flatnonzero(values[:, cell] == end)
            hit, drawn = gives(rows)
            if hit:
                reached.append(end)
                continue
            if rate := chance(rows):
                reached.append(end)
                found["rare"] += 1
                found["rarer than r"] += rate < given.r * chances.of_truth / 2
                continue
            found["lost"] += 1
            most = near(rows)[:MOST_RARE]
            if chances and chances.only_before(cell, [tables[row] for row in most], counts[most]):
                found["lost before"] += 1
            found["lost against r"] += bool(chances and given.r * drawn * chances.of_truth > 10)
        others = np.flatnonzero(values[:, cell] != values[this, cell])
        if not reached or reached == [values[this, cell]] * len(reached):
            found["exact"] += not (gives(others)[0] or chance(others))
    for single in small:
        if values[this, single] != 1:
            continue
        for cell in small:
            if cell != single and not (
                (counting[cell] >= counting[single]).all() or (counting[single] >= counting[cell]).all()
            ):
                rows = np.flatnonzero((values[:, single] == 1) & (values[:, cell] != values[this, cell]))
                if len(rows):
                    found["insiders"] += 1
                    found["insider lost"] += not (gives(rows)[0] or chance(rows))
    return found


@pytest.mark.parametrize(("kind", "seed"), [("plain", 1), ("figure", 2)])
def test_reruns_exclude_values_of_a_table_that_is_protected_by_its_counts(kind: str, seed: int) -> None:
    one = case(seed, kind)
    assert one is not None
    assert attacked(one, np.random.default_rng([seed, 7]), by_view=False, keys=10)["lost"]


@pytest.mark.parametrize(
    ("kind", "seed"),
    [
        ("zeros published", 1),
        ("two releases", 11),
        ("two releases", 393),
        ("figure", 380),
        ("always shown", 381),
    ],
)
def test_reruns_exclude_no_end_of_a_range_where_what_everybody_knows_is_in_the_view(
    kind: str, seed: int
) -> None:
    one = case(seed, kind)
    assert one is not None
    found = attacked(one, np.random.default_rng([seed, 7]), by_view=True, keys=6000)
    assert found["ends"]
    assert not found["lost"]
    assert not found["exact"]


def test_a_former_release_may_exclude_an_end_of_a_cell_that_stands_in_none_of_its_tables() -> None:
    """Five injured and a small number of men, withheld, leave at least one injured woman before any table has
    sex by outcome: the cell has several values, and no full range."""
    one = case(6, "three releases")
    assert one is not None
    found = attacked(one, np.random.default_rng([6, 7]), by_view=True, keys=400)
    assert found["lost"] == found["lost before"] == 1
    assert not found["exact"]


@pytest.mark.parametrize("kind", KINDS)
def test_no_such_table_is_protected_by_its_counts(kind: str) -> None:
    for seed in range(6):
        one = case(seed, kind)
        if one is not None:
            assert without_counts(one.table, one.stages[0], one.known)


def test_the_bytes_that_the_search_reads_are_those_of_the_view_and_of_no_withheld_count() -> None:
    """Of 12 men injured, 9 killed, 3 women injured and 12 killed: 4 injured women have the same view, 7 have
    another."""
    cells = [("M", "I"), ("M", "K"), ("F", "I"), ("F", "K")]
    views = []
    for women in (3, 4, 7):
        counts = (12, 12 - women, women, 12)
        table = Table.of((SEX, OUTCOME), list(zip(cells, counts, strict=True)))
        everything = SmallTable.of(table, Rules(withstands_reruns=True)).everything
        draws = ViewDraws.of(everything.cells, everything.task.rules, bytes(32))
        views.append(view_of(everything.cells, everything.task, everything.values, everything.seen, draws))
    first, second, third = map(bytes_read, views)
    assert first == second != third


def test_tables_of_one_class_beside_a_figure_give_the_same_release_under_the_same_key() -> None:
    """No zero is drawn where all are protected, so that a table with the same view is protected alike."""
    cells = list(product("MF", "abc"))
    counts = (17, 33, 11, 3, 4, 9)
    table = Table.of((SEX, by_place(3)), list(zip(cells, counts, strict=True)))
    rules = Rules(zeros="protect", withstands_reruns=True)
    known = [Figure("known", {"place": ("b",)}, 37).release(table.dims)]
    found = protect(table, rules, bytes(32), known=known)
    release = release_of(table, found, rules)
    same = 0
    for world in found.worlds:
        people = Counter(dict(zip(map(tuple, table.coords.tolist()), table.counts.tolist(), strict=True)))
        people.update(dict(zip(map(tuple, world.coords.tolist()), world.change.tolist(), strict=True)))
        there = sorted(cell for cell, n in people.items() if n)
        other = module._table(table.dims, np.array(there), np.array([people[cell] for cell in there]))
        same += module.gives(release, other, rules, bytes(32), known)
    assert found.suppressed.any()
    assert same >= 2  # one for each end of a small cell's range


def attack_many(seeds: range, kinds: tuple[str, ...]) -> None:
    """Attack one table of each kind after another, and say after each round what was found so far."""
    found = {(kind, by_view): Counter[str]() for kind in kinds for by_view in (True, False)}
    for seed in seeds:
        for (kind, by_view), here in found.items():
            if seed % EACH.get((kind, by_view), EACH[by_view]):
                continue
            one = case(seed, kind)
            if one is None or one.table.counts.sum() < one.stages[0].threshold:
                continue
            start = time.process_time()
            try:
                new = attacked(one, np.random.default_rng([seed, 7]), by_view=by_view)
            except TableError:
                new = Counter({"total not shown": 1})
            except AnonymiserError:
                new = Counter({"nothing released": 1})
            here.update(new)
            here["CPU ms"] += round(1000 * (time.process_time() - start))
            if by_view and (new["lost"] or new["exact"] or new["insider lost"]):
                print(kind, seed, dict(new), file=sys.stderr, flush=True)  # noqa: T201
        print(f"after seed {seed}")  # noqa: T201
        for (kind, by_view), here in found.items():
            print(kind, "by the view" if by_view else "by counts", dict(here), flush=True)  # noqa: T201


if __name__ == "__main__":
    attack_many(range(*map(int, sys.argv[1:3])), tuple(sys.argv[3:]) or KINDS)
