"""Guesses the targets of the columns of a source from headings and values; for `map suggest` only."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from audit.reading.messages import message
from gateway.member.model.snapshot import CONSENT
from gateway.sources.mapping.column_evidence import WRITTEN_DOWN, Witness, left_out_score, letters_alone
from gateway.sources.mapping.draft_columns import Column
from gateway.sources.mapping.draft_structure import IN_PARTS, OF_THE_TOOL, OPTION, Link, ToolColumn
from gateway.sources.mapping.lexicon import heading_words, likeness
from gateway.sources.model.mapping import NUMBER
from gateway.sources.model.targets import (
    ACCIDENT,
    AGE,
    AGE_MONTHS,
    BIRTH,
    CASE,
    CONTACT,
    DATE,
    HOME,
    ITEM,
    OF_SHEETS,
    PERSON,
    PILLAR,
    PLACE,
    Kind,
    Target,
    targets,
)
from gateway.sources.model.washington_group import DOMAINS

SURE, RATHER_SURE, LIKELY = 0.7, 0.5, 0.25
"""Scores from which a guess is written without a mark, is called likely, and is written at all."""

ENOUGH_AGES = ENOUGH_PROVINCES = 0.9
SMALL_PLACE, NAMES = "a small place", "names a person"
WEIGHT_OF_A_NAME = 0.8
"""How well a column of single words fits a heading that says that they are names."""
OF_PEOPLE = ("sex", AGE, BIRTH, "outcome", "civ_status", PERSON)
CONTACTS_FROM = 0.5
"""Lowest score of a column of services."""

_HEADING_WEIGHT = 0.55

_FIRST_THOUGHT = 0.8
"""How well a heading fits that says that its column was corrected in another: "initial outcome"."""

_SAYS_SO = 0.5
"""Likeness of a heading that says by itself what a column is."""

_MOSTLY = 0.5
"""Share of numbers from which the heading must say what is coded: 1 and 2 are codes of anything."""

_AS_GOOD = 0.1
"""Difference of two scores that says little."""

_NAMES_THE_ROW_ABOVE = 0.8
"""Score of a column that names the row of another table as the number of the accident."""


@dataclass(frozen=True)
class Guess:
    """A possible target of a column, or the reason to leave the column out; with score and doubts."""

    column: Column
    target: Target | None
    reason: str
    score: float
    notes: tuple[str, ...] = ()

    @property
    def sure(self) -> bool:
        return self.score >= SURE and not self.notes


@dataclass(frozen=True)
class Structure:
    """What is known of the source beside its words. `root`: the table with one row per casualty."""

    root: str = ""
    tool: Mapping[tuple[str, str], ToolColumn] = field(default_factory=lambda: MappingProxyType({}))
    options: frozenset[tuple[str, str]] = frozenset()
    in_parts: frozenset[tuple[str, str]] = frozenset()
    links: tuple[Link, ...] = ()

    def option_of(self, column: Column) -> str:
        """The option that a column of 0 and 1 is for, beside a column whose options are not told apart."""
        for sign in "/.":
            whole, _, option = column.heading.rpartition(sign)
            if (column.table, whole) in self.in_parts:
                return option
        return ""

    def above(self, column: Column) -> bool:
        """Whether a column of the root names the row of another table, as a database declares."""
        own = column.table == self.root
        return own and any(
            link.of_keys and (link.table, link.heading) == (column.table, column.heading)
            for link in self.links
        )


def _of_people(witness: Witness) -> Mapping[str, Target]:
    """The targets of a register of people, without those of sheets of activities."""
    every = targets(witness.dictionary, witness.member)
    return {name: target for name, target in every.items() if name not in OF_SHEETS}


def root_table(columns: Sequence[Column], witness: Witness, structure: Structure) -> str:
    """The table of the casualties: the one that says most about people, row by row."""
    known = _of_people(witness)
    best: dict[str, dict[str, float]] = {}
    for column in columns:
        for option in _options(column, known, witness, structure):
            if option.target and option.target.name in OF_PEOPLE:
                scores = best.setdefault(column.table, {})
                scores[option.target.name] = max(scores.get(option.target.name, 0.0), option.score)
    return max(best, key=lambda table: sum(best[table].values()), default="")


def guess(
    columns: Sequence[Column],
    witness: Witness,
    structure: Structure,
    stated: frozenset[str] = frozenset(),
) -> list[Guess]:
    """The best guess for every column, each target at most once, and none of `stated`: they have a column."""
    # A draft does not guess at sheets of activities here, whose dates and numbers look like any others.
    known = _of_people(witness)
    found = [option for column in columns for option in _options(column, known, witness, structure)]
    options = sorted(_of_the_root(_of_own_tables(found, structure), structure.root), key=lambda g: -g.score)
    chosen: dict[int, Guess] = {}
    taken = set(stated)
    for option in options:
        key = id(option.column)
        if key in chosen or option.score < LIKELY or (option.target and option.target.name in taken):
            continue
        chosen[key] = option
        if option.target:
            taken.add(option.target.name)
    nothing = message("not recognised")
    _in_doubt(chosen, options)
    if DATE not in stated:
        _dated(chosen, options)
    if CASE not in stated:
        _numbered(chosen, options)
    _without_births(chosen)
    return [chosen.get(id(c)) or Guess(c, None, nothing, 0.0, (nothing,)) for c in columns]


def _in_doubt(chosen: dict[int, Guess], options: Sequence[Guess]) -> None:
    """Mark guesses where another column, used for nothing else, fits the target as well."""
    by_target = {g.target.name: key for key, g in chosen.items() if g.target}
    for option in options:
        if option.target is None or option.target.name not in by_target or option.score < SURE:
            continue
        other = chosen.get(id(option.column))
        key = by_target[option.target.name]
        best = chosen[key]
        free = other is None or other.target is None
        if free and option.column is not best.column and option.score > best.score - _AS_GOOD:
            doubt = message("or is it %(heading)s?", heading=repr(option.column.heading))
            if doubt not in best.notes:
                chosen[key] = replace(best, notes=(*best.notes, doubt))


def _dated(chosen: dict[int, Guess], options: Sequence[Guess]) -> None:
    """Choose a date of the accident, needed for rows to count, even from dates likelier to be of birth."""
    by_target = {g.target.name: key for key, g in chosen.items() if g.target}
    if DATE in by_target or BIRTH not in by_target:
        return
    key = by_target[BIRTH]
    for option in options:
        dates = option.target is not None and option.target.name == DATE
        if dates and id(option.column) == key and option.score >= LIKELY:
            chosen[key] = replace(option, notes=(message("could be the date of birth"),))
            return


def _numbered(chosen: dict[int, Guess], options: Sequence[Guess]) -> None:
    """Choose a case number, without which no row counts: the likeliest column where no column is certain."""
    if any(g.target and g.target.name == CASE for g in chosen.values()):
        return
    for option in options:
        case = option.target is not None and option.target.name == CASE
        if case and id(option.column) not in chosen and option.score > 0:
            chosen[id(option.column)] = replace(
                option, notes=(message("does it stay the same in the next export?"),)
            )
            return


def _of_the_root(options: Sequence[Guess], root: str) -> list[Guess]:
    """The options without case numbers of other tables: a row of the root is a casualty, no other row is."""
    return [
        option
        for option in options
        if not (option.target and option.target.name == CASE) or option.column.table == root
    ]


def _of_own_tables(options: Sequence[Guess], structure: Structure) -> list[Guess]:
    """The options with targets of contacts in tables of contacts only, and no other targets there.

    A table of contacts has services, and is not the table with most facts about people.
    """
    best: dict[tuple[str, str], float] = defaultdict(float)
    for option in options:
        if option.target:
            key = option.column.table, option.target.name
            best[key] = max(best[key], option.score)
    tables = dict.fromkeys(option.column.table for option in options)
    people = max(tables, key=lambda t: sum(best[t, name] for name in OF_PEOPLE), default="")
    below = {link.table for link in structure.links if link.parent == structure.root}
    contacts = {
        t
        for t in tables
        if t != people and max(best[t, PILLAR], best[t, ITEM]) >= (LIKELY if t in below else CONTACTS_FROM)
    }
    return [
        option
        for option in options
        if option.target is None or (option.target.name in CONTACT) == (option.column.table in contacts)
    ]


def _without_births(chosen: dict[int, Guess]) -> None:
    """Drop dates of birth as unnecessary where another column gives nearly all ages."""
    by_target = {g.target.name: key for key, g in chosen.items() if g.target}
    if BIRTH in by_target and AGE in by_target:
        ages = chosen[by_target[AGE]].column.cells
        if ages.numbers * ages.filled > ENOUGH_AGES:
            born = chosen[by_target[BIRTH]]
            chosen[by_target[BIRTH]] = replace(
                born, target=None, reason=message("the age at the accident is enough")
            )


def _options(
    column: Column, known: Mapping[str, Target], witness: Witness, structure: Structure
) -> Iterator[Guess]:
    place = column.table, column.heading
    if place in structure.options:
        yield Guess(column, None, OPTION, SURE)
        return
    if place in structure.in_parts:
        yield Guess(column, None, IN_PARTS, SURE)
        return
    if (tool := structure.tool.get(place)) is not None:
        yield from _of_a_tool(column, tool, known, witness, structure)
        return
    above = structure.above(column)
    if above:
        yield Guess(column, known[ACCIDENT], "", _NAMES_THE_ROW_ABOVE)
    heading = heading_words(structure.option_of(column) or column.name.replace(NUMBER, " "))
    words = witness.lexicon.headings
    whole = heading_words(column.heading)  # "Home state/region" is a home's, though its question is "region"
    another = witness.lexicon.of_somebody_else(whole)
    for target in known.values():
        if (above and target.kind is Kind.IDENTIFIER) or (another and target.name in OF_PEOPLE):
            continue
        alike = _alike(heading, whole, target, witness)
        fits = witness.score(column.cells, target)
        score = _together(alike, max(fits, 0.0), empty=not column.cells.words)
        nobody = target.kind is Kind.IDENTIFIER and not column.cells.words
        numbers = bool(target.codes) and target.kind is not Kind.AGE and column.cells.numbers > _MOSTLY
        if alike < max(_heading_needed(target, witness), _SAYS_SO if numbers else 0.0) or fits < 0 or nobody:
            score = 0.0
        yield Guess(column, target, "", score)
    for reason in witness.lexicon.reasons:
        alike = likeness(heading, words[reason])
        fits = left_out_score(column.cells, reason)
        if reason == NAMES and alike >= _SAYS_SO:
            fits = max(fits, WEIGHT_OF_A_NAME * letters_alone(column.cells))  # of the given name alone
        if reason == SMALL_PLACE and witness.score(column.cells, known[PLACE]) > ENOUGH_PROVINCES:
            fits = 0.0  # the first level differs by state: a municipality in Timor-Leste
        if reason == WRITTEN_DOWN and alike < _SAYS_SO:
            continue  # a day alone does not tell which day it is
        yield Guess(column, None, reason, _together(alike, fits, empty=not column.cells.words))


def _alike(heading: str, whole: str, target: Target, witness: Witness) -> float:
    """Likeness of a heading to those of a target. A day or place of something else is not the accident's.

    `whole`: the heading with the group that its question stands in.
    """
    lexicon = witness.lexicon
    known = lexicon.headings.get(target.name) or witness.part_headings(target.name)
    alike = likeness(heading, known)
    if lexicon.is_about("first thought", whole):
        alike *= _FIRST_THOUGHT
    if target.name == HOME:
        return max(alike, _SAYS_SO) if lexicon.is_about("home", whole) else alike
    if target.name not in (DATE, PLACE):
        return alike
    if lexicon.is_about("accident", whole):
        return max(alike, likeness(lexicon.without_the_accident(heading), known))
    return -1.0 if lexicon.is_about("another day" if target.name == DATE else "home", whole) else alike


def _of_a_tool(
    column: Column,
    tool: ToolColumn,
    known: Mapping[str, Target],
    witness: Witness,
    structure: Structure,
) -> Iterator[Guess]:
    """What a heading of a tool can be: the number of the case or the accident, or nothing."""
    notes = (message("does it stay the same in the next export?"),) if tool.renumbered else ()
    if column.table == structure.root:
        if tool.row and column.cells.distinct > 0.999:
            yield Guess(column, known[CASE], "", tool.row, notes)
        if tool.above and column.cells.words:
            yield Guess(column, known[ACCIDENT], "", tool.above)
    if tool.dated:
        yield Guess(column, known[DATE], "", RATHER_SURE, (message("is it the day of the accident?"),))
    placed = tool.placed and witness.score(column.cells, known[PLACE]) > ENOUGH_PROVINCES
    if placed:
        yield Guess(column, known[PLACE], "", RATHER_SURE, (message("is it where the accident happened?"),))
    serves = tool.row or tool.above or tool.dated or placed
    yield Guess(column, None, OF_THE_TOOL, 0.0 if serves else SURE)


def _heading_needed(target: Target, witness: Witness) -> float:
    """Likeness required of the heading where values say little: yes and no, small numbers."""
    if target.name.partition(".")[2]:
        return 0.8
    if target.name in DOMAINS or target.name == CONSENT:
        return 0.5  # any yes and no would do: what is taken for consent decides who is counted
    if target.name == AGE_MONTHS:
        return 0.6
    if target.name == ACCIDENT:
        return 0.3
    yes_or_no = target.codes and target.codes <= {"YES", "NO", "UNK"}
    return 0.5 if yes_or_no or target.name in witness.dictionary.attributes else 0.0


def _together(heading: float, values: float, *, empty: bool) -> float:
    """Combine two scores: neither the heading nor the values are believed when the other disagrees."""
    if empty:
        return 0.6 * heading
    score = _HEADING_WEIGHT * heading + (1 - _HEADING_WEIGHT) * values
    return score * (0.5 if values < 0.15 else 1.0) * (0.8 if heading == 0 else 1.0)
