"""`safelane member`: a member node, inside its state."""

from pathlib import Path

import click

from gateway.bootstrap.member import open_member
from gateway.bootstrap.serving import Stop, serve_member
from gateway.cli import options
from gateway.cli.logging import log_to_output
from gateway.cli.progress import building
from gateway.cli.serving import stop_on_signals, stop_with_parent
from gateway.member.building import build
from gateway.member.policies import put_in_force


@click.group()
def member() -> None:
    """A member node, inside its state."""


@member.command()
@options.own_directory
@options.with_parent
def serve(directory: Path, with_parent: bool) -> None:
    """Answer the hub's questions until stopped."""
    log_to_output()
    stop = Stop()
    stop_on_signals(stop)
    if with_parent:
        stop_with_parent(stop)
    serve_member(directory, stop)


@member.command()
@click.argument("policy", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@options.own_directory
def policy(policy: Path, directory: Path) -> None:
    """Put the document POLICY in force. Build the cube again afterwards."""
    with open_member(directory) as node:
        in_force = put_in_force(node, policy.read_text(encoding="utf-8"))
    click.echo(f"Version {in_force.version} of the policy is in force.")


@member.command()
@options.own_directory
def cube(directory: Path) -> None:
    """Protect the newest snapshot under the policy in force; from then on this cube answers."""
    with open_member(directory) as node, building() as progress:
        built = build(node, progress)
    click.echo(
        f"The cube of snapshot {built.snapshot.id} under policy version {built.policy_version} answers."
    )
