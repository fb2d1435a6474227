"""`python -m audit reconcile`: the regional log and members' logs, read against each other."""

import argparse
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from audit.commands.trust import CONSISTENT, add_trust, trust_of_member
from audit.errors import SignatureError
from audit.log.directory import LogDirectory
from audit.log.verified_entries import VerifiedEntries
from audit.reading.reconcile import Difference, RegionalLog, reconcile
from audit.reading.verified_export import verify_export

_PATIENCE = timedelta(minutes=5)


def add_reconcile(commands: Any) -> None:
    """Describe the command to argparse."""
    parser = commands.add_parser(
        "reconcile", help="compare the regional log with members' logs", description=_reconcile.__doc__
    )
    parser.add_argument("region", metavar="REGION", type=Path, help="exported regional log")
    parser.add_argument(
        "members", metavar="CODE=DIR", nargs="*", type=_member, help="a member's code and exported log"
    )
    add_trust(parser)
    parser.set_defaults(run=_reconcile)


def _reconcile(options: argparse.Namespace) -> int:
    """Check exported logs, and show what one says and the other lacks.

    Each is checked by the key of its name that --vkey or --policy has; one without is consistent in itself,
    and not verified. Exit code 1 when anything differs.
    """
    origin, entries = _checked(options, options.region)
    region = RegionalLog.read(origin, entries)
    found = region.differences(datetime.now(UTC), _PATIENCE)
    for member, directory in options.members:
        found += reconcile(region, member, _checked(options, directory)[1])
    for difference in found:
        sys.stdout.write(_line(difference))
    if not found:
        sys.stdout.write(f"{len(region.asked)} questions: the logs agree\n")
    return 1 if found else 0


def _checked(options: argparse.Namespace, path: Path) -> tuple[str, Iterable[tuple[int, bytes]]]:
    directory = LogDirectory(path)
    trust = trust_of_member(options, directory, sys.stderr)
    try:
        verified = verify_export(directory, trust.policy)
    except SignatureError as error:
        raise SignatureError(f"{path}: {error}") from None
    if not trust.keys_given:
        sys.stderr.write(f"{path}: {CONSISTENT}\n")
    return verified.checkpoint.origin, enumerate(VerifiedEntries(directory, verified.checkpoint))


def _line(difference: Difference) -> str:
    places = [] if difference.hub_index is None else [f"entry {difference.hub_index} of the region"]
    if difference.member is not None:
        where = "no entry" if difference.member_index is None else f"entry {difference.member_index}"
        places.append(f"{where} of {difference.member}")
    return f"{difference.gap.value}: {difference.question_id} ({', '.join(places)})\n"


def _member(text: str) -> tuple[str, Path]:
    code, separator, path = text.partition("=")
    if not separator or not code or not path:
        msg = f"{text!r} is not of the form CODE=DIR"
        raise argparse.ArgumentTypeError(msg)
    return code, Path(path)
