"""Guesses how a file is written: encoding, delimiter and heading line. Used for draft mappings only."""

import codecs
import csv
import io
from collections.abc import Sequence
from pathlib import Path

from gateway.sources.files.csv_source import is_utf16
from gateway.sources.model.errors import SourceError
from gateway.sources.model.mapping import Reading

_SAMPLE = 256 * 1024
_DELIMITERS = (",", ";", "\t", "|")
_HEADER_LINES = 10
_LOCAL = {"TH": "cp874", "VN": "cp1258"}
"""Usual encodings before Unicode, by member state; Windows' Western code page for all other states."""


def sniff_reading(path: Path, member: str) -> Reading:
    """The likeliest way to read a CSV file. Raises SourceError when the file cannot be opened or is empty."""
    try:
        with path.open("rb") as stream:
            data = stream.read(_SAMPLE)
    except OSError:
        msg = f"{path} cannot be opened."
        raise SourceError(msg, remedy="Check the path.") from None
    encoding = _encoding(data, member)
    lines = data.decode(encoding, errors="replace").splitlines()
    if len(lines) > 1:
        lines = lines[:-1]  # the last line of a sample is cut
    delimiter = max(_DELIMITERS, key=lambda d: _regularity(lines[:200], d))
    return Reading(
        "utf-8" if encoding == "utf-8-sig" else encoding,
        delimiter,
        header_line(_rows(lines[:200], delimiter)),
    )


def _encoding(data: bytes, member: str) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if is_utf16(data):
        return "utf-16-le" if data[1::2].count(0) > data[0::2].count(0) else "utf-16-be"
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data)  # incremental: a sample may cut a character
    except UnicodeDecodeError:
        return _LOCAL.get(member, "cp1252")
    return "utf-8"


def _regularity(lines: Sequence[str], delimiter: str) -> float:
    """Total cells in lines of the most usual width: the right delimiter gives many rows of many cells."""
    widths = [len(row) for row in _rows(lines, delimiter) if len(row) > 1]
    if not widths:
        return 0.0
    usual = max(set(widths), key=widths.count)
    return usual * widths.count(usual)


def header_line(rows: Sequence[Sequence[str]]) -> int:
    """The heading line: the first line with as many different words as the widest row has cells."""
    width = max(map(len, rows), default=0)
    for number, row in enumerate(rows[:_HEADER_LINES], 1):
        words = [cell.strip() for cell in row if cell.strip()]
        if (
            len(row) == width
            and len(set(words)) == len(words) >= width - 1
            and not any(map(str.isdigit, words))
        ):
            return number
    return 1


def _rows(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter))
    except csv.Error:
        return []
