"""Guesses how a file is written: encoding, delimiter and heading line. Used for draft mappings only."""

import codecs
import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from gateway.sources.files.csv_source import is_utf16
from gateway.sources.model.errors import SourceError
from gateway.sources.model.heading_lines import heading_lines, unit_lines
from gateway.sources.model.mapping import Reading

SAMPLE = 256 * 1024
_DELIMITERS = (",", ";", "\t", "|")
_HEADER_LINES = 10
_LOCAL = {"TH": "cp874", "VN": "cp1258"}
"""Usual encodings before Unicode, by member state; Windows' Western code page for all other states."""


def sniff_reading(path: Path, member: str) -> Reading:
    """The likeliest way to read a CSV file. Raises SourceError when the file cannot be opened or is empty."""
    try:
        with path.open("rb") as stream:
            data = stream.read(SAMPLE)
    except OSError:
        msg = f"{path} cannot be opened."
        raise SourceError(msg, remedy="Check the path.") from None
    return sniff_bytes(data, member)


def sniff_bytes(data: bytes, member: str) -> Reading:
    """The likeliest way to read a CSV file that begins with `data`, of which at most `SAMPLE` bytes count."""
    encoding = _encoding(data, member)
    lines = data.decode(encoding, errors="replace").splitlines()
    if len(lines) > 1:
        lines = lines[:-1]  # the last line of a sample is cut
    delimiter = max(_DELIMITERS, key=lambda d: _regularity(lines[:200], d))
    rows = _rows(lines[:200], delimiter)
    return layout(rows, Reading("utf-8" if encoding == "utf-8-sig" else encoding, delimiter))


def layout(rows: Sequence[Sequence[str]], reading: Reading) -> Reading:
    """The reading with the lines of the headings and of units, found in the first rows."""
    header, lines = heading_lines(rows, _HEADER_LINES)
    return replace(reading, header=header, header_lines=lines, units=unit_lines(rows[header:]))


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


def _rows(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter))
    except csv.Error:
        return []
