"""`safelane epoch map`: maps a recipient's old pseudonyms to new pseudonyms, sealed and logged."""

import csv
from pathlib import Path

import click

from anonymisers.errors import AnonymiserError
from anonymisers.identity.key_epochs import open_epoch
from anonymisers.identity.pseudonym_domain import Domain
from anonymisers.identity.pseudonym_map import epoch_map, opened_map, sealed_map
from anonymisers.identity.sealed_messages import parse_public
from gateway.bootstrap.loading.subjects import values_of
from gateway.bootstrap.setup.open_member import open_member
from gateway.cli.common import options
from gateway.cli.common.csv_tables import open_table
from gateway.cli.common.files import whole
from gateway.cli.common.unlocking import SecretError, key_file, read_store, store_argument, unlock
from gateway.cli.tools.extract_reading import UnopenedError
from gateway.export.spreadsheet_cells import harmless_row
from gateway.keys.files import read_key
from gateway.member.records.pseudonym_map_log import log_map


@click.command("map")
@store_argument
@options.own_directory
@click.option("--from", "former", type=click.IntRange(min=1), required=True, help="The epoch until now.")
@click.option(
    "--to", "present", type=click.IntRange(min=1), help="The epoch from now on.  [default: the newest]"
)
@click.option("--recipient", required=True, help="Whom the pseudonyms are for.")
@click.option("--purpose", required=True, help="Purpose of the pseudonyms.")
@click.option("--reader", required=True, help="The recipient's public key (slx1...), compared by voice.")
@click.option(
    "--seen",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A CSV table that the recipient has: only its pseudonyms are in the map.",
)
@click.option("--column", default="person", show_default=True, help="The column of pseudonyms.")
@key_file
@click.option(
    "-o", "--output", metavar="FILE", required=True, type=click.Path(dir_okay=False, path_type=Path)
)
def map_epochs(
    store: Path,
    directory: Path,
    *,
    former: int,
    present: int | None,
    recipient: str,
    purpose: str,
    reader: str,
    seen: Path,
    column: str,
    key_file: Path | None,
    output: Path,
) -> None:
    """Make the map from old to new pseudonyms of people, for the recipient with the old pseudonyms.

    Only the member can make the map, while both epochs' keys exist; the map is logged. Destroy the old epoch
    afterwards: then nobody can make the map again.
    """
    kept = read_store(store)
    with open_table(seen) as table:
        at = table.position(column)
        had = frozenset(row[at] for row in table.rows)
    try:
        kek = unlock(kept, key_file)
        later = kept.current if present is None else present
        keys = open_epoch(kept, kek, former), open_epoch(kept, kek, later)
        domain = Domain(kept.member, former, recipient, purpose, "person")
        public = parse_public(reader)
        with open_member(directory) as node:
            made = epoch_map(keys, domain, later, values_of(node), had)
            with whole(output) as out:
                out.write(sealed_map(made, public, domain, later).decode("utf-8"))
                log_map(node, domain, later, reader, made)
    except AnonymiserError as error:
        raise SecretError(error.message, remedy=error.remedy) from None
    click.echo(f"The map for {recipient} is sealed in {output}.")


@click.command("read-map")
@click.argument("source", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--key",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Your key file, see `safelane extract keys`.",
)
@click.option(
    "-o", "--output", metavar="OUT.csv", required=True, type=click.Path(dir_okay=False, path_type=Path)
)
def read_map(source: Path, key: Path, output: Path) -> None:
    """Open a map that was sealed to your key, as the recipient: old and new pseudonyms as CSV."""
    try:
        made = opened_map(source.read_bytes(), read_key(key))
    except AnonymiserError as error:
        raise UnopenedError(f"{source}: {error.message}", remedy=error.remedy) from None
    with whole(output) as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("former", "present"))
        writer.writerows(map(harmless_row, made.items()))
    click.echo(f"{len(made)} pseudonyms", err=True)
