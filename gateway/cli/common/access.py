"""`safelane access`: stores the token of an analyst, auditor or program for `safelane ask`."""

from pathlib import Path

import click

from gateway.keys.access import Access, keep_access


@click.command()
@click.option(
    "--dir",
    "directory",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Directory to keep it in; name it to `safelane ask` afterwards.",
)
@click.option("--hub", "hub_url", required=True, help="Address of the hub: https://...")
@click.option("--log-key", required=True, help="Key of the regional log, as the hub's operator gave it.")
@click.option("--token", prompt=True, hide_input=True, help="Better left out: then it is asked for, unseen.")
def access(directory: Path, hub_url: str, log_key: str, token: str) -> None:
    """Store a hub's address and a token for the hub, in a file that only you can read."""
    keep_access(directory, Access(hub_url, token.strip(), log_key))
    click.echo(f"Kept. Ask with: safelane ask --dir {directory} ...")
