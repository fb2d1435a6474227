"""`safelane ask`: a regional question, and the resulting table."""

import shlex
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from gateway.cli.common import options
from gateway.cli.common.quorum import log_policy_options, read_log_policy, say_quorum
from gateway.cli.common.ready_made import tables_named
from gateway.cli.region.ask_saving import check_ending, save_result, save_stacked
from gateway.demo.access import analyst
from gateway.dictionary import CLIENTS, CONTACTS, ReadyTable, regional
from gateway.export import FORMS, coverage_lines, terms_lines, to_csv, to_json, to_text
from gateway.export.stacked_files import FORMS as STACKED
from gateway.export.stacked_files import Part, stacked_csv, stacked_json, stacked_text
from gateway.http.client import HubClient, Result
from gateway.picturing import coarser
from gateway.picturing.notices.coarser_tables import mostly_withheld, nearest
from gateway.picturing.turning.stacked import can_be_stacked
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
    help="Also write the table to a file; its ending says how: .csv, .xlsx, .json, .svg, .png or .pdf.",
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

    A ready-made question is asked by --question, any other by --measure and --by. The tables of a ready-made
    question of several are asked one by one, shown as one table, and saved as one (.csv, .xlsx or .json).
    """
    tables = _tables(question, measure, by)
    for path in save:
        check_ending(path, FORMS if len(tables) == 1 else STACKED)
    if require_quorum and log_policy is None:
        raise click.UsageError("--require-quorum needs --log-policy, which defines the quorum.")
    policy = None if log_policy is None else read_log_policy(log_policy)
    filters = _filters(where)
    client = HubClient(*analyst(directory))
    results = []
    said = ""
    try:
        for table in tables:
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
            if len(tables) == 1:
                _print(result, form, said)
            if save and len(tables) == 1:
                result = client.with_sidecar(result)
                for path in save:
                    save_result(result, path)
            if all_refused(result.release):
                _say_refused(table.measure, [*(axis.level for axis in result.release.axes), *filters])
            results.append(result)
    finally:
        client.close()
    if len(results) > 1:
        parts = [table.name.rpartition(".")[2] for table in tables]
        _print_stacked([*zip(parts, results, strict=True)], form, said)
        for path in save:
            save_stacked(question or "", [*zip(tables, results, strict=True)], path)
    if all(all_refused(result.release) for result in results):
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


def _say_coarser(release: Release) -> None:
    """How to ask for the nearest coarser table, where most of this one is withheld."""
    dictionary = regional()
    found = nearest(coarser(release, dictionary)) if mostly_withheld(release) else ()
    for one in found[:1]:
        asked = one.question
        words = ["--measure", asked.measure, "--by", ",".join(asked.by)]
        for filtered in asked.where:
            words += ["--where", f"{filtered.level}={','.join(filtered.codes)}"]
        click.echo(
            f"To ask for a coarser table: safelane ask {shlex.join([*words, '--purpose', asked.purpose])}"
        )


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
                f"Services cannot be split by {' or '.join(lacks)}: they have a year of service, a "
                "pillar and an item: service_year, pillar, item. Ask for cases to count people."
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
        _say_coarser(result.release)
    if said:
        click.echo(said, err=form != "table" or said.startswith("Warning"))


def _print_stacked(results: Sequence[tuple[str, Result]], form: str, said: str) -> None:
    """Print the tables of one question below each other, with the answers, terms and receipts of each."""
    parts = [Part(name, result.release) for name, result in results]
    if form != "json" and not can_be_stacked([part.release for part in parts]):
        # Not what was asked for: a hub that answers so is read table by table.
        for _, result in results:
            _print(result, form, "")
    elif form == "csv":
        click.echo(stacked_csv(parts, regional()), nl=False)
    elif form == "json":
        click.echo(stacked_json(parts), nl=False)
    else:
        click.echo(stacked_text(parts, regional()), nl=False)
        _say_by_part("Coverage", [(part.name, coverage_lines(part.release)) for part in parts])
        _say_by_part("Terms", [(part.name, terms_lines(part.release)) for part in parts])
        click.echo("\nReceipts, checked: the entries of each question, and of each table")
        for name, result in results:
            click.echo(f"  {name}: {result.asked_index}, {result.released_index} of {result.log}")
        for part in parts:
            _say_coarser(part.release)
    if said:
        click.echo(said, err=form != "table" or said.startswith("Warning"))


def _say_by_part(heading: str, parts: Sequence[tuple[str, Sequence[str]]]) -> None:
    """Lines of each table, said once for tables with the same."""
    names: dict[tuple[str, ...], list[str]] = {}
    for name, lines in parts:
        names.setdefault(tuple(lines), []).append(name)
    for lines, of in names.items():
        if lines:
            click.echo("\n".join(["", f"{heading}: {', '.join(of)}", *(f"  {line}" for line in lines)]))


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
