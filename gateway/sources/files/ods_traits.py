"""Looks at the sheets of an OpenDocument workbook before python-calamine does: sizes, formulas, merged cells.

An OpenDocument sheet (ODF 1.3, part 3, 9.1) says of a row or a cell how often it is repeated: a few bytes can
be two thousand million rows. The reader says neither which cells are merged nor which hold formulas.
"""

from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers.expat import ExpatError, ParserCreate

from gateway.sources.files.workbook_package import MOST_MERGED, Place, damaged, parts, rows_apart, too_large
from gateway.sources.files.workbook_xml import LAST_ROW

MOST_FILLED = 50_000_000
"""Filled cells of a sheet, the repeated ones counted as often as they are repeated."""
_LAST_COLUMN = 16_384
CONTENT = "content.xml"
_BLOCK = 1 << 16
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
_CELLS = frozenset({f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"})


@dataclass
class OdsTraits:
    """`formulas`: line -> columns from 0 that hold formulas. `merged`: as `sheet_traits` gives them."""

    formulas: dict[int, list[int]] = field(default_factory=dict)
    merged: dict[Place, Place] = field(default_factory=dict)


def ods_traits(path: Path) -> dict[str, OdsTraits]:
    """Return the traits of each sheet by its name.

    Raises SourceError for a sheet that would be far too large, and for a file that is no whole workbook.
    """
    walk = _Walk(path)
    parser = ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = walk.start
    parser.EndElementHandler = walk.end
    with parts(path) as package, package.open(CONTENT) as stream:
        try:
            while block := stream.read(_BLOCK):
                parser.Parse(block, False)
            parser.Parse(b"", True)
        except (ExpatError, ValueError):
            raise damaged(path) from None
    return walk.traits


class _Walk:
    """The place that the parser has reached. A table within a cell belongs to its cell."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._depth = 0
        self._row = self._column = self._filled = 0
        self._times = 1
        self._filled_in_row = 0
        self._own = OdsTraits()
        self.traits: dict[str, OdsTraits] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins. Raises SourceError and ValueError."""
        if name == f"{_TABLE}table":
            self._depth += 1
            if self._depth == 1:
                self._own = self.traits.setdefault(attributes.get(f"{_TABLE}name", ""), OdsTraits())
                self._row = self._filled = 0
        elif self._depth != 1:
            return
        elif name == f"{_TABLE}table-row":
            self._times = _number(attributes, "number-rows-repeated")
            self._row += 1
            self._column = self._filled_in_row = 0
        elif name in _CELLS:
            self._cell(attributes)

    def end(self, name: str) -> None:
        """An element ends. Raises SourceError."""
        if name == f"{_TABLE}table":
            self._depth -= 1
        elif name == f"{_TABLE}table-row" and self._depth == 1:
            self._filled += self._times * self._filled_in_row
            self._row += self._times - 1
            if self._row > LAST_ROW:
                raise rows_apart(self._path)
            if self._filled > MOST_FILLED:
                raise too_large(self._path)

    def _cell(self, attributes: dict[str, str]) -> None:
        times = _number(attributes, "number-columns-repeated")
        first, self._column = self._column, self._column + times
        if self._column > _LAST_COLUMN:
            raise too_large(self._path)
        if f"{_OFFICE}value-type" in attributes:
            self._filled_in_row += times
        if f"{_TABLE}formula" in attributes:
            for line in range(self._row, self._row + min(self._times, MOST_MERGED)):
                self._own.formulas.setdefault(line, []).extend(range(first, self._column))
        down = _number(attributes, "number-rows-spanned")
        if len(self._own.merged) + down - 1 > MOST_MERGED:
            raise too_large(self._path)
        for line in range(self._row + 1, self._row + down):
            self._own.merged[line, first + 1] = (self._row, first + 1)


def _number(attributes: dict[str, str], name: str) -> int:
    """Raises ValueError for what is no number from 1."""
    number = int(attributes.get(f"{_TABLE}{name}", "1"))
    if number < 1:
        raise ValueError
    return number
