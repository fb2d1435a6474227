"""`safelane log`: the log of a hub or a node, as files, as a list, and as receipts."""

from pathlib import Path

import click

from audit.events.event_values import ReadAction
from audit.log import directory as log_directory
from gateway.bootstrap.setup.open_member import open_member
from gateway.bootstrap.setup.region_mirrors import write_mirror
from gateway.cli.common import options
from gateway.cli.log.kept_log import log_reading, opened
from gateway.cli.log.log_check import check
from gateway.cli.log.log_keys import rotate_key, rotate_witness
from gateway.cli.log.log_list import list_entries
from gateway.cli.log.log_read import dossier, erase, explain, notices, replay, sample
from gateway.cli.log.log_replay import replay_files
from gateway.cli.log.log_watch import alerts, evidence


@click.group("log")
def command() -> None:
    """The log that nobody can rewrite: read, prove, export, watch. Also while everything is stopped."""


for each in (alerts, check, dossier, erase, evidence, explain, list_entries, notices, replay, sample):
    command.add_command(each)
for each in (replay_files, rotate_key, rotate_witness):
    command.add_command(each)


@command.command()
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@options.directory
def export(out: Path, directory: Path) -> None:
    """Write the log at its current checkpoint into the new directory OUT, for auditors.

    Check the export with other people's tools, or with: python -m audit verify OUT
    """
    with opened(directory) as found, found.kept.store.reading() as view:
        # The checkpoint is taken first: the entry about this reading comes after what is exported.
        signed = found.kept.log.checkpoint(view.log)
        log_reading(found, ReadAction.EXPORT, {})
        witnesses = found.kept.witnesses()
        checkpoint = log_directory.export(found.kept.log, view.log, out, witnesses, signed)
    click.echo(f"{checkpoint.origin}: {checkpoint.size} entries are in {out}")
    click.echo(f"Check them: python -m audit verify {out}")


@command.command()
@click.argument("index", type=click.IntRange(min=0))
@options.directory
@click.option(
    "-o",
    "--receipt",
    "out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="R",
    help="Where the proof is written (c2sp.org/tlog-proof).",
)
@click.option(
    "--entry", "entry_out", required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="E",
    help="Where the bytes of the entry are written.",
)  # fmt: skip
def receipt(index: int, directory: Path, out: Path, entry_out: Path) -> None:
    """Prove entry INDEX: a receipt that anybody can check offline with the log's key.

    The receipt carries all cosignatures so far: make the receipt again to complete it.
    """
    with opened(directory) as found, found.kept.store.reading() as view:
        log = found.kept.log
        proof = log.fullest_receipt(view.log, index)
        entry = log.entry(view.log, index)
        out.write_bytes(str(proof).encode())
        entry_out.write_bytes(entry)
    click.echo(f"Check it: python -m audit verify {out} --entry {entry_out} --vkey '{log.key}'")


@command.command()
@click.argument("out", type=click.Path(path_type=Path))
@options.own_directory
def mirror(out: Path, directory: Path) -> None:
    """Write a node's mirror of the regional log into the new folder OUT: a lost hub is founded anew from it.

    Nothing in OUT is secret. OUT is a log like an exported one: python -m audit verify OUT
    """
    with open_member(directory) as node:
        checkpoint, seen = write_mirror(node, directory, out)
    click.echo(f"{checkpoint.origin}: {checkpoint.size} entries are in {out}")
    click.echo(f"This node has seen {seen} entries of it.")
    click.echo("For the hub's operator, if the hub is lost: safelane hub refound")
