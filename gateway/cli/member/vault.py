"""`safelane vault`: a node's stored identifiers and narratives, and their custodians."""

from collections.abc import Sequence
from pathlib import Path

import click

from anonymisers.errors import AnonymiserError
from anonymisers.identity.custodian_rotation import open_for_rotation
from anonymisers.identity.key_custody import (
    Lock,
    lock_from_passphrase,
    new_custody,
    open_redacted,
    open_share,
)
from gateway.bootstrap.setup.layout import Layout
from gateway.bootstrap.setup.open_member import open_member
from gateway.cli.common import options
from gateway.cli.common.custodians import as_custodian, new_passphrase, own_key, unlocked
from gateway.cli.common.unlocking import SecretError
from gateway.config import MemberConfig, read_config
from gateway.keys.custody import VaultFile, new_key_file, read_custody, write_custody
from gateway.member.records.custodian_rotation import exchange as exchange_custodians


@click.group()
def vault() -> None:
    """A node's identifiers and narratives, encrypted; two custodians open the vault together."""


@vault.command()
@options.own_directory
@click.option(
    "--custodian",
    "custodians",
    metavar="NAME[=KEYFILE]",
    multiple=True,
    required=True,
    help="A custodian, at least two; with a new key file, else a passphrase is asked for.",
)
def create(directory: Path, custodians: Sequence[str]) -> None:
    """Make a vault for a node. Each custodian types a passphrase that no other custodian sees."""
    member = read_config(directory, MemberConfig).member
    names = [text.partition("=")[0] for text in custodians]
    if len(set(names)) < len(names):
        raise click.UsageError("every custodian has a name of its own")
    try:
        custody = new_custody(member, {n: _new_lock(n, t) for n, t in zip(names, custodians, strict=True)})
    except AnonymiserError as error:
        raise SecretError(error.message, remedy=error.remedy) from None
    write_custody(Layout(directory).keys, custody)
    click.echo(f"The vault of {member} is made. Two of these open it together: {', '.join(names)}.")


def _new_lock(name: str, text: str) -> Lock:
    path = text.partition("=")[2]
    return new_key_file(Path(path)) if path else lock_from_passphrase(new_passphrase(name))


@vault.command()
@options.own_directory
def show(directory: Path) -> None:
    """Show the custodians of a node's vault, and the load in the vault."""
    custody = read_custody(Layout(directory).keys)
    with open_member(directory) as node, node.store.reading() as view:
        load = view.vault.load()
    for custodian in custody.custodians:
        click.echo(f"{custodian.name}\t{'passphrase' if custodian.salt else 'key file'}")
    click.echo("The vault is empty." if load is None else "The vault keeps the fields of the newest load.")


@vault.command()
@options.own_directory
@as_custodian
@own_key
def check(directory: Path, custodian: str, key_file: Path | None) -> None:
    """Check that a custodian's passphrase or key file still opens the own part of the vault."""
    custody, lock = unlocked(directory, custodian, key_file)
    try:
        open_share(custody, custodian, lock)
        open_redacted(custody, custodian, lock)
    except AnonymiserError as error:
        raise SecretError(error.message, remedy=error.remedy) from None
    click.echo(f"The part of {custodian} opens.")


@vault.command()
@options.own_directory
@click.option("--leaves", metavar="NAME", required=True, help="The custodian who is replaced.")
@click.option(
    "--joins",
    metavar="NAME[=KEYFILE]",
    required=True,
    help="The new custodian, with a new key file, else a passphrase is asked for.",
)
@click.option(
    "--custodian",
    "custodians",
    metavar="NAME[=KEYFILE]",
    multiple=True,
    required=True,
    help="A custodian who is present, at least two: all who stay, and the replaced one where only one stays.",
)
def exchange(directory: Path, leaves: str, joins: str, custodians: Sequence[str]) -> None:
    """Replace a custodian. All custodians get new shares; the old shares open nothing any more."""
    named = [text.partition("=") for text in custodians]
    present = {n: unlocked(directory, n, Path(file) if file else None) for n, _, file in named}
    custody = next(iter(present.values()))[0]
    newcomer = joins.partition("=")[0]
    try:
        opened = open_for_rotation(custody, leaves, {name: lock for name, (_, lock) in present.items()})
        with open_member(directory) as node:
            key_file = VaultFile(Layout(directory).keys)
            exchange_custodians(node, key_file, opened, newcomer, _new_lock(newcomer, joins))
    except AnonymiserError as error:
        raise SecretError(error.message, remedy=error.remedy) from None
    click.echo(f"{newcomer} is a custodian in the place of {leaves}. Back up the new key file of the vault.")
