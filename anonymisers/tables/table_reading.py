"""Strict readers of the JSON forms of tables and releases: no guesses, and errors that name the place."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile

from anonymisers.errors import TableError
from anonymisers.tables.cell_names import cell_names_from_json
from anonymisers.tables.count_table import (
    MAX_COUNT,
    Cell,
    Table,
    Where,
    checked_count,
    checked_dimensions,
    code_positions,
)
from anonymisers.tables.hierarchy import ROOT, Hierarchy
from anonymisers.tables.release import CELLS_CLOSE, CELLS_OPEN, Release
from anonymisers.tables.strict_json import fields_of, parse_json, words_of


def table_from_json(document: object) -> Table:
    """Read a table of counts: `{"dims": ..., "cells": [[code, ..., count], ...]}`.

    The document may have `by` (a list of names), `where` (dimension -> code or codes), `structural` (a list
    of keys) and `meta`, which is ignored. Raises TableError, naming the place, for any other entry, and as
    `Table.of` does.
    """
    optional = {"meta", "by", "where", "structural"}
    body = fields_of(document, "the table", required={"dims", "cells"}, optional=optional)
    dims = dimensions_from_json(body["dims"])
    return Table.of(
        dims,
        _read_rows(body["cells"], len(dims)),
        by=None if "by" not in body else words_of(body["by"], "by"),
        where=_read_where(body.get("where", {})),
        structural=cell_names_from_json(body.get("structural", []), "'structural'"),
    )


def release_from_json(document: object) -> Release:
    """Read a release: `{"dims": ..., "cells": [{"key": {dim: code}, "value": n | null}, ...]}`.

    A value is null where the cell is withheld. The document may have `where` (dimension -> code or codes) and
    `structural` (a list of keys). Raises TableError, naming the place, for any other entry, and as
    `Release.of` does.
    """
    body = fields_of(document, "the release", required={"dims", "cells"}, optional={"where", "structural"})
    dims = dimensions_from_json(body["dims"])
    names = {d.name: i for i, d in enumerate(dims)}
    if not isinstance(body["cells"], list):
        raise TableError("the release: 'cells' is not a list")
    pairs = (_read_released_cell(cell, names, n) for n, cell in enumerate(body["cells"], 1))
    structural = cell_names_from_json(body.get("structural", []), "'structural'")
    return Release.of_pairs(dims, pairs, _read_where(body.get("where", {})), structural)


def release_from_lines(lines: Iterator[str]) -> Release:
    """Read what `release.written_release` wrote, line by line; the lines after the release stay unread."""
    head = []
    for line in lines:
        head.append(line)
        if line.endswith(CELLS_OPEN):
            break
    empty = release_from_json(parse_json("\n".join(head) + CELLS_CLOSE))
    names = {d.name: i for i, d in enumerate(empty.dims)}
    words = {
        (json.dumps(d.name, ensure_ascii=False) + ": " + json.dumps(code, ensure_ascii=False))[1:-1]: (
            axis,
            position,
        )
        for axis, d in enumerate(empty.dims)
        for position, code in enumerate(d.codes)
    }
    roots = [d.root for d in empty.dims]
    cells = (
        _read_line(line, words, roots) or _read_json(line, empty.dims, names, number)
        for number, line in enumerate(takewhile(CELLS_CLOSE.__ne__, lines), 1)
    )
    return Release.of_positions(empty.dims, cells, empty.where, empty.structural)


_CELL = re.compile(r'\{"key": \{(.*)\}, "value": (?:(null)|(0|[1-9][0-9]{0,15}))\},?')


def _read_line(
    line: str, words: Mapping[str, tuple[int, int]], roots: Sequence[int]
) -> tuple[Sequence[int], int | None] | None:
    """Read a cell as `release.written_release` writes it, several times as fast as JSON; return None if it is
    written in another way.

    `words`: the text of each name and code, without the first and the last quotation mark -> axis and
    position.
    """
    written = _CELL.fullmatch(line)
    if written is None:
        return None
    text, withheld, digits = written.groups()
    key = [*roots]
    for word in text[1:-1].split('", "') if text else ():  # a mark within a word is escaped
        if word not in words:
            return None
        axis, position = words[word]
        if key[axis] != roots[axis]:
            return None
        key[axis] = position
    if withheld:
        return key, None
    count = int(digits)
    return (key, count) if count <= MAX_COUNT else None


def _read_json(
    line: str, dims: tuple[Hierarchy, ...], names: Mapping[str, int], number: int
) -> tuple[Sequence[int], int | None]:
    key, value = _read_released_cell(parse_json(line.removesuffix(",")), names, number)
    return code_positions(dims, key), None if value is None else checked_count(value, key)


def dimensions_from_json(value: object) -> tuple[Hierarchy, ...]:
    """Read `{name: {"codes": [...], "parent": {code: code}}, ...}`. Raises TableError, naming the place."""
    if not isinstance(value, dict):
        raise TableError("'dims' is not an object of dimensions")
    dims = []
    for name, body in value.items():
        fields = fields_of(body, f"dimension {name!r}", required={"codes", "parent"}, optional=set())
        if not isinstance(fields["parent"], dict):
            msg = f"dimension {name!r}: 'parent' is not an object"
            raise TableError(msg)
        dims.append(Hierarchy(name, words_of(fields["codes"], f"codes of {name}"), fields["parent"]))
    return checked_dimensions(dims)


def _read_where(value: object) -> Where:
    if not isinstance(value, dict):
        raise TableError("'where' is not an object")
    return {k: v if isinstance(v, str) else words_of(v, f"where {k}") for k, v in value.items()}


def _read_rows(value: object, width: int) -> Iterator[tuple[Cell, int]]:
    if not isinstance(value, list):
        raise TableError("'cells' is not a list")
    for number, row in enumerate(value, 1):
        if not isinstance(row, list) or len(row) != width + 1:
            msg = f"cell number {number} is not a list of {width} codes and a count"
            raise TableError(msg)
        yield tuple(row[:-1]), row[-1]


def _read_released_cell(cell: object, names: Mapping[str, int], number: int) -> tuple[Cell, int | None]:
    body = fields_of(cell, f"cell number {number}", required={"key", "value"}, optional=set())
    if not isinstance(body["key"], dict):
        msg = f"cell number {number}: 'key' is not an object"
        raise TableError(msg)
    key = [ROOT] * len(names)
    for name, code in body["key"].items():
        if name not in names:
            msg = f"cell number {number}: there is no dimension {name!r}"
            raise TableError(msg)
        key[names[name]] = code
    return tuple(key), body["value"]
