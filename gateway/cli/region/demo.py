"""`safelane demo`: a whole region on this machine, and a first question."""

import os
import shutil
import sys
import time
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from gateway.cli.common import options
from gateway.cli.common.serving import stop_on_signals
from gateway.cli.region.ask import show
from gateway.demo.access import address, analyst
from gateway.demo.accounts import sign_in_lines
from gateway.demo.processes import ProcessError, Processes
from gateway.demo.region import DEMO_MEMBERS, create
from gateway.demo.run import THE_HUB, make_cubes, running_region
from gateway.demo.sign_in_links import new_links, serve_sign_in_links
from gateway.http.client import HubClient

MEASURE, BY, PURPOSE = "casualties", ("country", "year", "outcome"), "regional-reporting"


class Interruption:
    """Ctrl-C or a signal, acted on only at safe points.

    A signal's handler runs at any moment, in a finaliser too, where a raised exception is lost.
    """

    def __init__(self) -> None:
        self.exit_code = 130
        self._asked = False

    def ask(self) -> None:
        self._asked = True

    def check(self) -> None:
        """End the command after an interruption; all started processes are stopped on the way out."""
        if self._asked:
            raise SystemExit(self.exit_code)


def chosen_members(_context: click.Context, _option: click.Parameter, text: str) -> tuple[str, ...]:
    """Return the members of a list such as `LA,TH`, in the order of their codes."""
    chosen = {code.strip().upper() for code in text.split(",")}
    for code in sorted(chosen - set(DEMO_MEMBERS)):
        raise click.BadParameter(f"the demo has no people for {code!r}, but for {', '.join(DEMO_MEMBERS)}")
    return tuple(sorted(chosen))


@click.command()
@click.option("--once", is_flag=True, help="End after the table, instead of serving until Ctrl-C.")
@click.option(
    "--members",
    default=",".join(DEMO_MEMBERS),
    show_default=True,
    callback=chosen_members,
    help="Members of a new region; fewer are sooner ready.",
)
@click.option(
    "--people", is_flag=True, help="Only list who can sign in on the pages, with the current codes."
)
@options.directory
def demo(once: bool, members: tuple[str, ...], people: bool, directory: Path) -> None:
    """Build a demo region, start it, and ask a first regional question."""
    if people:
        links = {link.person: link.address for link in new_links(directory)}
        for person, lines in sign_in_lines(directory):
            for line in lines:
                click.echo(line)
            click.echo(f"  link {links.get(person, '(not running)')}   works once, within the hour")
        return
    interruption = Interruption()
    stop_on_signals(interruption.ask)
    console = Console(stderr=True)
    started = time.monotonic()
    console.print(f"Building a region of invented people in {directory} (once; later runs find it there)")

    def progress(what: str) -> None:
        interruption.check()
        console.print(f"  {what}")

    create(directory, progress, members)
    _make_cubes(directory, console, interruption)
    with running_region(directory, interruption.check) as processes, serve_sign_in_links(directory):
        console.print(
            f"Hub and members run: {time.monotonic() - started:.0f} s. Asking as an analyst of ARMAC"
        )
        _ask(directory)
        if not once:
            interruption.exit_code = 0  # once the region serves, that is how it ends
            _serve(directory, processes)


def _make_cubes(directory: Path, console: Console, interruption: Interruption) -> None:
    columns = (TextColumn("  {task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bars:
        tasks: dict[str, TaskID] = {}
        shown: dict[str, str] = {}

        def progress(member: str, step: str, done: float) -> None:
            if member not in tasks:
                tasks[member] = bars.add_task(member, total=1.0)
            bars.update(tasks[member], description=f"{member} {step}", completed=done)
            if not console.is_terminal and shown.get(member) != step:
                shown[member] = step
                console.print(f"  {member}: {step}")

        make_cubes(directory, progress, interruption.check)


def _ask(directory: Path) -> None:
    asked = f"safelane ask --measure {MEASURE} --by {','.join(BY)} --purpose {PURPOSE} --dir {directory}"
    click.echo(f"\n$ {asked}\n")
    client = HubClient(*analyst(directory))
    try:
        show(client.ask(measure=MEASURE, by=BY, where={}, purpose=PURPOSE, deadline_seconds=10))
    finally:
        client.close()


def _suggestions(directory: Path) -> list[str]:
    safelane, end = _command(), f"--purpose regional-reporting --dir {directory}"
    return [
        f"{safelane} ask --measure casualties --by country,adult_child --where sex=F {end}",
        f"{safelane} ask --measure casualties --by year,sex --where country=KH --format csv {end}",
        f"{safelane} words",
        f"{safelane} demo --people --dir {directory}",
    ]


def _command() -> str:
    """Return the command for another terminal, where `safelane` may not be on the PATH."""
    if shutil.which("safelane"):
        return "safelane"
    return os.path.relpath(Path(sys.executable).with_name("safelane"))


def _serve(directory: Path, processes: Processes) -> None:
    click.echo("\nWhat to try next, in another terminal (Ctrl-C here ends the demo):")
    for line in _suggestions(directory):
        click.echo(f"  {line}")
    click.echo(f"API: {address(directory)}/openapi.json   Log: {address(directory)}/log/checkpoint")
    click.echo("Desks, signed in as the demo's people (each link works once, within the hour):")
    for link in new_links(directory):
        click.echo(f"  {link.person.role:<10} {link.person.place:<10} {link.address}")
    stopped: set[str] = set()
    while True:
        for child in processes.ended():
            if child.name == THE_HUB:
                raise ProcessError("The hub stopped.", remedy=f"The last lines of {child.log} say why.")
            if child.name not in stopped:
                stopped.add(child.name)
                click.echo(f"{child.name} stopped: from now on it shows as not answering.", err=True)
        processes.pause()
