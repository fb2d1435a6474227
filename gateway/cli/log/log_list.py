"""`safelane log list`: finding entries, also by a person's name."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

import click

from audit.events.event_values import ReadAction
from audit.events.search import Criteria, Found
from audit.reading.exports import csv_rows, json_lines
from audit.reading.fhir import bundle
from gateway.auditing.entry_search import Span, entries, find, find_newest, whole
from gateway.auditing.ports import NoIndex
from gateway.auditing.reading_log import PERSON
from gateway.cli.common import options
from gateway.cli.log.kept_log import fail_if_damaged, log_reading, opened
from gateway.cli.log.log_text import line_of, line_of_event

_DAY = click.DateTime(["%Y-%m-%d"])
_ON_A_SCREEN: Final = 1000
"""Entries that a terminal shows unless asked for others: nobody reads ten thousand lines on it."""
_TOGETHER: Final = 200
"""Lines written at once: each writing is a call of the system."""


@click.command("list")
@click.option("--actor", "person", metavar="NAME", help="By or about this person, as far as not erased.")
@click.option("--organisation", metavar="NAME", help="Organisation of the requester.")
@click.option("--purpose", metavar="WORD", help="Of the question.")
@click.option("--member", metavar="CODE", help="Asked, answered, refused, missing, or whose log it is.")
@click.option("--type", "kind", metavar="TYPE", help="Such as asked, released, refused.")
@click.option("--question", metavar="ID", help="Its number, such as q-5f...")
@click.option("--outcome", type=click.Choice(["answered", "refused", "missing", "earlier", "denied"]))
@click.option("--reason", metavar="WORD", help="Of a refusal.")
@click.option("--since", type=_DAY, metavar="YYYY-MM-DD", help="From that day on, in UTC.")
@click.option("--until", type=_DAY, metavar="YYYY-MM-DD", help="Before that day, in UTC.")
@click.option("--newest", type=click.IntRange(min=1), help="Only so many of them, the newest.")
@click.option("--all", "everything", is_flag=True, help="On a terminal too, more than the newest 1000.")
@click.option(
    "--format", "form", type=click.Choice(["text", "jsonl", "csv", "fhir"]), default="text", show_default=True
)
@click.option("--full", is_flag=True, help="Read every entry, and trust no index of the log's words.")
@options.directory
def list_entries(
    directory: Path,
    person: str | None,
    newest: int | None,
    form: str,
    *,
    everything: bool,
    full: bool,
    **given: Any,
) -> None:
    """List entries, oldest first: all entries, or only those matching every option. The reading is logged.

    A terminal shows the newest 1000 of them, and says so; files and other programs get all. Exit code 6 where
    an entry is damaged: it is named at the end, and all others are listed.
    """
    if newest is not None and everything:
        raise click.UsageError("--newest and --all contradict each other: give one of them.")
    on_a_screen = newest is None and not everything and form == "text" and sys.stdout.isatty()
    wanted = _ON_A_SCREEN + 1 if on_a_screen else newest
    criteria = Criteria(**{**given, "since": _utc(given["since"]), "until": _utc(given["until"])})
    with opened(directory) as found:
        with found.kept.store.reading() as view:
            before = whole(view)
        log_reading(found, ReadAction.LIST, _search(person, given))
        with found.kept.store.reading() as view:
            # The newest are those before this reading, whose own entry would be among them otherwise.
            span = whole(view) if newest is None else before
            kept = replace(found.kept, index=NoIndex()) if full else found.kept
            if form == "text" and person is None and criteria == Criteria():
                first = span.start if wanted is None else max(span.start, span.end - wanted)
                some = entries(view.log, Span(first, span.end))
                lines: Iterable[str] = (line_of(*each) + "\n" for each in some)
            else:
                hits = find(kept, view, criteria, person, span)
                if wanted is not None:
                    last = islice(find_newest(kept, view, criteria, person, span), wanted)
                    hits = reversed(list(last))
                lines = _written(form, found.kept.log.origin, hits)
            if on_a_screen:
                lines = _last_screens(lines)
            _write(lines)
            fail_if_damaged(view)


def _last_screens(lines: Iterable[str]) -> list[str]:
    """What a terminal shows of these lines; says so where it leaves any out."""
    some = list(lines)
    if len(some) > _ON_A_SCREEN:
        click.echo(
            f"The newest {_ON_A_SCREEN} entries follow; there are older ones. All: --all, or into a file. "
            "More of the newest: --newest N.",
            err=True,
        )
    return some[-_ON_A_SCREEN:]


def _write(lines: Iterable[str]) -> None:
    rest = iter(lines)
    while some := "".join(islice(rest, _TOGETHER)):
        click.echo(some, nl=False)


def _search(person: str | None, given: dict[str, Any]) -> dict[str, Any]:
    """Return the search in the form that the log commits to."""
    search = {name: f"{v:%Y-%m-%d}" if isinstance(v, datetime) else v for name, v in given.items() if v}
    return search if person is None else {**search, PERSON: person}


def _utc(day: datetime | None) -> datetime | None:
    return None if day is None else day.replace(tzinfo=UTC)


def _written(form: str, origin: str, hits: Iterator[Found]) -> Iterator[str]:
    if form == "jsonl":
        return json_lines(hits)
    if form == "csv":
        return csv_rows(hits)
    if form == "fhir":
        return bundle(origin, hits)
    return (line_of_event(each.number, each.event) + "\n" for each in hits)
