"""The member's side of `safelane extract`: each step is signed with a key that is valid at the node."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from anonymisers.errors import AnonymiserError
from anonymisers.identity.key_epochs import open_epoch
from anonymisers.records.fingerprint import order_similarity
from gateway.bootstrap.loading.narratives import redacted_narratives
from gateway.bootstrap.setup.open_member import open_member
from gateway.cli.common import options
from gateway.cli.common.csv_tables import open_table
from gateway.cli.common.custodians import unlocked as custodian_of
from gateway.cli.common.files import whole
from gateway.cli.common.progress import building
from gateway.cli.common.signers import by, unlocked
from gateway.cli.common.unlocking import SecretError, read_store, unlock
from gateway.member.errors import ExtractRefusedError
from gateway.member.model.extract import StoredExtract
from gateway.member.node.signed_statements import Act
from gateway.member.records import extract_workflow as steps
from gateway.member.records.extract_preparation import ExtractRequest
from gateway.member.records.extract_preparation import prepare as prepare_plan
from gateway.member.records.extract_terms import sentences

name_argument = click.argument("name", metavar="EXTRACT")
epochs = click.option(
    "--epochs",
    "store",
    metavar="STORE",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The member's key store of pseudonyms, see `safelane epoch`.",
)
epoch_number = click.option("--epoch", type=click.IntRange(min=1), help="The epoch.  [default: the newest]")
epoch_key_file = click.option(
    "--epochs-key-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file that locks the key store, if no passphrase does.",
)


@click.command()
@options.own_directory
@by
@click.option("--recipient", required=True, help="Recipient, as the policy names recipients.")
@click.option("--purpose", required=True, help="Purpose of the extract.")
@click.option(
    "--column",
    "columns",
    metavar="DIMENSION",
    multiple=True,
    required=True,
    help="A column of the extract; repeat.",
)
@click.option("--reader", required=True, help="The recipient's public key (slx1...), compared by voice.")
@click.option(
    "--days",
    type=click.IntRange(1, 366),
    default=90,
    show_default=True,
    help="Days until the extract expires.",
)
@click.option("--narratives", is_flag=True, help="With the redacted narratives that the vault keeps.")
def prepare(
    directory: Path,
    by: str,
    *,
    recipient: str,
    purpose: str,
    columns: Sequence[str],
    reader: str,
    days: int,
    narratives: bool,
) -> None:
    """Prepare an extract of single records and ask for approval.

    Only people whose consent covers single records are included. Columns are generalised, and records left
    out, until every person is in a large enough group and nothing can be inferred together with earlier
    releases.
    """
    wanted = ExtractRequest(recipient, purpose, tuple(columns), reader, days, narratives)
    with open_member(directory) as node:
        who = unlocked(directory, node, by)
        with building("preparing"):
            made = prepare_plan(node, wanted)
        stored = steps.request(node, made, who.sign(steps.words(made.plan, Act.REQUEST_EXTRACT)))
    _show(stored)
    click.echo(
        f"{stored.plan.extract} is waiting for approval; people needed other than {by}: "
        f"{stored.plan.persons}."
    )


@click.command()
@click.argument("name", metavar="[EXTRACT]", required=False)
@options.own_directory
def review(name: str | None, directory: Path) -> None:
    """Show an extract's content and risk; without a name, list all extracts. For the state only."""
    with open_member(directory) as node, node.store.reading() as view:
        found = view.extracts.all() if name is None else [view.extracts.find(name)]
        approvals = {e.plan.extract: view.extracts.approvals(e.plan.extract) for e in found if e is not None}
    if not found:
        click.echo("No extract was prepared yet.")
    for stored in found:
        if stored is None:
            raise ExtractRefusedError(
                "There is no such extract here.", remedy="See `safelane extract review`."
            )
        given = ", ".join(approval.name for approval in approvals[stored.plan.extract]) or "nobody"
        click.echo(
            f"{stored.plan.extract}: {stored.state}, asked for by {stored.requester}, approved by {given}"
        )
        if name is not None:
            _show(stored)


@click.command()
@name_argument
@options.own_directory
@by
def approve(name: str, directory: Path, by: str) -> None:
    """Approve an extract that somebody else asked for, after reviewing it."""
    with open_member(directory) as node:
        with node.store.reading() as view:
            plan = steps.waiting(view, name).plan
        who = unlocked(directory, node, by)
        steps.approve(node, name, who.sign(steps.words(plan, Act.APPROVE_EXTRACT)))
    click.echo(f"{by} approves {name}.")


@click.command()
@name_argument
@options.own_directory
@by
@click.option("--reason", required=True, help="Reason; kept in your country, committed to in the log.")
def refuse(name: str, directory: Path, by: str, reason: str) -> None:
    """Refuse an extract for good."""
    with open_member(directory) as node:
        with node.store.reading() as view:
            plan = steps.waiting(view, name).plan
        who = unlocked(directory, node, by)
        steps.refuse(node, name, reason, who.sign(steps.words(plan, Act.REFUSE_EXTRACT)))
    click.echo(f"{by} refuses {name}: it will never be sealed.")


@click.command()
@name_argument
@options.own_directory
@epochs
@epoch_number
@epoch_key_file
@click.option("--as", "custodian", metavar="NAME", help="A custodian of the vault, for redacted narratives.")
@click.option(
    "--key-file", type=click.Path(dir_okay=False, path_type=Path), help="The custodian's key file, if any."
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The sealed file; written whole or not at all.",
)
def seal(
    name: str,
    directory: Path,
    store: Path,
    epoch: int | None,
    epochs_key_file: Path | None,
    *,
    custodian: str | None,
    key_file: Path | None,
    output: Path,
) -> None:
    """Seal an approved extract to its reader.

    An extract is sealed once, and counts as released from then on.
    """
    key = epoch_key(store, epoch, epochs_key_file)
    with open_member(directory) as node:
        with node.store.reading() as view:
            plan = steps.waiting(view, name).plan
        narratives = None
        if plan.narratives:
            if custodian is None:
                raise click.UsageError("redacted narratives need a custodian of the vault: --as NAME")
            narratives = redacted_narratives(node, *custodian_of(directory, custodian, key_file), custodian)
        with whole(output) as out:
            out.write(steps.seal(node, name, key, narratives).decode("utf-8"))
    click.echo(f"{name} is sealed in {output}. Delete the file once it is handed over.")


@click.command()
@click.argument("source", metavar="LEAKED.csv", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@options.own_directory
@epochs
@epoch_key_file
@click.option("--column", default=steps.PERSON, show_default=True, help="The column of pseudonyms.")
def trace(source: Path, directory: Path, store: Path, epochs_key_file: Path | None, column: str) -> None:
    """Find the sealed copy behind a table that turned up elsewhere. The result is a hint, no proof."""
    with open_table(source) as table:
        at = table.position(column)
        found = [row[at] for row in table.rows]
    keys: dict[int, steps.EpochKey] = {}
    with open_member(directory) as node:
        with node.store.reading() as view:
            sealed = [stored for stored in view.extracts.all() if stored.sealed]
        for stored in sealed:
            for number in _epochs(store):
                key = keys.setdefault(number, epoch_key(store, number, epochs_key_file))
                copy = set(order := steps.copy_of(node, stored, key))
                if copy.isdisjoint(found):
                    continue
                click.echo(_traced(stored, found, order))


def _traced(stored: StoredExtract, found: Sequence[str], order: Sequence[str]) -> str:
    """Return the result of the comparison with one copy, in words."""
    plan = stored.plan
    who = f"{plan.extract}, for {plan.recipient}, for {plan.purpose}"
    try:
        share = order_similarity(found, order)
        return f"{who}: its pseudonyms; {share:.0%} of neighbours in its order (50% by chance)"
    except AnonymiserError as error:
        return f"{who}: its pseudonyms; {error.message}"


def _epochs(store: Path) -> list[int]:
    return [number for number, wrapped in read_store(store).epochs.items() if wrapped is not None]


def epoch_key(path: Path, number: int | None, key_path: Path | None) -> steps.EpochKey:
    """Return the key of an epoch, by default the newest. Raises SecretError."""
    store = read_store(path)
    try:
        epoch = store.current if number is None else number
        return steps.EpochKey(epoch, open_epoch(store, unlock(store, key_path), epoch))
    except AnonymiserError as error:
        raise SecretError(f"{path}: {error.message}", remedy=error.remedy) from None


def _show(stored: StoredExtract) -> None:
    plan, figures = stored.plan, json.loads(stored.figures)
    risk: dict[str, Any] = figures["risk"]
    click.echo(
        f"for {plan.recipient}, for {plan.purpose}, sealed to {plan.reader}, good for {plan.days} days"
    )
    for column, depth in zip(plan.columns, plan.depths, strict=True):
        values = sorted({group[plan.columns.index(column)] for group in plan.groups})
        click.echo(f"  {column}: {', '.join(values) if depth else 'not shown'}")
    if plan.narratives:
        click.echo("  narrative: redacted; what a story tells by itself is in none of the figures below")
    click.echo(f"{figures['records']} records; {figures['left_out']} left out")
    click.echo(f"k = {risk['k']} (the policy asks for {plan.k}), {risk['classes']} groups that look alike")
    for name, diversity in risk["diversity"].items():
        click.echo(f"l = {diversity['distinct']} for {name} (the policy asks for {plan.diversity})")
    click.echo(
        f"probability of finding the right record: {risk['expected']:.1%} on average, "
        f"{risk['highest']:.1%} at worst"
    )
    click.echo("disclosed to the recipient and sealed with the extract:")
    for sentence in sentences(plan):
        click.echo(f"  {sentence}")
    for sentence in figures["unexamined"]:
        click.echo(f"not examined beside what was released before: {sentence}")


COMMANDS = (prepare, review, approve, refuse, seal, trace)
