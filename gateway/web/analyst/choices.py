"""The choices of each slot, by what members declare to share. Pure.

An option that no member would answer together with the other slots cannot be chosen; a member without a
declaration counts as a member that may answer.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from gateway.dictionary import CALENDARS, PLACES, Dictionary
from gateway.hub.sharing_statements import (
    Expected,
    Outlook,
    QuestionFacts,
    Requester,
    for_requester,
    outlook,
    with_year,
)
from gateway.question import COUNTRY, Question, members_asked
from gateway.web.analyst.draft import Draft, year_level
from gateway.wire.sharing_statement import Sharing

MOST_SLOTS = 6
"""Levels of one breakdown on the page: nobody reads a table with more."""

MOST_CODES = 120
"""Codes of one level offered for a choice; of a level with more, the codes of the chosen countries."""


@dataclass(frozen=True)
class Known:
    """The basis of the choices: members of the region with their declarations, the requester, and the day.

    `purposes` are the purposes of the requester's organisation.
    """

    dictionary: Dictionary
    stated: Mapping[str, Sharing | None]
    requester: Requester
    purposes: frozenset[str]
    today: date


@dataclass(frozen=True)
class Option:
    """`answering` of the `asked` members would answer with this option. `open`: the option can be chosen."""

    value: str
    label: str
    answering: int
    asked: int
    chosen: bool
    open: bool


@dataclass(frozen=True)
class Group:
    """Options of one kind, such as the levels of a dimension."""

    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Narrowing:
    """A level whose codes can be picked: pairs of code and label."""

    level: str
    label: str
    codes: tuple[tuple[str, str], ...]
    chosen: tuple[str, ...]


@dataclass(frozen=True)
class Choices:
    """All slots. `by` has a set of groups for each place of the breakdown; the last place is still empty."""

    measures: tuple[Option, ...]
    purposes: tuple[Option, ...]
    by: tuple[tuple[Group, ...], ...]
    countries: tuple[Option, ...]
    narrow: tuple[Group, ...]
    narrowed: tuple[Narrowing, ...]


@dataclass(frozen=True)
class Forecast:
    """The expected answer of one member."""

    member: str
    name: str
    outlook: Outlook


def choices(known: Known, draft: Draft) -> Choices:
    """The options of every slot, each judged together with the values of the other slots."""
    taken = _levels(known, draft)
    reach = _reachable(known, draft)
    slots = min(MOST_SLOTS, max(len(draft.by) + 1, 2))
    return Choices(
        measures=tuple(
            _option(known, name, one.label, replace(draft, measure=name), chosen=name == draft.measure)
            for name, one in known.dictionary.measures.items()
        ),
        purposes=tuple(
            _option(known, name, one.label, replace(draft, purpose=name), chosen=name == draft.purpose)
            for name, one in known.dictionary.purposes.items()
            if name in known.purposes
        ),
        by=tuple(tuple(_groups(known, draft, reach, place)) for place in range(slots)),
        countries=tuple(_countries(known, draft)),
        narrow=tuple(_narrowable(known, draft, reach, taken)),
        narrowed=tuple(_narrowed(known.dictionary, draft)),
    )


def in_its_year(known: Known, question: Question) -> Question:
    """The question as it would be asked now: one about clients that names no year is given one."""
    return with_year(known.dictionary, question, known.stated, known.requester, known.today)


def forecasts(known: Known, question: Question) -> tuple[Forecast, ...]:
    """The expected answer of each member that the question concerns."""
    facts = QuestionFacts.of(known.dictionary, question)
    return tuple(
        Forecast(member, known.dictionary.member(member).name, _outlook(known, member, facts))
        for member in members_asked(known.dictionary, question, known.stated)
    )


def answering(known: Known, question: Question) -> int:
    """How many members would answer, or may."""
    return sum(f.outlook.expected is not Expected.REFUSE for f in forecasts(known, question))


def _option(known: Known, value: str, label: str, then: Draft, *, chosen: bool) -> Option:
    """The option that leads to the draft `then`."""
    members = _members(known, then)
    facts = QuestionFacts(then.measure, then.purpose, frozenset(_levels(known, then)))
    count = sum(_may(known, member, facts) for member in members)
    return Option(value, label, count, len(members), chosen, count > 0)


def _may(known: Known, member: str, facts: QuestionFacts) -> bool:
    """Whether a member may answer; an empty slot is no obstacle."""
    sharing = known.stated[member]
    if sharing is None:
        return True
    measures = [facts.measure] if facts.measure else list(known.dictionary.measures)
    purposes = [facts.purpose] if facts.purpose else sorted(known.purposes)
    return any(
        _outlook(known, member, QuestionFacts(m, p, facts.levels, ready)).expected is not Expected.REFUSE
        for m in measures
        for p in purposes
        for ready in (False, True)  # the draft may or may not become a ready-made question
    )


def _outlook(known: Known, member: str, facts: QuestionFacts) -> Outlook:
    return outlook(known.dictionary, known.stated[member], known.requester, facts, known.today)


def _groups(known: Known, draft: Draft, reach: frozenset[str], place: int) -> Iterator[Group]:
    """The levels for one place of the breakdown, country first. A dimension may have one place only."""
    here = draft.by[place] if place < len(draft.by) else ""
    others = tuple(level for level in draft.by if level != here)
    held = {_dimension(known.dictionary, level) for level in others}

    def option(level: str, label: str) -> Option:
        changed = list(draft.by)
        changed[place : place + 1] = [level]
        then = replace(draft, by=tuple(changed))
        return _option(known, level, label, then, chosen=level == here)

    if COUNTRY not in others:
        yield Group("", (option(COUNTRY, "country"),))
    for dimension in known.dictionary.dimensions.values():
        levels = [lv for lv in dimension.levels if lv.name in reach or lv.name == here]
        if levels and dimension.name not in held:
            yield Group(dimension.label, tuple(option(level.name, level.label) for level in levels))


def _narrowable(known: Known, draft: Draft, reach: frozenset[str], taken: Iterable[str]) -> Iterator[Group]:
    """The levels whose codes may be picked. Years have slots of their own."""
    used = {_dimension(known.dictionary, level) for level, _ in draft.where} | CALENDARS
    used |= {_dimension(known.dictionary, level) for level in draft.narrow}
    for dimension in known.dictionary.dimensions.values():
        if dimension.name in used:
            continue
        options = tuple(
            _option(known, lv.name, lv.label, _with_filter(draft, lv.name), chosen=False)
            for lv in dimension.levels
            if lv.name in reach and _fits(known.dictionary, lv.name, taken)
        )
        if options:
            yield Group(dimension.label, options)


def _narrowed(dictionary: Dictionary, draft: Draft) -> Iterator[Narrowing]:
    named = dict.fromkeys([*draft.narrow, *(level for level, _ in draft.where if level != COUNTRY)])
    for level in named:
        if level not in dictionary.levels:
            continue
        picked = draft.codes(level)
        yield Narrowing(level, dictionary.level(level).label, _codes(dictionary, draft, level), picked)


def _codes(dictionary: Dictionary, draft: Draft, level: str) -> tuple[tuple[str, str], ...]:
    """Codes to pick: of places the codes in the chosen countries, of calendar levels the picked codes."""
    codes = dict(dictionary.codes(level))
    countries = draft.codes(COUNTRY)
    if dictionary.level(level).dimension in PLACES and countries:
        codes = {c: label for c, label in codes.items() if dictionary.member_of_place(c) in countries}
    return tuple(codes.items())[:MOST_CODES] or tuple((code, code) for code in draft.codes(level))


def _countries(known: Known, draft: Draft) -> Iterator[Option]:
    picked = draft.codes(COUNTRY)
    facts = QuestionFacts(draft.measure, draft.purpose, frozenset(_levels(known, draft)))
    for member in known.stated:
        may = _may(known, member, facts)
        name = known.dictionary.member(member).name
        yield Option(member, name, int(may), 1, member in picked, True)


def _reachable(known: Known, draft: Draft) -> frozenset[str]:
    """Levels that some member declares to share with the requester for this measure and purpose; else all."""
    if any(sharing is None for sharing in known.stated.values()) or not known.stated:
        return frozenset(known.dictionary.levels)
    return frozenset(
        level
        for sharing in known.stated.values()
        if sharing is not None
        for one in for_requester(sharing, known.requester)
        if draft.measure in ("", *one.measures) and draft.purpose in ("", *one.purposes)
        for level in one.levels
    )


def _levels(known: Known, draft: Draft) -> set[str]:
    """Every level that policies judge: of the breakdown, the filters, and the years."""
    levels = {*draft.by, *(level for level, _ in draft.where)}
    dated = {level for level in levels if _dimension(known.dictionary, level) in CALENDARS}
    if (draft.since or draft.until) and not dated:
        levels.add(year_level(known.dictionary, draft.measure))
    return levels - {COUNTRY}


def _members(known: Known, draft: Draft) -> list[str]:
    picked = draft.codes(COUNTRY)
    return [member for member in known.stated if not picked or member in picked]


def _with_filter(draft: Draft, level: str) -> Draft:
    return replace(draft, where=(*draft.where, (level, "")))


def _fits(dictionary: Dictionary, level: str, taken: Iterable[str]) -> bool:
    """Whether a filter fits: at the level of a breakdown of its dimension, or coarser."""
    order = dictionary.dimension(_dimension(dictionary, level)).level_names()
    return all(order.index(level) >= order.index(other) for other in taken if other in order)


def _dimension(dictionary: Dictionary, level: str) -> str:
    return dictionary.levels[level].dimension if level in dictionary.levels else level
