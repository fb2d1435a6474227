"""`python -m audit list`, `sample` and `alerts`: read an exported log after verification."""

import argparse
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

from audit.commands.trust import CONSISTENT, Trust, add_trust, trust_of
from audit.commands.verify_commands import seen_at
from audit.errors import MalformedError
from audit.events.search import Criteria, Found, read_events
from audit.formats.checkpoint import Checkpoint
from audit.log.directory import CHECKPOINT, LogDirectory
from audit.log.policy import Verified
from audit.log.sample import draw_sample
from audit.log.verified_entries import VerifiedEntries
from audit.log.verify import Visitor, verify_extends
from audit.reading.alerts import Thresholds, Watch, notices
from audit.reading.entry_facts import EntryFacts
from audit.reading.exports import csv_rows, json_lines
from audit.reading.fhir import bundle
from audit.reading.office import office_hours, time_zone
from audit.reading.sentences import say_event
from audit.reading.verified_export import verify_export

FORMATS = ("jsonl", "csv", "fhir", "text")


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
        ("outcome", "answered, refused, missing, earlier or denied"),
        ("reason", "of a refusal"),
    ):
        listing.add_argument(f"--{name}", help=text)
    listing.add_argument("--since", metavar="DATE", type=_day, help="YYYY-MM-DD, in UTC")
    listing.add_argument("--until", metavar="DATE", type=_day, help="YYYY-MM-DD, that day not included")
    listing.set_defaults(run=_list)
    sample = commands.add_parser("sample", help="a random sample of entries", description=_sample.__doc__)
    _common(sample)
    sample.add_argument("count", metavar="COUNT", type=int)
    sample.add_argument(
        "--at", metavar="FILE", type=Path, help="an earlier checkpoint of the log, to draw by"
    )
    sample.add_argument("--seed", default="", help="words agreed on once the checkpoint was fixed")
    sample.set_defaults(run=_sample)
    alerts = commands.add_parser("alerts", help="what to review in a log", description=_alerts.__doc__)
    add_keys(alerts)
    alerts.add_argument(
        "--needed", metavar="K", type=int, help="cosignatures that a checkpoint needs (else half)"
    )
    alerts.add_argument(
        "--as-of", metavar="DATE", type=_day, help="when the export was made (else as its file says)"
    )
    usual = Thresholds()
    alerts.add_argument(
        "--time-zone", metavar="ZONE", type=_zone, default=usual.zone,
        help="of the office, such as Asia/Phnom_Penh (else seven hours ahead of UTC)",
    )  # fmt: skip
    alerts.add_argument(
        "--office-hours", metavar="FROM-TO", type=_hours, default=usual.office,
        help="such as 8-17: questions at other times are told (else 6-20)",
    )  # fmt: skip
    alerts.set_defaults(run=_alerts)


def add_keys(parser: argparse.ArgumentParser) -> None:
    """Add the arguments naming an export and its trusted signers."""
    parser.add_argument("directory", metavar="DIR", type=Path)
    add_trust(parser)


@dataclass(frozen=True)
class Export:
    """A checked export: whom it was checked by, its checkpoint, and entries by number."""

    directory: LogDirectory
    trust: Trust
    verified: Verified
    entries: VerifiedEntries

    @property
    def origin(self) -> str:
        """Name of the log."""
        return self.verified.checkpoint.origin


def verified_export(options: argparse.Namespace, visit: Visitor | None = None) -> Export:
    """Verify the export named by the arguments. Raises AuditError or OSError.

    With `visit` each entry is handed to it on the way.
    """
    directory = LogDirectory(options.directory)
    trust = trust_of(options, directory, sys.stderr)
    verified = verify_export(directory, trust.policy, visit)
    if not trust.keys_given:
        sys.stderr.write(f"{CONSISTENT}\n")
    return Export(directory, trust, verified, VerifiedEntries(directory, verified.checkpoint))


def _common(parser: argparse.ArgumentParser) -> None:
    add_keys(parser)
    parser.add_argument("--format", choices=FORMATS, default="jsonl")


def _list(options: argparse.Namespace) -> int:
    """Verify an exported log and show its entries that fit every criterion."""
    export = verified_export(options)
    criteria = Criteria(
        kind=options.type,
        organisation=options.organisation,
        purpose=options.purpose,
        member=options.member,
        question=options.question,
        outcome=options.outcome,
        reason=options.reason,
        since=options.since,
        until=options.until,
    )
    _show(options, export.origin, criteria.find(enumerate(export.entries)))
    return 0


def _sample(options: argparse.Namespace) -> int:
    """Verify an exported log and show COUNT of its entries, drawn by its root, which nobody can pick.

    With --at, draw by a checkpoint that others had seen before the audit was announced.
    """
    if options.count < 1:
        raise MalformedError("usage", "a sample has at least one entry")
    export = verified_export(options)
    checkpoint = export.verified.checkpoint
    if options.at is not None:
        checkpoint = verify_extends(export.directory, seen_at(options.at), export.trust.without_quorum)
    _say_checkpoint(checkpoint, options.seed)
    numbers = draw_sample(checkpoint.root, checkpoint.size, options.count, options.seed)
    _show(options, export.origin, read_events((number, export.entries[number]) for number in numbers))
    return 0


def _say_checkpoint(checkpoint: Checkpoint, seed: str) -> None:
    """Print all inputs of the sample, so that anybody can draw the sample again."""
    words = f" and the seed {seed!r}" if seed else ""
    sys.stderr.write(f"drawn by the root {checkpoint.root.hex()} of {checkpoint.size} entries{words}\n")


def _alerts(options: argparse.Namespace) -> int:
    """Verify an exported log and show what an auditor should look at, with the numbers of the entries."""
    facts = EntryFacts()
    export = verified_export(options, facts.add)
    thresholds = Thresholds(zone=options.time_zone, office=options.office_hours)
    for notice in notices(facts, datetime.now(UTC), thresholds, _watch(options, export)):
        numbers = " ".join(map(str, notice.numbers))
        sys.stdout.write(f"{notice.kind.value}: {notice.about}: {notice.message} (entries {numbers})\n")
    return 0


def _watch(options: argparse.Namespace, export: Export) -> Watch | None:
    """Return the state of the witnesses as shown by the export itself; None where the export names no
    witness.

    An export has the cosignatures of one checkpoint only: without enough of them, the last entry counts as
    late.
    """
    names = set(export.trust.policy.witnesses)
    if not names:
        return None
    needed = options.needed if options.needed is not None else (len(names) + 1) // 2
    cosigned = export.verified.witnesses
    made = options.as_of or datetime.fromtimestamp((options.directory / CHECKPOINT).stat().st_mtime, UTC)
    size = export.verified.checkpoint.size
    reached = size if len(cosigned) >= needed else size - 1
    return Watch(len(names), needed, reached, tuple(sorted(names - cosigned)), made)


def _show(options: argparse.Namespace, origin: str, found: Iterable[Found]) -> None:
    sys.stdout.writelines(written(options.format, origin, found))


def written(form: str, origin: str, found: Iterable[Found]) -> Iterator[str]:
    """Yield entries in one of `FORMATS`, piece by piece."""
    if form == "jsonl":
        return json_lines(found)
    if form == "csv":
        return csv_rows(found)
    if form == "text":
        return (f"{each.number:>6}  {say_event(each.event)}\n" for each in found)
    return bundle(origin, found)


def _day(text: str) -> datetime:
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        msg = f"{text!r} is no date of the form YYYY-MM-DD"
        raise argparse.ArgumentTypeError(msg) from None
    return day


def _zone(text: str) -> tzinfo:
    try:
        return time_zone(text)
    except MalformedError as error:
        raise argparse.ArgumentTypeError(error.why) from None


def _hours(text: str) -> tuple[int, int]:
    try:
        return office_hours(text)
    except MalformedError as error:
        raise argparse.ArgumentTypeError(error.why) from None
