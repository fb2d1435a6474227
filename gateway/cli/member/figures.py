"""`safelane member figures`: numbers that the state has published elsewhere, known to everybody."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from gateway.bootstrap.setup.open_member import open_member
from gateway.cli.common import options
from gateway.member.build.figure_register import FigureStatus, comparing, figure_statuses, register, withdraw
from gateway.member.model.registered_figure import PublishedFigure

BY = "on the command line"


@click.group("figures")
def command() -> None:
    """Numbers published elsewhere: later tables take these numbers as known."""


@command.command()
@click.option(
    "--where",
    "where",
    multiple=True,
    required=True,
    metavar="DIMENSION=CODE",
    help="date=2023; once for each dimension.",
)
@click.option("--value", type=click.IntRange(min=0), required=True, help="How many people.")
@click.option("--source", required=True, help="Place of publication.")
@click.option("--published", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Day of publication.")
@options.own_directory
def add(where: Sequence[str], value: int, source: str, published: datetime, directory: Path) -> None:
    """Register a figure: the number of people in one cell of one year, or of part of a year."""
    figure = PublishedFigure(_cell(where), value, source, published.date())
    with open_member(directory) as node:
        made = register(node, figure, BY)
        with node.store.reading() as view:
            differs = comparing(node, view)(figure)
    click.echo(f"Registered by entry {made.index} of the node's log, without its value.")
    if differs:
        click.echo(
            "The register has another number there: look whether it is typed rightly. It counts as known."
        )
    click.echo("Tables made from now on are safe beside it: safelane member cube.")


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of lines.")
@options.own_directory
def list_figures(as_json: bool, directory: Path) -> None:
    """List every registered figure, the newest first."""
    with open_member(directory) as node:
        found = figure_statuses(node)
    if as_json:
        click.echo(json.dumps([_data(one) for one in found], indent=2, ensure_ascii=False))
        return
    for one in found:
        click.echo(_line(one))
    if not found:
        click.echo("No figure is registered.")


@command.command("withdraw")
@click.argument("entry", type=int)
@options.own_directory
def withdraw_figure(entry: int, directory: Path) -> None:
    """Withdraw the figure that ENTRY registered by mistake; the figure is not deleted."""
    with open_member(directory) as node:
        withdraw(node, entry)
    click.echo("Withdrawn. Tables made from now on ignore the figure: safelane member cube.")


def _cell(where: Sequence[str]) -> dict[str, str]:
    cell: dict[str, str] = {}
    for one in where:
        dimension, sign, code = one.partition("=")
        if not sign or not code or dimension in cell:
            raise click.UsageError(f"--where {one}: write it as DIMENSION=CODE, each dimension once.")
        cell[dimension] = code
    return cell


def _line(one: FigureStatus) -> str:
    figure = one.registered.figure
    cell = ", ".join(f"{dimension}={code}" for dimension, code in figure.cell.items())
    where = f"{figure.source}, {figure.published}"
    return f"{one.registered.index}: {cell}: {figure.value}; {where}; {_state(one)}"


def _state(one: FigureStatus) -> str:
    if one.registered.withdrawn is not None:
        return "withdrawn"
    waits = "not yet in the register" if one.contradicted is None else "will be used by the next tables"
    known = "used by the current tables" if one.taken_in else waits
    return f"{known}; the register has another number" if one.contradicted else known


def _data(one: FigureStatus) -> dict[str, object]:
    figure = one.registered.figure
    return {
        "entry": one.registered.index,
        "cell": dict(figure.cell),
        "value": figure.value,
        "source": figure.source,
        "published": figure.published.isoformat(),
        "state": _state(one),
        "contradicted": one.contradicted,
    }
