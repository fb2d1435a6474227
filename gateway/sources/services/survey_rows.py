"""Submissions of a survey as flat tables: groups stand in headings, repeats are tables.

A table is called as ODK's OData calls it: `Submissions`, and `Submissions.victims` for a repeat within. A row
of a repeat has a `KEY` of its own, `<key of the row above>/victims[1]`, and the latter as `PARENT_KEY`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.sources.model.cells import NATIVE_DATE
from gateway.sources.model.tables import ForeignKey
from gateway.sources.services.spool import Spool

MAIN = "Submissions"
KEY, ABOVE = "KEY", "PARENT_KEY"
DATES = frozenset({"date", "datetime", "today", "start", "end"})
"""Types of questions whose answers are dates of the common era, as ISO 8601 writes them, in any language."""

_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(T.*)?")


def day(value: object) -> object:
    """A date of ISO 8601, without its time, as a date of the source; any other value as it is."""
    found = _DAY.fullmatch(value) if isinstance(value, str) else None
    return f"{NATIVE_DATE}{found[1]}" if found else value


@dataclass(frozen=True)
class Form:
    """What a form asks. `repeats`: their paths, the outer ones first. `questions`: path -> type, in order."""

    repeats: tuple[str, ...]
    questions: Mapping[str, str]

    def repeat_of(self, path: str) -> str:
        """The innermost repeat that a path is within; "" for the submission itself."""
        return max((r for r in self.repeats if path.startswith(f"{r}/")), key=len, default="")


def table_of(repeat: str) -> str:
    """The name of the table with the rows of a repeat; of the submissions for ""."""
    return f"{MAIN}.{repeat.replace('/', '.')}" if repeat else MAIN


def declare(spool: Spool, form: Form, key: str, above: tuple[str, ...]) -> None:
    """Name the tables of a form, with a heading for each question, whether or not anybody answered it.

    `key`: the heading of the key of a submission; `above`: further headings of submissions.
    """
    spool.declare(MAIN, (key, *above))
    for repeat in form.repeats:
        _declare_repeat(spool, form, repeat, key)
    for path in form.questions:
        repeat = form.repeat_of(path)
        spool.declare(table_of(repeat), [path.removeprefix(f"{repeat}/") if repeat else path])


def _declare_repeat(spool: Spool, form: Form, repeat: str, key: str) -> None:
    parent, table = form.repeat_of(repeat), table_of(repeat)
    spool.declare(table, (KEY, ABOVE))
    named = ForeignKey(table, ABOVE, table_of(parent), KEY if parent else key)
    if named not in spool.keys:
        spool.keys.append(named)


@dataclass(frozen=True)
class Submission:
    """Keeps submissions. `key`: the heading of the key of each. `leaf` gives the cells of an answer by its
    path: one, or several for a place on a map.
    """

    spool: Spool
    form: Form
    key: str
    leaf: Callable[[str, Any], Mapping[str, object]]

    def add(self, answers: Mapping[str, Any], key: str, own: Mapping[str, object]) -> None:
        """Keep a submission and the rows of its repeats. `own`: what tells it apart. Raises SourceError."""
        self._add("", answers, key, own)

    def _add(self, repeat: str, answers: Mapping[str, Any], key: str, own: Mapping[str, object]) -> None:
        cells, within = dict(own), dict[str, list[Any]]()
        prefix = f"{repeat}/" if repeat else ""
        self._gather(prefix, prefix, answers, cells, within)
        self.spool.add(table_of(repeat), cells)
        for path, rows in within.items():
            for number, row in enumerate(rows, 1):
                name = f"{key}/{path.rpartition('/')[2]}[{number}]"
                self._add(path, row, name, {KEY: name, ABOVE: key})

    def _gather(
        self,
        prefix: str,
        outer: str,
        answers: Mapping[str, Any],
        cells: dict[str, object],
        within: dict[str, list[Any]],
    ) -> None:
        for name, value in answers.items():
            path = name if outer and name.startswith(outer) else f"{prefix}{name}"
            if isinstance(value, list) and all(isinstance(row, Mapping) for row in value):
                within[path] = value
                _declare_repeat(self.spool, self.form, path, self.key)  # a former version of the form had it
            elif isinstance(value, Mapping) and not _is_place(value):
                self._gather(f"{path}/", outer, value, cells, within)
            else:
                for found, text in self.leaf(path, value).items():
                    cells[found.removeprefix(outer)] = text


def _is_place(value: Mapping[str, Any]) -> bool:
    """Whether a value is a place as GeoJSON writes it (RFC 7946)."""
    return set(value) >= {"type", "coordinates"}
