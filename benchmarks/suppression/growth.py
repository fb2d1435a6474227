"""How the cost of `safelane protect` grows with the cells of a table, as a table and as a plot.

    python benchmarks/suppression/growth.py TABLE.json --along DIM [--zeros publish] [--max-dims N]
        [--plot FILE.svg]
    python benchmarks/suppression/growth.py TABLE.json --dimensions [the same]

With `--along` the table is cut to the first 1, 2, 4, ... codes of one flat dimension; with `--dimensions` the
tables are made of its first 1, 2, 3, ... dimensions. Each part is protected in a process of its own. Prints
cells, processor seconds and peak memory of each.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

ONE = """
import json, resource, sys, time
from anonymisers.tables.table_reading import table_from_json
from anonymisers.cube.certified_cube import build_cube
from anonymisers.tables.rules import Rules
from anonymisers.tables.count_table import Table
body = json.load(sys.stdin)
rules = Rules(zeros=body["zeros"], max_dims=body["max_dims"])
table = table_from_json(body["table"])
start = time.process_time()
cube = build_cube(table, rules, bytes(32))
spent = time.process_time() - start
print(len(cube.withheld), spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


FEW = 8
"""Points up to which each has its seconds beside it."""


class Cost(NamedTuple):
    """What protecting one part cost."""

    parts: int
    cells: int
    seconds: float
    megabytes: int


def main() -> None:
    """Read the options, print the lines and write the plot."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("table", type=Path)
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument("--along")
    how.add_argument("--dimensions", action="store_true")
    parser.add_argument("--zeros", choices=["partner", "publish", "protect"], default="publish")
    parser.add_argument("--max-dims", type=int)
    parser.add_argument("--plot", type=Path)
    options = parser.parse_args()
    print("codes or dimensions | cells | CPU s | MB | CPU ms for a cell")
    costs = []
    for cost in measured(options):
        each = 1000 * cost.seconds / cost.cells
        print(
            f"{cost.parts} | {cost.cells:,} | {cost.seconds:.1f} | {cost.megabytes} | {each:.2f}", flush=True
        )
        costs.append(cost)
    if options.plot is not None:
        ends = [(cost.cells, cost.seconds) for cost in costs]
        options.plot.write_text(plot(ends, "cells"), encoding="utf-8")


def measured(options: argparse.Namespace) -> Iterator[Cost]:
    """Protect ever larger parts of the table."""
    whole = json.loads(options.table.read_text(encoding="utf-8"))
    names = list(whole["dims"])
    if options.dimensions:
        parts = [(n, whole | {"by": names[:n]}) for n in range(1, len(names) + 1)]
    else:
        axis = names.index(options.along)
        leaves = [c for c in whole["dims"][options.along]["codes"] if c != "Total"]
        sizes = [*(2**n for n in range(20) if 2**n < len(leaves)), len(leaves)]
        parts = [(n, part(whole, axis, leaves[:n])) for n in sizes]
    for number, table in parts:
        body = {"table": table, "zeros": options.zeros, "max_dims": options.max_dims}
        done = subprocess.run(
            [sys.executable, "-c", ONE], input=json.dumps(body), capture_output=True, text=True, check=True
        )
        cells, seconds, megabytes = done.stdout.split()
        yield Cost(number, int(cells), float(seconds), int(megabytes))


def part(whole: dict[str, Any], axis: int, codes: Sequence[str]) -> dict[str, Any]:
    """The table of those people who have one of some codes of a flat dimension."""
    name = list(whole["dims"])[axis]
    kept = {"codes": ["Total", *codes], "parent": dict.fromkeys(codes, "Total")}
    cells = [cell for cell in whole["cells"] if cell[axis] in set(codes)]
    return {"dims": whole["dims"] | {name: kept}, "cells": cells}


def plot(ends: Sequence[tuple[int, float]], of: str) -> str:
    """Processor seconds over how many there are of something, both from 0, with the line of growth in
    proportion. Points far apart have their seconds beside them."""
    width, height, left, bottom = 560, 320, 60, 40
    most_x, most_y = max(n for n, _ in ends) * 1.05, max(s for _, s in ends) * 1.15

    def at(number: float, seconds: float) -> str:
        x = left + number / most_x * (width - left - 10)
        return f"{x:.1f},{height - bottom - seconds / most_y * (height - bottom - 10):.1f}"

    points = [at(*end) for end in ends]
    dots = "".join('<circle cx="{}" cy="{}" r="4"/>'.format(*p.split(",")) for p in points)
    shown = range(len(ends)) if len(ends) <= FEW else range(len(ends) - 1, -1, -(len(ends) // FEW))
    labels = "".join(
        '<text x="{}" y="{}" dx="6" dy="-6">{:.1f} s</text>'.format(*points[n].split(","), ends[n][1])
        for n in shown
    )
    ticks = "".join(
        '<text x="{}" y="{}" text-anchor="middle">{:,}</text>'.format(
            points[n].split(",")[0], height - 20, ends[n][0]
        )
        for n in (range(max(0, len(ends) - 3), len(ends)) if len(ends) <= FEW else shown)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'font-family="sans-serif" font-size="12" role="img">'
        f"<title>Processor seconds of protection over {of}</title>"
        f'<path d="M{at(0, most_y)} L{at(0, 0)} L{at(most_x, 0)}" fill="none" stroke="#444"/>'
        f'<path d="M{at(0, 0)} L{points[-1]}" stroke="#999" stroke-dasharray="4 4"/>'
        f'<path d="M{" L".join(points)}" fill="none" stroke="#06c" stroke-width="2"/>'
        f'<g fill="#06c">{dots}</g>{labels}{ticks}'
        f'<text x="{width / 2}" y="{height - 4}" text-anchor="middle">{of}</text>'
        f'<text x="4" y="14">CPU s</text></svg>\n'
    )


if __name__ == "__main__":
    main()
