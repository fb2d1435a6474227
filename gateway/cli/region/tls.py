"""`safelane tls`: an authority of one's own, and a certificate by it, for an office without internet."""

from pathlib import Path

import click

from gateway.bootstrap.setup.private_authority import AUTHORITY, fingerprint_of, issue, own_authority
from gateway.cli.common import options


@click.command()
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@options.own_directory
@click.option("--for-proxy", is_flag=True, help="The settings stay: a TLS proxy takes the files.")
def command(names: tuple[str, ...], directory: Path, *, for_proxy: bool) -> None:
    """Issue a TLS certificate for the NAMEs and addresses at which a hub or a node is reached.

    The first time it makes the authority that issues it, for these names alone; later it renews the
    certificate, and one that serves takes the new one by itself.
    """
    ends = issue(directory, names, for_proxy=for_proxy)
    click.echo(f"{directory} has a certificate for {', '.join(names)}, up to {ends:%Y-%m-%d}.")
    click.echo(f"Whoever opens its pages has to trust {directory / AUTHORITY}, of this SHA-256:")
    click.echo(f"\n    {fingerprint_of(own_authority(directory))}\n")
    click.echo("Members that join from now on trust it by their invitation.")
