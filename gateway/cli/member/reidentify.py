"""`safelane reidentify`: the person behind a pseudonym, inside the member, by two custodians."""

from pathlib import Path

import click

from gateway.bootstrap.setup.open_member import open_member
from gateway.cli.common import options
from gateway.cli.common.custodians import as_custodian, own_key, unlocked
from gateway.cli.member.extract_steps import epoch_key, epoch_key_file, epochs
from gateway.member.errors import ReidentificationRefusedError
from gateway.member.model.reidentification_request import Subject
from gateway.member.records import reidentification

request_argument = click.argument("request_id", metavar="REQUEST")


@click.group()
def reidentify() -> None:
    """The person behind a pseudonym: one custodian asks, another confirms, the first sees the person once."""


@reidentify.command()
@click.argument("pseudonym")
@options.own_directory
@as_custodian
@own_key
@click.option("--recipient", required=True, help="Whom the pseudonym was for.")
@click.option("--purpose", required=True, help="Purpose of the extract.")
@click.option(
    "--kind",
    default=reidentification.PERSON,
    show_default=True,
    help="`person`, as in extracts, or the field of the vault that it replaces, such as national_id.",
)
@click.option("--reason", required=True, help="Reason; kept in your country, committed to in the log.")
def request(
    pseudonym: str,
    directory: Path,
    custodian: str,
    key_file: Path | None,
    *,
    recipient: str,
    purpose: str,
    kind: str,
    reason: str,
) -> None:
    """Request the person behind PSEUDONYM. The request ends after seven days."""
    custody, lock = unlocked(directory, custodian, key_file)
    subject = Subject(pseudonym, recipient, purpose, kind)
    with open_member(directory) as node:
        asked = reidentification.request(node, custody, custodian, lock, subject=subject, reason=reason)
    click.echo(f"{asked.id} waits for another custodian, until {asked.expires:%Y-%m-%d %H:%M} UTC.")


@reidentify.command("list")
@options.own_directory
def list_requests(directory: Path) -> None:
    """List the requests, their reasons, and their outcomes. For the state only."""
    with open_member(directory) as node, node.store.reading() as view:
        found, now = view.reidentifications.all(), node.clock.now()
    for asked in found:
        state = "shown" if asked.shown else "over" if now >= asked.expires else "open"
        by = f"confirmed by {asked.confirmer}" if asked.confirmer else "not confirmed"
        click.echo(
            f"{asked.id}\t{state}\tasked by {asked.by}, {by}\t{asked.subject.pseudonym}\t{asked.reason}"
        )


@reidentify.command()
@request_argument
@options.own_directory
@as_custodian
@own_key
def confirm(request_id: str, directory: Path, custodian: str, key_file: Path | None) -> None:
    """Confirm a request of another custodian, having read its reason with `safelane reidentify list`."""
    custody, lock = unlocked(directory, custodian, key_file)
    with open_member(directory) as node:
        reidentification.confirm(node, custody, request_id, custodian, lock)
    click.echo(f"{custodian} confirms {request_id}.")


@reidentify.command()
@request_argument
@options.own_directory
@as_custodian
@own_key
@epochs
@epoch_key_file
def show(
    request_id: str,
    directory: Path,
    custodian: str,
    key_file: Path | None,
    *,
    store: Path,
    epochs_key_file: Path | None,
) -> None:
    """Show the person once to the custodian who asked."""
    custody, lock = unlocked(directory, custodian, key_file)
    with open_member(directory) as node:
        with node.store.reading() as view:
            asked = view.reidentifications.find(request_id)
        if asked is None or asked.by != custodian:
            raise ReidentificationRefusedError(f"{custodian} has no such request.")
        key = epoch_key(store, reidentification.epoch_of(asked.subject), epochs_key_file)
        found = reidentification.show(node, custody, request_id, lock, key)
    if not found:
        click.echo("Nobody in the vault has this pseudonym.")
    for record in found:
        for field, value in record.items():
            click.echo(f"{field}: {value}")
        click.echo()
