"""`safelane backup`, `safelane restore`: a hub or a node, saved whole and brought back."""

from pathlib import Path

import click

from gateway.bootstrap.backup import Manifest, back_up, check, restore
from gateway.cli import options
from gateway.cli.progress import building

FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("target", type=FOLDER)
@options.own_directory
def backup(target: Path, directory: Path) -> None:
    """Save a hub or a node in the new folder TARGET, and read it back. It may go on serving meanwhile.

    The backup holds all keys: keep it as safe as the original, on another disk.
    """
    with building("copying") as progress:
        manifest = back_up(directory, target, lambda table, rows: progress(f"{table}: {rows} rows", 0.5))
    click.echo(f"{target}: {_told(manifest)}. Read back and whole.")


@click.command(name="restore")
@click.argument("source", metavar="BACKUP", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--dir", "directory", type=FOLDER, help="Where to: a new or an empty directory.")
@options.database
@click.option("--check", "only_check", is_flag=True, help="Read the backup back, and restore nothing.")
def restore_command(source: Path, directory: Path | None, database: str, only_check: bool) -> None:
    """Bring a BACKUP back into an empty directory, also from SQLite to PostgreSQL.

    The log does not grow before its witnesses have shown that they have seen no more than the backup holds.
    """
    if only_check:
        click.echo(f"{source}: {_told(check(source))}. Whole.")
        return
    if directory is None:
        raise click.UsageError("Name the directory with --dir, or say --check.")
    with building("copying") as progress:
        manifest = restore(
            source, directory, database, lambda table, rows: progress(f"{table}: {rows} rows", 0.5)
        )
    click.echo(f"{directory}: {_told(manifest)}. Serve it; it signs once its witnesses were heard.")


def _told(manifest: Manifest) -> str:
    what = "the hub of" if manifest.side == "hub" else "the node of"
    return f"{what} {manifest.name} as of {manifest.made_at}, {manifest.log_size} log entries"
