"""What a row is of, a person or several people; whether a number alone tells rows apart; what the names of
tables say.

A row with a number of people is of an accident, a group or a place. A number of victims that stands beside
each victim of an accident is none of these: as many rows of one accident have it as it says. For drafts of
mappings only.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from gateway.sources.mapping.column_evidence import Witness, counts_rows
from gateway.sources.mapping.column_guesses import Guess
from gateway.sources.mapping.draft_columns import Column
from gateway.sources.mapping.lexicon import heading_words, likeness
from gateway.sources.mapping.stated import PART_OF_CASE, PEOPLE_OF_ROW, Stated
from gateway.sources.model.mapping import TABLE
from gateway.sources.model.rows_of_several import people_in
from gateway.sources.model.targets import ACCIDENT, CASE, DATE, PLACE
from gateway.sources.model.words import plain

_SAYS_SO = 0.72
"""Likeness of a heading that says that a number is of people; a single word of two is not enough."""
_NUMBERS = 0.95
"""Part of the cells that are numbers of people: a row of sums has others."""
_LARGEST = 10_000
_OF_THE_ACCIDENT = 0.9
"""Part of the accidents with several victims that have as many rows as they say."""
_MANY, _CHANCE = 0.3, 0.2
"""Share of different values by which a column tells rows apart, and of rows with one such value by chance."""
_AT_LEAST = 2
"""Columns by sex or age that are needed: one alone can be how many children a person has."""


def people_columns(guesses: Sequence[Guess], witness: Witness, stated: Stated) -> tuple[str, ...]:
    """Headings of the first table whose numbers together say how many people a row is of; none in a table of
    people. `guesses`: of that table.
    """
    if said := _said(guesses, stated, PEOPLE_OF_ROW):
        return said
    columns = [g.column for g in guesses if not stated.says(g.column)]
    if any(column.times > 1 for column in columns):
        return ()  # several victims stand beside each other: each is read
    for number, words in enumerate(witness.lexicon.people):
        found = [
            column
            for column in columns
            if likeness(heading_words(column.name), words) >= _SAYS_SO
            and _are_numbers(column)
            and not (number and _is_yes_or_no(column))
        ]
        enough = _AT_LEAST if number == len(witness.lexicon.people) - 1 else 1
        if len(found) >= enough and _several(found) and not _of_accidents(found, guesses):
            return tuple(column.heading for column in found)
    return ()


def _said(guesses: Sequence[Guess], stated: Stated, meaning: str) -> tuple[str, ...]:
    """The headings of which a person, or a former mapping, says this meaning."""
    return tuple(
        g.column.heading
        for g in guesses
        if stated.meanings.get((g.column.table, g.column.heading)) == meaning
    )


def _are_numbers(column: Column) -> bool:
    words = column.written.words
    read = sum(word == "0" or 0 < people_in(word) < _LARGEST for word in words)
    return bool(words) and not column.labels and read >= _NUMBERS * len(words) and not counts_rows(words)


def _is_yes_or_no(column: Column) -> bool:
    """Whether every cell is 1, 2 or 9, as offices write yes, no and not known: such a number is of nobody."""
    return set(column.written.words) <= {"1", "2", "9"} and column.written.filled > _NUMBERS


def _numbers(columns: Sequence[Column]) -> list[int]:
    """How many people each row says, by all columns together."""
    cells = zip(*(column.written.values for column in columns), strict=True)
    return [sum(map(people_in, row)) for row in cells]


def _several(columns: Sequence[Column]) -> bool:
    return any(number > 1 for number in _numbers(columns))


def _of_accidents(columns: Sequence[Column], guesses: Sequence[Guess]) -> bool:
    """Whether the numbers are of whole accidents, whose victims have a row each."""
    by_target = {g.target.name: g.column for g in guesses if g.target}
    keys = [[by_target[ACCIDENT]]] if ACCIDENT in by_target else []
    if DATE in by_target and PLACE in by_target:
        keys.append([by_target[DATE], by_target[PLACE]])
    return any(_as_many_rows(_numbers(columns), key) for key in keys)


def _as_many_rows(numbers: Sequence[int], key: Sequence[Column]) -> bool:
    accidents = list(zip(*(column.written.values for column in key), strict=True))
    rows = Counter(accidents)
    said: dict[tuple[str, ...], set[int]] = {}
    for accident, number in zip(accidents, numbers, strict=True):
        said.setdefault(accident, set()).add(number)
    several = [accident for accident, found in said.items() if max(found) > 1]
    right = sum(said[accident] == {rows[accident]} for accident in several)
    return right >= _OF_THE_ACCIDENT * len(several)


def made_case(guesses: Sequence[Guess], stated: Stated) -> tuple[str, ...]:
    """The parts of the number of the case where numbers begin anew in each of several tables with the same
    columns, such as a sheet for each year: the table's name, and the number. Nothing where the number alone
    tells rows apart, or both do not.
    """
    if said := _said(guesses, stated, PART_OF_CASE):
        return (TABLE, *said) if any(g.column.ends for g in guesses) else said
    if _said(guesses, stated, CASE):
        return ()
    case = next((g.column for g in guesses if g.target and g.target.name == CASE), None)
    unsaid = [g.column for g in guesses if g.target is None and not stated.says(g.column)]
    found = (parts for column in ([case] if case else unsaid) if (parts := _anew(column, guesses)))
    return next(found, ())


def _anew(case: Column, guesses: Sequence[Guess]) -> tuple[str, ...]:
    """The table's name and a heading, where the numbers of the column begin anew in each table."""
    if len(case.ends) < _AT_LEAST:
        return ()
    values = case.written.values
    parts = [[cell for cell in values[begin:end] if cell.strip()] for begin, end in pairwise((0, *case.ends))]
    begins_anew = case.written.distinct < _NUMBERS and all(
        counts_rows(part) for part in parts if len(part) > 2
    )
    alone = all(len(set(part)) == len(part) for part in parts)
    if not (begins_anew and alone) or _are_copies(case, [g.column for g in guesses]):
        return ()
    return TABLE, case.heading


def _are_copies(case: Column, columns: Sequence[Column]) -> bool:
    """Whether rows with one number are one row, such as in a sheet that somebody has copied: they have the
    same name, day or other value of which there are many.
    """
    telling = [c.written.values for c in columns if c is not case and c.written.distinct > _MANY]
    telling = [values for values in telling if not counts_rows(values)]
    rows: dict[str, list[tuple[str, ...]]] = {}
    for number, row in zip(case.written.values, zip(*telling, strict=True), strict=bool(telling)):
        rows.setdefault(number, []).append(row)
    pairs = [pair for found in rows.values() for pair in pairwise(found)]
    same = sum(any(a == b and a.strip() for a, b in zip(*pair, strict=True)) for pair in pairs)
    return not telling or same > _CHANCE * len(pairs)


def named_by_province(names: Sequence[str], guesses: Sequence[Guess], witness: Witness) -> bool:
    """Whether tables with the same columns, none of which says the province, have the names of provinces."""
    if len(names) < _AT_LEAST or any(g.target and g.target.name == PLACE for g in guesses):
        return False
    return all(witness.place_names.code(plain(name)) for name in names)
