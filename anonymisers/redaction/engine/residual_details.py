"""Remove details that single out a person from a redacted narrative: dates, figures, provinces.

Redaction keeps such details as the subject of the record. Beside generalised columns they would undo the
generalisation: the text would tell the day where the table tells the year.
"""

import re
from collections.abc import Iterator
from functools import cache

from anonymisers.redaction.dates import dates
from anonymisers.redaction.profiles import data
from anonymisers.redaction.recognisers.script_names import script_provinces, scripts_in
from anonymisers.redaction.text_reading import read

_FIGURE = re.compile(r"(?<![\w<-])\d+(?:[.,:/-]\d+)*(?![\w>]|-\w)")
_PLACEHOLDER = re.compile(r"<[A-Z_]+>")


def without_figures(text: str) -> str:
    """Return the text with `<DATE>`, `<NUMBER>` and `<PROVINCE>` in place of details that narrow down the
    person."""
    reading = read(text)
    kept: list[str] = []
    at = 0
    for start, end, kind in _merged(list(_found(reading.plain))):
        first, last = reading.original(start, end)
        kept += [text[at:first], kind]
        at = last
    return "".join([*kept, text[at:]])


@cache
def _provinces() -> re.Pattern[str]:
    names = sorted(data("provinces")["names"], key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)", re.IGNORECASE)


def _found(plain: str) -> Iterator[tuple[int, int, str]]:
    yield from ((m.start(), m.end(), m.group()) for m in _PLACEHOLDER.finditer(plain))
    yield from ((start, end, "<DATE>") for start, end in dates(plain))
    yield from ((*m.span(), "<PROVINCE>") for m in _provinces().finditer(plain))
    for script in scripts_in(plain):
        yield from ((start, end, "<PROVINCE>") for start, end in script_provinces(plain, script))
    yield from ((*m.span(), "<NUMBER>") for m in _FIGURE.finditer(plain))


def _merged(found: list[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
    """Return of overlapping stretches the first, whole: a figure within a date is part of the date."""
    end = 0
    for span in sorted(found, key=lambda s: (s[0], -s[1])):
        if span[0] >= end:
            yield span
            end = span[1]
