"""`python -m audit follow`: keeps up with a log over HTTP, with a mirror, and alarms at any contradiction."""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from audit.commands.trust import add_trust, now, say, say_moment, trust_of
from audit.errors import AuditError, MalformedError, UnreachableError
from audit.formats.checkpoint import open_checkpoint
from audit.formats.evidence import Evidence
from audit.formats.evidence_errors import ForkFoundError
from audit.formats.note import Verifier
from audit.formats.vkey import VerifierKey
from audit.log.directory import LogDirectory
from audit.log.file_lock import FileHeldError, held_file
from audit.log.follow import Followed, Follower, Step, read_state, write_state
from audit.log.mirror import entries_under
from audit.log.policy import NO_QUORUM, Policy
from audit.log.web_source import web_source
from audit.reading.announced_keys import ABOUT_KEYS, announced_keys, present_key, replaced_keys
from audit.reading.verified_export import check_signed_by

UNREACHABLE: Final = 4
"""Exit code where the log was not reached, so that nothing new is known of it."""
PATIENCE: Final = 600

_USAGE = """\
URL is where the log is served, such as https://hub.example/log, or another auditor's mirror. FILE remembers
the newest checkpoint; never put back an older copy of it. Beside it lies the mirror, FILE.mirror, unless
--mirror names another directory: a whole log in files, which `python -m audit verify` and all other commands
read, and which any web server can serve. Give the log's key with --vkey, or a policy with --policy. A key
that the log announces in an entry under that key is followed; after a theft both keys must be given. Exit
code 0: the log only grew; 1: ALARM, with the reason, and for a fork or a rollback the evidence beside FILE;
2: wrong usage; 4: nothing new is known, as the log cannot be reached, or another look with this FILE is under
way."""


def add_follow(commands: Any) -> None:
    """Describe the command to argparse."""
    parser = commands.add_parser(
        "follow",
        help="follow a log over HTTP and keep a mirror",
        description=_follow.__doc__,
        epilog=_USAGE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("url", metavar="URL")
    parser.add_argument(
        "--state", metavar="FILE", type=Path, required=True, help="what was seen; made if missing"
    )
    parser.add_argument("--mirror", metavar="DIR", type=Path, help="the copy (else FILE.mirror)")
    parser.add_argument(
        "--every", metavar="SECONDS", type=int, help="look again and again, until an alarm (else once)"
    )
    parser.add_argument(
        "--patience",
        metavar="SECONDS",
        type=int,
        default=PATIENCE,
        help=f"how long the policy's quorum may be lacking (default: {PATIENCE})",
    )
    add_trust(parser)
    parser.set_defaults(run=_follow)


def _follow(options: argparse.Namespace) -> int:
    """Follow a log over HTTP: check that it extends what was seen, and keep a mirror of it."""
    if options.every is not None and options.every < 1:
        raise MalformedError("usage", "--every takes at least one second")
    while True:
        code = _look_alone(options)
        if options.every is None or code not in (0, UNREACHABLE):
            return code
        sys.stdout.flush()
        time.sleep(options.every)


def _look_alone(options: argparse.Namespace) -> int:
    """One look at a time: of two at once the slower would put an older state over the newer one."""
    try:
        with held_file(options.state.with_name(options.state.name + ".lock")):
            return _look(options)
    except FileHeldError:
        sys.stderr.write(f"audit: another look with {options.state} is under way: this one is left out\n")
        return UNREACHABLE


def _look(options: argparse.Namespace) -> int:
    trust = trust_of(options, None, sys.stderr)  # anew for each look: it holds what time it is
    mirror = options.mirror or options.state.with_name(options.state.name + ".mirror")
    source = web_source(options.url)
    moment, state = now(), read_state(options.state)
    changes = _key_changes(mirror, state, trust.policy)
    announced = announced_keys(changes, [log.key for log in trust.policy.logs])
    policy = replace(trust.policy, logs=(*trust.policy.logs, *map(Verifier, announced)))
    follower = Follower(
        source, policy, mirror, lambda state: write_state(options.state, state), replaced_keys(changes)
    )
    follower.known(state)  # a state of another log is the reader's mistake, and no alarm
    try:
        step = follower.look(state, moment)
        _check_key(mirror, step)
    except UnreachableError as error:
        sys.stderr.write(f"audit: {error}: nothing is known of the log; it is asked again next time\n")
        return UNREACHABLE
    except ForkFoundError as found:
        path = _keep(options.state, found.evidence)
        raise _alarm(f"{found}. The evidence is in {path}: keep it, and tell every member") from None
    except AuditError as error:
        raise _alarm(str(error)) from None
    say(trust.say(step.verified))
    say(_say_announced(step, announced))
    said = "nothing new" if step.verified.checkpoint.size == step.old_size else f"{step.old_size} before"
    say([f"  {said}; {step.files} files written to {mirror}"])
    return _say_quorum(options, step, moment, asked=trust.policy.quorum != NO_QUORUM)


def _key_changes(mirror: Path, state: Followed | None, policy: Policy) -> list[bytes]:
    """The entries of the mirror that are about keys, oldest first.

    A mirror may be a copy from somebody else, who could have written any key into it. So an entry counts only
    under a checkpoint that was accepted here before, or that a given key has signed.
    """
    try:
        note = LogDirectory(mirror).checkpoint()
        if state is None or state.checkpoint.text != note.text:
            open_checkpoint(note, policy.logs)
    except AuditError:
        return []
    return list(entries_under(mirror, note, ABOUT_KEYS))


def _check_key(mirror: Path, step: Step) -> None:
    """What is new may itself name another key than the one that signed it, at a first look too."""
    note = step.state.checkpoint
    present = present_key(entries_under(mirror, note, ABOUT_KEYS)) if step.files else None
    if present is not None:
        check_signed_by(note, present)


def _say_announced(step: Step, announced: Sequence[VerifierKey]) -> Iterator[str]:
    for key in announced:
        if any(line.is_by(key) for line in step.state.checkpoint.signatures):
            yield f"  signed by a key that the log announced, compare it by telephone: {key}"


def _say_quorum(options: argparse.Namespace, step: Step, moment: int, *, asked: bool) -> int:
    since = step.state.unwitnessed_since
    if since is None or not asked:
        return 0
    when = say_moment(since)
    if moment - since > options.patience:
        raise _alarm(f"no checkpoint has had the policy's quorum of witnesses since {when}")
    say([f"  fewer witnesses than the policy's quorum, since {when}"])
    return 0


def _alarm(text: str) -> AuditError:
    return AuditError(f"ALARM: {text}")


def _keep(state: Path, evidence: Evidence) -> Path:
    """Write the evidence beside the state, over nothing that is there."""
    number = 1
    while True:
        path = state.with_name(f"{state.name}.evidence-{number}.json")
        try:
            with path.open("x", encoding="utf-8", newline="\n") as file:
                file.write(str(evidence))
        except FileExistsError:
            if path.read_text(encoding="utf-8") == str(evidence):
                return path
            number += 1
        else:
            return path
