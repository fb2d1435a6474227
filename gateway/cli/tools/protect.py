"""`safelane protect`: reads a table of counts and writes a table for release."""

import json
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, cast

import click

from anonymisers.cube.certified_cube import CertifiedCube
from anonymisers.cube.fewer_tables import BuiltCube, build_with_fewer_tables, withheld_release
from anonymisers.errors import AnonymiserError
from anonymisers.proof.certificate import Certificate
from anonymisers.tables.cell_names import CellName, cell_names_from_json, name_in_words
from anonymisers.tables.count_table import Table
from anonymisers.tables.keyed_random import KEY_BYTES, derive_key
from anonymisers.tables.release import Release, write_release
from anonymisers.tables.rules import Rules, TableOf, Zeros
from anonymisers.tables.strict_json import parse_json
from anonymisers.tables.structural_zeros import with_structural
from gateway.cli.common import options
from gateway.cli.common.any_table import SheetForm, any_table, is_sheet, read_known
from gateway.cli.common.progress import building
from gateway.cli.common.remainders import fewer_tables, nothing_shown
from gateway.cli.common.sheets import write_sheet
from gateway.cli.common.tables import TableInputError, read_with, staged

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
OUT = click.Path(dir_okay=False, path_type=Path)


@click.command("protect")
@click.argument("table", type=FILE)
@click.option("-o", "--output", type=OUT, required=True, help="Where the release is written.")
@options.hierarchies
@options.count
@click.option(
    "--threshold", type=click.IntRange(min=2), default=5, show_default=True, help="k: 1..k-1 is small."
)
@click.option(
    "--zeros", type=click.Choice(["partner", "publish", "protect"]), default="partner", show_default=True
)
@click.option(
    "--max-dims", type=click.IntRange(min=1), help="All tables of up to so many dimensions, linked."
)
@click.option(
    "--sensitive", multiple=True, metavar="DIM", help="Withhold its breakdown of a withheld group whole."
)
@click.option("--priority", type=FILE, help="JSON: the tables to protect first and then fix.")
@click.option(
    "--known", type=FILE, multiple=True, help="An earlier release, or registered figures; known to everybody."
)
@click.option("--structural", type=FILE, help="JSON: groups in which nobody can be, as everybody knows.")
@click.option(
    "--always",
    type=FILE,
    help="JSON: cells to show; the certificate lists withheld cells that are then insufficiently protected.",
)
@click.option("--never", type=FILE, help="JSON: cells to withhold, whatever they hold.")
@options.person
@click.option("--magnitude", metavar="COLUMN", help="Add up this column, by person; 'rows' adds up rows.")
@click.option(
    "--dominance", metavar="N,SHARE", help="Withhold amounts of which N people have more than SHARE %."
)
@click.option(
    "--p-percent",
    type=float,
    metavar="P",
    help="Withhold cells that let one contributor estimate another to within P %.",
)
@click.option(
    "--reruns",
    type=click.Choice(["withstand", "accept"]),
    default="withstand",
    show_default=True,
    help="Choose what a small table withholds without reading withheld counts, so that nobody learns by "
    "rerunning the program; 'accept' withholds fewer cells.",
)
@click.option("--key", type=FILE, help="32 secret bytes, the same for every release of a data set.")
@click.option("--certificate", type=OUT, help="File for the certificate, which stays with the table.")
@click.option(
    "--attacker",
    type=click.Choice(["L0", "L1"]),
    default="L1",
    show_default=True,
    help="L0, for comparison only: he does not use that, where zeros are published, none is withheld.",
)
def command(**given: Any) -> None:
    """Protect TABLE, so that nothing released adds up to a small cell; write the release.

    TABLE and output are JSON, CSV or XLSX, by their names. The summary on standard error is as confidential
    as the table.
    """
    run = _Options(**given)
    run.refuse_overwriting()
    if run.magnitude is not None:
        summary = _protect_magnitude(run, run.magnitude)
    elif run.dominance is not None or run.p_percent is not None:
        raise TableInputError("--dominance and --p-percent are rules for amounts: name their --magnitude")
    else:
        summary = _protect_counts(run)
    for line in summary:
        click.echo(line, err=True)


@dataclass(frozen=True, kw_only=True)
class _Options:
    """The argument and the options of one run, by the names that click gives them."""

    table: Path
    output: Path
    hierarchies: Path | None
    count: str | None
    threshold: int
    zeros: str
    max_dims: int | None
    sensitive: Sequence[str]
    priority: Path | None
    known: Sequence[Path]
    structural: Path | None
    always: Path | None
    never: Path | None
    person: str | None
    magnitude: str | None
    dominance: str | None
    p_percent: float | None
    key: Path | None
    certificate: Path | None
    attacker: str
    reruns: str

    def refuse_overwriting(self) -> None:
        """Raise TableInputError where a file that is read, or the other one, would be overwritten."""
        files = (self.table, self.hierarchies, self.priority, self.structural, self.always, self.never)
        read = [file for file in (*files, self.key, *self.known) if file is not None]
        for written in filter(None, (self.output, self.certificate)):
            if written.exists() and any(written.samefile(file) for file in read):
                raise TableInputError(
                    f"{written} is read by this command, and would be overwritten",
                    remedy="Write to a file of another name.",
                )
        if self.certificate is not None and self.certificate.resolve() == self.output.resolve():
            raise TableInputError(
                f"{self.output} cannot hold the release and its certificate",
                remedy="The certificate is as confidential as the table: write it to a file of its own.",
            )

    def rules(self) -> Rules:
        """Return the rules for counts, read from the files that the options name."""
        return Rules(
            threshold=self.threshold,
            zeros=cast("Zeros", self.zeros),
            max_dims=self.max_dims,
            sensitive=frozenset(self.sensitive),
            priority=() if self.priority is None else read_with(self.priority, _priority),
            expects_least=self.attacker == "L1",
            always=_places(self.always),
            never=_places(self.never),
            withstands_reruns=self.reruns == "withstand",
        )


def _protect_magnitude(run: _Options, magnitude: str) -> Iterator[str]:
    """Protect amounts, write the release and return the lines of the summary."""
    _refuse_options_for_counts(run)
    # Here, so that a table of counts does not wait for the solver of amounts.
    from anonymisers.magnitudes.magnitude_rules import MagnitudeRules  # noqa: PLC0415
    from gateway.cli.tools.amounts import protect_file, read_contributions  # noqa: PLC0415

    read = read_contributions(run.table, run.hierarchies, run.person, magnitude)
    share = _dominance(run.dominance)

    def rules() -> MagnitudeRules:
        return MagnitudeRules(run.threshold, share, run.p_percent, run.max_dims, run.zeros == "publish")

    return protect_file(run.table, run.output, read, rules, _key(run.key))


def _protect_counts(run: _Options) -> Iterator[str]:
    """Protect counts, write release and certificate, and return the lines of the summary."""
    raw = any_table(run.table, SheetForm(run.hierarchies, run.count, run.person))
    if run.structural is not None:
        raw = read_with(run.structural, lambda text: with_structural(raw, _cells(text)))
    rules, built = _protected(run.table, raw, run.rules, run.known, run.key)
    if built.cube is None:
        _write(withheld_release(raw, rules), None, run.output, None)
        return nothing_shown(built.reason)
    _write(built.cube.release(), built.cube.certificate, run.output, run.certificate)
    fewer = () if built.remainder is None else fewer_tables(built.remainder, built.reason)
    return chain(_summary(built.cube, raw), _reruns(built.cube, rules), fewer)


def _protected(
    table: Path, raw: Table, rules: Callable[[], Rules], known: Sequence[Path], key: Path | None
) -> tuple[Rules, BuiltCube]:
    """Return the rules that were asked for, and the cube of as many of their tables as are safe."""
    earlier, contradicted = read_known(known, raw)
    for name in contradicted:
        click.echo(f"NOT FOR RELEASE: the table contradicts the figure {name!r}.", err=True)
    try:
        asked, first = rules(), _key(key)
        with building("protecting") as progress:
            keys = (first, derive_key(first, "another attempt"))
            return asked, build_with_fewer_tables(raw, asked, keys, progress, known=earlier)
    except AnonymiserError as error:
        raise TableInputError(f"{table}: {error.message}", remedy=error.remedy) from error


def _write(
    release: Release, certificate: Certificate | None, output: Path, certificate_file: Path | None
) -> None:
    """Write release and certificate, both or neither."""
    paths = [output] if certificate_file is None else [output, certificate_file]
    with staged(*paths) as places:
        if is_sheet(output):
            write_sheet(release, output, places[0])
        else:
            with places[0].open("w", encoding="utf-8", newline="\n") as stream:
                write_release(release, stream)
        if certificate is not None and certificate_file is not None:
            places[1].write_text(certificate.to_json(), encoding="utf-8", newline="\n")


def _dominance(words: str | None) -> tuple[int, float] | None:
    if words is None:
        return None
    try:
        number, share = words.split(",")
        return int(number), float(share)
    except ValueError:
        raise TableInputError(
            f"--dominance {words!r} is not a number of people and a share, as in 1,75"
        ) from None


def _refuse_options_for_counts(run: _Options) -> None:
    """Amounts are protected by fewer options than counts."""
    tables = (run.count, run.sensitive, run.priority, run.known, run.structural)
    for_counts = (*tables, run.always, run.never, run.certificate)
    if any(for_counts) or run.zeros == "protect":
        message = "--magnitude goes with --hierarchies, --person, --threshold, --dominance, --p-percent,"
        raise TableInputError(f"{message} --max-dims, --zeros partner or publish, and --key only")


def _key(path: Path | None) -> bytes:
    if path is None:
        click.echo(
            "No --key: one was drawn for this run. Another run may withhold other cells: release one only.",
            err=True,
        )
        return secrets.token_bytes(KEY_BYTES)
    try:
        key = path.read_bytes()
    except OSError as error:
        raise TableInputError(f"{path} cannot be read: {error.strerror}") from error
    if len(key) != KEY_BYTES:
        raise TableInputError(
            f"{path} holds {len(key)} bytes; a key has {KEY_BYTES}",
            remedy=f"Make one for all releases of this data set: head -c {KEY_BYTES} /dev/urandom > FILE",
        )
    return key


def _places(path: Path | None) -> frozenset[CellName]:
    """The cells that a file names."""
    return frozenset() if path is None else frozenset(read_with(path, _cells))


def _cells(text: str) -> tuple[CellName, ...]:
    return cell_names_from_json(parse_json(text), "the file")


def _priority(text: str) -> tuple[TableOf, ...]:
    """A list; each table a list of dimensions or {"dims": [...], "levels": {dim: depth}}."""
    body = parse_json(text)
    if not isinstance(body, list):
        raise TableInputError("the priority file is not a list of tables")
    tables = []
    for number, entry in enumerate(body, 1):
        whole = entry if isinstance(entry, dict) else {"dims": entry}
        dims, levels = whole.get("dims"), whole.get("levels", {})
        words = isinstance(dims, list) and all(isinstance(d, str) for d in dims)
        depths = isinstance(levels, dict) and all(type(n) is int for n in levels.values())
        if not words or not depths or set(whole) - {"dims", "levels"}:
            message = f"table number {number} of the priority file is no list of dimensions and no object"
            raise TableInputError(
                message, remedy=json.dumps({"dims": ["place", "year"], "levels": {"place": 1}})
            )
        tables.append(TableOf(frozenset(cast("list[str]", dims)), frozenset(levels.items())))
    return tuple(tables)


def _reruns(cube: CertifiedCube, rules: Rules) -> Iterator[str]:
    """Say what rerunning the program can tell of this release."""
    if cube.rerun_ratio is not None:
        times = 1 / cube.rerun_ratio
        yield (
            "reruns of the program: each end of a small cell's range has a table that gives this release, at "
            f"least one time for {times:,.0f} times of the true table"
        )
    elif rules.withstands_reruns:
        yield (
            "reruns of the program are not withstood: the table is too large for that, cells are always "
            "shown, or fewer tables are shown than were asked for; try `safelane attack --rerun`"
        )


def _summary(cube: CertifiedCube, raw: Table) -> Iterator[str]:
    yield "NOT FOR RELEASE: this output includes people whose numbers are withheld."
    yield f"{'cells':>9} {'withheld':>9} {'people in them':>15}  table"
    values = cube.true_values(raw)
    table_of = cube.lattice.table_of()
    for number, dims in enumerate(cube.tables):
        inside = table_of == number
        withheld = inside & cube.withheld
        name = " x ".join(d.name for d in cube.dims if d.name in dims) or "total"
        yield f"{int(inside.sum()):9,} {int(withheld.sum()):9,} {int(values[withheld].sum()):15,}  {name}"
    people = int(values[cube.withheld].sum())
    yield f"{len(cube.withheld):9,} {int(cube.withheld.sum()):9,} {people:15,}  all"
    for level in sorted(cube.certificate.refused):
        words = " x ".join(f"{name} (level {depth})" for name, depth in level)
        yield f"refused, not protected and wholly withheld: {words}"
    for place in cube.certificate.accepted:
        yield f"accepted, though narrower than the rules ask for: {name_in_words(place)}"
