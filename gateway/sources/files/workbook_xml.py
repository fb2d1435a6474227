"""Looks at the XML of a workbook before the library does, which would fill every gap with empty rows.

The library believes the number of a row: a row with the number of two thousand million would be preceded by
as many empty ones, and a row with a smaller number than the one before would be passed over.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import IO
from xml.parsers.expat import ExpatError, ParserCreate

LAST_ROW = 1_048_576
"""No sheet has more."""
LONGEST_PROLOGUE = 64 * 1024
"""Bytes before the first element of a part; offices write some dozens."""
LONGEST_TAG = 64 * 1024
_BLOCK = 1 << 20

_ROW = re.compile(rb"row(?=[\s/>])")
_BEGUN = re.compile(rb"<(?:[\w.-]+:)?")
_LONGEST_PREFIX = 16 * 1024
_ATTRIBUTES = re.compile(rb"((?:\s+[\w:.-]+\s*=\s*(?:\"[^\"<]*\"|'[^'<]*'))*)\s*/?>")
_NUMBER = re.compile(rb"\sr\s*=\s*[\"']([^\"']*)[\"']")
_PLAIN = re.compile(rb"[1-9][0-9]{0,6}")
_DECLARED = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([^\"']*)[\"']")
_BEFORE_XML = b"\0\xef\xbb\xbf\xfe\xff \t\r\n"
"""Marks of byte order, spaces, and the other half of a wide character."""
_UTF_8 = frozenset({b"utf-8", b"us-ascii"})


def is_plain(stream: IO[bytes], name: str) -> bool:
    """Return whether a part begins as offices write it: XML in UTF-8, with an element and without a DTD.

    The entities of a DTD could multiply, and in another encoding nothing else here would be recognised.
    Whatever its name is, a part is XML if it begins like it; pictures and the like are not.
    """
    start = stream.read(LONGEST_PROLOGUE)
    if not name.endswith((".xml", ".rels")) and not start.strip(_BEFORE_XML).startswith(b"<"):
        return True
    declared = _DECLARED.search(start)
    if b"\0" in start or (declared is not None and declared[1].lower() not in _UTF_8):
        return False
    seen: list[str] = []
    parser = ParserCreate("utf-8")
    parser.StartDoctypeDeclHandler = lambda *_: seen.append("doctype")
    parser.StartElementHandler = lambda *_: seen.append("element")
    with suppress(ExpatError):  # what is wrong further on is for whoever reads the part
        parser.Parse(start, len(start) < LONGEST_PROLOGUE)
    return seen[:1] == ["element"]


def whole_tags(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield the text of a part in pieces that cut no tag. Raises EOFError for a tag without an end."""
    rest = b""
    while block := stream.read(_BLOCK):
        text = rest + block
        cut = text.rfind(b"<")
        if cut < 0 or b">" in text[cut:]:
            cut = len(text)
        yield text[:cut]
        rest = text[cut:]
        if len(rest) > LONGEST_TAG:
            raise EOFError
    yield rest


class RowNumbers:
    """The numbers of a sheet's rows, which must grow and end where sheets do."""

    def __init__(self) -> None:
        self._last = 0

    def follow(self, text: bytes) -> bool:
        """Return whether all rows that begin in this piece follow those before."""
        for row in _ROW.finditer(text):
            before = text[row.start() - 1 : row.start()]
            if before != b"<" and not (before == b":" and _is_begun(text, row.start())):
                continue
            number = self._number(text, row.end())
            if number is None or not self._last < number <= LAST_ROW:
                return False
            self._last = number
        return True

    def _number(self, text: bytes, at: int) -> int | None:
        """Return the number of a row whose attributes begin at a place; None where it cannot be read."""
        attributes = _ATTRIBUTES.match(text, at)
        if attributes is None:
            return None
        found = _NUMBER.search(attributes[1])
        if found is None:
            return self._last + 1
        return int(found[1]) if _PLAIN.fullmatch(found[1]) else None


def _is_begun(text: bytes, at: int) -> bool:
    """Return whether the name at a place may stand in a tag, after the prefix of a namespace."""
    begin = text.rfind(b"<", max(0, at - _LONGEST_PREFIX), at)
    return begin < 0 or _BEGUN.fullmatch(text, begin, at) is not None
