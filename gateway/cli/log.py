"""`safelane log`: the log of a hub or a node, as files, as a list, and as receipts."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from audit import directory as log_directory
from audit.errors import AuditError
from gateway.bootstrap.logs import OwnLog, demo_hub, open_log
from gateway.cli import options
from gateway.cli.log_text import line_of
from gateway.cli.log_watch import alerts, evidence
from gateway.errors import SafelaneError

_AT_ONCE = 1000


class LogCommandError(SafelaneError):
    """The log could not be read, or does not have what was asked for."""

    exit_code = 6


@contextmanager
def _opened(directory: Path) -> Iterator[OwnLog]:
    """The log of a hub, a node, or of the hub of a demo region."""
    own = demo_hub(directory)
    try:
        with open_log(own) as opened:
            yield opened
    except AuditError as error:
        raise LogCommandError(f"{own}: {error}.") from None
    except OSError as error:
        raise LogCommandError(
            f"{error.filename} cannot be written: {error.strerror}.",
            remedy="Name another place, or make room.",
        ) from None


@click.group("log")
def command() -> None:
    """The log that nobody can rewrite: export, list, prove, watch. Also while everything is stopped."""


command.add_command(alerts)
command.add_command(evidence)


@command.command()
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@options.directory
def export(out: Path, directory: Path) -> None:
    """Write the log at its current checkpoint into the new directory OUT, for auditors.

    Check it with other people's tools, or with: python -m audit verify OUT
    """
    with _opened(directory) as own:
        checkpoint = log_directory.export(own.log, own.storage, out, own.witnesses)
    click.echo(f"{checkpoint.origin}: {checkpoint.size} entries are in {out}")
    click.echo(f"Check them: python -m audit verify {out}")


@command.command("list")
@options.directory
def list_entries(directory: Path) -> None:
    """List the entries, oldest first."""
    with _opened(directory) as own:
        head = own.storage.head()
        size = 0 if head is None else head.size
        for start in range(0, size, _AT_ONCE):
            entries = own.storage.read_entries(start, min(start + _AT_ONCE, size))
            for number, entry in enumerate(entries, start=start):
                click.echo(line_of(number, entry))


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
    """Prove entry INDEX: a receipt that anybody can check offline with the log's key."""
    with _opened(directory) as own:
        proof = own.log.receipt(own.storage, index)
        entry = own.log.entry(own.storage, index)
        out.write_bytes(str(proof).encode())
        entry_out.write_bytes(entry)
    click.echo(f"Check it: python -m audit verify {out} --entry {entry_out} --vkey '{own.log.key}'")
