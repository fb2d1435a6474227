"""Finds the formats, the era and the doubts of a column of dates, several forms in one column included.

For `map suggest` only. A format is suggested where it reads cells that no other suggested format reads. Two
orders of day and month are suggested together only where both are common: each cell that fits both is a
finding of the load, so that a few slips of the keyboard must not make findings of all other cells.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from types import MappingProxyType

from gateway.sources.model.cells import NATIVE_DATE
from gateway.sources.model.dates import BUDDHIST_AHEAD, ERAS, DateFormat, DateReader, UnreadableError
from gateway.sources.model.findings import Problem

FORMATS = (
    "YYYY-MM-DD", "DD/MM/YYYY", "MM/DD/YYYY", "DD-MM-YYYY", "MM-DD-YYYY", "DD.MM.YYYY", "YYYY/MM/DD",
    "YYYYMMDD", "D/M/YYYY", "M/D/YYYY", "D-M-YYYY", "D.M.YYYY", "DD-MMM-YYYY", "DD MMM YYYY", "D MMM YYYY",
    "D-MMM-YYYY", "YYYY-MM-DDThh:mm:ss", "YYYY-MM-DD hh:mm:ss", "DD/MM/YYYY hh:mm", "MM/YYYY",
    "YYYY-MM", "YYYY", "DD/MM/YY", "MM/DD/YY", "D/M/YY", "M/D/YY", "DD-MM-YY", "DD.MM.YY", "DD-MMM-YY",
    "D-MMM-YY", "D MMM YY", "MMM-YY", "MMM YYYY", "MMM/YYYY", "MMM-YYYY", "MMM D, YYYY", "D MMM, YYYY",
    "D/MMM/YYYY", "Q YYYY", "Q/YYYY", "YYYY Q", "YYYY-Q", "YYYYQ",
    "M/YYYY", "MM-YYYY", "MM.YYYY", "YYYY/MM", "YYYY/M/D", "YYYY-M-D", "YYYY.MM.DD", "DDMMYYYY", "D M YYYY",
    "YYYY-MM-DDThh:mm:ss.000", "YYYY-MM-DD hh:mm:ss.000", "YYYY-MM-DD hh:mm:ss.0",
    "YYYY-MM-DD hh:mm", "DD/MM/YYYY hh:mm:ss", "D/M/YYYY hh:mm", "M/D/YYYY hh:mm", "D.M.YY", "D-M-YY",
    "MMM 'năm' YYYY",
    "D MMM 'năm' YYYY", "'ngày' D MMM 'năm' YYYY", "'ngày' D/M/YYYY", "MMM, YYYY", "YYYY MMM",
    "YYYY MMM D", "D MMM 'พ.ศ.' YYYY", "D MMM 'ឆ្នាំ' YYYY", "'ថ្ងៃទី' D MMM 'ឆ្នាំ' YYYY",
    "'ปี' YYYY", "'năm' YYYY",
    "EPOCHMS", "EPOCH",
)  # fmt: skip
"""Formats in the order of trial; of two formats that read equally many cells the first is suggested."""

_OF_A_DAY = (
    "YYYY-MM-DD", "DD/MM/YYYY", "MM/DD/YYYY", "D/M/YYYY", "M/D/YYYY", "YYYY/MM/DD", "DD-MM-YYYY",
    "DD.MM.YYYY", "D-MMM-YYYY", "D MMM YYYY", "MMM D, YYYY", "D/M/YY", "M/D/YY",
)  # fmt: skip
_TIMES = (
    "Thh:mm:ss.fff", "Thh:mm:sszz", "Thh:mm:ss.fffzz", " hh:mm:ss.fff", " hh:mm:ss", " hh:mm", " h:mm",
    " h:mm:ss", " h:mm ap", " h:mm:ss ap", ", h:mm ap", " hh:mm:sszz", " hh:mm:ss.fffzz",
)  # fmt: skip
WITH_TIMES = tuple(form for day in _OF_A_DAY for time in _TIMES if (form := f"{day}{time}") not in FORMATS)
"""Formats of days with the time of the day, tried where cells have a colon between digits."""
_TIME = re.compile(r"[0-9]:[0-9]{2}")
_DIGIT = re.compile("[0-9]")
_ORDER: Mapping[str, int] = MappingProxyType({form: n for n, form in enumerate((*FORMATS, *WITH_TIMES))})

MOST_FORMATS = 8
_SWAPPED = str.maketrans("DM", "MD")

_COMMON, _FEW = 0.05, 3
"""Part and number of the cells that only the other order of day and month reads, to suggest both orders."""

_LIKE_A_COUNT: Mapping[str, re.Pattern[str]] = MappingProxyType({
    "EPOCHMS": re.compile("[1-9][0-9]{11,12}"),
    "EPOCH": re.compile("[1-9][0-9]{8,9}"),
})  # fmt: skip
"""Texts that can count the time since March 1973: shorter ones are years, days or numbers of cases."""

_BUDDHIST_YEAR = re.compile("2[4-9][0-9]{2}")

_GENERATION = 25
"""Years: registers of accidents seldom begin earlier."""

_SURELY_COUNTED = re.compile("[1-9][0-9]{8,9}000|1[0-9]{9}")
"""Milliseconds to the second from 1973 on, as services of maps export dates, or seconds from 2001 on."""


@dataclass(frozen=True)
class DatesFound:
    """`formats` in the order of their success, `era`, and `share`: the part of the cells that some format
    reads.

    `swapped`: all dates of a format would also be dates with day and month swapped. `both_ways`: the number
    of cells that two suggested formats read differently.
    """

    formats: tuple[str, ...]
    era: str
    share: float
    swapped: bool = False
    both_ways: int = 0

    @property
    def short(self) -> bool:
        """Whether a format has a year of two digits."""
        return any(DateFormat(form).short for form in self.formats)

    @property
    def counted(self) -> bool:
        """Whether a format counts seconds or milliseconds."""
        return any(DateFormat(form).counts for form in self.formats)


def find_dates(
    words: Sequence[str], today: date, *, counted: bool = True, buddhist: bool = False
) -> DatesFound:
    """The formats and the era that read most of the cells, given as plain words without blank cells.

    With `buddhist`, offices of the state write years of the Buddhist era: two digits mean these where the
    dates would otherwise lie a generation back. With `counted` false, numbers are never read as seconds: most
    of them are numbers of cases or people.
    """
    written = [word for word in words if not word.startswith(NATIVE_DATE)]
    best = DatesFound((), ERAS[0], _share(len(words) - len(written), len(words)))
    eras = ERAS if any(_BUDDHIST_YEAR.search(word) for word in written) else ERAS[:1]
    for era in eras:
        formats, left = _formats(written, era, today, counted=counted)
        share = 1 - _share(left, len(words))
        if share > best.share + 0.01:
            best = DatesFound(tuple(formats), era, share)
    if buddhist and best.era == "CE" and _only_short(best) and _long_ago(written, best, today):
        best = replace(best, era="BE")
    return DatesFound(
        best.formats,
        best.era,
        best.share,
        _could_be_swapped(written, best, today),
        _read_both_ways(written, best, today),
    )


def _only_short(found: DatesFound) -> bool:
    return bool(found.formats) and all(DateFormat(form).short for form in found.formats)


def _long_ago(words: Sequence[str], found: DatesFound, today: date) -> bool:
    """Whether the middle of the dates lies a generation back in the common era, and not in the Buddhist."""
    years = {
        era: sorted(
            int(reader.read(word)[:4])
            for word in set(words)
            for reader in (_reader(found.formats, era, today),)
            if all(_reads(form, era, today, word) for form in found.formats[:1])
        )
        for era in ("CE", "BE")
    }
    middle = {era: some[len(some) // 2] if some else 0 for era, some in years.items()}
    return middle["CE"] < today.year - _GENERATION <= middle["BE"]


def read_by_format(
    words: Sequence[str], forms: Sequence[str], era: str, today: date
) -> Mapping[str, frozenset[str]]:
    """For each format, the words that it reads, and the dates that the source stores as dates."""
    distinct = set(words)
    stored = {word for word in distinct if word.startswith(NATIVE_DATE)}
    read = {
        form: frozenset(stored | {w for w in distinct - stored if _reads(form, era, today, w)})
        for form in forms
    }
    return MappingProxyType(read)


def surely_counted(words: Sequence[str], today: date) -> float:
    """The share of the cells that can hardly be anything but a count of seconds or milliseconds."""
    fit = [word for word in words if _SURELY_COUNTED.fullmatch(word)]
    return _share(sum(_reads("EPOCHMS" if len(w) > 10 else "EPOCH", "CE", today, w) for w in fit), len(words))


def first_pivot(today: date) -> int:
    """The first year that two digits can mean beside whole years of both eras: they are Buddhist there."""
    return today.year + BUDDHIST_AHEAD - 99


def _formats(written: Sequence[str], era: str, today: date, *, counted: bool) -> tuple[list[str], int]:
    """Formats of one era, the most successful first, and the number of cells that no format reads."""
    left = list(written)
    chosen: list[str] = []
    alike = _alike(written)
    timed = WITH_TIMES if any(_TIME.search(outline) for outline in alike) else ()
    tried = [form for form in (*FORMATS, *timed) if counted or not DateFormat(form).counts]
    read = {
        form: {
            word
            for outline, some in alike.items()
            if _may_read(form, era, today, outline)
            for word in some
            if _reads(form, era, today, word)
        }
        for form in tried
    }
    while left and len(chosen) < MOST_FORMATS:
        times = {form: sum(word in read[form] for word in left) for form in tried}
        enough = [form for form in tried if times[form] >= _needed(form, chosen, len(written))]
        if not enough:
            break
        form = max(enough, key=lambda f: (times[f], -_ORDER[f]))
        chosen.append(form)
        left = [word for word in left if word not in read[form]]
    return chosen, len(left)


def _alike(words: Sequence[str]) -> Mapping[str, set[str]]:
    """The distinct words by their outline, in which every digit is 0: identifiers and ages have few."""
    alike: dict[str, set[str]] = {}
    for word in words:
        alike.setdefault(_DIGIT.sub("0", word), set()).add(word)
    return alike


def _may_read(form: str, era: str, today: date, outline: str) -> bool:
    """Whether a format can read any word of this outline; names of months and quarters may have digits."""
    if "MMM" in form or "Q" in form:
        return "0" in outline and not outline.isdigit()
    return _reader((form,), era, today).fits(outline)


def _needed(form: str, chosen: Sequence[str], cells: int) -> float:
    """How many cells a further format must read that no chosen format reads."""
    shapes = {DateFormat(other).shape for other in chosen}
    if DateFormat(form).shape in shapes:
        return max(_FEW, _COMMON * cells)
    return max(1, cells // 100)


def _could_be_swapped(words: Sequence[str], found: DatesFound, today: date) -> bool:
    """Whether all dates of a format would also be valid dates with day and month swapped."""
    for form in found.formats:
        other = form.translate(_SWAPPED)
        if other in {form, *found.formats} or "MMM" in form or "D" not in form:
            continue
        read = {word for word in set(words) if _reads(form, found.era, today, word)}
        if read and all(_reads(other, found.era, today, word) for word in read):
            return not form.startswith("YYYY")
    return False


def _read_both_ways(words: Sequence[str], found: DatesFound, today: date) -> int:
    if len(found.formats) < 2:
        return 0
    reader = _reader(found.formats, found.era, today)
    ambiguous = {word for word in set(words) if _is_ambiguous(reader, word)}
    return sum(word in ambiguous for word in words)


def _is_ambiguous(reader: DateReader, word: str) -> bool:
    try:
        reader.read(word)
    except UnreadableError as error:
        return error.problem is Problem.DATE_AMBIGUOUS
    return False


def _reads(form: str, era: str, today: date, word: str) -> bool:
    like = _LIKE_A_COUNT.get(form)
    if like and not like.fullmatch(word):
        return False
    reader = _reader((form,), era, today)
    if not reader.fits(word):
        return False
    try:
        reader.read(word)
    except UnreadableError:
        return False
    return True


@lru_cache(maxsize=1_000)
def _reader(formats: tuple[str, ...], era: str, today: date) -> DateReader:
    pivot = first_pivot(today) if era == "either" else None
    return DateReader(tuple(DateFormat(form) for form in formats), era, today, pivot)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
