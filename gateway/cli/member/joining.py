"""`safelane member join`, `confirm`, `trust-hub`, `go-on`: a node joins a region, and trusts its hub."""

from pathlib import Path

import click

from gateway.bootstrap.setup.at_rest import Said
from gateway.bootstrap.setup.joining import confirm, join, renew
from gateway.bootstrap.setup.open_member import open_member
from gateway.bootstrap.setup.trust_hub import trust_hub
from gateway.cli.common import options
from gateway.cli.common.at_rest import encrypted_at_rest
from gateway.cli.common.files import read_document
from gateway.member.region.taking_back import go_on_unconfirmed
from gateway.wire.enrolment import parse_invitation


@click.command(name="join")
@click.argument("invitation", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@options.own_directory
@options.database
@click.option("--new-keys", is_flag=True, help="New keys for a node that is set up; log and data stay.")
@encrypted_at_rest()
def join_region(invitation: Path, directory: Path, database: str, said: Said, *, new_keys: bool) -> None:
    """Set up a node in an empty directory, and apply with the hub's INVITATION."""
    read = parse_invitation(read_document(invitation))
    joining = renew(directory, read) if new_keys else join(directory, read, database, said)
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


@click.command(name="go-on")
@options.own_directory
@click.option("--reason", required=True, metavar="TEXT", help="Why nobody can confirm it; the log keeps it.")
def go_on(directory: Path, reason: str) -> None:
    """After a restore: cosign the regional log though no other member has confirmed it since.

    For one node of a region that was restored as a whole, or whose other members are gone for long. Compare
    the hub's checkpoint with what somebody else has kept of it first: a hub could show this node another
    history.
    """
    with open_member(directory) as node:
        go_on_unconfirmed(node, reason)
    click.echo("The node goes on with its hub's next call, and its log says that nobody confirmed it.")
