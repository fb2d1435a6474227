"""`safelane member`: a member node, inside its state."""

import json
import os
from pathlib import Path

import click

from gateway.bootstrap.joining import confirm, join, renew
from gateway.bootstrap.loading import load_source
from gateway.bootstrap.member import open_member
from gateway.bootstrap.serving_member import serve_member
from gateway.bootstrap.stopping import Stop
from gateway.bootstrap.trusting import trust_hub
from gateway.cli import approvals, options
from gateway.cli.figures import command as figures_command
from gateway.cli.files import read_document
from gateway.cli.logging import log_to_output
from gateway.cli.mapping import command as map_command
from gateway.cli.member_records import changes_command, consent_command, told
from gateway.cli.progress import building, reading
from gateway.cli.recomputing import command as recompute_command
from gateway.cli.revisions import command as revisions_command
from gateway.cli.serving import stop_on_signals, stop_with_parent
from gateway.cli.working import command as work_command
from gateway.demo.preparing import prepare as do_prepare
from gateway.member.building import build
from gateway.wire.enrolling import parse_invitation


@click.group()
def member() -> None:
    """A member node, inside its state."""


member.add_command(map_command)
member.add_command(approvals.command)
member.add_command(approvals.quotas)
member.add_command(revisions_command)
member.add_command(changes_command)
member.add_command(figures_command)
member.add_command(consent_command)
member.add_command(recompute_command)
member.add_command(work_command)


@member.command(name="join")
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


@member.command(name="confirm")
@options.own_directory
@options.fingerprint
def confirm_region(directory: Path, fingerprint: str) -> None:
    """Become part of the region, after comparing the fingerprint by voice."""
    joining = confirm(directory, fingerprint)
    click.echo(f"{joining.enrolment.member} trusts the hub at {joining.hub_url} from now on.")
    if joining.renews:
        click.echo("Start the node again: it has new keys.")


@member.command(name="trust-hub")
@options.own_directory
@options.fingerprint
def trust(directory: Path, fingerprint: str) -> None:
    """Believe the hub's new key, after hearing its fingerprint by voice. Stop the node first."""
    call_key = trust_hub(directory, fingerprint)
    click.echo(f"Replies of the hub are believed under {call_key} from now on. Start the node again.")


@member.command()
@options.own_directory
@click.option("--hub", "hub_url", help="Address of the hub, if it is another than in safelane.yaml.")
@options.server
@options.with_parent
def serve(directory: Path, hub_url: str | None, server: str, with_parent: bool) -> None:
    """Answer the hub's questions until stopped."""
    log_to_output()
    stop = Stop()
    stop_on_signals(stop)
    if with_parent:
        stop_with_parent(stop)
    serve_member(directory, stop, hub_url, server=server)


@member.command()
@click.argument("source")
@options.mapping
@options.own_directory
def load(source: str, mapping: Path, directory: Path) -> None:
    """Load the national register SOURCE, a file, a folder or the URL of a database; whole or not at all."""
    with open_member(directory) as node, reading() as progress:
        loaded = load_source(directory, node, source, read_document(mapping), progress)
    click.echo(
        f"Snapshot {loaded.kept.id}: {len(loaded.load.snapshot)} casualties up to {loaded.kept.until}, "
        f"from {loaded.load.rows} rows. For this state only."
    )
    for line in told(loaded.changes):
        click.echo(line)
    click.echo()
    click.echo(loaded.quality, nl=False)


@member.command(hidden=True)
@options.own_directory
@options.with_parent
def prepare(directory: Path, with_parent: bool) -> None:
    """Make a member of the demo ready: load, policy, cube. Progress goes out as lines of JSON."""
    if with_parent:
        stop_with_parent(lambda: os._exit(1))
    do_prepare(directory, lambda step, done: click.echo(json.dumps({"step": step, "done": done})))


@member.command()
@options.own_directory
def cube(directory: Path) -> None:
    """Protect the newest snapshot under the policy in force; from then on this cube answers."""
    with open_member(directory) as node, building() as progress:
        built = build(node, progress)
    click.echo(
        f"The cube of snapshot {built.snapshot.id} under policy version {built.policy_version} answers."
    )
