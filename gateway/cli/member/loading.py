"""`safelane member load` and `cube`: from a national register to the numbers that answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click

from gateway.bootstrap.loading.load_choices import LoadChoices
from gateway.bootstrap.loading.register_loading import load_source
from gateway.bootstrap.setup.open_member import open_member
from gateway.cli.common import options
from gateway.cli.common.files import read_document
from gateway.cli.common.progress import building, reading
from gateway.cli.member.records import change_lines
from gateway.member.build.cube_building import build
from gateway.member.build.noise_draws import HUB_CONFIRMS
from gateway.member.errors import CannotBeAddedError, CasesMissingError
from gateway.member.register.missing_cases import LoadedAs

_LOADED_AS = {None: LoadedAs.UNSAID, True: LoadedAs.ADDITION, False: LoadedAs.WHOLE}


@click.command()
@click.argument("source", required=False, default="")
@options.mapping
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DAY",
    help="The date of the register, of an older export; today by default. Years that were over count.",
)
@click.option(
    "--least-counted",
    type=click.IntRange(0, 100),
    metavar="PERCENT",
    help="Percent of the rows of every table that must count, for this load; by default what the mapping "
    "says, else 95.",
)
@click.option(
    "--adds/--replaces",
    "adds",
    default=None,
    help="Whether the register adds to the newest snapshot, as a file of one year does, or is the whole "
    "register. A load that lacks many known cases has to say which.",
)
@click.option(
    "--engine/--rows",
    "by_engine",
    default=None,
    help="Whether the engine for large registers reads the first table where it can, or all is read row by "
    "row; by default the engine where the file is large and the engine installed. The load is the same.",
)
@options.own_directory
def load(  # noqa: PLR0917 - the options, as click hands them over
    source: str,
    mapping: Path,
    as_of: datetime | None,
    least_counted: int | None,
    adds: bool | None,
    by_engine: bool | None,
    directory: Path,
) -> None:
    """Load the national register SOURCE; whole or not at all.

    SOURCE is a file, a folder or an address, of a database or of a program that serves the register. Without
    it the address that the mapping names is read.
    """
    with open_member(directory) as node, reading() as progress:
        day = None if as_of is None else as_of.date()
        choices = LoadChoices(least_counted, _LOADED_AS[adds], by_engine)
        text = read_document(mapping)
        with _options_named():
            loaded = load_source(directory, node, source, text, progress, as_of=day, choices=choices)
    if loaded.fetch_note is not None:
        click.echo(loaded.fetch_note)
    elif loaded.begun_before is not None:
        click.echo(
            f"The load that began at {loaded.begun_before:%Y-%m-%d %H:%M} UTC was broken off; nothing of it "
            "was kept, and the register was read anew."
        )
    click.echo(
        f"Snapshot {loaded.kept.id}: {loaded.casualties} casualties, register of "
        f"{loaded.load.snapshot.created}, from {loaded.load.rows} rows. For this state only."
    )
    if loaded.load.by_engine:
        click.echo("The engine read the first table.")
    elif loaded.load.declined:
        click.echo(f"Read row by row, since the engine leaves it: {loaded.load.declined}.")
    for line in change_lines(loaded.changes):
        click.echo(line)
    click.echo()
    click.echo(loaded.quality, nl=False)


@contextmanager
def _options_named() -> Iterator[None]:
    """Name the options that the remedy asks for: where the mapping desk shows it, there are buttons."""
    try:
        yield
    except (CasesMissingError, CannotBeAddedError) as error:
        error.remedy += " The options for these are --adds and --replaces."
        raise


@click.command()
@options.own_directory
def cube(directory: Path) -> None:
    """Protect the newest snapshot under the policy in force; the new cube answers from then on."""
    with open_member(directory) as node, building() as progress:
        built = build(node, progress, HUB_CONFIRMS)
    click.echo(
        f"The cube of snapshot {built.snapshot.id} under policy version {built.policy_version} answers."
    )
