"""`python -m audit replay`: a member's decision, from its exported log and what opens its commitments."""

import argparse
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from audit.commands.trust import CONSISTENT, add_trust, say, trust_of_member
from audit.errors import AuditError, ProofError
from audit.formats.encoding import decode_utf8
from audit.log.directory import LogDirectory
from audit.log.verified_entries import VerifiedEntries
from audit.reading.decision_bundle import CheckedDecision, DecisionBundle, asked_of, check_decision, judged
from audit.reading.sentences import say_event
from audit.reading.verified_export import verify_export

NOT_MADE_AGAIN: Final = (
    "not made again here: whether this policy text says this of this request, whether the request's levels "
    "are those of the question, and quotas; that needs the policy engine: safelane log replay-bundle"
)

_USAGE = """\
BUNDLE is written at the member's node by `safelane log replay NUMBER --bundle FILE`, LOG is the member's
exported log, and --region the regional log, exported or mirrored, for the question as the hub logged it. Give
the keys of the logs with --vkey, or a policy with both. What cannot be recomputed without the policy engine
is named. Exit code 0: all that can be checked here holds; 1: it does not, and why."""


def add_replay(commands: Any) -> None:
    """Describe the command to argparse."""
    parser = commands.add_parser(
        "replay",
        help="check what a member's decision rested on",
        description=_replay.__doc__,
        epilog=_USAGE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("bundle", metavar="BUNDLE", type=Path)
    parser.add_argument("log", metavar="LOG", type=Path)
    parser.add_argument("--region", metavar="DIR", type=Path, help="the regional log")
    parser.add_argument("--show", action="store_true", help="write the texts of the policy")
    add_trust(parser)
    parser.set_defaults(run=_replay)


def _replay(options: argparse.Namespace) -> int:
    """Check a member's decision against its log: request, policy text and protected table are the ones that
    were committed to, the policy was in force, and the entry says what the policy said.
    """
    bundle = DecisionBundle.parse(decode_utf8(options.bundle.read_bytes(), str(options.bundle)))
    origin, entries = _verified(options, options.log)
    if origin != bundle.log:
        raise ProofError(f"the bundle is about the log {bundle.log}, and {options.log} is {origin}")
    asked = None
    if options.region is not None:
        regional, questions = _verified(options, options.region)
        asked = asked_of(judged(entries, bundle.number), questions, regional)
    checked = check_decision(bundle, entries, asked)
    say(_lines(bundle, checked, compared=asked is not None, show=options.show))
    if checked.differences:
        raise AuditError(f"entry {bundle.number}: {'; '.join(checked.differences)}")
    return 0


def _verified(options: argparse.Namespace, path: Path) -> tuple[str, VerifiedEntries]:
    directory = LogDirectory(path)
    trust = trust_of_member(options, directory, sys.stderr)
    verified = verify_export(directory, trust.policy)
    if not trust.keys_given:
        sys.stderr.write(f"{path}: {CONSISTENT}\n")
    return verified.checkpoint.origin, VerifiedEntries(directory, verified.checkpoint)


def _lines(bundle: DecisionBundle, checked: CheckedDecision, *, compared: bool, show: bool) -> list[str]:
    lines = [f"Entry {bundle.number} of {bundle.log}: {say_event(checked.event)}"]
    for number, text in checked.texts.items():
        digest = sha256(text).hexdigest()
        lines.append(f"  entry {number} commits to this policy text: {len(text)} bytes, SHA-256 {digest}")
        if show:
            lines += [f"    {line}" for line in decode_utf8(text, "policy").splitlines()]
    if checked.superseded is not None:
        lines.append(f"  {checked.superseded}")
    if checked.record is not None:
        said = "permits it" if checked.record["decision"]["permit"] else "does not permit it"
        lines.append(f"  the policy {said}, as the entry commits to it")
    if compared:
        lines.append("  the question is the one of the hub's log")
    lines += [f"  missing, erased or left out: {what}" for what in checked.missing]
    return [*lines, f"  {NOT_MADE_AGAIN}"]
