"""`safelane log explain`, `dossier`, `replay`, `sample`, `notices`, `erase`: an auditor's work on a log."""

from pathlib import Path

import click

from audit.events.event_values import ErasureGround, ReadAction
from audit.log.checked_reading import damaged_in
from gateway.auditing.alerts import find_notices
from gateway.auditing.damage import damaged
from gateway.auditing.entry_search import entries_of
from gateway.auditing.explanation import dossier as dossier_of
from gateway.auditing.explanation import explain as tell
from gateway.auditing.sampling import draw
from gateway.cli.common import options
from gateway.cli.common.files import whole
from gateway.cli.log.kept_log import LogCommandError, log_reading, opened
from gateway.cli.log.log_text import line_of


@click.command()
@click.argument("what", metavar="QUESTION|INDEX")
@options.directory
def explain(what: str, directory: Path) -> None:
    """Explain a question as a story: people, content, reasons, each member's part, outcome and proofs."""
    with opened(directory) as found:
        log_reading(found, ReadAction.EXPLAIN, {"what": what})
        for line in tell(found.kept, what):
            click.echo(line)


@click.command()
@click.argument("question")
@options.directory
@click.option("-o", "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="FILE")
def dossier(question: str, directory: Path, out: Path) -> None:
    """Write every entry about QUESTION with its proof, members' too, into one file for an auditor.

    Check and read the file without Safelane's database: python -m audit explain FILE
    """
    with opened(directory) as found:
        log_reading(found, ReadAction.DOSSIER, {"question": question})
        made = dossier_of(found.kept, question)
    with whole(out) as file:
        file.write(str(made))
    click.echo(f"{len(made.entries)} entries are in {out}")
    click.echo(f"Read them: python -m audit explain {out}")


@click.command()
@click.argument("index", type=click.IntRange(min=0))
@options.directory
@click.option(
    "--region", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="DIR",
    help="The regional log, exported: the question is compared with the hub's own entry.",
)  # fmt: skip
@click.option(
    "--bundle", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
    help="Also write what opens the decision's commitments, for an auditor elsewhere.",
)  # fmt: skip
def replay(index: int, directory: Path, region: Path | None, bundle: Path | None) -> None:
    """Replay the decision of entry INDEX with the policy, the question and the time of then.

    Needs a member's own log (--dir) and what opens its entries. Says what can no longer be replayed.
    """
    with opened(directory) as found:
        log_reading(found, ReadAction.REPLAY, {"entry": index})
        again = found.replay(index, region)
        made = None if bundle is None else found.bundle(index)
    for line in (*again.changed, *again.unchecked):
        click.echo(line, err=True)
    if again.differences:
        raise LogCommandError(
            f"The decision of entry {index} differs when it is replayed: "
            + "; ".join(again.differences)
            + ".",
            remedy="Ask the member for the cause: the log proves the logged decision.",
        )
    beside = "" if region is None else ", and its question is the one of the hub's log"
    click.echo(f"Replayed, the decision of entry {index} is the logged one{beside}.")
    if bundle is not None:
        with whole(bundle) as file:
            file.write(str(made))
        click.echo(
            f"What it rests on is in {bundle}; with the exported log, elsewhere: python -m audit replay"
        )


@click.command()
@click.argument("count", type=click.IntRange(min=1))
@click.option(
    "--size", type=click.IntRange(min=1), help="Draw by the checkpoint of this size, not the latest one."
)
@click.option(
    "--seed",
    default="",
    metavar="WORDS",
    help="Agreed on after the checkpoint is fixed, for example by dice.",
)
@options.directory
def sample(count: int, size: int | None, seed: str, directory: Path) -> None:
    """Show a random audit sample of COUNT entries, drawn by the root of the log."""
    with opened(directory) as found:
        with found.kept.store.reading() as view:
            drawn = draw(found.kept, view, count, size=size, seed=seed)
            said = dict(entries_of(view.log, drawn.numbers))
            left_out = damaged_in(view.log)
        # The checkpoint is taken first: the entry about this reading must not change the sample.
        log_reading(found, ReadAction.SAMPLE, {"count": count, "seed": seed, "size": drawn.size})
    click.echo(f"Drawn by the root {drawn.root.hex()} of {drawn.size} entries.", err=True)
    for number, entry in said.items():
        click.echo(line_of(number, entry))
    if left_out:
        raise damaged(left_out)


@click.command()
@click.option("--needed", type=click.IntRange(min=0), help="Cosignatures that a checkpoint needs; else half.")
@options.directory
def notices(needed: int | None, directory: Path) -> None:
    """Show what an auditor should review: bursts, odd hours, denials, drift, withheld results, open ends."""
    with opened(directory) as found:
        log_reading(found, ReadAction.ALERTS, {"needed": needed} if needed is not None else {})
        raised = find_notices(found.kept, needed)
    for each in raised:
        numbers = " ".join(map(str, each.numbers))
        click.echo(f"{each.kind.value}: {each.about}: {each.message} (entries {numbers})")
    if not raised:
        click.echo("No alerts.")


@click.command()
@click.option("--actor", "person", metavar="NAME", required=True, help="As the person signs in.")
@click.option(
    "--ground",
    type=click.Choice([ground.value for ground in ErasureGround]),
    default=ErasureGround.REQUEST.value,
    show_default=True,
    help="Reason: the person's request, or the end of the retention period.",
)
@click.option("--yes", is_flag=True, help="Do not ask back.")
@options.directory
def erase(person: str, ground: str, yes: bool, directory: Path) -> None:
    """Erase a person's identity from every entry, for ever. The log stays whole, and records the erasure.

    Erases the openings of the commitments to the name, in entries and in logged searches, and the account of
    that name, which must be closed before.
    """
    if not yes:
        click.confirm(f"Erase for ever who {person} is in this log?", abort=True)
    with opened(directory) as found:
        if not found.writable:
            raise LogCommandError("The disk is read-only: nothing can be erased here.")
        count = found.forget(person, ErasureGround(ground))
    if count == 0:
        raise LogCommandError(
            "Nothing in this log can be opened to this name.",
            remedy="Write the name as the person signs in; names on members' machines begin with 'os:'.",
        )
    click.echo(f"{count} openings were erased. Copies of the database from before still hold them.")
