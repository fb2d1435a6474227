"""Evidence from the cells of a column about the target of the column; for `map suggest` only."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise
from statistics import fmean, median

from gateway.dictionary import Dictionary
from gateway.sources.mapping.lexicon import Lexicon
from gateway.sources.model.amounts import AmountReader
from gateway.sources.model.cells import NATIVE_DATE
from gateway.sources.model.dates import BUDDHIST_AHEAD, DateFormat, DateReader, UnreadableError
from gateway.sources.model.targets import ACCIDENT, BIRTH, CASE, PERSON, PLACES, SERVICE, Kind, Target
from gateway.sources.model.words import plain
from gateway.sources.rows.convert import OLDEST, is_local, place_words

FORMATS = (
    "YYYY-MM-DD", "DD/MM/YYYY", "MM/DD/YYYY", "DD-MM-YYYY", "MM-DD-YYYY", "DD.MM.YYYY", "YYYY/MM/DD",
    "YYYYMMDD", "D/M/YYYY", "M/D/YYYY", "D-M-YYYY", "D.M.YYYY", "DD-MMM-YYYY", "DD MMM YYYY", "D MMM YYYY",
    "D-MMM-YYYY", "YYYY-MM-DDThh:mm:ss", "YYYY-MM-DD hh:mm:ss", "DD/MM/YYYY hh:mm", "MM/YYYY",
    "YYYY-MM", "YYYY", "DD/MM/YY", "MM/DD/YY", "D/M/YY", "M/D/YY", "DD-MM-YY", "DD.MM.YY", "DD-MMM-YY",
    "D-MMM-YY", "D MMM YY", "MMM-YY", "MMM YYYY", "MMM/YYYY", "MMM-YYYY", "MMM D, YYYY", "D MMM, YYYY",
    "D/MMM/YYYY", "Q YYYY", "Q/YYYY", "YYYY Q", "YYYY-Q", "YYYYQ",
)  # fmt: skip
"""Formats in the order of trial; of two formats that read equally many cells the first is suggested."""

MOST_FORMATS = 4
_SWAPPED = str.maketrans("DM", "MD")
DATES_TRIED = 100
LONG_AGO = 25
"""Years: a column of dates whose middle lies further back holds dates of birth."""
_SURELY, _DATE_AS_NUMBER = 0.9, 0.3
"""Share of dates above which an identifier is less likely, and the factor by which the score is then lowered.
"""
SPLIT = re.compile(r"\s*[;/,|+]\s*")
"""Separators between several codes in a cell."""

_OF_LITTLE_WORTH = "10000"
"""Units of a currency to the dollar, so that amounts in every currency of the region are within bounds."""

_GAPS = 1.5
"""How much larger than their number the numbers of rows can be, where some rows were deleted."""

_ROW_COUNTER = 0.4
"""Likelihood that a column that counts the rows is the case number nevertheless."""

_COUNTED_DAYS = re.compile("[1-9][0-9]{8,9}000")
"""Milliseconds since 1970 to the second, as services of maps export dates; from 1973 on."""

_LIKE_A_DATE = re.compile(r".{0,12}[0-9].{3,24}")
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{6,16}[0-9]")
_LONG_TEXT, _NAME_PARTS = 40, (2, 6)


@dataclass(frozen=True)
class Cells:
    """A sample of one column."""

    values: Sequence[str]

    @cached_property
    def words(self) -> list[str]:
        """The cells that are not blank, as plain words."""
        return [word for word in map(plain, self.values) if word]

    @cached_property
    def counts(self) -> Counter[str]:
        return Counter(self.words)

    @property
    def filled(self) -> float:
        return len(self.words) / len(self.values) if self.values else 0.0

    @property
    def distinct(self) -> float:
        """Share of distinct values among the cells."""
        return len(self.counts) / len(self.words) if self.words else 0.0

    def share(self, fits: "re.Pattern[str]") -> float:
        """Share of the cells that match a pattern completely."""
        return _share(sum(fits.fullmatch(w) is not None for w in self.words), len(self.words))


def coded_share(cells: Cells, known: Mapping[str, str], unknown: frozenset[str]) -> float:
    """Share of known words among the cells, without the cells for "unknown"."""
    meaningful = [word for word in cells.words if word not in unknown]
    return _share(sum(word in known for word in meaningful), len(meaningful))


@dataclass(frozen=True)
class Witness:
    """Judges how well cells fit a target, for one member state and day."""

    dictionary: Dictionary
    member: str
    lexicon: Lexicon
    today: date

    def score(self, cells: Cells, target: Target) -> float:
        """How well the cells fit the target, from 0 to 1; 0 where the cells are empty."""
        if not cells.words:
            return 0.0
        if target.kind is Kind.IDENTIFIER:
            score = _IDENTIFIER_SCORES[target.name](cells)
            return score * _DATE_AS_NUMBER if self._dates(cells) > _SURELY else score
        if target.kind is Kind.DATE:
            return self._date(cells, target.name)
        if target.kind in _BESIDE_SCORES:
            return _BESIDE_SCORES[target.kind](cells)
        if target.kind is Kind.SEVERAL:
            cells = Cells([part for word in cells.words for part in SPLIT.split(word)])
        if target.name in PLACES:
            return self._provinces(cells, target)
        coded = coded_share(cells, self.words(target), self.lexicon.unknown)
        return max(coded, _age_score(cells)) if target.kind is Kind.AGE else coded

    def words(self, target: Target) -> Mapping[str, str]:
        """Plain words with the code of the target that each means, including the dictionary's own codes."""
        if target.name in PLACES:
            return place_words(self.dictionary, self.member)
        return {plain(code): code for code in target.codes} | dict(self.lexicon.values.get(target.name, {}))

    def amounts(self, cells: Cells) -> tuple[str, float]:
        """The decimal sign that reads most cells, and the middle amount in the source's own currency."""
        read = {sign: _amounts(cells, sign) for sign in (".", ",")}
        sign = max(read, key=lambda s: len(read[s]))
        return sign, median(read[sign] or [0.0])

    def date_formats(self, cells: Cells) -> tuple[list[str], str, float]:
        """The formats that read the cells, the era, and the share of cells read."""
        if cells.share(_COUNTED_DAYS) > _SURELY:
            return ["EPOCHMS"], "CE", self._counted(cells)
        native = sum(w.startswith(NATIVE_DATE) for w in cells.words)
        best: tuple[list[str], str, float] = ([], "CE", _share(native, len(cells.words)))
        for era in ("CE", "BE", "either"):
            formats, left = self._formats(cells, era)
            share = 1 - _share(left, len(cells.words))
            if share > best[2] + 0.01:
                best = (formats, era, share)
        return best

    def could_be_swapped(self, cells: Cells, formats: Sequence[str], era: str) -> bool:
        """Whether all dates of a format would also be valid dates with day and month swapped."""
        words = cells.words
        for form in formats:
            if DateFormat(form).counts or not {"D", "M"} <= set(form):
                continue  # nothing to swap: seconds, a month and its year, a year
            other = form.translate(_SWAPPED)
            read = self._read(form, era, words)
            if other != form and read and "MMM" not in form and read <= self._read(other, era, words):
                return not form.startswith("YYYY")
        return False

    def _formats(self, cells: Cells, era: str) -> tuple[list[str], int]:
        """Formats of one era, the most successful first, and the number of cells that no format reads."""
        written = left = [w for w in cells.words if not w.startswith(NATIVE_DATE)]
        chosen: list[str] = []
        while left and len(chosen) < MOST_FORMATS:
            shapes = {DateFormat(form).shape for form in chosen}
            known = (DateFormat(form) for form in FORMATS)
            free = [f.text for f in known if f.shape not in shapes and not (f.short and era == "either")]
            read = {form: self._read(form, era, left) for form in free}
            form = max(free, key=lambda f: (sum(w in read[f] for w in left), -FORMATS.index(f)))
            rest = [w for w in left if w not in read[form]]
            if len(left) - len(rest) < max(1, len(written) // 100):
                break
            chosen.append(form)
            left = rest
        return chosen, len(left)

    def _read(self, form: str, era: str, words: Sequence[str]) -> set[str]:
        reader = DateReader((DateFormat(form),), era, self.today)
        return {word for word in set(words) if _readable(reader, word)}

    def _counted(self, cells: Cells) -> float:
        """Share of the cells that count milliseconds, all of them since the first register of the region."""
        reader = DateReader((DateFormat("EPOCHMS"),), "CE", self.today)
        fit = [w for w in cells.words if _COUNTED_DAYS.fullmatch(w) and _readable(reader, w)]
        return _share(len(fit), len(cells.words))

    def _provinces(self, cells: Cells, target: Target) -> float:
        """Share of provinces among the cells, ignoring spaces and hyphens, as spellings vary."""
        known = {re.sub(r"[\s-]", "", word): code for word, code in self.words(target).items()}
        return coded_share(
            Cells([re.sub(r"[\s-]", "", word) for word in cells.words]), known, self.lexicon.unknown
        )

    def _dates(self, cells: Cells) -> float:
        """Share of dates among the first cells, in a few formats of one era."""
        few = Cells(cells.values[:DATES_TRIED])
        return 0.0 if few.share(_LIKE_A_DATE) < 0.5 else self.date_formats(few)[2]

    def _date(self, cells: Cells, target: str) -> float:
        """How well the cells fit a date, considering that dates of birth lie further back than accidents."""
        few = Cells(cells.values[:DATES_TRIED])
        counted = self._counted(few)
        if counted > _SURELY:
            return counted if target != BIRTH else 0.7 * counted
        share = self._dates(cells)
        years = [year for w in few.words if (year := _year(w))]
        back = bool(years) and median(years) < self.today.year - LONG_AGO
        return share * (1.0 if back == (target == BIRTH) else 0.7)


def _readable(reader: DateReader | AmountReader, word: str) -> bool:
    try:
        reader.read(word)
    except UnreadableError:
        return False
    return True


def left_out_score(cells: Cells, reason: str) -> float:
    """How well the cells fit a reason for leaving the column out, from 0 to 1."""
    if not cells.words:
        return 0.5
    length = fmean(map(len, cells.words))
    if reason == "free text about people":
        return 1.0 if length > _LONG_TEXT else 0.2 if length > _LONG_TEXT / 2 else 0.0
    digits = fmean(any(c.isdigit() for c in w) for w in cells.words)
    if reason == "reaches a person":
        return cells.share(_PHONE)
    if reason == "names a person":
        parts = fmean(
            _NAME_PARTS[0] <= len(w.split()) + (not w.isascii()) <= _NAME_PARTS[1] for w in cells.words
        )
        return (1 - digits) * parts * (0.4 + 0.6 * cells.distinct) if length <= _LONG_TEXT else 0.0
    return 0.5 if length <= _LONG_TEXT and cells.distinct > 0.02 else 0.2


def _year(word: str) -> int:
    found = re.search(r"[12][0-9]{3}", word)
    year = int(found.group()) if found else 0
    return year - BUDDHIST_AHEAD if year > 2300 else year


def _age_score(cells: Cells) -> float:
    ages = [int(w) for w in cells.words if w.isascii() and w.isdigit() and len(w) <= 3]
    inside = [a for a in ages if a <= OLDEST]
    if not inside or max(inside) < 10 or counts_rows(cells.words):  # codes from 1 to 9 are no ages
        return 0.0
    return _share(len(inside), len(cells.words))


def _case_score(cells: Cells) -> float:
    numbers = fmean(any(c.isdigit() for c in w) for w in cells.words)
    score = numbers * cells.filled * (1.0 if cells.distinct > 0.98 else cells.distinct**4)
    return score * (_ROW_COUNTER if counts_rows(cells.words) else 1.0)


def counts_rows(words: Sequence[str]) -> bool:
    """Whether the cells count up steadily, as line numbers do and case numbers seldom do."""
    if len(words) < 3 or not all(w.isascii() and w.isdigit() for w in words):
        return False
    numbers = [int(w) for w in words]
    steps = {b - a for a, b in pairwise(numbers)}
    return numbers[0] <= 1 and len(steps) == 1 and steps.pop() > 0


def numbers_rows(words: Sequence[str]) -> bool:
    """Whether the cells number the rows of their own table, in any order and with some numbers missing.

    Such numbers of two tables are the same by chance: that one holds the other's says nothing.
    """
    if counts_rows(words):
        return True
    if not words or not all(w.isascii() and w.isdigit() for w in words):
        return False
    numbers = {int(w) for w in words}
    dense = max(numbers) < _GAPS * len(numbers)
    return dense and len(numbers) == len(words)


def _accident_score(cells: Cells) -> float:
    numbers = fmean(any(c.isdigit() for c in w) for w in cells.words)
    if len({re.sub("[0-9]+", "9", w) for w in cells.words}) > 3:
        return 0.0
    return numbers * (1.0 if 0.2 < cells.distinct < 0.995 else 0.6)


def _person_score(cells: Cells) -> float:
    digits = [sum(c.isdigit() for c in w) for w in cells.words]
    long = fmean(6 <= n <= 17 for n in digits)
    return long * (1.0 if cells.filled < 0.98 and cells.distinct > 0.9 else 0.6)


def _local_score(cells: Cells) -> float:
    """How well the cells fit local codes: codes of places are alike in form and recur often."""
    forms = len({re.sub("[0-9]", "9", w) for w in cells.words})
    fits = fmean(is_local(w) for w in cells.words)
    return fits if forms <= 4 and cells.distinct < 0.8 else 0.0


def _number_score(cells: Cells) -> float:
    few = [w.isascii() and w.isdigit() and int(w) <= 20 for w in cells.words if len(w) < 5]
    return _share(sum(few), len(cells.words)) if cells.distinct < 0.5 else 0.0


def _amounts(cells: Cells, sign: str) -> list[float]:
    """The amounts among the first cells, in the source's own currency, regardless of the exchange rate."""
    found = []
    for word in cells.words[:DATES_TRIED]:
        for unit in ("", _OF_LITTLE_WORTH):
            reader = AmountReader(sign, unit)
            if _readable(reader, word):
                found.append(int(reader.read(word)) * float(unit or 1) / 100)
                break
    return found


def _amount_score(cells: Cells) -> float:
    tried = len(cells.words[:DATES_TRIED])
    return max(_share(len(_amounts(cells, sign)), tried) for sign in (".", ","))


_BESIDE_SCORES = {Kind.LOCAL: _local_score, Kind.NUMBER: _number_score, Kind.AMOUNT: _amount_score}
_IDENTIFIER_SCORES = {
    CASE: _case_score,
    ACCIDENT: _accident_score,
    PERSON: _person_score,
    SERVICE: _case_score,
}


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
