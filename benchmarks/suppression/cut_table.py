"""A smaller table, or one with levels between, from a generated one.

    python benchmarks/suppression/cut_table.py TABLE.json -o OUT.json [--under DIM=CODE] [--first DIM=N]
        [--group DIM=N]

`--under` keeps what is below one code of a dimension, which is flat afterwards. `--first` keeps the first so
many codes below `Total`, with what is below them. `--group` puts a level above the codes of a flat dimension:
so many codes that follow each other make one group, the last the rest. Each takes several.
"""

import argparse
import json
from pathlib import Path
from typing import Any


def main() -> None:
    """Read the options and write the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("table", type=Path)
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--under", nargs="+", default=[], metavar="DIM=CODE")
    parser.add_argument("--first", nargs="+", default=[], metavar="DIM=N")
    parser.add_argument("--group", nargs="+", default=[], metavar="DIM=SIZE")
    options = parser.parse_args()
    table: dict[str, Any] = json.loads(options.table.read_text(encoding="utf-8"))
    for name, code in (item.split("=") for item in options.under):
        flat = [c for c, above in table["dims"][name]["parent"].items() if above == code]
        table = _keeping(table, name, {"codes": ["Total", *flat], "parent": dict.fromkeys(flat, "Total")})
    for name, number in (item.split("=") for item in options.first):
        table = _keeping(table, name, _first(table["dims"][name], int(number)))
    for name, size in (item.split("=") for item in options.group):
        table["dims"][name] = _grouped(table["dims"][name], int(size))
    options.out.write_text(json.dumps(table, separators=(",", ":")), encoding="utf-8")
    codes = ", ".join(f"{len(dim['codes'])} of {name}" for name, dim in table["dims"].items())
    print(f"{len(table['cells']):,} cells with people; codes: {codes}")


def _keeping(table: dict[str, Any], name: str, dim: dict[str, Any]) -> dict[str, Any]:
    """The table of the people who have one of the codes of a dimension."""
    axis, kept = list(table["dims"]).index(name), set(dim["codes"])
    return table | {
        "dims": table["dims"] | {name: dim},
        "cells": [cell for cell in table["cells"] if cell[axis] in kept],
    }


def _first(dim: dict[str, Any], number: int) -> dict[str, Any]:
    """A dimension of the first so many codes below the root, with all below them."""
    kept = [code for code in dim["codes"] if dim["parent"].get(code) == "Total"][:number]
    for code in kept:
        kept += [c for c in dim["codes"] if dim["parent"].get(c) == code]
    codes = [c for c in dim["codes"] if c in {"Total", *kept}]
    return {"codes": codes, "parent": {c: dim["parent"][c] for c in codes if c != "Total"}}


def _grouped(dim: dict[str, Any], size: int) -> dict[str, Any]:
    """A flat dimension with a level of groups above its codes."""
    leaves = [code for code in dim["codes"] if code != "Total"]
    parent = {code: f"group {n // size + 1}" for n, code in enumerate(leaves)}
    groups = list(dict.fromkeys(parent.values()))
    return {"codes": ["Total", *groups, *leaves], "parent": dict.fromkeys(groups, "Total") | parent}


if __name__ == "__main__":
    main()
