"""`safelane count-once` over the members' calls: begun at the hub, allowed at each member."""

import csv
from collections.abc import Sequence
from pathlib import Path

import click

from anonymisers.errors import AnonymiserError
from gateway.bootstrap.hub import open_hub
from gateway.bootstrap.member import count_link, open_member
from gateway.bootstrap.vault_identifiers import vault_identifiers
from gateway.cli import options
from gateway.cli.custodians import unlocked as custodian_of
from gateway.cli.persons import by, unlocked
from gateway.cli.unlocking import SecretError
from gateway.hub.count_model import CountRun, RunState, turns
from gateway.hub.count_rounds import progress, result
from gateway.hub.counting_once import THRESHOLD
from gateway.hub.counting_once import begin as begin_run
from gateway.hub.ports import View
from gateway.member.context import Node
from gateway.member.count_turns import Turn, leave_to_count, refusal_to_count, send_steps
from gateway.member.count_turns import allow as allow_set
from gateway.member.count_turns import decline as decline_set
from gateway.member.count_turns import turns as turns_at
from gateway.wire.count_calls import Step
from gateway.wire.counting import LARGEST_SET, CountError

epoch_argument = click.argument("epoch")
TWO = 2
_WAITS = {
    Step.JOIN: "its node to join",
    Step.SEAL: "its controller's leave",
    Step.MIX: "its node to pass the list on",
}


@click.command()
@options.own_directory
@click.option("--epoch", required=True, help="What is counted once, such as 2026: there is one run for it.")
@click.option("--kind", default="national-id", show_default=True, help="What identifier stands for a person.")
@click.option("--size", required=True, type=click.IntRange(1, LARGEST_SET), help="Entries of every set.")
@click.option("--threshold", default=THRESHOLD, show_default=True, type=click.IntRange(2, 1000))
def start(directory: Path, epoch: str, kind: str, *, size: int, threshold: int) -> None:
    """At the hub: log a run of all members, and put it to them. SIZE is public, not below the largest set."""
    with open_hub(directory) as hub:
        begin_run(hub, epoch, kind, size=size, threshold=threshold, by_calls=True)
    click.echo(f"A run for {epoch} stands in the regional log. Every member's controller has to give leave:")
    click.echo(f"safelane count-once allow {epoch}. How far it is: safelane count-once runs.")


@click.command()
@options.own_directory
def runs(directory: Path) -> None:
    """At the hub: the runs, how far they are, for whom they wait, and what they found."""
    with open_hub(directory) as hub, hub.store.reading() as view:
        found = view.counts.runs()
        for run in found:
            for line in _said(view, run):
                click.echo(line)
    if not found:
        click.echo("No run yet. Begin one with: safelane count-once start")


@click.command()
@epoch_argument
@options.own_directory
@by
@click.option(
    "--custodian",
    "custodians",
    metavar="NAME[=KEYFILE]",
    multiple=True,
    help="Two custodians open the vault together, each with a key file or a passphrase that is asked for.",
)
@click.option(
    "--table",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A CSV file with the identifiers, instead of the vault.",
)
@click.option("--column", default="national_id", show_default=True, help="Heading of the identifier in it.")
def allow(
    epoch: str, directory: Path, by: str, *, custodians: Sequence[str], table: Path | None, column: str
) -> None:
    """At a member: give leave for the run of EPOCH, and seal this member's people into it."""
    if (table is None) == (not custodians):
        raise click.UsageError("name two custodians of the vault, or a table")
    with open_member(directory) as node:
        link = count_link(directory, node)
        try:
            turn = _turn(turns_at(node, link), epoch)
            who = unlocked(directory, node, by)
            kind = turn.run.event.kind
            people = (
                _from_vault(node, directory, custodians, kind)
                if table is None
                else identifiers(table, column)
            )
            allow_set(node, turn, who.sign(leave_to_count(node, turn)), people)
            click.echo(f"{node.member} takes part in {epoch}; its set is sealed.")
            send_steps(node, link)
        finally:
            link.close()
    click.echo("Its node does the rest by itself.")


@click.command()
@epoch_argument
@options.own_directory
@by
@click.option("--reason", required=True, help="Why; kept in the state, committed to in the log.")
def decline(epoch: str, directory: Path, by: str, reason: str) -> None:
    """At a member: give no leave for the run of EPOCH. It ends without a number, for everybody."""
    with open_member(directory) as node:
        link = count_link(directory, node)
        try:
            turn = _turn(turns_at(node, link), epoch)
            who = unlocked(directory, node, by)
            decline_set(node, turn, who.sign(refusal_to_count(node, turn, reason)), reason)
            send_steps(node, link)
        finally:
            link.close()
    click.echo(f"{node.member} declines: the run of {epoch} ends without a number.")


def identifiers(table: Path, column: str) -> list[str]:
    """The column of a CSV file, rows without a value left out. Raises CountError."""
    with table.open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.DictReader(stream)
        if column not in (rows.fieldnames or ()):
            raise CountError(
                f"{table} has no column {column!r}.", remedy=f"It has: {', '.join(rows.fieldnames or ())}."
            )
        return [row[column] for row in rows if (row[column] or "").strip()]


def _turn(open_runs: Sequence[Turn], epoch: str) -> Turn:
    for turn in open_runs:
        if turn.run.event.epoch == epoch:
            return turn
    known = ", ".join(t.run.event.epoch for t in open_runs) or "none"
    raise CountError(f"There is no open run for {epoch}.", remedy=f"Open runs: {known}.")


def _from_vault(node: Node, directory: Path, custodians: Sequence[str], kind: str) -> list[str]:
    named = [text.partition("=") for text in custodians]
    if len({name for name, _, _ in named}) != TWO:
        raise click.UsageError("two custodians open the vault together: --custodian twice")
    opened = {n: custodian_of(directory, n, Path(file) if file else None) for n, _, file in named}
    (custody, _), _ = opened.values()
    try:
        return vault_identifiers(node, custody, {n: lock for n, (_, lock) in opened.items()}, kind)
    except AnonymiserError as error:
        raise SecretError(error.message, remedy=error.remedy) from None


def _said(view: View, run: CountRun) -> list[str]:
    done = progress(view, run)
    of = len(run.event.members)
    steps = {"joined": "join", "sealed": "seal", "passed on": "mix"}
    so_far = ", ".join(f"{word} {len(done[step])}/{of}" for word, step in steps.items())
    lines = [f"{run.event.epoch}  {run.state}, begun {run.event.at:%Y-%m-%d %H:%M} UTC: {so_far}"]
    if run.state is RunState.OPEN:
        waits = turns(run.event.members, {Step(s): m for s, m in done.items()})
        lines += [f"  waits for {member}: {_WAITS[step]}" for member, step in waits.items()]
    elif run.state is RunState.COUNTED:
        people = result(view, run)
        told = f"{people} distinct people" if people is not None else _not_told(run)
        lines.append(f"  {told}")
    elif run.state is RunState.DECLINED:
        lines.append(f"  declined by {', '.join(done['decline'])}")
    return lines


def _not_told(run: CountRun) -> str:
    return f"fewer than {run.event.threshold} are known to several members: nothing is told"


COMMANDS = (start, runs, allow, decline)
