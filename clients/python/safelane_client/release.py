"""A release: rows with a number or the reason why there is none, totals apart, each member's part."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas

TOTAL = "Total"
"""The code of a total, in the level over which it is one."""


class Status(StrEnum):
    """Whether a row has a number, or why not."""

    VALUE = "value"
    WITHHELD = "withheld"  # to protect people: a number that is not told, often above 0
    NOT_SHARED = "not-shared"  # the member's policy does not release it
    NO_ANSWER = "no-answer"  # the member did not answer in time
    NOT_COLLECTED = "not-collected"  # the member's records do not cover it


class Cells(StrEnum):
    """Which rows of a table: those within the totals can be added up, totals are beside them."""

    INNER = "inner"
    TOTALS = "totals"
    ALL = "all"


@dataclass(frozen=True)
class Row:
    """One cell. `value` is None wherever `status` is not VALUE, and no blank is ever 0.

    `key` has the code of each level, `labels` its words. `at_least` and `at_most` are the range of a withheld
    number, which follows from the numbers shown; None: no end is known. `missing_members`: members that a
    total is without, so that it is none of the region. `largest_deviation`: the most by which the value may
    differ from the count, `standard_deviation` that of noise in it, where numbers were changed to protect
    people.
    """

    key: Mapping[str, str]
    labels: Mapping[str, str]
    status: Status
    value: int | None
    at_least: int | None
    at_most: int | None
    missing_members: tuple[str, ...]
    largest_deviation: int
    standard_deviation: int

    @property
    def total_over(self) -> tuple[str, ...]:
        """The levels over which the row adds up others; none for a row that can itself be added up."""
        return tuple(level for level, code in self.key.items() if code == TOTAL)


@dataclass(frozen=True)
class Part:
    """What one member gave: an answer, refusals in the hub's words, or nothing in time."""

    member: str
    answered: bool
    refusals: tuple[str, ...]
    late: bool
    records_until: str | None
    terms: Mapping[str, Any] | None


@dataclass(frozen=True)
class Receipt:
    """The proof that the log has the release, and what follows from it once it was checked with a key.

    `log`, `asked` and `released`: the log's name, and the numbers of its entries of question and release;
    None where nothing was checked.
    """

    log: str | None
    asked: int | None
    released: int | None
    proof: str
    checked: bool


@dataclass(frozen=True)
class Release:
    """An answer of a region, for ever as it is: answers that come late make a newer release.

    `rows` are the cells that are no totals, `totals` all others.
    """

    question_id: str
    number: int
    measure: str
    title: str
    levels: tuple[str, ...]
    rows: tuple[Row, ...]
    totals: tuple[Row, ...]
    parts: tuple[Part, ...]
    released_at: str
    receipt: Receipt
    expected: tuple[str, ...] = field(default=())
    """Members that may still answer late."""

    def __repr__(self) -> str:
        size = f"{len(self.rows)} rows, {len(self.blanks)} of them blank"
        return f"<Release {self.number} of {self.question_id}: {self.title}; {size}>"

    @property
    def blanks(self) -> tuple[Row, ...]:
        """The rows without a number: a sum over the others is a sum of what is known, and no more."""
        return tuple(row for row in self.rows if row.status is not Status.VALUE)

    def columns(self, cells: Cells | str = Cells.INNER, *, labels: bool = False) -> dict[str, list[Any]]:
        """The rows as columns, numbers with None for a blank: what `polars.DataFrame` takes, for one.

        A column for each level, with `labels` another for its words; `total_over` unless inner rows alone
        are asked for; then the value, the reason, the range, and what makes a number inexact.
        """
        chosen = Cells(cells)
        rows = self._chosen(chosen)
        made: dict[str, list[Any]] = {}
        for level in self.levels:
            made[level] = [row.key[level] for row in rows]
            if labels:
                made[f"{level}_label"] = [row.labels[level] for row in rows]
        if chosen is not Cells.INNER:
            made["total_over"] = [" ".join(row.total_over) for row in rows]
        return made | {
            "value": [row.value for row in rows],
            "status": [row.status.value for row in rows],
            "at_least": [row.at_least for row in rows],
            "at_most": [row.at_most for row in rows],
            "missing_members": [" ".join(row.missing_members) for row in rows],
            "largest_deviation": [row.largest_deviation for row in rows],
            "standard_deviation": [row.standard_deviation for row in rows],
        }

    def to_pandas(self, cells: Cells | str = Cells.INNER, *, labels: bool = False) -> "pandas.DataFrame":
        """The columns as a table of pandas: whole numbers that may be missing (`Int64`), never 0 for a blank.

        pandas passes over what is missing when it adds up: `attrs["blanks"]` tells how many rows are.
        """
        import pandas  # noqa: PLC0415 - only for whoever wants it

        columns = self.columns(cells, labels=labels)
        numbers = ("value", "at_least", "at_most", "largest_deviation", "standard_deviation")
        made = pandas.DataFrame(
            {
                name: pandas.array(values, dtype="Int64" if name in numbers else "string")
                for name, values in columns.items()
            }
        )
        made["status"] = pandas.Categorical(columns["status"], categories=[one.value for one in Status])
        blanks = sum(value is None for value in columns["value"])
        made.attrs = {"title": self.title, "question": self.question_id, "blanks": blanks}
        return made

    def _chosen(self, cells: Cells) -> Sequence[Row]:
        return {Cells.INNER: self.rows, Cells.TOTALS: self.totals, Cells.ALL: (*self.rows, *self.totals)}[
            cells
        ]


def read_release(asked: Mapping[str, Any], table: Mapping[str, Any], receipt: Receipt) -> Release:
    """Return a release from what the hub says of a question and from the JSON-stat of its table.

    Numbers and reasons are those of the release, to which the log commits; labels and ranges come from the
    table. Raises ValueError where both do not tell the same.
    """
    release = asked["release"]
    levels = tuple(axis["level"] for axis in release["axes"])
    shown = Table(table, levels)
    rows = [_row(cell, levels, shown) for cell in release["cells"]]
    return Release(
        question_id=release["question_id"],
        number=release["number"],
        measure=release["question"]["measure"],
        title=table["label"],
        levels=levels,
        rows=tuple(row for row in rows if not row.total_over),
        totals=tuple(row for row in rows if row.total_over),
        parts=tuple(map(_part, release["coverage"])),
        released_at=release["released_at"],
        receipt=receipt,
        expected=tuple(asked["expected"]),
    )


class Table:
    """The labels and ranges of a table in JSON-stat 2.0."""

    def __init__(self, table: Mapping[str, Any], levels: Sequence[str]) -> None:
        if tuple(table["id"]) != (*levels, "contents"):
            raise ValueError("the table has other levels than the release")
        self._values = table["value"]
        categories = [table["dimension"][name]["category"] for name in table["id"]]
        self._places = [{code: n for n, code in enumerate(one["index"])} for one in categories]
        self._labels = {level: one["label"] for level, one in zip(levels, categories, strict=False)}

    def numbers(self, key: Iterable[str]) -> tuple[int | None, int | None, int | None]:
        """The value and the ends of the range of a cell."""
        place = 0
        for places, code in zip(self._places, key, strict=False):
            place = place * len(places) + places[code]
        contents = self._places[-1]
        first = place * len(contents)
        value, least, most = (
            self._values[first + contents[name]] for name in ("value", "at_least", "at_most")
        )
        return value, least, most

    def label(self, level: str, code: str) -> str:
        """The words for a code."""
        return str(self._labels[level].get(code, code))


def _row(cell: Mapping[str, Any], levels: Sequence[str], shown: Table) -> Row:
    key = {level: cell["key"][level] for level in levels}
    status = Status(cell["status"])
    value, least, most = shown.numbers(key.values())
    if value != cell["value"] or (cell["value"] is None) == (status is Status.VALUE):
        raise ValueError(f"the table and the release differ for {', '.join(key.values())}")
    return Row(
        key,
        {level: shown.label(level, code) for level, code in key.items()},
        status,
        value,
        least,
        most,
        tuple(cell.get("missing_members", ())),
        cell.get("largest_deviation", 0),
        cell.get("standard_deviation", 0),
    )


def _part(member: Mapping[str, Any]) -> Part:
    return Part(
        member["member"],
        member["answered"],
        tuple(member["refusals"]),
        member["late"],
        member["snapshot_date"],
        member.get("terms"),
    )
