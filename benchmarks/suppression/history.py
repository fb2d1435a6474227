"""What releases over the years cost and withhold, and what an attacker finds in all of them together.

    python benchmarks/suppression/history.py two TABLE.json [TABLE.json ...] [--zeros partner|publish]
    python benchmarks/suppression/history.py years TABLE.json --releases 40 [--plot FILE.svg]

Tables are in the input form of `safelane protect`, with a dimension `year`. `two`: all years, then all but
the last, both about the other dimensions. `years`: one closed year after the other, as a member node
releases them; a table's years come again when there are not enough. Prints one line a release; the plot shows
the seconds of all releases so far.
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from growth import plot

from anonymisers.attack import attack
from anonymisers.cube.certified_cube import CertifiedCube, build_cube
from anonymisers.history.release_history import ReleaseHistory
from anonymisers.history.release_parts import ReleasePart
from anonymisers.history.vintages import releases
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import ROOT, Hierarchy
from anonymisers.tables.release import Release
from anonymisers.tables.rules import Rules
from anonymisers.tables.strict_json import parse_json
from anonymisers.tables.table_reading import table_from_json

KEY = bytes(32)
YEAR = "year"


def main() -> None:
    """Read the options and print the lines."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", choices=["two", "years"])
    parser.add_argument("tables", nargs="+", type=Path)
    parser.add_argument("--zeros", choices=["partner", "publish"], default="partner")
    parser.add_argument("--releases", type=int, default=40)
    parser.add_argument("--max-dims", type=int)
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--attack-seconds", type=float, default=300.0)
    options = parser.parse_args()
    rules = Rules(zeros=options.zeros, max_dims=options.max_dims)
    for path in options.tables:
        body: Any = parse_json(path.read_bytes())
        body.pop("meta", None)
        lines = two(body, rules, options.attack_seconds)
        if options.what == "years":
            lines = years(body, rules, options)
        for line in lines:
            print(path.name, line, sep=" | ", flush=True)


def two(body: dict[str, Any], rules: Rules, seconds: float) -> Iterator[str]:
    """All years, then all but the last: the case that breaks tools without a memory."""
    by = [name for name in body["dims"] if name != YEAR]
    every = [code for code in body["dims"][YEAR]["codes"] if code != ROOT]
    known: list[Release] = []
    for where in ({}, {YEAR: every[:-1]}):
        table = table_from_json({**body, "by": by, "where": where})
        start = time.process_time()
        cube = build_cube(table, rules, KEY, known=known)
        yield _line(len(known) + 1, time.process_time() - start, cube, cube.true_values(table))
        known.append(cube.release())
    yield _attacked(known, rules, seconds)


def years(body: dict[str, Any], rules: Rules, options: argparse.Namespace) -> Iterator[str]:
    """One closed year after the other, each beside all that were released before."""
    every = table_from_json(body)
    axis = [d.name for d in every.dims].index(YEAR)
    leaves = every.dims[axis].leaves.tolist()
    parts: list[ReleasePart] = []
    ends: list[tuple[int, float]] = []
    for count in range(options.releases):
        name, rows = str(2000 + count), every.coords[:, axis] == leaves[count % len(leaves)]
        table = _year(every, axis, name, rows)
        start = time.process_time()
        cube = build_cube(table, rules, KEY)
        parts.append(ReleasePart("period", frozenset((name,)), table.dims[axis], (cube,)))
        dims = list(table.dims)
        dims[axis] = _flat([str(2000 + n) for n in range(count + 1)])
        whole = ReleaseHistory.of(dims, rules, parts)
        spent = time.process_time() - start
        ends.append((count + 1, spent + (ends[-1][1] if ends else 0.0)))
        size = len(whole.to_bytes()) // 1024
        shown = int((~whole.withheld).sum())
        cells = f"{len(whole.withheld):,} cells, {shown:,} shown"
        yield f"release {count + 1} | {spent:.1f} CPU s | {cells} | {size} kB"
    if options.plot is not None:
        options.plot.write_text(plot(ends, "releases"), encoding="utf-8")
    yield _attacked(releases(parts), rules, options.attack_seconds)


def _year(every: Table, axis: int, name: str, rows: np.ndarray) -> Table:
    """The people of one year, as a table whose only year has this name."""
    dims, coords = list(every.dims), every.coords[rows].copy()
    dims[axis] = _flat([name])
    coords[:, axis] = 1
    return Table(tuple(dims), every.by, {}, coords, every.counts[rows])


def _flat(codes: list[str]) -> Hierarchy:
    return Hierarchy(YEAR, (ROOT, *codes), dict.fromkeys(codes, ROOT))


def _line(number: int, spent: float, cube: CertifiedCube, values: np.ndarray) -> str:
    people, withheld = int(values[cube.withheld].sum()), int(cube.withheld.sum())
    return (
        f"release {number} | {spent:.1f} CPU s | {len(values):,} cells, {withheld:,} withheld, "
        f"{people:,} people in them"
    )


def _attacked(known: list[Release], rules: Rules, seconds: float) -> str:
    start = time.process_time()
    found = attack(known, threshold=rules.threshold, lower=rules.least, zeros=rules.zeros, time_limit=seconds)
    return (
        f"attacked together in {time.process_time() - start:.1f} CPU s: {len(found.disclosed)} disclosed, "
        f"{len(found.insufficiently_protected)} insufficiently protected, "
        f"{len(found.unlisted)} unlisted cells that follow, of them "
        f"{found.differences} small differences, {len(found.undecided)} undecided"
    )


if __name__ == "__main__":
    main()
