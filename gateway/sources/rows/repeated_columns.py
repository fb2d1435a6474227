"""Tables with one row per accident and repeated columns for every victim, as exported by IMSMA."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from audit.reading.messages import message
from gateway.sources.model.errors import SourceError
from gateway.sources.model.findings import Findings, Problem
from gateway.sources.model.mapping import MADE_CASE, NUMBER, TABLE, TableRule
from gateway.sources.model.rows_of_several import with_made_columns, without_rows_of_several
from gateway.sources.model.tables import LINES_APART, Chunk, OpenTable, Source
from gateway.sources.model.words import plain
from gateway.sources.rows.burmese_cells import in_one_encoding

MOST_VICTIMS = 200
"""Victims of a row that are looked for."""


@contextmanager
def open_table(source: Source, rule: TableRule, findings: Findings) -> Iterator[OpenTable]:
    """The table of a rule, with the tables that go on with it.

    With repeated columns, it has one row per victim, under the headings with `{n}`.
    """
    with source.table(rule.name) as first:
        table = with_made_columns(first, rule, rule.name)
        table = _with_others(source, table, rule, findings) if rule.also else table
        table = without_rows_of_several(table, rule, findings) if rule.people else table
        table = _unrolled(table, rule, findings) if rule.repeat else table
        yield in_one_encoding(table, rule, findings)


def _with_others(source: Source, first: OpenTable, rule: TableRule, findings: Findings) -> OpenTable:
    """The first table and its further ones as one. Raises SourceError where a column is missing in one."""
    findings.unite(rule.name, rule.also)
    own = set(map(plain, first.headings))
    asked = dict.fromkeys((*rule.columns, *rule.personal, *rule.people, *rule.case_parts))
    read = [heading for heading in asked if plain(heading) in own and heading not in {TABLE, MADE_CASE}]
    for name in rule.also:
        with source.table(name) as other:
            theirs = set(map(plain, other.headings))
        missing = [heading for heading in read if plain(heading) not in theirs]
        if missing:
            raise SourceError(
                message(
                    "%(table)s has no column %(columns)s.", table=name, columns=", ".join(map(repr, missing))
                ),
                remedy=message("Correct the headings, or leave the table out of 'also'."),
            )
    reached = _Reached(first.at)
    return OpenTable(first.headings, _one_by_one(source, first, rule, reached), reached.place)


@dataclass
class _Reached:
    """The place reached in several tables, one after the other."""

    now: Callable[[], int]
    before: int = 0

    def place(self) -> int:
        return self.before + self.now()

    def go_on(self, now: Callable[[], int]) -> None:
        """Count from here on in the next table."""
        self.now = now

    def stop(self) -> None:
        """Keep the place reached, before the table is closed."""
        self.before, self.now = self.place(), lambda: 0


def _one_by_one(source: Source, first: OpenTable, rule: TableRule, reached: _Reached) -> Iterator[Chunk]:
    yield from first.chunks
    reached.stop()
    for number, name in enumerate(rule.also, 1):
        with source.table(name) as found:
            other = with_made_columns(found, rule, name)
            reached.go_on(other.at)
            own = [plain(heading) for heading in other.headings]
            places = [own.index(plain(h)) if plain(h) in own else -1 for h in first.headings]
            for chunk in other.chunks:
                rows = [[row[place] if place >= 0 else "" for place in places] for row in chunk.rows]
                yield Chunk([line + number * LINES_APART for line in chunk.lines], rows)
            reached.stop()


def _unrolled(table: OpenTable, rule: TableRule, findings: Findings) -> OpenTable:
    """A table with one row per victim. Raises SourceError when a heading of the first victim is missing."""
    plain_headings = [plain(heading) for heading in table.headings]
    read = dict.fromkeys((*rule.columns, *rule.personal))
    forms = [heading for heading in dict.fromkeys((*read, *rule.left_out)) if NUMBER in heading]
    missing = [f for f in forms if plain(_heading(f, 1)) not in plain_headings and f in read]
    if missing:
        msg = f"{rule.name} has no column {', '.join(repr(_heading(f, 1)) for f in missing)}."
        raise SourceError(msg, remedy="Correct the mapping: {n} stands for the number of the victim.")
    forms = [f for f in forms if plain(_heading(f, 1)) in plain_headings]
    groups = []
    for number in range(1, rule.repeat + 1):
        where = [plain(_heading(f, number)) for f in forms]
        if any(w in plain_headings for w in where):
            groups.append([plain_headings.index(w) if w in plain_headings else -1 for w in where])
    beyond = list(_beyond(forms, rule.repeat, plain_headings))
    used = {place for group in groups for place in group}
    common = [place for place in range(len(plain_headings)) if place not in used]
    headings = (*(table.headings[place] for place in common), *forms)
    return OpenTable(headings, _rows(table.chunks, rule.name, common, groups, beyond, findings), table.at)


def _beyond(forms: Sequence[str], repeat: int, plain_headings: Sequence[str]) -> Iterator[list[int]]:
    """The columns of each victim beyond the number that the mapping repeats."""
    for number in range(repeat + 1, MOST_VICTIMS + 1):
        where = [plain(_heading(form, number)) for form in forms]
        if places := [plain_headings.index(w) for w in where if w in plain_headings]:
            yield places


def _rows(  # noqa: PLR0917 - all that a row meets
    chunks: Iterator[Chunk],
    name: str,
    common: Sequence[int],
    groups: Sequence[Sequence[int]],
    beyond: Sequence[Sequence[int]],
    findings: Findings,
) -> Iterator[Chunk]:
    for chunk in chunks:
        lines: list[int] = []
        rows: list[list[str]] = []
        for line, row in zip(chunk.lines, chunk.rows, strict=True):
            victims = [[row[place] if place >= 0 else "" for place in group] for group in groups]
            there = [victim for victim in victims if any(cell.strip() for cell in victim)]
            more = sum(any(row[place].strip() for place in group) for group in beyond)
            if more:
                findings.add(name, "", Problem.VICTIM_BEYOND, [line] * more)
            elif not there:
                findings.add(name, "", Problem.NO_CASUALTY, [line])
            shared = [row[place] for place in common]
            rows += [shared + victim for victim in there]
            lines += [line] * len(there)
        yield Chunk(lines, rows)


def _heading(form: str, number: int) -> str:
    return form.replace(NUMBER, str(number))
