"""Tables and releases in any kind of file: JSON, CSV or XLSX, by the file's name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.registered_figures import Figure, known_figures, parse_figures
from anonymisers.tables.release import Release
from anonymisers.tables.strict_json import parse_json
from anonymisers.tables.table_reading import release_from_json
from gateway.cli.common.sheets import SHEETS, read_hierarchies, read_released_sheet, read_sheet
from gateway.cli.common.tables import TableInputError, read_release, read_table, read_with


@dataclass(frozen=True)
class SheetForm:
    """Information beside a sheet's columns: hierarchies, the column of counts, the column of people."""

    hierarchies: Path | None = None
    count: str | None = None
    person: str | None = None


def is_sheet(path: Path) -> bool:
    """Return whether a file is CSV or XLSX, by its name."""
    return path.suffix.lower() in SHEETS


def any_table(path: Path, form: SheetForm) -> Table:
    """Return the raw table in a file. Raises TableInputError."""
    if is_sheet(path):
        return read_sheet(path, form.hierarchies, form.count, form.person)
    if form.person is not None:
        raise TableInputError("--person is for sheets of records, or with --magnitude")
    return read_table(path)


def any_release(path: Path, hierarchies: Path | None) -> Release:
    """Return the release in a file. Raises TableInputError."""
    if not is_sheet(path):
        return read_release(path)
    return read_released_sheet(path, {} if hierarchies is None else read_hierarchies(hierarchies))


def read_known(paths: Sequence[Path], table: Table) -> tuple[list[Release], list[str]]:
    """Return earlier releases and lists of registered figures, and contradictions to the table, by name.

    The codes of a release in a sheet are the codes of the table.
    """
    releases: list[Release] = []
    contradicted: list[str] = []
    for path in paths:
        if is_sheet(path):
            releases.append(read_released_sheet(path, _by_name(table.dims)))
            continue
        found, wrong = read_with(path, lambda text: _known(text, table))
        releases += found
        contradicted += [figure.name for figure in wrong]
    return releases, contradicted


def _by_name(dims: Iterable[Hierarchy]) -> dict[str, Hierarchy]:
    return {dim.name: dim for dim in dims}


def _known(text: str, table: Table) -> tuple[list[Release], list[Figure]]:
    document = parse_json(text)
    if isinstance(document, dict) and "figures" in document:
        return known_figures(parse_figures(document), table)
    return [release_from_json(document)], []
