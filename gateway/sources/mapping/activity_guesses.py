"""Guesses which tables are sheets of risk education or marking, and their columns; for `map suggest` only."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from gateway.sources.mapping.column_evidence import Witness
from gateway.sources.mapping.column_guesses import Guess
from gateway.sources.mapping.draft_columns import Column
from gateway.sources.mapping.lexicon import heading_words, likeness
from gateway.sources.mapping.sampled_cells import Cells
from gateway.sources.model.mapping import YES
from gateway.sources.model.targets import (
    ACTIVITY,
    ACTIVITY_DATE,
    ACTIVITY_TYPE,
    AGE,
    AREAS,
    MARKING,
    REACHED,
    SESSIONS,
    Target,
    targets,
)

_NUMBER = re.compile("[0-9]{1,8}")
_NEARLY_ALL = 0.9
_ALIKE, _CODED = 0.7, 0.5
"""How alike a heading is at least to the lexicon's, and the share of known words in a column of kinds."""
_USUAL = "EORE_COMM"
_MARKED = frozenset({"mark", "marked", "marking"})
_NOTHING = "not recognised"
NO_KINDS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class SheetGuess:
    """A table of sheets: its kind as a mapping says it, and a guess for every column."""

    kind: str
    sure: bool
    columns: tuple[Guess, ...]


def guess_sheets(
    columns: Sequence[Column], witness: Witness, stated: Mapping[str, str] = NO_KINDS
) -> dict[str, SheetGuess]:
    """The tables that are sheets of activities: with a date and numbers of activities, and without people.

    `stated`: what a person has said of tables: the kind of their sheets, or "" for none.
    """
    known = targets(witness.dictionary, witness.member)
    found = {}
    for name in dict.fromkeys(column.table for column in columns):
        own = [column for column in columns if column.table == name]
        if name in stated:
            if kind := stated[name]:
                found[name] = SheetGuess(kind, True, _columns(own, known, witness))
            continue
        sheet = _sheet(name, own, known, witness)
        if sheet is not None and not any(_of_person(column, known, witness) for column in own):
            found[name] = sheet
    return found


def _sheet(
    name: str, columns: Sequence[Column], known: Mapping[str, Target], witness: Witness
) -> SheetGuess | None:
    filled = {target for _column, target in _targets(columns, known, witness)}
    marking = bool(_MARKED & set(heading_words(name).split())) or AREAS in filled
    if ACTIVITY_DATE not in filled or not (SESSIONS in filled or (marking and REACHED not in filled)):
        return None
    kind = YES if ACTIVITY_TYPE in filled else MARKING if marking else _USUAL
    return SheetGuess(kind, kind != _USUAL, _columns(columns, known, witness))


def _columns(columns: Sequence[Column], known: Mapping[str, Target], witness: Witness) -> tuple[Guess, ...]:
    chosen = {id(column): target for column, target in _targets(columns, known, witness)}
    return tuple(
        Guess(column, known[chosen[id(column)]], "", 1.0)
        if id(column) in chosen
        else Guess(column, None, _NOTHING, 0.0, (_NOTHING,))
        for column in columns
    )


def _targets(
    columns: Sequence[Column], known: Mapping[str, Target], witness: Witness
) -> Iterator[tuple[Column, str]]:
    """Each column with its target, if any; only attendances may stand in several columns."""
    taken: set[str] = set()
    for column in columns:
        target = _target(column, known, witness)
        if target and (target == REACHED or target not in taken):
            taken.add(target)
            yield column, target


def _target(column: Column, known: Mapping[str, Target], witness: Witness) -> str:
    cells, heading = column.cells, heading_words(column.heading)
    words = witness.lexicon.headings
    alike = {name: likeness(heading, words[name]) for name in (SESSIONS, REACHED, AREAS, ACTIVITY)}
    if cells.share(_NUMBER) >= _NEARLY_ALL:
        best = max((SESSIONS, REACHED, AREAS), key=alike.__getitem__)
        if alike[best] >= _ALIKE:
            return best
    elif witness.score(cells, known[ACTIVITY_DATE]) >= _NEARLY_ALL:
        return ACTIVITY_DATE
    elif _coded(cells, witness) >= _CODED:
        return ACTIVITY_TYPE
    unique = cells.distinct >= _NEARLY_ALL and cells.filled >= _NEARLY_ALL
    return ACTIVITY if unique and alike[ACTIVITY] >= _ALIKE else ""


def _coded(cells: Cells, witness: Witness) -> float:
    known = witness.lexicon.values[ACTIVITY_TYPE]
    return sum(word in known for word in cells.words) / max(1, len(cells.words))


def _of_person(column: Column, known: Mapping[str, Target], witness: Witness) -> bool:
    """Whether each row has one person's sex or age, which no sheet has."""
    heading = heading_words(column.heading)
    return any(
        likeness(heading, witness.lexicon.headings[name]) >= _NEARLY_ALL
        and witness.score(column.cells, known[name]) >= _CODED
        for name in ("sex", AGE)
    )
