"""`safelane pseudonymise`: replaces the identifiers of a CSV table by pseudonyms for one recipient."""

import csv
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import click

from anonymisers.errors import AnonymiserError
from anonymisers.identity.key_epochs import open_epoch
from anonymisers.identity.pseudonym_domain import Domain
from anonymisers.identity.pseudonyms import pseudonyms_where_given
from gateway.cli.common.csv_tables import CsvError, open_table
from gateway.cli.common.files import whole
from gateway.cli.common.progress import building
from gateway.cli.common.unlocking import SecretError, key_file, read_store, unlock
from gateway.export.spreadsheet_cells import harmless_row

CHUNK = 50_000
"""Rows in memory at a time."""


@click.command()
@click.argument("source", metavar="IN.csv", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "-o",
    "--output",
    metavar="OUT.csv",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="Written whole or not at all.",
)
@click.option(
    "--column",
    "columns",
    metavar="COLUMN=KIND",
    multiple=True,
    required=True,
    help="A column and its kind of identifier (nid, case_id, phone, name, ...); may be repeated.",
)
@click.option("--recipient", required=True, help="Whom the table is for.")
@click.option("--purpose", required=True, help="Purpose of the table.")
@click.option(
    "--keys",
    "store",
    metavar="STORE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="The member's key store, see `safelane epoch`.",
)
@click.option("--epoch", type=click.IntRange(min=1), help="The epoch.  [default: the newest]")
@key_file
def pseudonymise(
    *,
    source: Path,
    output: Path,
    columns: Sequence[str],
    recipient: str,
    purpose: str,
    store: Path,
    epoch: int | None,
    key_file: Path | None,
) -> None:
    """Replace identifiers in a CSV table by pseudonyms.

    Equal identifiers of one kind get equal pseudonyms for this recipient and purpose in this epoch, and
    different pseudonyms for any other: tables for two recipients cannot be joined. Empty cells and all other
    columns stay unchanged, but for an apostrophe before what a spreadsheet would run as a formula.
    """
    kinds = dict(_column_and_kind(text) for text in columns)
    key, domains = _open(store, epoch, key_file, recipient=recipient, purpose=purpose, kinds=kinds)
    empty = 0
    with open_table(source) as table, whole(output) as out, building("pseudonyms") as progress:
        targets = [(table.position(column), domain) for column, domain in domains.items()]
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(harmless_row(table.header))
        done = 0
        for rows in iter(lambda: list(islice(table.rows, CHUNK)), []):
            empty += sum(_replace(rows, at, domain, key, done) for at, domain in targets)
            writer.writerows(map(harmless_row, rows))
            done += len(rows)
            progress(f"{done} rows", 0.5)
        others = [column for column in table.header if column not in kinds]
    click.echo(f"{done} rows, {empty} cells without an identifier", err=True)
    if others:
        click.echo(f"unchanged: {', '.join(others)}", err=True)


def _column_and_kind(text: str) -> tuple[str, str]:
    column, equals, kind = text.rpartition("=")
    if not equals or not column or not kind:
        raise click.BadParameter("write COLUMN=KIND", param_hint="--column")
    return column, kind


def _open(
    path: Path,
    number: int | None,
    key_path: Path | None,
    *,
    recipient: str,
    purpose: str,
    kinds: dict[str, str],
) -> tuple[bytes, dict[str, Domain]]:
    """Return the epoch's key, and the domain of each column."""
    store = read_store(path)
    try:
        epoch = store.current if number is None else number
        key = open_epoch(store, unlock(store, key_path), epoch)
        domains = {
            column: Domain(store.member, epoch, recipient, purpose, kind) for column, kind in kinds.items()
        }
    except AnonymiserError as error:
        raise SecretError(f"{path}: {error.message}", remedy=error.remedy) from None
    return key, domains


def _replace(rows: list[list[str]], at: int, domain: Domain, key: bytes, before: int) -> int:
    """Put pseudonyms into a column; returns the number of cells without an identifier, which become empty."""
    try:
        made = pseudonyms_where_given(key, domain, [row[at] for row in rows])
    except AnonymiserError as error:
        raise CsvError(
            f"rows {before + 1} to {before + len(rows)}: {error.message}", remedy=error.remedy
        ) from None
    for row, pseudonym in zip(rows, made, strict=True):
        row[at] = pseudonym
    return made.count("")
