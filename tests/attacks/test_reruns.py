"""Attack: the public program is run on every table that agrees with a release, under keys of one's own.

The intruder knows the program, the rules and the release, but no key. What he finds does not hold yet: the
pattern of a small table depends on the counts that are withheld in it.
"""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from anonymisers.cube import rerun_attack as module
from anonymisers.cube.certified_cube import build_cube
from anonymisers.cube.rerun_attack import rerun_attack
from anonymisers.errors import TableError
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


def test_more_candidates_than_can_be_listed_are_refused(monkeypatch):
    monkeypatch.setattr(module, "MOST_CANDIDATES", 5)
    with pytest.raises(TableError, match="more than 5 tables agree"):
        rerun_attack(released(new_year(), Rules()), Rules(), 1)


def test_a_table_of_too_many_cells_is_refused_before_anything_is_listed():
    codes = [f"c{n}" for n in range(101)]
    wide = Hierarchy("place", ("Total", *codes), dict.fromkeys(codes, "Total"))
    table = Table.of((wide,), [((code,), 7) for code in codes])
    with pytest.raises(TableError, match="101 inner cells"):
        rerun_attack(released(table, Rules()), Rules(), 1)


def test_a_listing_that_takes_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr(module, "MOST_STEPS", 3)
    with pytest.raises(TableError, match="too long to list"):
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
    done = CliRunner().invoke(main, ["attack", str(path), "--threshold", "5", "--rerun", "20"])
    assert done.exit_code == 1, done.output
    assert "rerun: 6 candidate tables" in done.output
    assert "sex=F, outcome=K 0..5, left:" in done.output
