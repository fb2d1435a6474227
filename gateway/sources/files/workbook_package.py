"""A workbook as a zip package (ECMA-376 and others): safety checks, formulas and merged cells of .xlsx."""

import errno
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.sources.files.workbook_xml import LAST_ROW, RowNumbers, is_plain, whole_tags
from gateway.sources.model.errors import SourceError

LARGEST_UNPACKED = 1 << 30
"""Bytes that all unpacked parts of a workbook may have together."""
LARGEST_PART_IN_MEMORY = 256 << 20
"""Bytes of a part that is read at once (the table of shared strings)."""
DENSEST = 200
"""How many times a part may grow when unpacked. Real sheets grow 5 to 30 times."""
MOST_MERGED = 200_000
"""Rows that the merged cells of a sheet may cover together."""
_SMALL = 10 << 20
_BLOCK = 1 << 20

_MERGED = re.compile(rb'<mergeCell\s[^>]*ref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"')
_FORMULA = re.compile(rb"<f[\s>/]")
OF_THE_CONTENT = (None, errno.EINVAL)
"""Numbers of errors from places in a file that the file itself names; those of a disk have others."""

Place = tuple[int, int]
"""Row and column, from 1."""


def check_package(path: Path, only: str | None = None) -> None:
    """Raise SourceError for a file that is not a complete workbook, or would be too large when unpacked.

    `only`: the one part of XML that is read; by default any can be.
    """
    with parts(path) as package:
        sizes = package.infolist()
        if sum(part.file_size for part in sizes) > LARGEST_UNPACKED:
            raise too_large(path)
        for part in sizes:
            dense = part.file_size > _SMALL and part.file_size > DENSEST * max(part.compress_size, 1)
            whole = part.filename.endswith("sharedStrings.xml") and part.file_size > LARGEST_PART_IN_MEMORY
            if dense or whole:
                raise too_large(path)
        for part in sizes if only is None else [package.getinfo(only)]:
            with package.open(part) as stream:
                if not is_plain(stream, part.filename):
                    raise damaged(path)


def sheet_traits(path: Path, part: str) -> tuple[bool, dict[Place, Place]]:
    """Whether a sheet holds formulas, and the merged cells, each with the cell that holds the common value.

    Cells merged over several columns count in their first column only. Raises SourceError when the merged
    cells cover more rows than any register would, and for rows that are not in order or beyond any sheet.
    """
    formulas = False
    merged: dict[Place, Place] = {}
    rows = RowNumbers()
    with parts(path) as package, package.open(part) as stream:
        for text in whole_tags(stream):
            if not rows.follow(text):
                raise rows_apart(path)
            formulas = formulas or _FORMULA.search(text) is not None
            for left, top, _, bottom in _MERGED.findall(text):
                column = _column_number(left)
                if len(merged) + int(bottom) - int(top) > MOST_MERGED:
                    raise too_large(path)
                for row in range(int(top) + 1, int(bottom) + 1):
                    merged[row, column] = (int(top), column)
    return formulas, merged


@contextmanager
def parts(path: Path) -> Iterator[zipfile.ZipFile]:
    """The opened package. Raises SourceError, also while it is read."""
    try:
        with zipfile.ZipFile(path) as package:
            yield package
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, RuntimeError):
        raise damaged(path) from None
    except OSError as error:
        if error.errno in OF_THE_CONTENT:
            raise damaged(path) from None
        raise


def damaged(path: Path) -> SourceError:
    """The error for a file that cannot be read as a workbook."""
    return SourceError(
        f"{path.name} is not a whole {path.suffix or '.xlsx'} workbook.",
        remedy="Save it without a password, as .xlsx if it is of another kind, or copy it again.",
    )


def rows_apart(path: Path) -> SourceError:
    """The error for rows that no sheet has in this order."""
    return SourceError(
        f"The rows of {path.name} are not numbered from 1 to {LAST_ROW} in order; nothing of it was read.",
        remedy="Open it in an office program, and save it anew as .xlsx.",
    )


def too_large(path: Path) -> SourceError:
    """The error for a file that would take too much room."""
    return SourceError(
        f"{path.name} would be far too large when unpacked; nothing of it was read.",
        remedy="Check where it comes from; save only the sheets that are needed.",
    )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
