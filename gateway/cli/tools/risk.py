"""`safelane risk`: the risk that people in a CSV table can be identified again."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from anonymisers.errors import AnonymiserError
from anonymisers.records.reidentification_risk import Risk, assess, below
from gateway.cli.common.csv_tables import CsvError, open_table

TOO_RISKY = 1


@click.command()
@click.argument("source", metavar="IN.csv", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--quasi",
    metavar="COLUMN",
    multiple=True,
    required=True,
    help="A column that an attacker may know of a person, such as age, sex, district; may be repeated.",
)
@click.option(
    "--sensitive", metavar="COLUMN", multiple=True, help="A column that nobody may learn; may be repeated."
)
@click.option(
    "--k",
    "threshold",
    type=click.IntRange(min=2),
    default=5,
    show_default=True,
    help="Smallest allowed group of people who look alike.",
)
@click.option("--json", "as_json", is_flag=True, help="The figures as JSON.")
@click.pass_context
def risk(
    ctx: click.Context,
    *,
    source: Path,
    quasi: Sequence[str],
    sensitive: Sequence[str],
    threshold: int,
    as_json: bool,
) -> None:
    """k-anonymity, l-diversity and the risk of re-identification of a CSV table of records.

    For the member only: the figures count people. The exit code is 1 when a group of people alike is smaller
    than --k.
    """
    with open_table(source) as table:
        known = {column: table.position(column) for column in quasi}
        withheld = {column: table.position(column) for column in sensitive}
        rows = list(table.rows)
    columns = [[row[at] for row in rows] for at in known.values()]
    try:
        found = assess(columns, {name: [row[at] for row in rows] for name, at in withheld.items()})
    except AnonymiserError as error:
        raise CsvError(f"{source}: {error.message}", remedy=error.remedy) from None
    small = len(below(columns, threshold))
    if as_json:
        click.echo(json.dumps({**asdict(found), "threshold": threshold, "below_threshold": small}, indent=1))
    else:
        _show(found, threshold, small)
    ctx.exit(TOO_RISKY if found.k < threshold else 0)


def _show(found: Risk, threshold: int, small: int) -> None:
    click.echo(f"{found.records} records, {found.classes} groups that look alike")
    click.echo(f"k = {found.k}: the smallest group; {found.unique} records are alone")
    click.echo(
        f"{small} records in groups of fewer than {threshold}: generalise them further or leave them out"
    )
    for name, diversity in found.diversity.items():
        click.echo(
            f"l = {diversity.distinct} for {name}: its values in the least varied group "
            f"(by entropy {diversity.entropy:.2f})"
        )
    click.echo(
        f"probability of finding the right record: {found.expected:.1%} on average, {found.highest:.1%} at "
        "worst"
    )
