"""Workbooks of other kinds than .xlsx, read by python-calamine in a process of its own: .ods, .xls, .xlsb."""

import json
import sys
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import IO, Any

from audit.reading.messages import message
from gateway.sources.files.limited import StoppedError, output_of
from gateway.sources.files.ods_traits import CONTENT, OdsTraits, ods_traits
from gateway.sources.files.sheet_rows import SheetRows
from gateway.sources.files.workbook_package import MOST_MERGED, Place, check_package, damaged, too_large
from gateway.sources.model.cells import NATIVE_DATE
from gateway.sources.model.errors import SourceError
from gateway.sources.model.findings import Findings
from gateway.sources.model.mapping import Reading
from gateway.sources.model.tables import Chunk, ForeignKey, OpenTable
from gateway.sources.rows.stable_file import steady

_PROGRAM = Path(__file__).with_name("office_child.py")
"""Never imported: python-calamine is an extra, and belongs in a process of its own."""
_PACKED = {".ods": CONTENT, ".xlsb": None}
"""Endings of packages, and the only part that is read: LibreOffice packs empty files beside it."""
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""The first bytes of an .xls: a compound file ([MS-CFB] 2.2)."""
_FAULTS = (StoppedError, ValueError, TypeError, KeyError, IndexError)


class OfficeSource:
    """One workbook. Faults that do not prevent reading are noted in `findings`.

    Formulas are told of .ods alone, merged cells of .ods and .xls: the reader gives no more.
    """

    def __init__(self, path: Path, reading: Reading, findings: Findings) -> None:
        if not path.is_file():
            raise SourceError(f"There is no file {path}.", remedy="Check the path.")
        if find_spec("python_calamine") is None:
            raise SourceError(
                message("python-calamine, which reads %(file)s, is not installed here.", file=path.name),
                remedy=message(
                    "Install Safelane with its extra: pip install 'safelane[sources]'. Or save the file "
                    "as .xlsx."
                ),
            )
        if path.suffix.lower() in _PACKED:
            check_package(path, _PACKED[path.suffix.lower()])
        else:
            with path.open("rb") as file:
                if file.read(len(_OLD)) != _OLD:
                    raise damaged(path)
        # python-calamine reads every sheet of an .ods when it opens the file, so each is looked at before.
        self._traits = ods_traits(path) if path.suffix.lower() == ".ods" else {}
        self._path = path
        self._reading = reading
        self._findings = findings

    def tables(self) -> list[str]:
        """The names of the sheets, in the order of the workbook. Raises SourceError."""
        with _as_damaged(self._path), output_of(self._command()) as lines:
            return list(map(str, _read(lines)))

    def top(self, name: str, rows: int) -> list[list[str]]:
        """The first rows of a sheet, with merged cells as `table` reads them. Raises SourceError."""
        with self._rows(name, Findings()) as read, _as_damaged(self._path):
            return list(islice(read.raw(), rows))

    @contextmanager
    def table(self, name: str) -> Iterator[OpenTable]:
        """Open the sheet called `name`. Raises SourceError, also while the chunks are read."""
        with steady(self._path, self._path.name), self._rows(name, self._findings) as rows:
            with _as_damaged(self._path):
                headings = rows.headings(self._reading)
            yield OpenTable(headings, self._chunks(rows, len(headings)), lambda: rows.line)

    def foreign_keys(self) -> list[ForeignKey]:
        """None: files declare no keys."""
        return []

    def size(self, _name: str) -> int:
        """0: the rows of a sheet are known once it has been read."""
        return 0

    @contextmanager
    def _rows(self, name: str, findings: Findings) -> Iterator[SheetRows]:
        values = self._values(name)
        with _as_damaged(self._path):
            merged = next(values)  # sheet and merged cells are looked up before the first row
        found = self._traits.get(name, OdsTraits(merged=merged))
        rows = SheetRows(
            name, values, lambda line: found.formulas.get(line, ()), found.merged, findings, self._reading
        )
        try:
            yield rows
        finally:
            rows.close()
            values.close()

    def _values(self, name: str) -> Generator[Any, None, None]:
        """Yield the merged cells, and then the cells of each line from the first."""
        with output_of(self._command(name)) as lines:
            names = _read(lines)
            if name not in names:
                raise _no_sheet(self._path, name, names)
            about = _read(lines)
            first, left = (int(number) for number in about["start"])
            yield _merged(self._path, about["merged"])
            for _ in range(first):
                yield ()
            for line in lines:
                yield [None] * left + [_value(cell) for cell in json.loads(line)]

    def _chunks(self, rows: SheetRows, width: int) -> Iterator[Chunk]:
        with _as_damaged(self._path):
            yield from rows.chunks(width)

    def _command(self, *sheet: str) -> list[str]:
        # -I: neither the folder that the node runs in nor its environment gives the program a module.
        return [sys.executable, "-I", str(_PROGRAM), str(self._path.resolve()), *sheet]


def _read(lines: IO[bytes]) -> Any:
    """Raises ValueError where the program has ended."""
    return json.loads(lines.readline())


def _value(cell: object) -> object:
    """The cell as text for a mapping, but for numbers, of which `cell_text` knows how exact they are."""
    return f"{NATIVE_DATE}{cell['day']}" if isinstance(cell, Mapping) else cell


def _merged(path: Path, ranges: list[Any]) -> dict[Place, Place]:
    """Cells merged over several columns count in their first column only."""
    merged: dict[Place, Place] = {}
    for (top, left), (bottom, _) in ranges:
        if len(merged) + bottom - top > MOST_MERGED:
            raise too_large(path)
        for row in range(top + 1, bottom + 1):
            merged[row + 1, left + 1] = (top + 1, left + 1)
    return merged


def _no_sheet(path: Path, name: str, names: list[str]) -> SourceError:
    msg = message("%(file)s has no sheet %(sheet)s.", file=path.name, sheet=repr(name))
    listed = ", ".join(map(repr, names[:10]))
    return SourceError(msg, remedy=message("Its sheets are %(sheets)s.", sheets=listed))


@contextmanager
def _as_damaged(path: Path) -> Iterator[None]:
    try:
        yield
    except _FAULTS:
        raise damaged(path) from None
