"""The table of a release, read from the text that the regional log commits to."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Self

from audit.errors import MalformedError
from audit.formats.canonical import load_canonical_object

TOTAL: Final = "Total"
VALUE: Final = "value"
WITHHELD: Final = "withheld"
SERVICE_YEAR: Final = "service_year"
_STATUSES: Final = (VALUE, WITHHELD, "not-shared", "no-answer", "not-collected")
_FORMER_NAMES: Final = MappingProxyType(
    {
        "under_masks": "masked_members",
        "lacks": "missing_members",
        "off_by": "largest_deviation",
        "typically_off_by": "standard_deviation",
    }
)
"""What releases of version 1 call the facts about a cell."""

Key = tuple[str, ...]


@dataclass(frozen=True)
class ReleasedCell:
    """A cell: its status, its number if there is one, and what else the release says of it."""

    status: str
    value: int | None
    at_least: int | None
    at_most: int | None
    missing_members: tuple[str, ...]
    masked_members: tuple[str, ...]
    largest_deviation: int
    standard_deviation: int


@dataclass(frozen=True)
class ReleasedTable:
    """A release: its question and coverage as written there, its levels with their codes, and its cells."""

    text: bytes
    question_id: str
    question: Mapping[str, Any]
    coverage: tuple[Mapping[str, Any], ...]
    levels: tuple[str, ...]
    codes: tuple[tuple[str, ...], ...]
    cells: Mapping[Key, ReleasedCell]

    @classmethod
    def parse(cls, text: bytes) -> Self:
        """Read the canonical text of a release. Raises MalformedError."""
        value = load_canonical_object(text, "release")
        try:
            levels = tuple(str(axis["level"]) for axis in value["axes"])
            cells = [_cell(levels, cell) for cell in value["cells"]]
            found = cls(
                text,
                str(value["question_id"]),
                dict(value["question"]),
                tuple(dict(member) for member in value["coverage"]),
                levels,
                tuple(tuple(map(str, axis["codes"])) for axis in value["axes"]),
                dict(cells),
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            raise MalformedError("release", "a field that is missing, or of the wrong type") from None
        if len(found.cells) != len(cells):
            raise MalformedError("release", "a cell twice")
        return found

    @property
    def year(self) -> str:
        """The one year of service that the question is about, which flat tables repeat in each row; or ""."""
        where = self.question.get("where")
        codes = where.get(SERVICE_YEAR) if isinstance(where, dict) else None
        return str(codes[0]) if isinstance(codes, list) and len(codes) == 1 else ""

    @property
    def inner(self) -> set[Key]:
        """The cells that are no totals."""
        return {key for key in self.cells if TOTAL not in key}

    @property
    def totals(self) -> set[Key]:
        """The cells that are totals of any level."""
        return {key for key in self.cells if TOTAL in key}


def _cell(levels: tuple[str, ...], written: Mapping[str, Any]) -> tuple[Key, ReleasedCell]:
    facts = {_FORMER_NAMES.get(name, name): value for name, value in written.items()}
    if facts["status"] not in _STATUSES or (facts["status"] == VALUE) != (facts["value"] is not None):
        raise ValueError("a status that does not fit")
    key = tuple(str(facts["key"][level]) for level in levels)
    return key, ReleasedCell(
        str(facts["status"]),
        _number(facts["value"]),
        _number(facts.get("at_least")),
        _number(facts.get("at_most")),
        tuple(facts.get("missing_members", ())),
        tuple(facts.get("masked_members", ())),
        _number(facts.get("largest_deviation")) or 0,
        _number(facts.get("standard_deviation")) or 0,
    )


def _number(value: Any) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise ValueError("no whole number")
