"""`safelane log rotate-key` and `rotate-witness-key`: a new key takes over, in order or after a theft."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import click

from gateway.bootstrap.logs import demo_hub
from gateway.bootstrap.rotating import Rotation, rotate_log_key, rotate_witness_key
from gateway.cli import options
from gateway.errors import SafelaneError

OVERLAP_DAYS = 30


class RotationError(SafelaneError):
    """A change of keys that contradicts itself."""

    exit_code = 2


def _options(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        options.directory,
        click.option("--reason", required=True, help="Why, for the log: it can be read by everybody."),
        click.option(
            "--overlap-days",
            type=click.IntRange(1, 366),
            help=f"How long the former key stays valid beside the new one. [default: {OVERLAP_DAYS}]",
        ),
        click.option(
            "--compromised", is_flag=True, help="The former key may be stolen: it ends now, without overlap."
        ),
    ):
        command = option(command)
    return command


@click.command("rotate-key")
@_options
def rotate_key(directory: Path, reason: str, overlap_days: int | None, compromised: bool) -> None:
    """Let a new key sign the log, and log the change. Stop the hub or node first."""
    rotation = rotate_log_key(demo_hub(directory), reason, _overlap(overlap_days, compromised))
    _show(rotation, compromised)
    click.echo("Give the new key to members, analysts and auditors by another way than the network.")


@click.command("rotate-witness-key")
@_options
def rotate_witness(directory: Path, reason: str, overlap_days: int | None, compromised: bool) -> None:
    """Let a new key cosign the other side's log, and log the change. Stop the hub or node first."""
    rotation = rotate_witness_key(demo_hub(directory), reason, _overlap(overlap_days, compromised))
    _show(rotation, compromised)
    click.echo("The other side learns it from this log. Put it into policies that name the former one.")


def _overlap(days: int | None, compromised: bool) -> timedelta:
    if compromised and days is not None:
        raise RotationError("A key that may be stolen has no overlap.", remedy="Leave --overlap-days away.")
    return timedelta(0) if compromised else timedelta(days=OVERLAP_DAYS if days is None else days)


def _show(rotation: Rotation, compromised: bool) -> None:
    click.echo(f"Former key: {rotation.former}")
    click.echo(f"New key:    {rotation.present}")
    if compromised:
        click.echo("The former key counts no more. Nobody believes the new one before having compared it.")
    else:
        click.echo(f"Both are valid until {rotation.overlap_until:%Y-%m-%d %H:%M:%S}Z.")
