"""`safelane attack --extract`: the records of an opened extract, counted, as a release.

Whoever has the records can count them: every group of records with the same codes is a shown cell. Of groups
that the extract leaves out nothing is known, as they may be left out for being small.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from anonymisers.errors import AnonymiserError
from anonymisers.tables.hierarchy import ROOT, Hierarchy
from anonymisers.tables.release import Release
from gateway.cli.common.sheets import Trees, flat, rows_of
from gateway.cli.common.tables import TableInputError

PERSON, NARRATIVE = "person", "narrative"
"""The columns of an extract that are no dimensions: pseudonyms, and texts."""
LEFT_OUT = "(left out)"
"""A further code of a column that only the extract has: of people whose records are left out."""


def read_extract(path: Path, beside: Sequence[Release], trees: Trees) -> Release:
    """Return the groups of an extract as a release about the people of the first release that is attacked.

    A column has the codes of the releases' dimension of its name, else of `trees`, else its own. A person
    counts once in each group. Raises TableInputError, naming file and column; never a value of a record.
    """
    header, *rows = rows_of(path)
    at = [n for n, name in enumerate(header) if name not in (PERSON, NARRATIVE)]
    if not at:
        raise TableInputError(f"{path} has no column but pseudonyms and texts")
    person = header.index(PERSON) if PERSON in header else None
    whose = [str(number) if person is None else row[person] for number, row in enumerate(rows)]
    once = {(tuple(row[n] for n in at), who) for row, who in zip(rows, whose, strict=True)}
    groups: dict[tuple[str, ...], int] = {}
    for group, _ in once:
        groups[group] = groups.get(group, 0) + 1
    about = beside[0]
    own = [_dimension(header[n], (row[n] for row in rows), beside, trees) for n in at]
    dims = (*own, *(d for d in about.dims if d.name not in {each.name for each in own}))
    for dim, n in zip(own, at, strict=True):
        if any(row[n] not in dim.index for row in rows):
            message = f"{path}: the column {header[n]!r} has codes that its dimension has not"
            raise TableInputError(message, remedy="Name all codes with --hierarchies.")
    padding = (ROOT,) * (len(dims) - len(own))
    try:
        return Release.of(
            dims, {(*group, *padding): number for group, number in sorted(groups.items())}, where=about.where
        )
    except AnonymiserError as error:
        raise TableInputError(f"{path}: {error.message}", remedy=error.remedy) from error


def _dimension(name: str, codes: Iterable[str], beside: Sequence[Release], trees: Trees) -> Hierarchy:
    for release in beside:
        for dim in release.dims:
            if dim.name == name:
                return dim
    return trees.get(name) or flat(name, (*codes, LEFT_OUT))
