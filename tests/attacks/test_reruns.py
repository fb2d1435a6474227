"""Attack: the public program is run on every table that agrees with a release, under keys of one's own.

The intruder knows the program, the rules and the release, but no key. The pattern of a table that is
protected by its counts depends on the counts that are withheld in it. That of a small table that withstands
reruns does not.

`python tests/attacks/test_reruns.py` attacks many tables of both kinds and prints the figures of
`docs/explanation/attacks.md`.
"""

import json
from collections import Counter
from functools import partial

import numpy as np
import pytest
from click.testing import CliRunner
from view_reruns import Reruns, release_of

from anonymisers.cube import rerun_attack as module
from anonymisers.cube.certified_cube import build_cube
from anonymisers.cube.rerun_attack import rerun_attack
from anonymisers.errors import AnonymiserError, TableError
from anonymisers.simulatable.protect_by_view import SmallTable
from anonymisers.simulatable.protection import protect
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.release import Release, write_release
from anonymisers.tables.rules import Rules
from gateway.cli import main

SEX = Hierarchy("sex", ("Total", "M", "F"), {"M": "Total", "F": "Total"})
OUTCOME = Hierarchy("outcome", ("Total", "I", "K"), {"I": "Total", "K": "Total"})


def new_year():
    """Of one year, 20 men injured and 5 killed, 3 women injured and 2 killed."""
    cells = [(("M", "I"), 20), (("M", "K"), 5), (("F", "I"), 3), (("F", "K"), 2)]
    return Table.of((SEX, OUTCOME), cells)


WITHSTAND = Rules(withstands_reruns=True)
MOST_KEYS = 400
"""Keys under which a table is tried before it is said never to give a release."""


def keys(seed):
    """The intruder's keys, the same in each run of the test."""
    return np.random.default_rng(seed).bytes


def released(table, rules):
    return build_cube(table, rules, bytes(32)).release()


def test_reruns_exclude_candidates_that_the_interval_allows():
    found = rerun_attack(released(new_year(), Rules()), Rules(), 20, draw=keys(1))
    assert (found.candidates, found.keys) == (6, 20)
    killed_women = next(c for c in found.cells if c.key == (("sex", "F"), ("outcome", "K")))
    assert killed_women.possible == (0, 1, 2, 3, 4, 5)
    assert 2 in killed_women.left  # the truth is never excluded
    assert killed_women in (*found.disclosed, *found.narrowed)


def test_nothing_is_excluded_where_every_candidate_gives_the_release():
    """Where all but the total is withheld whatever the counts are, reruns tell nothing."""
    table = Table.of((SEX,), [(("M",), 3), (("F",), 3)])
    found = rerun_attack(released(table, Rules()), Rules(), 8, draw=keys(2))
    narrow = [c for c in found.cells if 3 not in c.left]
    assert not narrow
    assert not found.disclosed


def test_each_candidate_is_one_table_that_agrees_with_the_release():
    """By hand: 25 men, 5 women, 23 injured and 7 killed leave 6 tables; a year without women leaves one."""
    assert rerun_attack(released(new_year(), Rules()), Rules(), 1, draw=keys(3)).candidates == 6
    cells = [(("M", "I"), 20), (("M", "K"), 15)]
    assert rerun_attack(released(Table.of((SEX, OUTCOME), cells), Rules()), Rules(), 1).candidates == 1


@pytest.mark.parametrize(
    ("limit", "value"), [("MOST_CANDIDATES", 5), ("MOST_STEPS", 3), ("MOST_INNER_CELLS", 3)]
)
def test_of_more_candidates_than_can_be_listed_some_are_drawn(monkeypatch, limit, value):
    """Each is one of the six tables that agree: two have 0 and 4 killed women, two 0 and 4 injured ones."""
    monkeypatch.setattr(module, limit, value)
    found = rerun_attack(released(new_year(), Rules()), Rules(), 2, draw=keys(4))
    assert found.sampled
    assert 2 <= found.candidates <= 6
    women = [c for c in found.cells if c.key == (("sex", "F"), ("outcome", "K"))]
    assert all(set(c.left) < set(c.possible) <= set(range(6)) for c in women)


def test_the_command_says_how_many_of_the_sampled_tables_gave_the_release(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MOST_CANDIDATES", 5)
    path = tmp_path / "year.json"
    with path.open("w", encoding="utf-8") as stream:
        write_release(released(new_year(), Rules()), stream)
    done = CliRunner().invoke(main, ["attack", str(path), "--threshold", "5", "--rerun", "2"])
    assert done.exit_code == 0, done.output
    assert "sampled candidate tables" in done.output
    assert "is not excluded" in done.output


def test_a_table_of_too_many_cells_is_refused_before_anything_is_drawn(monkeypatch):
    monkeypatch.setattr(module, "MOST_SAMPLED_CELLS", 3)
    with pytest.raises(TableError, match="4 inner cells"):
        rerun_attack(released(new_year(), Rules()), Rules(), 1)


def test_a_release_without_a_total_is_refused():
    release = released(new_year(), Rules())
    suppressed = Release(
        release.dims,
        release.where,
        release.coords,
        np.full(len(release.values), -1),
        np.ones(len(release.values), dtype=np.bool_),
        (),
    )
    with pytest.raises(TableError, match="shows no total"):
        rerun_attack(suppressed, Rules(), 1)


def test_the_command_names_the_cells_that_reruns_narrow(tmp_path):
    path = tmp_path / "year.json"
    with path.open("w", encoding="utf-8") as stream:
        write_release(released(new_year(), Rules()), stream)
    assert json.loads(path.read_text(encoding="utf-8"))
    done = CliRunner().invoke(main, ["attack", str(path), "--threshold", "5", "--rerun", "4"])
    assert done.exit_code == 1, done.output
    assert "rerun: 6 candidate tables" in done.output
    assert "sex=F, outcome=K 0..5, left:" in done.output


def test_both_ends_give_the_release_where_the_pattern_is_chosen_without_the_withheld_counts():
    """Of 12 men injured, 9 killed, 3 women injured and 12 killed, the two middle counts are withheld.

    4 injured women give the release as often as 3; nobody less often by the share of zeros that are drawn.
    """

    def table(injured_women):
        men, women = ("M", "I"), ("F", "I")
        cells = [(men, 12), (("M", "K"), 12 - injured_women), (women, injured_women), (("F", "K"), 12)]
        return Table.of((SEX, OUTCOME), [cell for cell in cells if cell[1]])

    release = build_cube(table(3), WITHSTAND, b"a" * 32).release()
    assert [cell for cell in (("M", "K"), ("F", "I")) if release.cells[cell] is None] == [
        ("M", "K"),
        ("F", "I"),
    ]
    draw, hits = keys(9), {}
    with Reruns().running() as reruns:
        for women, times in ((0, 60), (3, 16), (4, 16)):
            one, made = (
                SmallTable.of(table(women), WITHSTAND),
                partial(release_of, table(women), rules=WITHSTAND),
            )
            found = [reruns.outcome(one, draw(32), made) for _ in range(times)]
            hits[women] = found.count(release.withheld.tobytes())
    assert hits[0] > 0  # a quarter of the share of the others is expected
    assert hits[4] > hits[3] / 2 > 0


def tiny(seed: int, kind: str) -> Table:
    """A table of two by two or two by three cells, of few people or of many."""
    rng = np.random.default_rng([seed, len(kind)])
    width = int(rng.integers(2, 4))
    place = Hierarchy("place", ("Total", *"abc"[:width]), dict.fromkeys("abc"[:width], "Total"))
    if kind == "few people":
        counts = rng.multinomial(20, rng.dirichlet(np.full(2 * width, 0.7)))
    else:
        counts = rng.negative_binomial(1, 0.12, 2 * width)
    inner = [(sex, code) for sex in "MF" for code in "abc"[:width]]
    return Table.of((SEX, place), [(c, int(n)) for c, n in zip(inner, counts, strict=True) if n])


def attacked(table: Table, rules: Rules, reruns: int, rng: np.random.Generator) -> Counter[str]:
    """What reruns of the tables in a certificate find: ends of small cells' ranges that none of them gives.

    A large cell that is withheld may be seen to be large.
    """
    cube = build_cube(table, rules, rng.bytes(32))
    release, found = cube.release(), Counter({"tables": 1})
    counted = Counter(dict(zip(map(tuple, table.coords.tolist()), table.counts.tolist(), strict=True)))
    others = []
    for world in cube.certificate.worlds:
        counts = counted.copy()
        counts.update(dict(zip(map(tuple, world.coords.tolist()), world.change.tolist(), strict=True)))
        names = [
            (tuple(d.codes[p] for d, p in zip(table.dims, at, strict=True)), n) for at, n in counts.items()
        ]
        others.append(Table.of(table.dims, [cell for cell in names if cell[1]]))
    gives = [
        any(module.gives(release, other, rules, rng.bytes(32)) for _ in range(reruns)) for other in others
    ]
    values = [protect(other, rules, bytes(32)).values for other in others]
    small = cube.withheld & rules.is_sensitive(cube.true_values(table))
    for row in np.flatnonzero(small).tolist():
        for end in (rules.least, rules.threshold - 1):
            at_end = [given for given, counts in zip(gives, values, strict=True) if counts[row] == end]
            if at_end:
                found["ends of ranges"] += 1
                found["lost"] += not any(at_end)
    return found


def attack_many() -> None:
    for rules in (Rules(), WITHSTAND):
        found: Counter[str] = Counter()
        for seed in range(10):
            for kind in ("few people", "many people"):
                try:
                    found += attacked(tiny(seed, kind), rules, MOST_KEYS, np.random.default_rng([seed, 7]))
                except AnonymiserError:
                    found["nothing released"] += 1
        print("by the view" if rules.withstands_reruns else "by counts", dict(found))  # noqa: T201


if __name__ == "__main__":
    attack_many()
