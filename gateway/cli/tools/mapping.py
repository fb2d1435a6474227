"""`safelane member map`: drafts and checks the mapping document of a national source."""

from datetime import UTC, datetime
from pathlib import Path

import click

from gateway.cli.common.files import read_document, whole
from gateway.dictionary import regional
from gateway.sources.files.opening import draft_mapping, open_source
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.errors import SourceError
from gateway.sources.model.findings import Findings
from gateway.sources.rows.headings import check_headings
from gateway.sources.services.service_source import Access

_credentials = click.option(
    "--credentials",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The file with token or password for the address, readable by its owner only.",
)


@click.group("map")
def command() -> None:
    """The mapping of a national source to the regional dictionary."""


@command.command()
@click.argument("source")
@click.option("--member", required=True, help="ISO code of the state whose data these are.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="File for the draft.")
@_credentials
def suggest(source: str, member: str, output: Path | None, credentials: Path | None) -> None:
    """Draft a mapping for SOURCE. The draft stays in the state.

    SOURCE is a file, a folder or an address, of a database or of a program that serves the register.
    """
    access = Access(credentials)
    draft = draft_mapping(source, member, regional(), datetime.now(tz=UTC).date(), access)
    if output is None:
        click.echo(draft, nl=False)
        return
    with whole(output) as file:
        file.write(draft)
    doubts = sum("# ?" in line for line in draft.splitlines()[1:])
    click.echo(f"The draft is in {output}; {doubts} lines marked `# ?` need a person's eye.")


@command.command()
@click.argument("mapping", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", help="Check against this file, folder or address as well.")
@_credentials
def check(mapping: Path, source: str | None, credentials: Path | None) -> None:
    """Name line and key of every fault in MAPPING."""
    rules = parse_mapping(read_document(mapping), regional())
    read = sum(len(table.columns) for table in rules.tables)
    left = sum(len(table.left_out) for table in rules.tables)
    kept = sum(len(table.vault) for table in rules.tables)
    known = sum(len(table.known) for table in rules.tables)
    if source is not None:
        findings = Findings()
        with open_source(source, rules, findings, Access(credentials)) as opened:
            errors = check_headings(opened, rules, findings)
        for finding in findings.all():
            click.echo(f"  {finding}")
        if errors:
            raise SourceError(" ".join(error.message for error in errors), remedy=errors[0].remedy)
    click.echo(f"The mapping of {rules.member} is in order: {read} columns are read, {left} left out.")
    if kept:
        click.echo(f"{kept} are kept in the vault; {known} are read to redact narratives, and not kept.")
