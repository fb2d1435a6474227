"""`safelane count-once`: distinct people over several members, without any of them naming one."""

from functools import partial
from pathlib import Path

import click

from audit.count_events import CountBegun
from audit.events import decode
from audit.merkle import leaf_hash
from audit.note import Verifier
from gateway.bootstrap.count_files import (
    mixing,
    read_entries,
    read_run,
    read_steps,
    write_run,
    write_step,
)
from gateway.bootstrap.hub import open_hub
from gateway.bootstrap.layout import Layout
from gateway.bootstrap.member import open_member
from gateway.cli import options
from gateway.cli.count_runs import COMMANDS, identifiers
from gateway.cli.progress import building
from gateway.hub.counting_once import THRESHOLD, finish
from gateway.hub.counting_once import begin as begin_run
from gateway.keys.files import read_secret, write_secret
from gateway.member.context import Node
from gateway.member.counting_once import (
    Passing,
    Run,
    Sealing,
    Secrets,
    check_received,
    open_run,
    roster_of,
)
from gateway.member.counting_once import (
    join as join_run,
)
from gateway.member.counting_once import (
    mix as mix_list,
)
from gateway.member.counting_once import (
    seal as seal_set,
)
from gateway.member.ports import UnitOfWork
from gateway.wire.counting import LARGEST_SET, CountError, open_joined, open_mixed, open_sealed

run_folder = click.option(
    "--run",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder with the files of this run, which members and hub pass on.",
)


@click.group("count-once")
def command() -> None:
    """How many distinct people several members know together; nobody names one."""


@command.command()
@options.own_directory
@run_folder
@click.option("--epoch", required=True, help="What is counted once, such as 2026: there is one run for it.")
@click.option("--kind", default="national-id", show_default=True, help="What identifier stands for a person.")
@click.option("--size", required=True, type=click.IntRange(1, LARGEST_SET), help="Entries of every set.")
@click.option("--threshold", default=THRESHOLD, show_default=True, type=click.IntRange(2, 1000))
def begin(*, directory: Path, folder: Path, epoch: str, kind: str, size: int, threshold: int) -> None:
    """At the hub: log a run of all members, over files. SIZE is public, and not below the largest set."""
    with open_hub(directory) as hub:
        write_run(folder, *begin_run(hub, epoch, kind, size=size, threshold=threshold))
    click.echo(f"A run for {epoch} stands in the regional log. Next, every member: safelane count-once join")


@command.command()
@options.own_directory
@run_folder
def join(directory: Path, folder: Path) -> None:
    """At a member: give the keys of this run."""
    with open_member(directory) as node:
        run, _ = open_run(node, *read_run(folder))
        secrets = Secrets.new()
        write_secret(_secret(directory, run), secrets.to_text())
        write_step(folder, "join", node.member, join_run(node, run, secrets))
    click.echo(f"{node.member} has joined. Once all have: safelane count-once seal")


@command.command()
@click.argument("table", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@options.own_directory
@run_folder
@click.option("--column", required=True, help="Heading of the column with the identifier.")
def seal(table: Path, directory: Path, folder: Path, column: str) -> None:
    """At a member: put the people of the CSV file TABLE in, sealed; rows without an identifier are not."""
    with open_member(directory) as node:
        run, keys = open_run(node, *read_run(folder))
        joined = read_steps(folder, "join", run.event.members, keys, read=open_joined)
        sealing = Sealing(_secrets(directory, run), joined, identifiers(table, column))
        seal_set(
            node, run, sealing, lambda _, note, made, __: write_step(folder, "seal", node.member, note, made)
        )
    click.echo(f"{node.member} has sealed its set. Once all have, in turn: safelane count-once mix")


@command.command()
@options.own_directory
@run_folder
def mix(directory: Path, folder: Path) -> None:
    """At a member, in turn: blind, shuffle and pass on the merged list."""
    with open_member(directory) as node, building("mixing") as progress:
        run, keys = open_run(node, *read_run(folder))
        joined = read_steps(folder, "join", run.event.members, keys, read=open_joined)
        roster_of(run, joined)
        received = _received(node, folder, run, keys)
        secrets = _secrets(directory, run)
        mix_list(
            node,
            run,
            Passing(secrets, joined, received),
            apply=mixing(lambda done: progress("", done)),
            keep=partial(_keep, folder, "mix", node.member),
        )
        _secret(directory, run).unlink()  # nobody can blind with these again, nor take the blinding off
    left = run.event.members[run.event.members.index(node.member) + 1 :]
    click.echo(f"Passed on. Next: {left[0] + ', mix' if left else 'the hub, count'}.")


@command.command()
@options.own_directory
@run_folder
def count(directory: Path, folder: Path) -> None:
    """At the hub: count the list that everybody has passed on."""
    entry, _ = read_run(folder)
    event = decode(entry)
    if not isinstance(event, CountBegun):
        raise CountError("This is no run.")
    with open_hub(directory) as hub:
        with hub.store.reading() as view:
            keys = {e.member: Verifier.parse(e.answer_key) for e in view.enrolments()}
        run = Run(leaf_hash(entry), event)
        joined = read_steps(folder, "join", event.members, keys, read=open_joined)
        sealed = read_steps(folder, "seal", event.members, keys, read=open_sealed)
        passed = read_steps(folder, "mix", event.members, keys, read=open_mixed)
        final = read_entries(folder, "mix", event.members[-1], last=True)
        found = finish(hub, entry, roster_of(run, joined), (sealed, passed), final)
    if found is None:
        click.echo(f"Fewer than {event.threshold} are known to several members: nothing is told.")
    else:
        click.echo(f"{found.people} distinct people in {event.epoch}.")


for each in COMMANDS:
    command.add_command(each)


def _keep(
    folder: Path, step: str, member: str, _work: UnitOfWork, note: str, made: list[bytes], _index: int
) -> None:
    write_step(folder, step, member, note, made)


def _received(node: Node, folder: Path, run: Run, keys: dict[str, Verifier]) -> list[bytes]:
    """The list that it is this member's turn with."""
    members = run.event.members
    turn = members.index(node.member)
    sealed = read_steps(folder, "seal", members, keys, read=open_sealed)
    if turn == 0:
        received = [e for m in members for e in read_entries(folder, "seal", m)]
        check_received(run, node.member, sealed, None, received)
        return received
    former = members[turn - 1]
    received = read_entries(folder, "mix", former)
    before = read_steps(folder, "mix", [former], keys, read=open_mixed).get(former)
    if before is None:
        raise CountError(f"{former} has not passed the list on yet.", remedy="It is not your turn.")
    check_received(run, node.member, sealed, before, received)
    return received


def _secret(directory: Path, run: Run) -> Path:
    return Layout(directory).keys / f"count-{run.id.hex()[:16]}.key"


def _secrets(directory: Path, run: Run) -> Secrets:
    return Secrets.of_text(read_secret(_secret(directory, run)))
