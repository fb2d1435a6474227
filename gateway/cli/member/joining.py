"""`safelane member join`, `confirm` and `trust-hub`: a node joins a region, and trusts its hub."""

from pathlib import Path

import click

from gateway.bootstrap.setup.joining import confirm, join, renew
from gateway.bootstrap.setup.trust_hub import trust_hub
from gateway.cli.common import options
from gateway.cli.common.files import read_document
from gateway.wire.enrolment import parse_invitation


@click.command(name="join")
@click.argument("invitation", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@options.own_directory
@options.database
@click.option("--new-keys", is_flag=True, help="New keys for a node that is set up; log and data stay.")
def join_region(invitation: Path, directory: Path, database: str, *, new_keys: bool) -> None:
    """Set up a node in an empty directory, and apply with the hub's INVITATION."""
    read = parse_invitation(read_document(invitation))
    joining = renew(directory, read) if new_keys else join(directory, read, database)
    click.echo(f"{joining.enrolment.member} has applied to {joining.hub_url}.")
    click.echo("Call the hub's operator, at a number that you know already, and compare this fingerprint:")
    click.echo(f"\n    {joining.fingerprint}\n")
    click.echo(f"When both sides have the same: safelane member confirm --dir {directory}")


@click.command(name="confirm")
@options.own_directory
@options.fingerprint
def confirm_region(directory: Path, fingerprint: str) -> None:
    """Become part of the region, after comparing the fingerprint by voice."""
    joining = confirm(directory, fingerprint)
    click.echo(f"{joining.enrolment.member} trusts the hub at {joining.hub_url} from now on.")
    if joining.renews:
        click.echo("Start the node again: it has new keys.")


@click.command(name="trust-hub")
@options.own_directory
@options.fingerprint
def trust(directory: Path, fingerprint: str) -> None:
    """Trust the hub's new key, after hearing its fingerprint by voice. Stop the node first."""
    call_key = trust_hub(directory, fingerprint)
    click.echo(f"Replies of the hub are believed under {call_key} from now on. Start the node again.")
