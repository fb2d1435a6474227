"""`safelane epoch`: the keys behind pseudonyms, made, listed and destroyed by the member alone."""

from pathlib import Path

import click

from anonymisers.errors import AnonymiserError
from anonymisers.identity.key_epochs import EpochStore, begin_epoch, destroy_epoch, dump_store, new_store
from gateway.cli.common.files import whole
from gateway.cli.common.unlocking import (
    SecretError,
    key_file,
    make_key_file,
    read_store,
    store_argument,
    unlock,
)
from gateway.cli.tools.epoch_map import map_epochs, read_map


@click.group()
def epoch() -> None:
    """The keys behind pseudonyms: begin an epoch, map its pseudonyms to a new epoch, destroy an epoch for
    good.
    """


epoch.add_command(map_epochs)
epoch.add_command(read_map)


@epoch.command()
@store_argument
@click.option("--member", metavar="CODE", help="The state, such as KH; for a new key store.")
@key_file
def begin(store: Path, member: str | None, key_file: Path | None) -> None:
    """Begin a new epoch in the key store STORE, which is made if missing.

    Pseudonyms of different epochs cannot be joined.
    """
    kept = read_store(store) if store.exists() else _new_store(member, key_file)
    kek = unlock(kept, key_file)
    try:
        more = begin_epoch(kept, kek)
    except AnonymiserError as error:
        raise SecretError(f"{store}: {error.message}", remedy=error.remedy) from None
    _keep(store, more)
    click.echo(f"Epoch {more.current} of {more.member} has begun.")


def _new_store(member: str | None, key_path: Path | None) -> EpochStore:
    if member is None:
        raise click.UsageError("a new key store needs --member")
    try:
        store = new_store(member, from_passphrase=key_path is None)
    except AnonymiserError as error:
        raise SecretError(error.message, remedy=error.remedy) from None
    if key_path is not None and not key_path.exists():
        make_key_file(key_path)
    return store


@epoch.command(name="list")
@store_argument
def list_epochs(store: Path) -> None:
    """List the epochs in the key store STORE."""
    for number, wrapped in read_store(store).epochs.items():
        click.echo(f"{number}\t{'destroyed' if wrapped is None else 'kept'}")


@epoch.command()
@store_argument
@click.argument("number", metavar="EPOCH", type=click.IntRange(min=1))
@click.confirmation_option(prompt="Its pseudonyms can never be computed again. Destroy the key?")
def destroy(store: Path, number: int) -> None:
    """Destroy the key of EPOCH in the key store STORE.

    Destroy its backups as well: backups still hold the key.
    """
    try:
        less = destroy_epoch(read_store(store), number)
    except AnonymiserError as error:
        raise SecretError(f"{store}: {error.message}", remedy=error.remedy) from None
    _keep(store, less)
    click.echo(f"The key of epoch {number} of {less.member} is destroyed.")


def _keep(path: Path, store: EpochStore) -> None:
    with whole(path) as file:
        file.write(dump_store(store).decode("ascii"))
