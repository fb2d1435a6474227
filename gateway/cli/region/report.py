"""`safelane report`: the reports of the desk, listed, and saved with the terms checked by the hub."""

from pathlib import Path

import click

from gateway.cli.common import options
from gateway.cli.region.ask_saving import write_whole
from gateway.demo.access import analyst
from gateway.export.documents.installed import FORMS
from gateway.http.client import HubClient

DESK = "/desk/reports"


@click.group()
def command() -> None:
    """Reports that were composed on the analyst's desk."""


@command.command("list")
@options.directory
def list_(*, directory: Path) -> None:
    """List your reports, and those that colleagues share."""
    client = HubClient(*analyst(directory))
    try:
        found = client.get(f"{DESK}.json")
    finally:
        client.close()
    for row in (*found["mine"], *found["colleagues"]):
        click.echo(f"{row['id']}  {row['title']}  ({row['by']}; {row['purpose']})")


@command.command()
@click.argument("report", metavar="REPORT")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--public", is_flag=True, help="Only numbers whose terms allow passing them on.")
@options.directory
def save(*, report: str, file: Path, public: bool, directory: Path) -> None:
    """Save the report with this number to FILE; its ending says how: .docx or .pdf."""
    form = file.suffix.lower().removeprefix(".")
    if form not in FORMS:
        endings = " or ".join(f".{form}" for form in FORMS)
        raise click.UsageError(f"{file.name} cannot be saved: its name must end in {endings}.")
    if not report.replace("-", "").isalnum():
        raise click.UsageError("REPORT is the number that 'safelane report list' shows, such as y-0123.")
    client = HubClient(*analyst(directory))
    try:
        content = client.file(f"{DESK}/{report}/download/{form}", **({"version": "public"} if public else {}))
    finally:
        client.close()
    write_whole(file, content)
    click.echo(f"Saved {file}.", err=True)
