"""Converts one value of a source to a code: a pure function, with equal results for equal values."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from anonymisers.identity.normalisation import canonical_identifier
from gateway.dictionary import Dictionary
from gateway.sources.model.amounts import AmountReader
from gateway.sources.model.dates import DateReader, UnreadableError
from gateway.sources.model.findings import Problem
from gateway.sources.model.mapping import ColumnRule
from gateway.sources.model.metadata import NOTHING_SAID
from gateway.sources.model.targets import AGE_MONTHS, PERSON, PLACES, Kind
from gateway.sources.model.words import plain
from gateway.sources.rows.age_words import years_in_words
from gateway.sources.rows.place_names import DistrictNames, PlaceNames, foreign_places, place_words

OLDEST = 120
_BANDS = (
    (4, "0-4"), (9, "5-9"), (14, "10-14"), (17, "15-17"), (24, "18-24"),
    (34, "25-34"), (44, "35-44"), (59, "45-59"), (OLDEST, "60+"),
)  # fmt: skip
AGE_SPANS = tuple(
    (first, last, band)
    for first, (last, band) in zip((0, *(last + 1 for last, _ in _BANDS)), _BANDS, strict=False)
)
"""First and last year of age of every band."""

_CUT = re.compile(r"[0-9](?:[.,][0-9]+)?e\+[0-9]{1,3}")
"""A long number as shown by spreadsheets: `3.20123e+15`."""
_LOCAL = re.compile(r"(?=.*[0-9])[0-9a-z](?:[0-9a-z.-]{0,11}[0-9a-z])?")


@dataclass(frozen=True)
class Outcome:
    """The outcome of converting a value. `value` is "" where no code can replace the value.

    `blank`: the cell was empty. `unknown`: the cell says "unknown". `problem`: why the cell was not
    understood.
    """

    value: str
    blank: bool = False
    unknown: bool = False
    problem: Problem | None = None


def age_band(years: int) -> str:
    """The age band of whole years. Raises UnreadableError below 0 and above 120."""
    if years < 0:
        raise UnreadableError(Problem.AGE_RANGE)
    for last, band in _BANDS:
        if years <= last:
            return band
    raise UnreadableError(Problem.AGE_RANGE)


def converter(
    rule: ColumnRule,
    dictionary: Dictionary,
    member: str,
    today: date,
    labels: Mapping[str, str] = NOTHING_SAID,
) -> Callable[[str], Outcome]:
    """The function that reads one cell of a column by the column's rule.

    `labels`: plain code -> name of the options that the source itself has for the column. Where the rule has
    no code for an option, it is read by its name.
    """
    rule = _with_labels(rule, labels, dictionary, member) if labels and rule.target.codes else rule
    read = _reader(rule, dictionary, member, today)
    nothing = rule.blank if rule.blank is not None else (rule.target.unknown or "")
    unread = rule.target.unknown or ""

    def convert(text: str) -> Outcome:
        word = plain(text)
        if not word:
            problem = Problem.BLANK if rule.target.essential and not nothing else None
            return Outcome(nothing, blank=True, problem=problem)
        if word in rule.unknown:
            problem = Problem.BLANK if rule.target.essential and not unread else None
            return Outcome(unread, unknown=True, problem=problem)
        try:
            return Outcome(read(word))
        except UnreadableError as error:
            return Outcome(error.agreed or unread, problem=error.problem)

    return convert


def _with_labels(
    rule: ColumnRule, labels: Mapping[str, str], dictionary: Dictionary, member: str
) -> ColumnRule:
    places = PlaceNames(place_words(dictionary, member) if rule.target.name in PLACES else {})
    named = {word: plain(name) for word, name in labels.items() if word not in rule.codes}
    codes = {w: code for w, name in named.items() if (code := rule.codes.get(name) or places.code(name))}
    unknown = {word for word, name in named.items() if name in rule.unknown}
    return replace(rule, codes={**rule.codes, **codes}, unknown=rule.unknown | unknown)


def _reader(rule: ColumnRule, dictionary: Dictionary, member: str, today: date) -> Callable[[str], str]:
    kind = rule.target.kind
    if rule.target.name in PLACES:
        return _place_reader(rule, dictionary, member)
    return _BESIDE[kind](rule) if kind in _BESIDE else _counted_reader(rule, kind, today)


def _counted_reader(rule: ColumnRule, kind: Kind, today: date) -> Callable[[str], str]:
    """The function that reads a word of what is counted, places aside, or of what tells people apart."""
    if kind is Kind.DATE:
        return DateReader(rule.formats, rule.era, today, rule.pivot, rule.zone).read
    if kind is Kind.IDENTIFIER:
        return personal_number if rule.target.name == PERSON else case_number
    words = dict(rule.codes) or {plain(code): code for code in rule.target.codes}
    if kind is Kind.AGE:
        years = (
            _months if rule.target.name == AGE_MONTHS else partial(_years, 12 if rule.unit == "months" else 1)
        )
        return lambda word: words[word] if word in words else years(word)
    if kind is Kind.SEVERAL:
        return lambda word: _several(words, word, plain(rule.separator))
    return lambda word: _code(words, word)


def _local_reader(rule: ColumnRule) -> Callable[[str], str]:
    names = DistrictNames(rule.codes)
    return lambda word: rule.codes.get(word) or names.code(word) or local_code(word)


def _number_reader(rule: ColumnRule) -> Callable[[str], str]:
    return lambda word: rule.codes[word] if word in rule.codes else _within(word, rule.target.most)


def _amount_reader(rule: ColumnRule) -> Callable[[str], str]:
    return AmountReader(rule.decimal, rule.unit).read


_BESIDE: Mapping[Kind, Callable[[ColumnRule], Callable[[str], str]]] = {
    Kind.LOCAL: _local_reader,
    Kind.NUMBER: _number_reader,
    Kind.AMOUNT: _amount_reader,
}
"""Kinds of attributes, which describe counted rows but are not dimensions of counts."""


def _place_reader(rule: ColumnRule, dictionary: Dictionary, member: str) -> Callable[[str], str]:
    names, foreign = PlaceNames(place_words(dictionary, member)), foreign_places(dictionary, member)

    def read(word: str) -> str:
        if code := rule.codes.get(word) or names.code(word):
            return code
        raise UnreadableError(Problem.PLACE_FOREIGN if foreign.code(word) else Problem.PLACE)

    return read


def _code(words: Mapping[str, str], word: str) -> str:
    try:
        return words[word]
    except KeyError:
        raise UnreadableError(Problem.CODE) from None


def _several(words: Mapping[str, str], word: str, separator: str) -> str:
    parts = {part.strip() for part in word.split(separator or None)} - {""}
    return ";".join(sorted({_code(words, part) for part in parts}))


def _whole(word: str, problem: Problem) -> int:
    sign, digits = (-1, word[1:]) if word.startswith("-") else (1, word)
    whole, _, rest = digits.partition(".")
    if not (whole.isascii() and whole.isdigit() and len(whole) <= 6 and set(rest) <= {"0"}):
        raise UnreadableError(problem)
    return sign * int(whole)


def _years(part: int, word: str) -> str:
    """The age band of whole years, or of months where twelve of them are a year; a unit says itself which."""
    if (said := years_in_words(word)) is not None:
        return age_band(said)
    return age_band(_whole(word, Problem.AGE_FORM) // part)


def _months(word: str) -> str:
    """The age band of whole months beside years. No months say nothing: forms are filled up with zeros."""
    months = _whole(word, Problem.AGE_FORM)
    return age_band(months // 12) if months else "UNK"


def _within(word: str, most: int) -> str:
    number = _whole(word, Problem.WHOLE_FORM)
    if not 0 <= number <= most:
        raise UnreadableError(Problem.WHOLE_FORM)
    return str(number)


def is_local(word: str) -> bool:
    """Whether a plain word can be a code of a district or commune: short, and with a digit."""
    return _LOCAL.fullmatch(word) is not None


def local_code(word: str) -> str:
    """A local code of the member state in canonical spelling. Raises UnreadableError."""
    if not is_local(word):
        raise UnreadableError(Problem.LOCAL_FORM)
    return word.upper()


def case_number(word: str) -> str:
    """A number of a case or an accident in canonical spelling. Raises UnreadableError."""
    if _CUT.fullmatch(word):  # cut numbers would merge many cases, and many people
        raise UnreadableError(Problem.NUMBER_CUT)
    number = canonical_identifier(word)
    if not number:
        raise UnreadableError(Problem.NUMBER_FORM)
    return number


def personal_number(word: str) -> str:
    """A person's number in canonical spelling. Raises UnreadableError.

    A placeholder (`none`, `000000`) is unreadable, as many people would otherwise become one person.
    """
    number = case_number(word)
    if not any(c.isdigit() for c in number) or len(set(number)) == 1:
        raise UnreadableError(Problem.NUMBER_FORM)
    return number
