"""Cells as text for a mapping to read: values of workbooks and databases, and cells over several lines."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

NATIVE_DATE = "@"
"""Prefix of a date stored as a date by the source: `@2024-03-01`. No format and no era apply to such a date.
"""

EXACT = 1e15
"""Spreadsheets keep only 15 digits of numbers from here on: such a number is reported as cut off."""

BINARY = "(binary)"
"""Text in place of bytes, which have no meaning here."""


def cell_text(value: object) -> str:
    """A cell as text: dates with a prefix and without time of day, whole numbers without a point."""
    text = "" if value is None else str(value)
    if isinstance(value, bool):
        text = text.upper()
    elif isinstance(value, date):
        text = f"{NATIVE_DATE}{value.isoformat()[:10]}"
    elif isinstance(value, float) and abs(value) >= EXACT:
        text = f"{value:.14E}"
    elif isinstance(value, float | Decimal) and value == value // 1:
        text = str(int(value))
    elif isinstance(value, bytes | bytearray | memoryview):
        text = BINARY
    return text


def rows_inside(row: Sequence[str], delimiter: str) -> bool:
    """Whether a line within a cell has as many delimiters as a row: a lost quotation mark swallows rows."""
    width = len(row)
    inner = (line for cell in row if "\n" in cell for line in cell.splitlines())
    return width > 2 and any(line.count(delimiter) >= width - 1 for line in inner)
