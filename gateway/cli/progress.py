"""Progress of long work on standard error: a bar on a terminal, a line now and then elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn


@contextmanager
def building(what: str = "") -> Iterator[Callable[[str, float], None]]:
    """Shows what is being done and which part of it is done (0 to 1)."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what, total=1.0)
        yield lambda step, done: bar.update(task, description=f"{what} {step}".strip(), completed=done)
