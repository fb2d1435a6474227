"""Texts for spreadsheets: none is run as a formula (https://owasp.org/www-community/attacks/CSV_Injection)."""

import re
from collections.abc import Iterable
from typing import Any

_FORMULAS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""Full-width forms included, which some programs treat alike."""
_PASSED_OVER = " \u00a0\u200b\ufeff"
"""What programs skip before they look whether a text is a formula."""
_BREAKS = re.compile(r"[\t\r\n\v\f\x00\u2028\u2029]+")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?(?:[eE][+-]?[0-9]+)?")


def harmless(text: str) -> str:
    """Return the text on one line, with an apostrophe before anything that a spreadsheet would run."""
    line = _BREAKS.sub(" ", text)
    return f"'{line}" if _is_run(line) else line


def harmless_row(row: Iterable[object]) -> list[object]:
    """Return a row with harmless texts. Numbers stay numbers, also as text, such as -5.2."""
    return [_harmless(value) for value in row]


def _harmless(value: object) -> object:
    return harmless(value) if isinstance(value, str) and not _NUMBER.fullmatch(value) else value


def as_written(text: str) -> str:
    """Return a text from before `harmless`, unless it had several lines."""
    return text[1:] if text.startswith("'") and _is_run(text[1:]) else text


def text_cells(sheet: Any, row: Iterable[object]) -> list[object]:
    """Return a row for a write-only workbook with texts as texts: the library reads `=` as a formula."""
    # Imported here, so that commands without a workbook do not wait for it.
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE  # noqa: PLC0415

    def cell(value: object) -> object:
        if not isinstance(value, str):
            return value
        made = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub(" ", value))
        made.data_type = "s"
        return made

    return [cell(value) for value in row]


def _is_run(line: str) -> bool:
    return line.lstrip(_PASSED_OVER).startswith(_FORMULAS)
