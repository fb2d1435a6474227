"""`python -m audit list`, `sample` and `alerts`: reading an exported log once it has been verified."""

import argparse
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from audit.alerts import Thresholds, notices
from audit.commands_verify import policy_of
from audit.directory import LogDirectory
from audit.errors import MalformedError
from audit.exports import csv_rows, json_lines
from audit.fhir import bundle
from audit.search import Criteria, Found, draw_sample, read_events
from audit.verify import verify_log


def add_read(commands: Any) -> None:
    """Describe the commands to argparse."""
    listing = commands.add_parser("list", help="find entries of an exported log", description=_list.__doc__)
    _common(listing)
    for name, text in (
        ("type", "such as asked, released, refused"),
        ("organisation", "of who asked"),
        ("purpose", "of the question"),
        ("member", "asked, answered, refused, missing, or whose log it is"),
        ("question", "its number, such as q-5f..."),
        ("reason", "of a refusal"),
    ):
        listing.add_argument(f"--{name}", help=text)
    listing.add_argument("--since", metavar="DATE", type=_day, help="YYYY-MM-DD, in UTC")
    listing.add_argument("--until", metavar="DATE", type=_day, help="YYYY-MM-DD, that day not included")
    listing.set_defaults(run=_list)
    sample = commands.add_parser("sample", help="a random sample of entries", description=_sample.__doc__)
    _common(sample)
    sample.add_argument("count", metavar="COUNT", type=int)
    sample.set_defaults(run=_sample)
    alerts = commands.add_parser("alerts", help="what to look at in a log", description=_alerts.__doc__)
    _keys(alerts)
    alerts.set_defaults(run=_alerts)


def _common(parser: argparse.ArgumentParser) -> None:
    _keys(parser)
    parser.add_argument("--format", choices=["jsonl", "csv", "fhir"], default="jsonl")


def _keys(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("directory", metavar="DIR", type=Path)
    parser.add_argument(
        "--vkey", metavar="KEY", action="append", default=[], help="the log's key, or a file with it"
    )
    parser.add_argument("--policy", metavar="FILE", type=Path, help="a tlog-policy file")
    parser.set_defaults(quorum=0)


def _list(options: argparse.Namespace) -> int:
    """Verify an exported log and show its entries that fit every criterion."""
    origin, entries, _ = _verified(options)
    criteria = Criteria(
        options.type, options.organisation, options.purpose, options.member, options.question, options.reason,
        options.since, options.until,
    )  # fmt: skip
    _show(options, origin, (f for f in read_events(entries) if criteria.fits(f.event)))
    return 0


def _sample(options: argparse.Namespace) -> int:
    """Verify an exported log and show COUNT of its entries, drawn by its root, which nobody can pick."""
    if options.count < 1:
        raise MalformedError("usage", "a sample has at least one entry")
    origin, entries, root = _verified(options)
    numbers = set(draw_sample(root, len(entries), options.count))
    _show(options, origin, read_events((i, e) for i, e in entries if i in numbers))
    return 0


def _alerts(options: argparse.Namespace) -> int:
    """Verify an exported log and show what an auditor should look at, with the numbers of the entries."""
    origin, entries, _ = _verified(options)
    for notice in notices(origin, read_events(entries), datetime.now(UTC), Thresholds()):
        numbers = " ".join(map(str, notice.numbers))
        sys.stdout.write(f"{notice.kind.value}: {notice.about}: {notice.message} (entries {numbers})\n")
    return 0


def _verified(options: argparse.Namespace) -> tuple[str, list[tuple[int, bytes]], bytes]:
    directory = LogDirectory(options.directory)
    entries: list[tuple[int, bytes]] = []
    policy = policy_of(options, directory, sys.stderr)
    checkpoint = verify_log(directory, policy, lambda i, e: entries.append((i, e))).checkpoint
    return checkpoint.origin, entries, checkpoint.root


def _show(options: argparse.Namespace, origin: str, found: Iterable[Found]) -> None:
    sys.stdout.writelines(_written(options.format, origin, found))


def _written(form: str, origin: str, found: Iterable[Found]) -> Iterator[str]:
    if form == "jsonl":
        return json_lines(found)
    if form == "csv":
        return csv_rows(found)
    return iter([bundle(origin, found).decode() + "\n"])


def _day(text: str) -> datetime:
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        msg = f"{text!r} is no date of the form YYYY-MM-DD"
        raise argparse.ArgumentTypeError(msg) from None
    return day
