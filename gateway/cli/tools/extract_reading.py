"""The recipient's side of `safelane extract`: a personal key pair, and opening sealed extracts."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import click

from anonymisers.errors import AnonymiserError
from anonymisers.identity.sealed_messages import new_private, public_of, public_text
from anonymisers.records.sealed_extract import Content, Label, opened_extract, read_label
from gateway.cli.common.files import DocumentError, whole
from gateway.errors import SafelaneError
from gateway.export.spreadsheet_cells import harmless_row
from gateway.keys.files import read_key, write_secret


class UnopenedError(SafelaneError):
    """An extract that does not open: damaged, expired, or sealed to somebody else."""

    exit_code = 7


key_argument = click.argument("key", metavar="KEY", type=click.Path(dir_okay=False, path_type=Path))


@click.command()
@key_argument
def keys(key: Path) -> None:
    """Make the key file KEY if missing, and show its public key.

    Give the public key to the member, and compare the key by voice. A holder of the key file can read
    everything sealed to the key: keep the file where only you can read it.
    """
    if not key.exists():
        write_secret(key, new_private().hex())
    click.echo(public_text(public_of(read_key(key))))


@click.command("open")
@click.argument("source", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--key",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Your key file, see `safelane extract keys`.",
)
@click.option(
    "-o",
    "--output",
    metavar="OUT.csv",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Written whole or not at all; the terms are written to OUT.terms.txt.",
)
def open_extract(source: Path, key: Path, output: Path) -> None:
    """Open the extract FILE that was sealed to your key, unless the extract has expired.

    The member's terms are shown, and written beside the table, to which the terms belong.
    """
    try:
        data = source.read_bytes()
    except OSError as error:
        raise DocumentError(f"{source} cannot be read: {error.strerror}") from None
    try:
        label, content = opened_extract(data, read_key(key), datetime.now(UTC))
    except AnonymiserError as error:
        raise UnopenedError(f"{source}: {error.message}", remedy=error.remedy) from None
    lines = _lines(label, content)
    with whole(output.with_suffix(".terms.txt")) as out:  # first: no table without its terms
        out.writelines(f"{line}\n" for line in lines)
    with whole(output) as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(harmless_row(content.columns))
        writer.writerows(map(harmless_row, content.rows))
    for line in lines:
        click.echo(line, err=True)


def _lines(label: Label, content: Content) -> list[str]:
    """Return the facts about an extract for its reader: origin, end date, terms, and fingerprint."""
    counted = "1 record" if len(content.rows) == 1 else f"{len(content.rows)} records"
    return [
        f"{counted} of {label.member}, extract {label.id}, to be deleted by {label.expires}.",
        *content.terms,
        f"This copy is marked {content.mark}.",
    ]


@click.command("label")
@click.argument("source", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def label(source: Path) -> None:
    """Show the label of the extract FILE. Only opening the extract proves that nobody changed the label."""
    try:
        found = read_label(source.read_bytes())
    except AnonymiserError as error:
        raise UnopenedError(f"{source}: {error.message}", remedy=error.remedy) from None
    click.echo(f"{found.id}: of {found.member}, for {found.recipient}, for {found.purpose}")
    click.echo(f"sealed {found.made} to {found.reader}, until {found.expires}")


COMMANDS = (keys, open_extract, label)
