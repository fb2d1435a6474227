"""`safelane member recompute`: does the register still give the newest snapshot?"""

from pathlib import Path

import click

from gateway.bootstrap.loading.register_loading import recompute
from gateway.bootstrap.setup.open_member import open_member
from gateway.cli.common import options
from gateway.cli.common.files import read_document
from gateway.cli.common.progress import reading


@click.command("recompute")
@click.argument("source", required=False, default="")
@options.mapping
@options.own_directory
def command(source: str, mapping: Path, directory: Path) -> None:
    """Read SOURCE again and compare with the newest snapshot; nothing is kept, nothing is logged.

    Without SOURCE the address that the mapping names is read. A snapshot depends on its source, its mapping
    and the node's keys alone: the same three give the same snapshot.
    """
    with open_member(directory) as node, reading() as progress:
        kept = recompute(directory, node, source, read_document(mapping), progress)
    click.echo(f"Source, mapping and keys give snapshot {kept.id} again, row by row.")
