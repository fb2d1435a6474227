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
    help="Directory for the token; use the same directory with `safelane ask`.",
)
@click.option("--hub", "hub_url", required=True, help="Address of the hub: https://...")
@click.option(
    "--log-key", required=True, help="Key of the regional log, as received from the hub's operator."
)
@click.option(
    "--token", prompt=True, hide_input=True, help="Better omitted: the token is then asked for without echo."
)
def access(directory: Path, hub_url: str, log_key: str, token: str) -> None:
    """Store a hub's address and a token for the hub, in a file that only you can read."""
    keep_access(directory, Access(hub_url, token.strip(), log_key))
    click.echo(f"Kept. Ask with: safelane ask --dir {directory} ...")
