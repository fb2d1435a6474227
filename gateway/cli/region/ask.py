"""`safelane ask`: a regional question, and the resulting table."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from gateway.cli.common import options
from gateway.cli.common.quorum import log_policy_options, read_log_policy, say_quorum
from gateway.cli.common.ready_made import tables_named
from gateway.cli.region.ask_saving import check_ending, save_result
from gateway.demo.access import analyst
from gateway.dictionary import CLIENTS, CONTACTS, ReadyTable, regional
from gateway.export import coverage_lines, terms_lines, to_csv, to_json, to_text
from gateway.http.client import HubClient, Result
from gateway.question import QuestionError
from gateway.wire.release import Release

DEADLINE_SECONDS = 10


@click.command()
@click.option("--question", metavar="NAME", help="A ready-made question; `safelane words` lists them.")
@click.option("--measure", help="Another question: the measure, such as casualties.")
@click.option("--by", help="Its levels, separated by commas, such as country,year,outcome.")
@click.option(
    "--where", multiple=True, type=options.Pairs(), help="Only where a level has one of these codes: sex=F."
)
@click.option("--purpose", required=True, help="Purpose of the answer, such as regional-reporting.")
@click.option(
    "--deadline",
    default=DEADLINE_SECONDS,
    show_default=True,
    type=click.IntRange(1, 7 * 24 * 3600),
    help="Seconds that members have to answer.",
)
@click.option(
    "--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True
)
@click.option(
    "--save",
    multiple=True,
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Also write the table to a file; its ending says how: .csv, .xlsx, .json, .svg or .png.",
)
@log_policy_options[0]
@log_policy_options[1]
@options.directory
def ask(
    *,
    question: str | None,
    measure: str | None,
    by: str | None,
    where: Sequence[tuple[str, list[str]]],
    purpose: str,
    deadline: int,
    form: str,
    save: Sequence[Path],
    log_policy: Path | None,
    require_quorum: bool,
    directory: Path,
) -> None:
    """Ask a regional question as the analyst whose access is in --dir.

    A ready-made question is asked by --question, any other by --measure and --by. A ready-made question of
    several tables is asked table by table.
    """
    tables = _tables(question, measure, by)
    if (save or form != "table") and len(tables) > 1:
        names = ", ".join(table.name for table in tables)
        raise click.UsageError(f"{question} has several tables; ask for one, to save it: {names}.")
    for path in save:
        check_ending(path)
    if require_quorum and log_policy is None:
        raise click.UsageError("--require-quorum needs --log-policy, which defines the quorum.")
    policy = None if log_policy is None else read_log_policy(log_policy)
    filters = _filters(where)
    client = HubClient(*analyst(directory))
    nobody = []
    try:
        for number, table in enumerate(tables):
            said = ""
            result = client.ask(
                measure=table.measure,
                by=list(table.by),
                where=filters,
                purpose=purpose,
                deadline_seconds=deadline,
                on_waiting=_waiting,
            )
            if policy is not None:
                again = partial(client.released, result.release.question_id)
                said = say_quorum(policy, result, again, required=require_quorum)
            if number and form == "table":
                click.echo()
            _print(result, form, said)
            if save:
                result = client.with_sidecar(result)
            for path in save:
                save_result(result, path)
            nobody.append(all_refused(result.release))
            if nobody[-1]:
                _say_refused(table.measure, [*(axis.level for axis in result.release.axes), *filters])
    finally:
        client.close()
    if all(nobody):
        click.get_current_context().exit(QuestionError.exit_code)


def _tables(question: str | None, measure: str | None, by: str | None) -> tuple[ReadyTable, ...]:
    """The tables to ask for. Raises click.UsageError for half a question, or for two at once."""
    if question is not None:
        if measure is not None or by is not None:
            raise click.UsageError("--question has its own measure and levels: omit --measure and --by.")
        return tables_named(regional(), question)
    if measure is None or by is None:
        raise click.UsageError("Ask with --question NAME, or with --measure and --by.")
    return (ReadyTable("", measure, tuple(level.strip() for level in by.split(",") if level.strip())),)


def _say_refused(measure: str, levels: Sequence[str]) -> None:
    click.echo("Every member that was asked refused.", err=True)
    if lacks := regional().lacking_levels(measure, levels):
        counted = regional().measures[measure]
        if counted.of_activities:
            said = (
                f"Risk education and marking cannot be split by {' or '.join(lacks)}: their sheets have a "
                "year and a kind of activity, activity_year and activity_type."
            )
        elif counted.of == CONTACTS:
            said = (
                f"Services cannot be split by {' or '.join(lacks)}: they have a year of service and a "
                "pillar, service_year and pillar. Ask for cases to count people."
            )
        elif counted.of == CLIENTS:
            said = (
                f"Clients of assistance cannot be split by {' or '.join(lacks)}: a client has a home, an age "
                "now and a status of assistance, and no accident."
            )
        elif counted.counts == "accidents":
            said = (
                f"Accidents cannot be split by {' or '.join(lacks)}, which only people have: they have a "
                "place, a date, a device and a use of the land."
            )
        elif all(CLIENTS in regional().dimension(regional().level(level).dimension).of for level in lacks):
            said = (
                f"Casualties cannot be split by {' or '.join(lacks)}, which only clients of assistance have: "
                "ask with --measure clients, or for one kind of assistance with --measure cases."
            )
        else:
            said = (
                f"People cannot be split by {' or '.join(lacks)}, which only risk education and marking have."
            )
        click.echo(said, err=True)


def _filters(where: Sequence[tuple[str, list[str]]]) -> dict[str, list[str]]:
    """Return the codes of each level, also of a repeated level."""
    filters: dict[str, list[str]] = {}
    for level, codes in where:
        filters.setdefault(level, []).extend(codes)
    return filters


def all_refused(release: Release) -> bool:
    """Return whether every member refused with a reason: then another attempt gives the same result."""
    return bool(release.coverage) and all(c.refusals and not c.answered for c in release.coverage)


def _print(result: Result, form: str, said: str) -> None:
    """Print the table, and the witnesses' state apart from any text that a program reads."""
    if form == "csv":
        click.echo(to_csv(result.release, regional()), nl=False)
    elif form == "json":
        click.echo(to_json(result.release), nl=False)
    else:
        show(result)
    if said:
        click.echo(said, err=form != "table" or said.startswith("Warning"))


def _waiting(members: Sequence[str]) -> None:
    if members:
        click.echo(f"{', '.join(members)}: approval by a person is required before the deadline.", err=True)


def show(result: Result) -> None:
    """Return the table, its signs, the members' answers and terms, and the proof of logging."""
    click.echo(to_text(result.release, regional()), nl=False)
    click.echo("\nCoverage")
    for line in coverage_lines(result.release):
        click.echo(f"  {line}")
    terms = terms_lines(result.release)
    for line in ["\nTerms", *(f"  {line}" for line in terms)] if terms else []:
        click.echo(line)
    click.echo(
        f"\nReceipt, checked: entry {result.asked_index} of {result.log} recorded the question before any "
        f"member received it;\nentry {result.released_index} commits to this table."
    )
