"""A release as text, cell by cell, as `Release.from_json` reads it."""

import json
from collections.abc import Iterator
from typing import TextIO

from anonymisers.tables.cell_names import cell_names_to_json
from anonymisers.tables.count_table import CELLS, END, ROOT, Release


def write_release(release: Release, stream: TextIO) -> None:
    """Write a release in the form that `Release.from_json` reads, cell by cell, one line each."""
    stream.writelines(written_release(release))


def written_release(release: Release) -> Iterator[str]:
    """The same, in pieces."""
    dims = {d.name: {"codes": list(d.codes), "parent": dict(d.parent)} for d in release.dims}
    where = {k: v if isinstance(v, str) else list(v) for k, v in release.where.items()}
    yield '{"dims": ' + json.dumps(dims, ensure_ascii=False)
    yield ',\n"where": ' + json.dumps(where, ensure_ascii=False)
    if release.structural:
        yield ',\n"structural": ' + json.dumps(cell_names_to_json(release.structural), ensure_ascii=False)
    yield ",\n" + CELLS
    for number, line in enumerate(_released_lines(release)):
        yield (",\n" if number else "\n") + line
    yield f"\n{END}\n"


def _released_lines(release: Release) -> Iterator[str]:
    words = [
        [
            ""
            if c == ROOT
            else f"{json.dumps(d.name, ensure_ascii=False)}: {json.dumps(c, ensure_ascii=False)}"
            for c in d.codes
        ]
        for d in release.dims
    ]
    for row, value, hidden in zip(
        release.coords.tolist(), release.values.tolist(), release.withheld.tolist(), strict=True
    ):
        key = ", ".join(filter(None, (w[i] for w, i in zip(words, row, strict=True))))
        yield f'{{"key": {{{key}}}, "value": {"null" if hidden else value}}}'
