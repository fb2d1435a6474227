"""The columns of a source as a draft sees them: a heading, a sample of the cells, and what both are said to
mean elsewhere in the source.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from types import MappingProxyType

from gateway.sources.mapping.sampled_cells import Cells
from gateway.sources.model.mapping import NUMBER
from gateway.sources.model.tables import Chunk, Source
from gateway.sources.model.words import plain

SAMPLE = 1_000
"""Rows of a table in a sample."""

_NUMBERED = re.compile(r"(\D*)([1-9][0-9]?)(\D*)")
_GROUP = re.compile(r"^(?:[^/]{1,60}/)+(?=[^/]+$)")
_GROUPED_FROM = 0.3
"""Part of the headings with a group before a stroke from which strokes stand for groups."""


_ENOUGH_HEADINGS = 3
"""Headings from which two tables with the same ones are parts of one: lists of codes have two."""


_BELOW_ANOTHER = frozenset(
    {"_parent_index", "_parent_table_name", "parent_key", "parentguid", "parentglobalid"}
)


@dataclass(frozen=True, eq=False)
class Column:
    """One column of the source.

    `cells`: a sample, with the meanings of the words where `labels` give any; `written`: the first rows as
    they are, up to a chunk. `said`: the name that the source itself gives the heading elsewhere, else the
    heading without its group. `labels`: plain words of the cells -> what the source says that they mean.
    """

    table: str
    heading: str
    cells: Cells
    times: int = 1
    """How often the column is repeated in a row, once for each victim."""
    said: str = ""
    labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    written: Cells = field(default_factory=lambda: Cells(()))
    ends: tuple[int, ...] = ()
    """Where the rows of each of several tables end that are read as one, in `written`."""
    blank: str = ""
    """The code that a cell without a mark means, in a column of marks."""

    @property
    def name(self) -> str:
        """What the column is called, for a reader who does not see the rest of the source."""
        return self.said or self.heading

    def explained(self, said: str = "", labels: Mapping[str, str] | None = None) -> "Column":
        """The column with a name, or with meanings of its words, that another table gives."""
        if not labels:
            return replace(self, said=said or self.said)
        meant = Cells([labels.get(plain(value), value) for value in self.cells.values])
        return replace(self, said=said or self.said, labels=MappingProxyType(dict(labels)), cells=meant)


def columns_of(source: Source, name: str, *, repeated: bool = True) -> Iterator[Column]:
    """The columns of a table, each with a sample of the cells. Raises SourceError.

    With `repeated`, headings that differ in a number only are one column, of one victim after the other.
    """
    with source.table(name) as table:
        rows = next(table.chunks, Chunk((), ())).rows  # a database gives no part of an empty table
        step = max(1, len(rows) // SAMPLE)
    grouped = sum(_GROUP.match(heading) is not None for heading in table.headings)
    groups = grouped >= max(2, _GROUPED_FROM * len(table.headings))
    single = {heading: [place] for place, heading in enumerate(table.headings)}
    for heading, places in (_repeated(table.headings) if repeated else single).items():
        if heading:
            written = Cells([row[place] for place in places for row in rows])
            cells = Cells([row[place] for place in places for row in rows[::step]]) if step > 1 else written
            said = _GROUP.sub("", heading) if groups else ""
            yield Column(name, heading, cells, len(places), said, written=written)


def united(columns: Sequence[Column]) -> tuple[list[Column], Mapping[str, tuple[str, ...]]]:
    """The columns, with tables of the same headings put together, such as a sheet for each year.

    For each table that goes on in others there are the names of these; its cells are then those of all.
    Sheets of a survey that are below another sheet are never put together: they can be of other people.
    """
    tables: dict[str, list[Column]] = {}
    for column in columns:
        tables.setdefault(column.table, []).append(column)
    groups: dict[frozenset[str], list[str]] = {}
    for name, own in tables.items():
        groups.setdefault(frozenset(plain(column.heading) for column in own), []).append(name)
    kept: list[Column] = []
    for headings, names in groups.items():
        if len(names) == 1 or not _parts(headings):
            kept += [column for name in names for column in tables[name]]
            continue
        for column in tables[names[0]]:
            same = [c for name in names for c in tables[name] if plain(c.heading) == plain(column.heading)]
            cells = Cells([value for one in same for value in one.cells.values])
            written = Cells([value for one in same for value in one.written.values])
            ends = tuple(accumulate(len(one.written.values) for one in same))
            kept.append(replace(column, cells=cells, written=written, ends=ends))
    alike = {
        names[0]: tuple(names[1:]) for headings, names in groups.items() if _parts(headings) and names[1:]
    }
    order = {name: number for number, name in enumerate(tables)}
    return sorted(kept, key=lambda column: order[column.table]), MappingProxyType(alike)


def _parts(headings: frozenset[str]) -> bool:
    """Whether tables with these headings can be parts of one."""
    return len(headings) >= _ENOUGH_HEADINGS and not headings & _BELOW_ANOTHER


def most_beside(headings: Sequence[str]) -> int:
    """How many victims the numbered headings can be of, where a row holds several; 0 where none is numbered.

    Also of headings in which the numbers have become {n} already, of which only the columns know how many.
    """
    return max((len(places) for places in _repeated(headings).values() if len(places) > 1), default=0)


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
