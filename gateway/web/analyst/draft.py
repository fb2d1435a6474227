"""A question being composed, and its address: the same link is the same question. Pure.

Anybody may have typed an address: the values are taken as they are, and checked when the question is made.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from gateway.dictionary import Dictionary
from gateway.question import MAX_CODES, Question, QuestionError, ask
from gateway.web.analyst.typed_years import FIRST_YEAR, LAST_YEAR, read_years
from policies.model.messages import message

YEAR, YEAR_BAND = "year", "year_band5"
YEARS = (YEAR, "service_year", "activity_year")
"""The levels of single years: of accidents, of services, and of activities."""
SOON = 30
WITHIN = (SOON, 3600, 24 * 3600, 7 * 24 * 3600)
"""The choices of seconds for members to answer."""

NO_MEASURE = "Choose what is counted."
NO_PURPOSE = "Choose what the answer is for."

Pairs = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Draft:
    """The slots as filled in, complete or not.

    `where` are level and code, each pair once; `since` and `until` are years as typed; `narrow` are levels
    whose codes may be picked. `within`: seconds for members to answer.
    """

    measure: str = ""
    by: tuple[str, ...] = ()
    where: tuple[tuple[str, str], ...] = ()
    since: str = ""
    until: str = ""
    purpose: str = ""
    within: int = SOON
    narrow: tuple[str, ...] = ()

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Names and values of a form with this draft; empty and default values are left out."""
        if self.measure:
            yield "measure", self.measure
        yield from (("by", level) for level in self.by)
        yield from (("where", f"{level}:{code}") for level, code in self.where)
        yield from ((name, value) for name, value in (("from", self.since), ("to", self.until)) if value)
        if self.purpose:
            yield "purpose", self.purpose
        if self.within != SOON:
            yield "within", str(self.within)
        yield from (("narrow", level) for level in self.narrow)

    def query(self) -> str:
        """The draft as the query of an address, after the question mark."""
        return urlencode(list(self.pairs()))

    def codes(self, level: str) -> tuple[str, ...]:
        """The picked codes of a level."""
        return tuple(code for named, code in self.where if named == level)

    def question(self, dictionary: Dictionary, latest: int = LAST_YEAR) -> Question:
        """The question. Raises QuestionError, which names everything that is wrong or missing.

        `latest` is the last year that a person may ask for.
        """
        needed = ((self.measure, NO_MEASURE), (self.purpose, NO_PURPOSE))
        missing = [words for value, words in needed if not value]
        if missing:
            raise QuestionError(missing)
        where: dict[str, list[str]] = {}
        for level, code in self.where:
            where.setdefault(level, []).append(code)
        for level, codes in self._years(dictionary, latest).items():
            if level in where:
                twice = message(
                    "Years stand both in 'from' and 'to' and as %(level)s: keep one.", level=level
                )
                raise QuestionError([twice])
            where[level] = codes
        return ask(dictionary, measure=self.measure, by=self.by, where=where, purpose=self.purpose)

    def _years(self, dictionary: Dictionary, latest: int) -> Mapping[str, list[str]]:
        """The years between both ends as a filter, in fives where the breakdown is in fives."""
        read = read_years(self.since, self.until, latest)
        if read is None:
            return {}
        years = [str(year) for year in range(read.first, read.last + 1)]
        if YEAR_BAND not in self.by:
            return {year_level(dictionary, self.measure): years}
        return {YEAR_BAND: list(dict.fromkeys(dictionary.lift(year, YEAR_BAND) for year in years))}


def with_read_years(draft: Draft) -> Draft:
    """The draft with its years as they are understood, for a link that everybody reads alike."""
    read = read_years(draft.since, draft.until)
    return draft if read is None else replace(draft, since=str(read.first), until=str(read.last))


def year_level(dictionary: Dictionary, measure: str) -> str:
    """The level of the years in which the measure is counted."""
    known = dictionary.measures.get(measure)
    return YEAR if known is None else known.year


def draft_of(pairs: Pairs) -> Draft:
    """The draft in a form or an address. Values that cannot belong to a draft are left out."""
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value.strip())

    def one(name: str) -> str:
        return next((value for value in values.get(name, []) if value), "")

    within = one("within")
    return Draft(
        measure=one("measure"),
        by=_once(values.get("by", [])),
        where=tuple(dict.fromkeys(_pairs(values.get("where", []))))[: 4 * MAX_CODES],
        since=one("from"),
        until=one("to"),
        purpose=one("purpose"),
        within=int(within) if within in {str(seconds) for seconds in WITHIN} else SOON,
        narrow=_once(values.get("narrow", [])),
    )


def draft_again(question: Question, within: int = SOON) -> Draft:
    """The draft that asks a question again: consecutive years as first and last year."""
    where = [(f.level, code) for f in question.where for code in f.codes]
    since = until = ""
    named, years = next(((f.level, f.codes) for f in question.where if f.level in YEARS), ("", ()))
    if years and YEAR_BAND not in question.by and _in_a_row(years):
        since, until = years[0], years[-1]
        where = [(level, code) for level, code in where if level != named]
    return Draft(question.measure, question.by, tuple(where), since, until, question.purpose, within)


def _in_a_row(years: tuple[str, ...]) -> bool:
    numbers = [int(year) for year in years if year.isdigit()]
    whole = len(numbers) == len(years) and all(FIRST_YEAR <= year <= LAST_YEAR for year in numbers)
    return whole and numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def _pairs(words: Iterable[str]) -> Iterator[tuple[str, str]]:
    for word in words:
        level, _, code = word.partition(":")
        if level and code:
            yield level, code


def _once(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in words if word))[:20]
