"""Evidence from the cells of a column about the target of the column; for `map suggest` only."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import pairwise
from statistics import fmean, median

from gateway.dictionary import Dictionary
from gateway.sources.mapping.draft_dates import DatesFound, find_dates, surely_counted
from gateway.sources.mapping.lexicon import Lexicon
from gateway.sources.mapping.sampled_cells import Cells, coded_share, parts_of, share
from gateway.sources.model.amounts import AmountReader
from gateway.sources.model.dates import BUDDHIST_AHEAD, UnreadableError
from gateway.sources.model.targets import (
    ACCIDENT,
    AGE_MONTHS,
    BIRTH,
    CASE,
    PERSON,
    PLACES,
    SERVICE,
    Kind,
    Target,
)
from gateway.sources.model.words import plain
from gateway.sources.rows.age_words import years_in_words
from gateway.sources.rows.convert import OLDEST, is_local
from gateway.sources.rows.place_names import PlaceNames, foreign_places, place_words

DATES_TRIED = 100
BUDDHIST = frozenset({"KH", "LA", "MM", "TH"})
"""States whose offices write, or used to write, years of the Buddhist era."""

LONG_AGO = 25
"""Years: a column of dates whose middle lies further back holds dates of birth."""
_SURELY, _DATE_AS_NUMBER = 0.9, 0.3
"""Share of dates above which an identifier is less likely, and the factor by which the score is then lowered.
"""
_OF_LITTLE_WORTH = "10000"
"""Units of a currency to the dollar, so that amounts in every currency of the region are within bounds."""

_GAPS = 1.5
"""How much larger than their number the numbers of rows can be, where some rows were deleted."""

_BUT_FOR_SUMS = 0.9
"""Part of the rows that are no sums, in a list with a row of sums after each province."""

_ROWS_OF_A_PAGE = 5
"""Rows after which numbers of rows can begin anew: numbers of people begin anew after fewer."""

_ROW_COUNTER = 0.4
"""Likelihood that a column that counts the rows is the case number nevertheless."""

_MOSTLY = 0.5
"""Share of words of something else from which a column has no code of ours."""

WRITTEN_DOWN = "when it was written down"
_DAY = re.compile(r"@.*|[0-9]{1,4}[-/. ][^-/. ]{1,12}[-/. ][0-9]{1,4}.*")
"""A day stored as a day, or three parts of one with signs between them."""

_LONGEST_WHOLE = 18
"""Digits of a number of a row."""
_LONG_NUMBER = 10
"""Digits of a count of seconds: a number of a case or a person can have as many."""

MARKS = frozenset({"x", "v", "\u2713", "\u2714", "\u221a", "*", "+", "\u2611", "\u00d7"})
"""Signs that offices put under a heading that applies."""
_YES_OR_NO = frozenset({"0", "1", "0.0", "1.0", "true", "false", "yes", "no"})
_COORDINATE = re.compile(r"-?[0-9]{1,3}[.,][0-9]{3,}")
_DIGITS = re.compile(r"[0-9]+(?:\.0)?")
_FEW_MONTHS = re.compile(r"[0-9]{1,3}(?:\.0)?")

_LIKE_A_DATE = re.compile(r".{0,12}[0-9].{3,24}")
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{6,16}[0-9]")
_LONG_TEXT, _NAME_PARTS = 40, (2, 6)


@dataclass(frozen=True)
class Witness:
    """Judges how well cells fit a target, for one member state and day."""

    dictionary: Dictionary
    member: str
    lexicon: Lexicon
    today: date
    _seen: dict[int, tuple[Cells, float]] = field(default_factory=dict, repr=False, compare=False)
    """The share of dates among the cells of a column, by the identity of the cells, which are kept beside.
    """
    _words: dict[str, Mapping[str, str]] = field(default_factory=dict, repr=False, compare=False)
    _parts: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False, compare=False)
    _scores: dict[int, tuple[Cells, dict[str, float]]] = field(default_factory=dict, repr=False)

    def part_headings(self, target: str) -> tuple[str, ...]:
        """Headings of a column that says yes or no to one of several codes, such as one injury."""
        if target not in self._parts:
            self._parts[target] = tuple(self._part_headings(target))
        return self._parts[target]

    def _part_headings(self, target: str) -> Iterator[str]:
        whole, _, part = target.partition(".")
        yield plain(target)
        if not part:
            return
        values = self.lexicon.values.get(whole, {})
        words = [word for word, code in values.items() if code == part and part != "OTH"]
        yield from words
        for group in self.lexicon.headings.get(whole, ()):
            yield from (f"{group} {word}" for word in words)

    def score(self, cells: Cells, target: Target) -> float:
        """How well the cells fit the target, from 0 to 1; 0 where the cells are empty.

        -1 is a veto: whatever the heading says, a date, a coordinate or a yes or no identifies nobody, and
        "married" is no code of ours.
        """
        known = self._scores.setdefault(id(cells), (cells, {}))[1]  # every table is asked, then the right one
        if target.name not in known:
            known[target.name] = self._score(cells, target)
        return known[target.name]

    def _score(self, cells: Cells, target: Target) -> float:
        if not cells.words:
            return 0.0
        if target.kind in {Kind.IDENTIFIER, Kind.DATE}:
            fit = self._identifier if target.kind is Kind.IDENTIFIER else self._date
            return fit(cells, target.name)
        if target.kind in _BESIDE_SCORES:
            return _BESIDE_SCORES[target.kind](cells)
        return self._code(cells, target)

    def _code(self, cells: Cells, target: Target) -> float:
        """How well the cells fit a target of codes or ages."""
        if cells.share_of(self.lexicon.not_counted.__contains__) > _MOSTLY:
            return -1.0
        if target.codes != {"YES", "NO", "UNK"} and _only_marks(cells):
            return 0.0  # an x under a heading is no code of three and more
        if target.kind is Kind.SEVERAL:
            cells = Cells(parts_of(cells, self.words(target))[1])
        if target.name in PLACES:
            return self._provinces(cells, target)
        if target.name == AGE_MONTHS:
            return cells.share(_FEW_MONTHS)
        coded = coded_share(cells, self.words(target), self.lexicon.unknown)
        return max(coded, _age_score(cells)) if target.kind is Kind.AGE else coded

    def words(self, target: Target) -> Mapping[str, str]:
        """Plain words with the code of the target that each means, including the dictionary's own codes."""
        if target.name not in self._words:
            self._words[target.name] = self._words_of(target)
        return self._words[target.name]

    def _words_of(self, target: Target) -> Mapping[str, str]:
        if target.name in PLACES:
            return place_words(self.dictionary, self.member)
        if target.codes == {"YES", "NO", "UNK"}:
            more = self.lexicon.values.get(target.name, {})
            return {plain(code): code for code in target.codes} | dict(self.lexicon.yes_and_no) | dict(more)
        return {plain(code): code for code in target.codes} | dict(self.lexicon.values.get(target.name, {}))

    def meaning(self, word: str, target: Target) -> str:
        """The code that a plain word surely means, in whatever of the usual spellings; "" where none."""
        known = self.words(target)
        if target.name in PLACES:
            return self.place_names.code(word)
        return known.get(word) or known.get(word.replace("_", " "), "")

    @cached_property
    def place_names(self) -> PlaceNames:
        """The provinces of the member as a load reads them."""
        return PlaceNames(place_words(self.dictionary, self.member))

    def _foreign(self, word: str) -> str:
        """Any code for the province of another state: its column is one of places, which a load refuses."""
        return self.foreign.code(word)

    @cached_property
    def foreign(self) -> PlaceNames:
        """The provinces of other states."""
        return foreign_places(self.dictionary, self.member)

    def amounts(self, cells: Cells) -> tuple[str, float]:
        """The decimal sign that reads most cells, and the middle amount in the source's own currency."""
        read = {sign: _amounts(cells, sign) for sign in (".", ",")}
        sign = max(read, key=lambda s: len(read[s]))
        return sign, median(read[sign] or [0.0])

    def dates(self, cells: Cells) -> DatesFound:
        """The formats and the era of a column of dates."""
        return find_dates(cells.words, self.today, buddhist=self.member in BUDDHIST)

    def _provinces(self, cells: Cells, target: Target) -> float:
        """Share of provinces among the cells, in any of the usual spellings."""
        known = {w: code for w in cells.counts if (code := self.meaning(w, target) or self._foreign(w))}
        return coded_share(cells, known, self.lexicon.unknown)

    def _identifier(self, cells: Cells, target: str) -> float:
        """How well the cells identify a case, a person, an accident or a service; -1 where they cannot."""
        if set(cells.counts) <= _YES_OR_NO or cells.share(_COORDINATE) > _SURELY:
            return -1.0
        score = _IDENTIFIER_SCORES[target](cells)
        if self._dates(cells) <= _SURELY:
            return score
        # Twenty million may be a date, or a year and a running number: the heading decides.
        return score * _DATE_AS_NUMBER if cells.share(_DIGITS) > _SURELY else -1.0

    def _dates(self, cells: Cells) -> float:
        """Share of dates among the first cells, counts of milliseconds included but not of seconds."""
        if id(cells) not in self._seen:  # asked for every identifier and every date, and slow
            self._seen[id(cells)] = cells, self._dates_among(Cells(cells.values[:DATES_TRIED]).words)
        return self._seen[id(cells)][1]

    def _dates_among(self, words: Sequence[str]) -> float:
        counted = surely_counted([w if len(w) > _LONG_NUMBER else "" for w in words], self.today)
        if counted > _SURELY:
            return counted
        if share(sum(_LIKE_A_DATE.fullmatch(w) is not None for w in words), len(words)) < 0.5:
            return 0.0
        return find_dates(words, self.today, counted=False).share

    def _date(self, cells: Cells, target: str) -> float:
        """How well the cells fit a date, considering that dates of birth lie further back than accidents."""
        few = Cells(cells.values[:DATES_TRIED])
        counted = surely_counted(few.words, self.today)
        if counted > _SURELY:
            return counted if target != BIRTH else 0.7 * counted
        share = self._dates(cells)
        years = [year for w in few.words if (year := _year(w))]
        back = bool(years) and median(years) < self.today.year - LONG_AGO
        if target == BIRTH and not back:
            return 0.3 * share  # small children are few: without its heading no date is one of birth
        return share * (1.0 if back == (target == BIRTH) else 0.7)


def _only_marks(cells: Cells) -> bool:
    """Whether a mark is all that the cells say, numbers of rows of sums aside."""
    words = {word for word in cells.counts if not word.isdigit()}
    return bool(words) and words <= MARKS


def _readable(reader: AmountReader, word: str) -> bool:
    try:
        reader.read(word)
    except UnreadableError:
        return False
    return True


def left_out_score(cells: Cells, reason: str) -> float:
    """How well the cells fit a reason for leaving the column out, from 0 to 1."""
    if not cells.words:
        return 0.5
    if reason == WRITTEN_DOWN:
        return cells.share(_DAY)
    length = fmean(map(len, cells.words))
    if reason == "free text about people":
        return 1.0 if length > _LONG_TEXT else 0.2 if length > _LONG_TEXT / 2 else 0.0
    if reason == "reaches a person":
        return cells.share(_PHONE)
    if reason == "names a person":
        parts = cells.share_of(
            lambda w: _NAME_PARTS[0] <= len(w.split()) + (not w.isascii()) <= _NAME_PARTS[1]
        )
        likely = (1 - cells.share_of(_has_digit)) * parts * (0.4 + 0.6 * cells.distinct)
        return likely if length <= _LONG_TEXT else 0.0
    return 0.5 if length <= _LONG_TEXT and cells.distinct > 0.02 else 0.2


def letters_alone(cells: Cells) -> float:
    """The share of cells with two signs or more, none of them a digit."""
    return cells.share_of(lambda word: len(word) > 1 and not _has_digit(word))


def _has_digit(word: str) -> bool:
    return any(c.isdigit() for c in word)


def _year(word: str) -> int:
    found = re.search(r"[12][0-9]{3}", word)
    year = int(found.group()) if found else 0
    return year - BUDDHIST_AHEAD if year > 2300 else year


def _age_score(cells: Cells) -> float:
    ages = [age for w in cells.words if (age := _age(w)) is not None]
    inside = [a for a in ages if a <= OLDEST]
    if not inside or max(inside) < 10 or counts_rows(cells.words):  # codes from 1 to 9 are no ages
        return 0.0
    return share(len(inside), len(cells.words))


def _age(word: str) -> int | None:
    """The years that a word says, with a unit or without."""
    return int(word) if word.isascii() and word.isdigit() and len(word) <= 3 else years_in_words(word)


def _case_score(cells: Cells) -> float:
    numbers = cells.share_of(_has_digit)
    score = numbers * cells.filled * (1.0 if cells.distinct > 0.98 else cells.distinct**4)
    return score * (_ROW_COUNTER if counts_rows(cells.words) else 1.0)


def _is_whole(word: str) -> bool:
    """Whether a cell is a whole number that rows can have; Python reads no number of thousands of digits."""
    return word.isascii() and word.isdigit() and len(word) <= _LONGEST_WHOLE


def counts_rows(words: Sequence[str]) -> bool:
    """Whether the cells count up steadily, as line numbers do and case numbers seldom do; a further page or
    sheet can begin anew.
    """
    numbers = [int(w) for w in words if _is_whole(w)]
    if len(words) < 3 or len(numbers) < _BUT_FOR_SUMS * len(words):  # "Total" stands among the numbers
        return False
    first, step = numbers[0], numbers[1] - numbers[0]
    anew = sum(b == first for b in numbers[1:])
    steady = all(b - a == step or b == first for a, b in pairwise(numbers))
    return first <= 1 and step > 0 and steady and _ROWS_OF_A_PAGE * anew < len(numbers)


def numbers_rows(words: Sequence[str]) -> bool:
    """Whether the cells number the rows of their own table, in any order and with some numbers missing.

    Such numbers of two tables are the same by chance: that one holds the other's says nothing.
    """
    if counts_rows(words):
        return True
    if not words or not all(map(_is_whole, words)):
        return False
    numbers = {int(w) for w in words}
    dense = max(numbers) < _GAPS * len(numbers)
    return dense and len(numbers) == len(words)


def _accident_score(cells: Cells) -> float:
    numbers = cells.share_of(_has_digit)
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
    return share(sum(few), len(cells.words)) if cells.distinct < 0.5 else 0.0


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
    return max(share(len(_amounts(cells, sign)), tried) for sign in (".", ","))


_BESIDE_SCORES = {Kind.LOCAL: _local_score, Kind.NUMBER: _number_score, Kind.AMOUNT: _amount_score}
_IDENTIFIER_SCORES = {
    CASE: _case_score,
    ACCIDENT: _accident_score,
    PERSON: _person_score,
    SERVICE: _case_score,
}
