"""Progress of long work on standard error: a bar on a terminal, a line now and then elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from gateway.sources.rows.load_progress import Reached

SECONDS_BETWEEN_LINES = 5.0


@contextmanager
def building(what: str = "") -> Iterator[Callable[[str, float], None]]:
    """Show the current step and the done share of the work (0 to 1)."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what, total=1.0)
        yield lambda step, done: bar.update(task, description=f"{what} {step}".strip(), completed=done)


@contextmanager
def reading() -> Iterator[Callable[[Reached], None]]:
    """Show the progress of reading a source: share, rows, rows in a second and the remaining time."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Lines(time.monotonic).show
        return
    columns = (
        TextColumn("reading {task.description}"), BarColumn(), TaskProgressColumn(),
        TextColumn("{task.fields[rows]}"), TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(),
    )  # fmt: skip
    began = time.monotonic()
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=1.0, rows="")

        def show(reached: Reached) -> None:
            pace = reached.rows / max(time.monotonic() - began, 1e-9)
            rows = f"{reached.rows} rows, {pace:.0f} a second"
            bar.update(task, description=reached.table, completed=reached.share, rows=rows)

        yield show


class _Lines:
    """A line of progress every few seconds, and one at the end."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._began = self._last = clock()
        self._rows = -1

    def show(self, reached: Reached) -> None:
        now = self._clock()
        between = reached.share < 1 and now - self._last < SECONDS_BETWEEN_LINES
        if between or reached.rows == self._rows:
            return
        self._rows = reached.rows
        self._last = now
        click.echo(progress_line(reached, now - self._began), err=True)


def progress_line(reached: Reached, seconds: float) -> str:
    """Return one line for a log: share, rows, rows in a second, and the approximate remaining time."""
    pace = reached.rows / max(seconds, 1e-9)
    left = f", about {seconds * (1 / reached.share - 1):.0f} s left" if 0 < reached.share < 1 else ""
    share = min(99, int(100 * reached.share)) if reached.share < 1 else 100
    return f"reading {reached.table}: {share} % done, {reached.rows} rows, {pace:.0f} a second{left}"
