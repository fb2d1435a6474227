"""`safelane attack`: tries to compute withheld numbers from released tables."""

import json
import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from anonymisers.attack import Findings, Found, Key, attack
from anonymisers.attack.time_limit import Clock
from anonymisers.errors import AnonymiserError
from anonymisers.tables.registered_figures import parse_figures
from anonymisers.tables.release import Release
from anonymisers.tables.rules import Zeros
from anonymisers.tables.strict_json import parse_json
from anonymisers.tables.table_reading import release_from_json
from gateway.cli.common.any_table import SheetForm, any_release, any_table, is_sheet
from gateway.cli.common.options import sheet_options
from gateway.cli.common.progress import building
from gateway.cli.common.sheets import read_hierarchies
from gateway.cli.tools.attack_amounts import attack_amounts, is_of_amounts
from gateway.cli.tools.attack_extracts import read_extract
from gateway.cli.tools.attack_rerun import rerun_report
from gateway.errors import SafelaneError

DISCLOSED, UNDECIDED = 1, 3
Read = TypeVar("Read")


class AttackInputError(SafelaneError):
    """The input cannot be attacked, which is not a finding."""

    exit_code = 2


@click.command("attack")
@click.argument(
    "releases", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--extract",
    "extracts",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="An opened extract, CSV or XLSX: its groups of records are attacked along.",
)
@click.option(
    "--threshold", type=click.IntRange(min=2), required=True, help="Cells of fewer people are small."
)
@click.option(
    "--truth",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The true table: also examine what the only person of a withheld cell can compute.",
)
@click.option("--lower", type=click.IntRange(0, 1), help="Smallest value of a withheld cell (by --zeros).")
@click.option(
    "--zeros",
    type=click.Choice(["partner", "publish", "protect"]),
    default="partner",
    show_default=True,
    help="How the releases treat zeros; 'publish' tells the attacker that a withheld cell is at least 1.",
)
@click.option(
    "--base-table/--no-base-table", default=True, help="Use the cells behind linked tables as well."
)
@click.option("--time-limit", type=click.FloatRange(min=0), metavar="S", help="Stop after so many seconds.")
@click.option(
    "--show", type=click.IntRange(min=0), default=10, show_default=True, help="Cells named of each."
)
@click.option(
    "--rerun",
    "keys",
    type=click.IntRange(min=1),
    metavar="KEYS",
    help="Also rerun the program on every table that agrees with a release, under so many keys.",
)
@click.option(
    "--json", "report", type=click.Path(dir_okay=False, path_type=Path), help="All findings, to a file."
)
@sheet_options
@click.pass_context
def command(
    ctx: click.Context,
    *,
    releases: Sequence[Path],
    extracts: Sequence[Path],
    threshold: int,
    truth: Path | None,
    lower: int | None,
    zeros: Zeros,
    base_table: bool,
    time_limit: float | None,
    show: int,
    keys: int | None,
    report: Path | None,
    hierarchies: Path | None,
    count: str | None,
    person: str | None,
) -> None:
    """Attack RELEASES together, with all exact inferences.

    RELEASES are all releases about the same people, first and last, and lists of registered figures; what is
    known besides is an --extract. RELEASES and the true table are JSON, CSV or XLSX, by their names.

    Exit code 0: nothing is disclosed. 1: something is disclosed. 2: the input cannot be attacked. 3: nothing
    was found, but the time limit left cells undecided. The output is as confidential as the table itself.
    """
    if time_limit is not None and math.isnan(time_limit):
        raise AttackInputError("--time-limit is not a number of seconds")
    clock = Clock.of(time_limit)
    if len(releases) == 1 and not is_sheet(releases[0]) and is_of_amounts(releases[0]):
        broken, lines = attack_amounts(releases[0], truth, threshold, show)
        for line in lines:
            click.echo(line)
        ctx.exit(DISCLOSED if broken else 0)
    released, names = _released(releases, hierarchies)
    trees = {} if hierarchies is None else read_hierarchies(hierarchies)
    records = [read_extract(path, released, trees) for path in extracts]
    everything, names = [*released, *records], [*names, *map(str, extracts)]
    true_table = None if truth is None else any_table(truth, SheetForm(hierarchies, count, person))
    try:
        findings = attack(
            everything,
            threshold=threshold,
            lower=lower,
            zeros=zeros,
            truth=true_table,
            base_table=base_table,
            between=True,
            time_limit=None if time_limit is None else max(clock.left(), 0.0),
        )
    except AnonymiserError as error:
        raise AttackInputError(error.message, remedy=error.remedy) from error
    for line in _summary(findings, names, show, with_truth=truth is not None):
        click.echo(line)
    if report is not None:
        _write(report, _document(findings, names, threshold))
    rerun_discloses = keys is not None and _rerun(released, records, threshold, zeros, keys, show)
    if findings.broken or rerun_discloses:
        ctx.exit(DISCLOSED)
    if findings.incomplete:
        ctx.exit(UNDECIDED)


def _rerun(  # noqa: PLR0917 - what the options say
    releases: Sequence[Release],
    records: Sequence[Release],
    threshold: int,
    zeros: Zeros,
    keys: int,
    show: int,
) -> bool:
    """Print what reruns of releases tell, and return whether they exclude values of a small cell.

    Registered figures are releases without a withheld cell: there is nothing to rerun, and they are known
    beside the others, as the groups of extracts are.
    """
    made = [release for release in releases if release.withheld.any()]
    known = [release for release in releases if not release.withheld.any()]
    if not made:
        click.echo("rerun: nothing is withheld, so that there is nothing to rerun")
        return False
    with building("rerunning") as progress:
        try:
            discloses, lines = rerun_report(
                made,
                [*known, *records],
                threshold=threshold,
                zeros=zeros,
                keys=keys,
                show=show,
                progress=progress,
            )
        except AnonymiserError as error:
            raise AttackInputError(error.message, remedy=error.remedy) from error
    for line in lines:
        click.echo(line)
    return discloses


def _released(paths: Sequence[Path], hierarchies: Path | None) -> tuple[list[Release], list[str]]:
    """Return releases, and registered figures about the first release's dimensions, each with its name."""
    released: list[Release] = []
    names: list[str] = []
    for path in paths:
        if is_sheet(path):
            released.append(any_release(path, hierarchies))
            names.append(str(path))
            continue
        for name, release in _read(path, lambda body: _named(body, released[:1])).items():
            released.append(release)
            names.append(f"{path}: {name}" if name else str(path))
    return released, names


def _named(body: object, first: Sequence[Release]) -> dict[str, Release]:
    """Return a release without a name, or figures by their name."""
    if isinstance(body, dict) and "figures" in body and first:
        return {figure.name: figure.release(first[0].dims, first[0].where) for figure in parse_figures(body)}
    return {"": release_from_json(body)}


def _read(path: Path, reader: Callable[[object], Read]) -> Read:
    try:
        return reader(parse_json(path.read_bytes()))
    except AnonymiserError as error:
        raise AttackInputError(f"{path}: {error.message}", remedy=error.remedy) from error
    except OSError as error:
        raise AttackInputError(f"{path} cannot be read: {error.strerror}") from error


def _summary(findings: Findings, names: Sequence[str], show: int, *, with_truth: bool) -> Iterable[str]:
    yield f"{findings.cells:,} cells, {findings.withheld:,} of them withheld. Not for release."
    sections: list[tuple[str, tuple[Found, ...]]] = [
        ("disclosed: withheld, with one possible value", findings.disclosed),
        (
            "insufficiently protected: withheld and maybe small, with too short an interval",
            findings.insufficiently_protected,
        ),
        ("unlisted: in no release, small for certain", findings.unlisted),
    ]
    if findings.undecided:
        sections.append(("undecided: the time was up", findings.undecided))
    for title, cells in sections:
        yield f"{len(cells):8,}  {title}"
        yield from (f"          {cell} {_interval(cell)}{_from(cell, names)}" for cell in cells[:show])
        if len(cells) > show:
            yield f"          ... and {len(cells) - show:,} more"
    if findings.differences:
        yield f"          {findings.differences:,} of the unlisted are one shown cell less others"
    if with_truth:
        title = "singleton: small, computable for the only person of another cell"
        yield f"{len(findings.singletons):8,}  {title}"
        yield from (f"          {i.cell} by {_key(i.singleton)}" for i in findings.singletons[:show])
    else:
        yield "       -  singleton: not examined without --truth"
    yield from (f"out of time: {sentence}" for sentence in findings.interrupted)
    yield from (f"not examined: {sentence}" for sentence in findings.unexamined)


def _interval(cell: Found) -> str:
    if cell.high == cell.low:
        return f"= {cell.low}"
    return f"{cell.low}..{'' if cell.high is None else cell.high}"


def _from(cell: Found, names: Sequence[str]) -> str:
    return "" if cell.release is None or len(names) == 1 else f" ({names[cell.release]})"


def _key(key: Key) -> str:
    return ", ".join(f"{n}={c if isinstance(c, str) else '+'.join(c)}" for n, c in key)


def _document(findings: Findings, names: Sequence[str], threshold: int) -> dict[str, Any]:
    def cells(found: Iterable[Found]) -> list[dict[str, Any]]:
        return [
            {
                "key": dict(c.key),
                "release": None if c.release is None else names[c.release],
                "low": c.low,
                "high": c.high,
            }
            for c in found
        ]

    return {
        "releases": list(names),
        "threshold": threshold,
        "cells": findings.cells,
        "withheld": findings.withheld,
        "disclosed": cells(findings.disclosed),
        "insufficiently_protected": cells(findings.insufficiently_protected),
        "singletons": [cells([i.cell])[0] | {"singleton": dict(i.singleton)} for i in findings.singletons],
        "unlisted": cells(findings.unlisted),
        "differences": findings.differences,
        "undecided": cells(findings.undecided),
        "interrupted": list(findings.interrupted),
        "unexamined": list(findings.unexamined),
    }


def _write(path: Path, document: dict[str, Any]) -> None:
    """Write all or nothing: an interrupted run leaves no partial report."""
    partial = path.with_name(path.name + ".partial")
    try:
        partial.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise AttackInputError(f"{path} cannot be written: {error.strerror}") from error
