"""`safelane keys`: the signing keys of a node's controllers, each sealed under a passphrase."""

from pathlib import Path

import click

from audit.formats.vkey import VerifierKey
from gateway.bootstrap.setup.controller_keys import back_up, create_key, key_ring, person, restore, rotate_key
from gateway.bootstrap.setup.open_member import open_member
from gateway.cli.common import options
from gateway.cli.common.signers import passphrase_of, unlocked
from gateway.member.model.signing_key import Duty, Holder
from gateway.member.node import signing_keys

SECOND = "second person"

name_argument = click.argument("name", metavar="NAME")


@click.group("keys")
def command() -> None:
    """The controllers' own keys, which sign policies and approvals."""


@command.command()
@name_argument
@options.own_directory
@click.option("--second-person", is_flag=True, help="Only to review and to approve beside a controller.")
@click.option("--by", metavar="NAME", help="The controller who vouches for this key; not for the first.")
def create(name: str, directory: Path, second_person: bool, by: str | None) -> None:
    """Make a key for NAME, sealed under a passphrase that only this person knows."""
    duty = Duty.SECOND if second_person else Duty.CONTROLLER
    with open_member(directory) as node:
        signing_keys.key_name(node, name)
        voucher = None if by is None else unlocked(directory, node, by)
        made = create_key(directory, node, name, duty, passphrase_of(name, new=True), by=voucher)
        path = key_ring(directory).path(made.key)
    click.echo(f"The key of {name} ({_duty(made)}) is valid from now on: {path}")
    click.echo(f"Keep a copy elsewhere: safelane keys backup {name} FILE --dir {directory}")


@command.command("list")
@options.own_directory
def list_keys(directory: Path) -> None:
    """List valid and former keys."""
    ring = key_ring(directory)
    with open_member(directory) as node, node.store.reading() as view:
        known = view.holders()
    if not known:
        click.echo("No key is valid here yet. Make the first: safelane keys create NAME.")
    for holder in known:
        here = "" if not holder.counts or ring.path(holder.key).exists() else ", its file is not here"
        click.echo(
            f"{holder.name:<20} {_duty(holder):<14} {VerifierKey.parse(holder.key).key_id.hex()}  "
            f"{_state(holder)}{here}"
        )


@command.command()
@name_argument
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@options.own_directory
def backup(name: str, file: Path, directory: Path) -> None:
    """Copy the sealed key of NAME to FILE, once the passphrase has opened the key."""
    with open_member(directory) as node:
        back_up(directory, node, name, passphrase_of(name), file)
    click.echo(f"{file} opens with the passphrase of {name}, and with nothing else. Keep it in a safe place.")


@command.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@options.own_directory
def restore_key(file: Path, directory: Path) -> None:
    """Restore a key from its backup FILE."""
    with open_member(directory) as node:
        back = restore(directory, node, file, passphrase_of(file.name))
    click.echo(f"The key of {back.name} is back.")


@command.command()
@name_argument
@options.own_directory
def rotate(name: str, directory: Path) -> None:
    """Replace the key of NAME; the former key signs the change and is no longer valid."""
    with open_member(directory) as node:
        who = unlocked(directory, node, name)
        new = rotate_key(directory, node, who, passphrase_of(name, new=True))
        path = key_ring(directory).path(new.key)
    click.echo(f"A new key of {name} is valid from now on: {path}")
    click.echo("Former signatures stay valid. Back the new key up, and destroy the old backups.")


@command.command()
@name_argument
@options.own_directory
@click.option("--by", metavar="NAME", help="The controller who signs this; omit where no key is left.")
@click.option("--reason", type=click.Choice(["lost", "stolen", "left"]), required=True, help="Why.")
def revoke(name: str, directory: Path, by: str | None, reason: str) -> None:
    """Make the key of NAME invalid from now on. The policy in force stays in force."""
    with open_member(directory) as node:
        with node.store.reading() as view:
            holder = signing_keys.holder_of(view, name)
        signer = None if by is None else person(directory, node, by, passphrase_of(by))
        note = None if signer is None else signer.sign(signing_keys.revocation(node, holder.key, reason))
        signing_keys.revoke(node, holder, reason, note)
    click.echo(f"The key of {name} is no longer valid, as the log records.")
    if reason == "stolen":
        click.echo(
            "Look at what it signed: safelane policy history. To end a policy: safelane policy revoke."
        )


def _duty(holder: Holder) -> str:
    return "controller" if holder.duty is Duty.CONTROLLER else SECOND


def _state(holder: Holder) -> str:
    if holder.until is None:
        return f"counts since {holder.since:%Y-%m-%d}"
    return f"{'revoked' if holder.revoked else 'replaced'} on {holder.until:%Y-%m-%d}"
