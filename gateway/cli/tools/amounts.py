"""Tables of amounts (costs of services) as files: records of people in, protected sums out."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

from anonymisers.errors import AnonymiserError
from anonymisers.magnitudes.contributions import Contributions, parse_amount
from anonymisers.magnitudes.magnitude_release import write_magnitudes
from anonymisers.magnitudes.magnitude_rules import MagnitudeRules
from anonymisers.magnitudes.protect_magnitudes import ProtectedMagnitudes, protect_magnitudes
from anonymisers.tables.strict_json import parse_json
from gateway.cli.common.remainders import fewer_tables, nothing_shown
from gateway.cli.common.sheets import SHEETS, STATUS, VALUE, flat, read_hierarchies, rows_of, write_rows
from gateway.cli.common.tables import TableInputError, read_with, staged

ROWS = "rows"
"""Instead of a column of amounts: every row counts once, as 40 visits of 2 people are 40."""


def read_contributions(
    path: Path, hierarchies: Path | None, person: str | None, magnitude: str
) -> Contributions:
    """Return the contributions in a sheet or in JSON. Raises TableInputError with file, row and column."""
    if path.suffix.lower() not in SHEETS:
        read = read_with(path, lambda text: Contributions.from_json(parse_json(text)))
        if read.name != magnitude:
            raise TableInputError(f"{path} has no magnitude {magnitude!r}, but {read.name!r}")
        return read
    header, *rows = rows_of(path)
    amount = _column(path, header, None if magnitude == ROWS and ROWS not in header else magnitude)
    whose = _column(path, header, person)
    names = [name for n, name in enumerate(header) if n not in (amount, whose)]
    records: list[tuple[tuple[str, ...], str, Decimal]] = []
    for number, row in enumerate(rows, 2):
        key = tuple(word for n, word in enumerate(row) if n not in (amount, whose))
        if "" in key or (whose is not None and not row[whose]):
            empty = names[key.index("")] if "" in key else person
            raise TableInputError(f"row {number} of {path} leaves {empty!r} empty")
        worth = Decimal(1) if amount is None else parse_amount(row[amount])
        if not worth.is_finite() or worth < 0:
            raise TableInputError(f"row {number} of {path}: its {magnitude!r} is no amount of 0 or more")
        records.append((key, str(number) if whose is None else row[whose], worth))
    trees = {} if hierarchies is None else read_hierarchies(hierarchies)
    try:
        dims = tuple(
            trees.get(name) or flat(name, (key[n] for key, _, _ in records)) for n, name in enumerate(names)
        )
        return Contributions.of(magnitude, dims, records)
    except AnonymiserError as error:
        raise TableInputError(f"{path}: {error.message}", remedy=error.remedy) from error


def protect_file(
    table: Path, output: Path, contributions: Contributions, rules: Callable[[], MagnitudeRules], key: bytes
) -> Iterator[str]:
    """Protect amounts and write the release; returns the lines of the summary."""
    try:
        protected = protect_magnitudes(contributions, rules(), key)
    except AnonymiserError as error:
        raise TableInputError(f"{table}: {error.message}", remedy=error.remedy) from error
    with staged(output) as places:
        if output.suffix.lower() in SHEETS:
            head = [*(d.name for d in protected.release.dims), VALUE, STATUS]
            write_rows([head, *protected.release.rows()], output, places[0])
        else:
            with places[0].open("w", encoding="utf-8", newline="\n") as stream:
                write_magnitudes(protected.release, stream)
    return _summary(protected)


def _column(path: Path, header: tuple[str, ...], name: str | None) -> int | None:
    if name is not None and name not in header:
        message = f"{path} has no column {name!r}"
        raise TableInputError(message, remedy=f"Its columns are: {', '.join(header)}.")
    return None if name is None else header.index(name)


def _summary(protected: ProtectedMagnitudes) -> Iterator[str]:
    cells, withheld = protected.cells, protected.withheld
    primary = int(cells.sensitive[: len(withheld)].sum())
    yield "NOT FOR RELEASE: this output includes people whose numbers are withheld."
    if withheld.all():
        yield from nothing_shown(protected.reason)
        return
    yield f"{len(withheld):,} cells, {int(withheld.sum()):,} withheld, {primary:,} of them for themselves"
    if protected.remainder is not None:
        yield from fewer_tables(protected.remainder, protected.reason)
