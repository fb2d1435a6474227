"""Files of `safelane ask`: the ending of a file's name determines the format."""

from collections.abc import Sequence
from pathlib import Path

import click

from audit.reading.sidecar import ENDING
from gateway.dictionary import ReadyTable, regional
from gateway.errors import SafelaneError
from gateway.export import FORMS, Receipt, export
from gateway.export.stacked_files import Part, label_of, stacked_file_of
from gateway.http.client import Result
from gateway.picturing import ENGLISH


class SaveError(SafelaneError):
    """A file that cannot be written."""


def check_ending(path: Path, forms: Sequence[str] = FORMS) -> None:
    """Refuse an unknown ending of a file name before anything is asked. Raises click.UsageError."""
    if form_of(path) not in forms:
        endings = ", ".join(f".{form}" for form in forms)
        raise click.UsageError(f"{path.name} cannot be saved: its name must end in one of {endings}.")


def form_of(path: Path) -> str:
    """Return the format for the ending of a name."""
    return path.suffix.lower().removeprefix(".")


def save_result(result: Result, path: Path) -> None:
    """Write a release to a file, whole or not at all, and its sidecar beside it.

    Raises NothingToDrawError where no chart fits, SaveError where the file cannot be written.
    """
    receipt = Receipt(result.log, result.asked_index, result.released_index)
    content = export(result.release, form_of(path), regional(), receipt=receipt)
    beside = path.with_name(path.name + ENDING)
    # First, so that a new table never lies beside the sidecar of a former one.
    beside.unlink(missing_ok=True)
    write_whole(path, content)
    click.echo(f"Saved {path}.", err=True)
    if result.sidecar is None:
        click.echo("The hub gave no sidecar: this file cannot be checked without the hub.", err=True)
    else:
        write_whole(beside, str(result.sidecar).encode())
        click.echo(f"Saved {beside}: python -m audit open {path} checks the table with it.", err=True)


def save_stacked(name: str, results: Sequence[tuple[ReadyTable, Result]], path: Path) -> None:
    """Write the tables of a ready-made question to one file, whole or not at all. It has no sidecar.

    Raises LayoutError where they cannot stand in one sheet, SaveError where the file cannot be written.
    """
    dictionary = regional()
    parts = [
        Part(
            table.name.rpartition(".")[2],
            each.release,
            label_of(dictionary, table),
            Receipt(each.log, each.asked_index, each.released_index),
        )
        for table, each in results
    ]
    title = dictionary.ready_made[name].label
    write_whole(path, stacked_file_of(form_of(path), title, parts, dictionary, ENGLISH))
    path.with_name(path.name + ENDING).unlink(missing_ok=True)  # of a former table
    click.echo(f"Saved {path}: {len(parts)} tables as one.", err=True)
    click.echo(f"To check one of them without the hub, ask for it alone: {results[0][0].name}.", err=True)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all. Raises SaveError."""
    partial = path.with_name(path.name + ".partial")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    except OSError as error:
        raise SaveError(
            f"{path} cannot be written: {error.strerror}.",
            remedy="Choose a folder that is there and that you may write to, and ask again.",
        ) from error
    finally:
        partial.unlink(missing_ok=True)
