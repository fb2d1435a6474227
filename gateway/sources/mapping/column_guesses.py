"""Guesses the targets of the columns of a source from headings and values; for `map suggest` only."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gateway.sources.mapping.column_evidence import Cells, Witness, left_out_score
from gateway.sources.mapping.lexicon import heading_words, likeness
from gateway.sources.model.mapping import NUMBER
from gateway.sources.model.tables import Source
from gateway.sources.model.targets import (
    AGE,
    BIRTH,
    CASE,
    CONTACT,
    DATE,
    ITEM,
    OF_SHEETS,
    PERSON,
    PILLAR,
    PLACE,
    Target,
    targets,
)
from gateway.sources.model.words import plain

SAMPLE = 1_000
"""Rows of a table in a sample."""

SURE, LIKELY = 0.7, 0.25
"""Scores from which a guess is written without a mark, and from which a guess is written at all."""

ENOUGH_AGES = ENOUGH_PROVINCES = 0.9
SMALL_PLACE = "a small place"
OF_PEOPLE = ("sex", AGE, BIRTH, "outcome", "civ_status", PERSON)
CONTACTS_FROM = 0.5
"""Lowest score of a column of services."""

_HEADING_WEIGHT = 0.55
_NUMBERED = re.compile(r"(\D*)([1-9][0-9]?)(\D*)")


@dataclass(frozen=True)
class Column:
    """One column of the source with a sample of the cells."""

    table: str
    heading: str
    cells: Cells
    times: int = 1
    """How often the column is repeated in a row, once for each victim."""


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


def guess(columns: Sequence[Column], witness: Witness) -> list[Guess]:
    """The best guess for every column, each target at most once."""
    # A draft does not guess at sheets of activities, whose dates and numbers look like any others.
    every = targets(witness.dictionary, witness.member)
    known = {name: target for name, target in every.items() if name not in OF_SHEETS}
    found = [option for column in columns for option in _options(column, known, witness)]
    options = sorted(_of_own_tables(found), key=lambda g: -g.score)
    chosen: dict[int, Guess] = {}
    taken: set[str] = set()
    for option in options:
        key = id(option.column)
        if key in chosen or option.score < LIKELY or (option.target and option.target.name in taken):
            continue
        chosen[key] = option
        if option.target:
            taken.add(option.target.name)
    nothing = "not recognised"
    _dated(chosen, options)
    _numbered(chosen, options)
    _without_births(chosen)
    return [chosen.get(id(c)) or Guess(c, None, nothing, 0.0, (nothing,)) for c in columns]


def _dated(chosen: dict[int, Guess], options: Sequence[Guess]) -> None:
    """Choose a date of the accident, needed for rows to count, even from dates likelier to be of birth."""
    by_target = {g.target.name: key for key, g in chosen.items() if g.target}
    if DATE in by_target or BIRTH not in by_target:
        return
    key = by_target[BIRTH]
    for option in options:
        dates = option.target is not None and option.target.name == DATE
        if dates and id(option.column) == key and option.score >= LIKELY:
            chosen[key] = replace(option, notes=("could be the date of birth",))
            return


def _numbered(chosen: dict[int, Guess], options: Sequence[Guess]) -> None:
    """Choose a case number, without which no row counts: the likeliest column where no column is certain."""
    if any(g.target and g.target.name == CASE for g in chosen.values()):
        return
    for option in options:
        case = option.target is not None and option.target.name == CASE
        if case and id(option.column) not in chosen and option.score > 0:
            chosen[id(option.column)] = replace(option, notes=("does it stay the same in the next export?",))
            return


def _of_own_tables(options: Sequence[Guess]) -> list[Guess]:
    """The options with targets of contacts in tables of contacts only, and no other targets there.

    A table of contacts has services, and is not the table with most facts about people.
    """
    best: dict[tuple[str, str], float] = {}
    for option in options:
        if option.target:
            key = option.column.table, option.target.name
            best[key] = max(best.get(key, 0.0), option.score)
    tables = dict.fromkeys(option.column.table for option in options)
    people = max(tables, key=lambda t: sum(best[t, name] for name in OF_PEOPLE), default="")
    contacts = {t for t in tables if t != people and max(best[t, PILLAR], best[t, ITEM]) >= CONTACTS_FROM}
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
        if _share_of_numbers(ages) > ENOUGH_AGES:
            born = chosen[by_target[BIRTH]]
            chosen[by_target[BIRTH]] = replace(born, target=None, reason="the age at the accident is enough")


def _share_of_numbers(cells: Cells) -> float:
    return sum(word.isdigit() for word in cells.words) / max(1, len(cells.values))


def columns_of(source: Source, name: str) -> Iterator[Column]:
    """The columns of a table, each with a sample of the cells. Raises SourceError."""
    with source.table(name) as table:
        chunk = next(table.chunks)
        step = max(1, len(chunk.rows) // SAMPLE)
        rows = chunk.rows[::step]
    for heading, places in _repeated(table.headings).items():
        if heading:
            yield Column(name, heading, Cells([row[place] for place in places for row in rows]), len(places))


def _repeated(headings: Sequence[str]) -> dict[str, list[int]]:
    """Headings with their positions; headings that differ only in a victim's number are put together."""
    forms: dict[str, dict[int, int]] = {}
    for place, heading in enumerate(headings):
        found = _NUMBERED.fullmatch(heading)
        if found:
            forms.setdefault(f"{found[1]}{NUMBER}{found[3]}", {})[int(found[2])] = place
    repeated = {form: places for form, places in forms.items() if {1, 2} <= set(places)}
    inside = {place for places in repeated.values() for place in places.values()}
    single = {heading: [place] for place, heading in enumerate(headings) if place not in inside}
    return single | {form: [places[n] for n in sorted(places)] for form, places in repeated.items()}


def _options(column: Column, known: Mapping[str, Target], witness: Witness) -> Iterator[Guess]:
    heading = heading_words(column.heading.replace(NUMBER, " "))
    words = witness.lexicon.headings
    for target in known.values():
        alike = likeness(heading, words.get(target.name, (plain(target.name),)))
        fits = witness.score(column.cells, target)
        score = _together(alike, fits, empty=not column.cells.words)
        if alike < _heading_needed(target, witness):
            score = 0.0
        yield Guess(column, target, "", score)
    for reason in witness.lexicon.reasons:
        alike = likeness(heading, words[reason])
        fits = left_out_score(column.cells, reason)
        if reason == SMALL_PLACE and witness.score(column.cells, known[PLACE]) > ENOUGH_PROVINCES:
            fits = 0.0  # the first level differs by state: a municipality in Timor-Leste
        yield Guess(column, None, reason, _together(alike, fits, empty=not column.cells.words))


def _heading_needed(target: Target, witness: Witness) -> float:
    """Likeness required of the heading where values say little: yes and no, small numbers."""
    if target.name.partition(".")[2]:
        return 0.8
    yes_or_no = target.codes and target.codes <= {"YES", "NO", "UNK"}
    return 0.5 if yes_or_no or target.name in witness.dictionary.attributes else 0.0


def _together(heading: float, values: float, *, empty: bool) -> float:
    """Combine two scores: neither the heading nor the values are believed when the other disagrees."""
    if empty:
        return 0.6 * heading
    score = _HEADING_WEIGHT * heading + (1 - _HEADING_WEIGHT) * values
    return score * (0.5 if values < 0.15 else 1.0) * (0.8 if heading == 0 else 1.0)
