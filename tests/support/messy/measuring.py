"""Measures what a draft makes of a messy register: columns right at once, and counts against the truth.

`PYTHONPATH=.:tests/support python -m messy.measuring` prints the reading of every shape; with names, of
these only.
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import click
from ruamel.yaml import YAML

from gateway.dictionary import regional
from gateway.errors import SafelaneError
from gateway.sources.files.opening import draft_mapping, open_source
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.errors import MappingError
from gateway.sources.model.findings import Findings, Problem
from gateway.sources.model.mapping import SourceMapping
from gateway.sources.quality.load import Load, load
from gateway.sources.rows.row_accounts import share_counted
from messy import (
    counted_eight,
    counted_four,
    first_eight,
    four_after,
    four_since,
    further_eight,
    last_eight,
    last_four,
    new_eight,
    newest_eight,
    unprepared_eight,
)
from messy.people import TODAY, Register, Shape

SHAPES: Mapping[str, tuple[Shape, ...]] = {
    "first": first_eight.SHAPES,
    "further": further_eight.SHAPES,
    "last": last_eight.SHAPES,
    "four": last_four.SHAPES,
    "after": four_after.SHAPES,
    "unprepared": unprepared_eight.SHAPES,
    "since": four_since.SHAPES,
    "new": new_eight.SHAPES,
    "newest": newest_eight.SHAPES,
    "counted": counted_eight.SHAPES,
    "counted_after": counted_four.SHAPES,
}

_NOTES = {Problem.NOT_MAPPED, Problem.TABLE_NOT_MAPPED, Problem.BOM, Problem.NO_LINE_END, Problem.MERGED}
"""Findings that say nothing of a row or a value."""


class Verdict(StrEnum):
    """What becomes of the counts when a draft is used as it is."""

    EXACT = "exact"
    INCOMPLETE = "some values unknown"  # everybody counts, and nobody under another code
    STOPPED = "stopped"  # the draft cannot be used, or the load stops and asks
    WRONG = "wrong, and said"
    SILENT = "wrong in silence"


@dataclass(frozen=True)
class Reading:
    """`meant`: columns that mean something, and are not just to be left out, and how many of them are right.

    `wrong`: columns with another meaning, with table, heading and both meanings; `why`: of the verdict.
    """

    shape: str
    right: int
    columns: int
    meant: int
    meant_right: int
    verdict: Verdict
    why: str
    wrong: tuple[str, ...]


def measure(shape: Shape, folder: Path) -> Reading:
    """Write the register of a shape into `folder`, have it drafted, and load it with the draft."""
    return measure_written(shape, shape.write(folder))


def measure_written(shape: Shape, register: Register) -> Reading:
    """Have a register that is written drafted, and load it with the draft."""
    try:
        text = draft_mapping(register.place, register.member, regional(), TODAY)
    except SafelaneError as error:
        return _reading(shape, register, tuple(register.meanings), Verdict.STOPPED, str(error))
    wrong = tuple(_wrong_columns(register, text))
    try:
        mapping = parse_mapping(text, regional())
    except MappingError as error:
        verdict, why = Verdict.STOPPED, "; ".join(map(str, error.faults[:3]))
    else:
        verdict, why = _counted(register, mapping)
    return _reading(shape, register, wrong, verdict, why)


def _reading(
    shape: Shape, register: Register, wrong: Sequence[tuple[str, ...]], verdict: Verdict, why: str
) -> Reading:
    meant = {c for c, m in register.meanings.items() if "" not in ({m} if isinstance(m, str) else m)}
    return Reading(
        shape.name,
        len(register.meanings) - len(wrong),
        len(register.meanings),
        len(meant),
        sum(column not in {one[:2] for one in wrong} for column in meant),
        verdict,
        why,
        tuple(": ".join(one) for one in wrong),
    )


def _wrong_columns(register: Register, text: str) -> Iterator[tuple[str, str, str]]:
    """The columns with another meaning in the text of a draft, whether or not it can be used as it is."""
    drafted = {
        (table, heading): rule if isinstance(rule, str) else rule["to"]
        for table, part in (YAML(typ="safe").load(text)["tables"] or {}).items()
        for heading, rule in (part.get("columns") or {}).items()
    }
    for (table, heading), wanted in register.meanings.items():
        found = drafted.get((table, heading), "")
        if found != wanted if isinstance(wanted, str) else found not in wanted:
            yield table, heading, f"{found or 'left out'}, not {wanted or 'left out'}"


def _counted(register: Register, mapping: SourceMapping) -> tuple[Verdict, str]:
    findings = Findings()
    try:
        with open_source(register.place, mapping, findings) as source:
            made = load(
                source,
                mapping,
                regional(),
                pseudonymise=lambda kind, values: [f"{kind}:{value.encode().hex()}" for value in values],
                today=TODAY,
                findings=findings,
            )
    except SafelaneError as error:
        return Verdict.STOPPED, str(error)
    share = share_counted(made.accounts)
    if share < mapping.least_counted / 100:
        return Verdict.STOPPED, f"{share:.0%} of the rows of a table count"
    said = [finding for finding in made.findings if finding.problem not in _NOTES]
    if len(made.snapshot) != len(register.people):
        verdict = Verdict.WRONG if said else Verdict.SILENT
        return verdict, f"{len(made.snapshot)} people, not {len(register.people)}"
    more = [name for name in register.dimensions if _too_many(register, made, name)]
    if more:
        return (Verdict.WRONG if said else Verdict.SILENT), f"another count of {', '.join(more)}"
    less = [name for name in register.dimensions if _codes(made, name) != register.true(name)]
    return (Verdict.INCOMPLETE, f"unknown: {', '.join(less)}") if less else (Verdict.EXACT, "")


def _too_many(register: Register, made: Load, dimension: str) -> bool:
    """Whether a known code has more people than in truth."""
    true = register.true(dimension)
    unknown = ("UNK", "U")
    return any(
        n > true[c] for c, n in _codes(made, dimension).items() if c not in unknown and "_UNK" not in c
    )


def _codes(made: Load, dimension: str) -> Counter[str]:
    name = "date" if dimension == "year" else dimension
    if name not in made.snapshot.columns:
        return Counter({"UNK": len(made.snapshot)})
    values = made.snapshot.columns[name].values()
    return Counter(value[:4] if dimension == "year" else value for value in values)


def summary(readings: list[Reading]) -> str:
    """Columns right at once, exact counts, and counts that were wrong in silence."""
    right, columns = sum(r.right for r in readings), sum(r.columns for r in readings)
    exact = sum(r.verdict is Verdict.EXACT for r in readings)
    silent = sum(r.verdict is Verdict.SILENT for r in readings)
    meant, meant_right = sum(r.meant for r in readings), sum(r.meant_right for r in readings)
    return (
        f"{right} of {columns} columns right at once ({right / columns:.0%}), {meant_right} of {meant} "
        f"({meant_right / meant:.0%}) of those that mean something; counted exactly: {exact} of "
        f"{len(readings)}; wrong in silence: {silent}"
    )


def main(names: list[str]) -> None:
    """Print the readings."""
    for which, shapes in SHAPES.items():
        chosen = [shape for shape in shapes if not names or shape.name in names or which in names]
        readings = []
        for shape in chosen:
            with tempfile.TemporaryDirectory() as folder:
                readings.append(measure(shape, Path(folder)))
            one = readings[-1]
            click.echo(f"{one.shape}: {one.right} of {one.columns}; {one.verdict}: {one.why}")
            click.echo("".join(f"    {line}\n" for line in one.wrong), nl=False)
        if readings:
            click.echo(f"{which}: {summary(readings)}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
