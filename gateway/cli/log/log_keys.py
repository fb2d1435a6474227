"""`safelane log rotate-key`, `rotate-witness-key` and `safelane hub rotate-key`: a new key takes over."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import click

from audit.formats.vkey import WITNESS_KEY_TYPES
from gateway.bootstrap.setup.key_rotation import Rotation, rotate_call_key, rotate_log_key, rotate_witness_key
from gateway.bootstrap.setup.open_hub import open_hub
from gateway.bootstrap.upkeep.log_opening import demo_hub
from gateway.cli.common import options
from gateway.config import HubConfig, read_config
from gateway.errors import SafelaneError
from gateway.hub.enrolment import hub_keys
from gateway.wire.enrolment import hub_fingerprint

OVERLAP_DAYS = 30


class RotationError(SafelaneError):
    """A self-contradictory change of keys."""

    exit_code = 2


def _options(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        options.directory,
        click.option("--reason", required=True, help="Reason, for the log, which everybody can read."),
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
@options.key_type("--key-type", "Of the new key; otherwise that of the former.")
def rotate_witness(
    directory: Path, reason: str, overlap_days: int | None, compromised: bool, key_type: str | None
) -> None:
    """Let a new key cosign the other side's log, and log the change. Stop the hub or node first."""
    overlap = _overlap(overlap_days, compromised)
    kind = None if key_type is None else WITNESS_KEY_TYPES[key_type]
    rotation = rotate_witness_key(demo_hub(directory), reason, overlap, key_type=kind)
    _show(rotation, compromised)
    click.echo("The other side learns the key from this log. Replace the former key in policies.")


@click.command("rotate-key")
@_options
def rotate_calls(directory: Path, reason: str, overlap_days: int | None, compromised: bool) -> None:
    """Let a new key sign the hub's replies to members, and log the change. Stop the hub first."""
    place = demo_hub(directory)
    rotation = rotate_call_key(place, reason, _overlap(overlap_days, compromised))
    _show(rotation, compromised)
    _show_fingerprint(place, rotation.present)
    if compromised:
        click.echo("Read it out to every member by telephone. Each types it in: safelane member trust-hub")
    else:
        click.echo("Members learn the new key by themselves. Invitations that were not used hold the former.")


@click.command("keys")
@options.directory
def show_keys(directory: Path) -> None:
    """Show the hub's keys, and the fingerprint of its reply key, to be read out to members."""
    place = demo_hub(directory)
    with open_hub(place) as hub:
        keys = hub_keys(hub)
    click.echo(f"Key of the log:     {keys.log_key}")
    click.echo(f"Key of the replies: {keys.call_key}")
    _show_fingerprint(place, keys.call_key)


def _show_fingerprint(directory: Path, call_key: str) -> None:
    click.echo(f"Fingerprint:        {hub_fingerprint(read_config(directory, HubConfig).origin, call_key)}")


def _overlap(days: int | None, compromised: bool) -> timedelta:
    if compromised and days is not None:
        raise RotationError("A key that may be stolen has no overlap.", remedy="Omit --overlap-days.")
    return timedelta(0) if compromised else timedelta(days=OVERLAP_DAYS if days is None else days)


def _show(rotation: Rotation, compromised: bool) -> None:
    click.echo(f"Former key: {rotation.former}")
    click.echo(f"New key:    {rotation.present}")
    if compromised:
        click.echo(
            "The former key is no longer valid. The new key is trusted only after a comparison by voice."
        )
    else:
        click.echo(f"Both are valid until {rotation.overlap_until:%Y-%m-%d %H:%M:%S}Z.")
