"""Values of workbooks and databases as the text that a mapping reads."""

from datetime import date
from decimal import Decimal

NATIVE_DATE = "@"
"""Before a date that the source itself holds as a date: `@2024-03-01`. No format and no era apply to it."""

EXACT = 1e15
"""From here on a spreadsheet keeps 15 digits of a number only: it is told as one that was cut."""

BINARY = "(binary)"
"""Instead of bytes, which mean nothing here."""


def cell_text(value: object) -> str:
    """A cell as text: dates marked and without their time of day, whole numbers without a point."""
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
