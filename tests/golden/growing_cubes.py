"""Cubes beside earlier releases: a second beside a first, figures, years that come and people who leave."""

from collections.abc import Sequence

import numpy as np
from golden_summaries import at_a_glance, named, of_attack, of_cube
from golden_tables import KEY, count, drawn, table_of
from golden_text import Items, unpacked
from hierarchies import flat, grouped

from anonymisers.accidents.accident_search import protect_accidents
from anonymisers.accidents.accident_tables import Accidents, check_accidents
from anonymisers.cube.certified_cube import build_cube
from anonymisers.history.release_history import FORMAT, ReleaseHistory
from anonymisers.history.release_parts import ReleasePart
from anonymisers.history.vintages import protect_leaving, releases
from anonymisers.tables.a_priori_status import rules_for
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.registered_figures import Figure, known_figures, people_of
from anonymisers.tables.release import written_release
from anonymisers.tables.rules import Rules

PLACE, AGE, YEAR, SEX = grouped("place", 6), flat("age", 3), flat("year", 4), flat("sex", 2)
RULES = Rules(threshold=5)
EARLIER = {"year": ("year0", "year1", "year2")}


def second_release() -> Items:
    """All years are released, then the first three by themselves; under two treatments of zeros."""
    reported: dict[str, str | bytes] = {}
    dims = (PLACE, AGE, YEAR)
    for zeros in ("partner", "protect"):
        rules = Rules(threshold=5, zeros=zeros)
        whole = table_of(dims, "history", 15, by=("place", "age"))
        first = build_cube(whole, rules, KEY)
        some = table_of(dims, "history", 15, by=("place", "age"), where=EARLIER)
        second = build_cube(some, rules, KEY, known=[first.release()])
        reported |= named(f"first, {zeros}", of_cube(first, whole))
        reported |= named(f"second, {zeros}", of_cube(second, some, (first.release(),)))
        reported[f"attacker, {zeros}"] = of_attack(first.release(), second.release(), zeros=zeros)
    return reported


def registered_figures() -> Items:
    """What is public already stands beside the table."""
    table = table_of((PLACE, AGE, SEX), "figures", 12, by=("place", "age"))
    about = {
        "report": {"place": ("place0", "place1", "place4")},
        "paper": {"sex": ("sex0",), "age": ("age1",)},
        "speech": {"place": ("place5",), "age": ("age2",)},
    }
    figures = [
        Figure(name, where, people_of(Figure(name, where, 0), table) + (name == "speech"))
        for name, where in about.items()
    ]
    known, contradicted = known_figures(figures, table)
    cube = build_cube(table, RULES, KEY, known=known)
    return {
        "contradicted": "".join(f"{f.name}\n" for f in contradicted),
        **of_cube(cube, table, tuple(known)),
    }


def _dims(years: Sequence[str]) -> tuple[Hierarchy, ...]:
    return PLACE, SEX, Hierarchy("year", ("Total", *years), dict.fromkeys(years, "Total"))


def _table(years: Sequence[str], counts: dict[tuple[str, ...], int]) -> Table:
    return Table.of(_dims(years), [(cell, n) for cell, n in counts.items() if cell[2] in years])


def _counts(years: Sequence[str], seed: str, mean: int) -> dict[tuple[str, ...], int]:
    codes = [(p, s, y) for p in _leaves(PLACE) for s in _leaves(SEX) for y in years]
    return {cell: count(seed, number, mean) for number, cell in enumerate(codes)}


def _leaves(dim: Hierarchy) -> list[str]:
    return [dim.codes[leaf] for leaf in dim.leaves.tolist()]


def _part(kind: str, years: Sequence[str], counts: dict[tuple[str, ...], int]) -> ReleasePart:
    table = _table(years, counts)
    cube = build_cube(table, rules_for(RULES, table), KEY)
    return ReleasePart(kind, frozenset(years), table.dims[2], (cube,), sealed=b"whom it counts")  # type: ignore[arg-type]


def vintages() -> Items:
    """Two closed years, a third one, people added to the first two, and some who leave them."""
    first, later = ("2020", "2021"), ("2022",)
    people = _counts(first, "vintages", 20)
    gone = {cell: min(n, drawn("gone", k, 4)) for k, (cell, n) in enumerate(people.items())}
    parts = [
        _part("period", first, people),
        _part("period", later, _counts(later, "later", 20)),
        _part("added", first, _counts(first, "added", 9)),
    ]
    everybody = {
        (0, None): _table(first, {cell: n - gone[cell] for cell, n in people.items()}),
        (0, 3): _table(first, gone),
    }
    leaving = protect_leaving(parts, everybody, rules_for(RULES, everybody[0, None]), KEY)
    parts.append(ReleasePart("left", frozenset(first), _dims(first)[2], (leaving,), (0,), b"who left"))
    whole = ReleaseHistory.of(_dims((*first, *later)), RULES, parts)
    reported: dict[str, str | bytes] = {
        f"part {number}": at_a_glance(part.cubes[0].release()) for number, part in enumerate(parts)
    }
    given = releases(parts)
    reported |= {f"given out {n}": "".join(written_release(release)) for n, release in enumerate(given)}
    reported["left: certificate"] = leaving.certificate.to_json()
    reported["whole"] = "".join(written_release(whole.release()))
    reported["digest"] = whole.certificate_digest.hex() + "\n"
    reported["stored bytes"] = unpacked(whole.to_bytes(), FORMAT)
    reported["attacker"] = of_attack(*given)
    return reported


def accidents() -> Items:
    """Numbers of accidents beside the casualties of them, and a cube of both."""
    dims = (flat("date", 2), flat("place", 4), SEX)
    numbers = np.sort([drawn("accident", n, 60) ** 2 // 60 for n in range(150)])
    coords = np.array(
        [
            (
                1 + drawn("date", int(number), 2),
                1 + drawn("place", int(number), 40) ** 3 // 16000,
                1 + (drawn("sex", person, 9) > 0),
            )
            for person, number in enumerate(numbers.tolist())
        ],
        dtype=np.int32,
    )
    rows, counts = np.unique(coords, axis=0, return_counts=True)
    table = Table(dims, ("date", "place", "sex"), {}, rows.astype(np.int32), counts.astype(np.int64))
    cube = build_cube(table, Rules(threshold=5, max_dims=2), KEY)
    happened = Accidents(frozenset({"date", "place"}), cube.lattice.dims, coords, numbers)
    beside = protect_accidents(cube, happened, KEY, first="date")
    check_accidents(beside, cube, happened)
    period = frozenset({"date0", "date1"})
    parts = [ReleasePart("period", period, dims[0], (cube,), accidents=beside)]
    whole = ReleaseHistory.of(dims, Rules(threshold=5, max_dims=2), parts)
    return {
        **of_cube(cube, table),
        "accidents": beside.to_bytes().decode(),
        "whole": unpacked(whole.to_bytes(), FORMAT),
    }
