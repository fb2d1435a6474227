"""`safelane certificate check`: does a certificate prove a release to be safe?"""

from pathlib import Path

import click

from anonymisers.errors import AnonymiserError
from anonymisers.proof.certificate import Certificate
from anonymisers.proof.checker import check_certificate
from anonymisers.tables.cell_names import name_in_words
from gateway.cli.common.any_table import SheetForm, any_release, any_table, read_known
from gateway.cli.common.options import sheet_options
from gateway.cli.common.tables import read_with

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("certificate")
def command() -> None:
    """Certificates of protected tables."""


@command.command("check")
@click.argument("release", type=FILE)
@click.argument("certificate", type=FILE)
@click.option("--truth", type=FILE, required=True, help="The true table; it never leaves the country.")
@click.option("--known", type=FILE, multiple=True, help="An earlier release or figures that it takes in.")
@click.option("--threshold", type=click.IntRange(min=2), help="Refuse a certificate for a lower threshold.")
@sheet_options
def check(
    *,
    release: Path,
    certificate: Path,
    truth: Path,
    known: tuple[Path, ...],
    threshold: int | None,
    hierarchies: Path | None,
    count: str | None,
    person: str | None,
) -> None:
    """Check that CERTIFICATE proves RELEASE to be safe, without a solver.

    RELEASE and the true table are JSON, CSV or XLSX, by their names.

    Exit code 0: the proof holds. 1: the proof fails, with the reason. 2: an input cannot be read.
    """
    released = any_release(release, hierarchies)
    table = any_table(truth, SheetForm(hierarchies, count, person))
    earlier, _ = read_known(known, table)
    read = read_with(certificate, Certificate.from_json)
    try:
        check_certificate(read, released, table, earlier, threshold=threshold)
    except AnonymiserError as error:
        raise click.ClickException(f"{error.message}. {error.remedy}".strip()) from error
    withheld = f"{int(released.withheld.sum()):,} of {len(released.withheld):,} cells withheld"
    click.echo(
        f"The certificate holds: {withheld}, "
        f"{len(read.worlds):,} worlds, threshold {read.threshold}, zeros {read.zeros!r}. Not for release."
    )
    for place in read.accepted:
        click.echo(f"accepted, though narrower than the rules ask for: {name_in_words(place)}")
