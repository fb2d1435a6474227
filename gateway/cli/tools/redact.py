"""`safelane redact`: removes identifying parts of narratives. Nothing touches the network."""

import multiprocessing
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from pathlib import Path

import click

from gateway.cli.common.files import whole
from gateway.cli.common.progress import building
from gateway.cli.tools.narratives import parse_line, written
from gateway.errors import SafelaneError


class RedactionStoppedError(SafelaneError):
    """The work was stopped before its end; no output was written."""


CHUNK = 32
"""Number of lines that a process takes at a time."""
LEAST_EACH = 100
"""A process takes seconds to load the language model: fewer lines than this do not justify a process."""
WAITING = 4
"""Chunks in flight for each process, so that a large file is never held in memory."""

Line = tuple[int, bytes]


@click.command()
@click.argument("source", metavar="IN.jsonl", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "-o",
    "--output",
    metavar="OUT.jsonl",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="Where the redacted narratives go; written whole or not at all.",
)
@click.option(
    "--workers", type=click.IntRange(min=1), help="Processes to use.  [default: as many as there are cores]"
)
def redact(source: Path, output: Path, workers: int | None) -> None:
    """Redact narratives: names, villages, addresses, numbers, dates of birth.

    Each line of IN.jsonl is an object with "id" and "text", and optionally "lang" (a language tag) and
    "known": the record's own values by field, which are removed in any script and order. Each line of
    OUT.jsonl has "redacted" and "spans", or "withheld" with the reason: a text in a language or script that
    Safelane cannot read is never passed on.
    """
    total = _count_lines(source)
    processes = max(1, min(workers or os.cpu_count() or 1, total // LEAST_EACH))
    withheld, done, ignored = 0, 0, frozenset[str]()
    with source.open("rb") as file, whole(output) as out, building("redacting") as progress:
        lines = ((number, line) for number, line in enumerate(file, 1) if line.strip())
        for chunk, kept_back, unknown in _redacted(lines, processes):
            out.writelines(chunk)
            done, withheld, ignored = done + len(chunk), withheld + kept_back, ignored | unknown
            progress(f"{done} of {total}", done / total if total else 1.0)
    if ignored:
        click.echo(f"ignored in the input: {', '.join(sorted(ignored))}", err=True)
    click.echo(f"{done} narratives, {withheld} of them withheld", err=True)


def _count_lines(source: Path) -> int:
    with source.open("rb") as file:
        return sum(1 for line in file if line.strip())


Result = tuple[list[str], int, frozenset[str]]
"""The written lines, the number of withheld lines, and the unknown keys."""


def _redacted(lines: Iterator[Line], processes: int) -> Iterator[Result]:
    """Yield the results in the order of the lines."""
    chunks = iter(lambda: list(islice(lines, CHUNK)), [])
    if processes == 1:
        yield from map(_redact_chunk, chunks)
        return
    # Spawned, not forked: a fork of a process with threads may hang, and Windows has no fork.
    context = multiprocessing.get_context("spawn")
    try:
        with ProcessPoolExecutor(processes, mp_context=context) as pool:
            yield from _in_order(pool, chunks, processes * WAITING)
    except BrokenProcessPool as error:
        raise RedactionStoppedError(
            "a process that redacts was ended from outside, probably because memory ran out",
            remedy="Run it again with fewer --workers.",
        ) from error


def _in_order(pool: Executor, chunks: Iterable[list[Line]], in_flight: int) -> Iterator[Result]:
    waiting: deque[Future[Result]] = deque()
    try:
        for chunk in chunks:
            waiting.append(pool.submit(_redact_chunk, chunk))
            if len(waiting) >= in_flight:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()


def _redact_chunk(lines: list[Line]) -> Result:
    # Seconds and a hundred megabytes: paid by the process that redacts, not by `safelane redact --help`.
    from anonymisers.redaction.engine.engine import engine  # noqa: PLC0415

    result: list[str] = []
    withheld = 0
    ignored: set[str] = set()
    for number, line in lines:
        narrative = parse_line(line, number)
        redacted = engine().redact(narrative.text, language=narrative.language, known=narrative.known)
        result.append(written(narrative.id, redacted))
        withheld += redacted.text is None
        ignored |= narrative.ignored
    return result, withheld, frozenset(ignored)
