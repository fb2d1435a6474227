"""Whom a check trusts: keys and witnesses that the reader brings, never those that the checked file names.

Whoever forges an export writes any key and any witnesses beside it, and signs with all of them. So a file
that names its own key is at most consistent in itself, and its own witnesses count for nothing.
"""

import argparse
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TextIO

from audit.errors import AuditError, MalformedError
from audit.formats.cosignature import CosignatureVerifier
from audit.formats.encoding import decode_utf8
from audit.formats.note import Verifier
from audit.formats.vkey import VerifierKey
from audit.log.directory import LogDirectory, parse_key_lines
from audit.log.policy import FIRST_COSIGNATURES, Group, Policy, Verified
from audit.reading.dossier import Dossier

CLOCKS_APART: Final = 300
"""Seconds by which a witness's clock may be ahead of the reader's."""
_QUORUM: Final = "the quorum that was asked for"


@dataclass(frozen=True)
class Trust:
    """What a file is checked by. `keys_given`: the reader brought the log's key. `witnesses_given`: the
    reader's policy names the witnesses; otherwise the file does, and nobody knows them.
    """

    policy: Policy
    keys_given: bool
    witnesses_given: bool

    def known(self, verified: Verified) -> frozenset[str]:
        """The witnesses known to the reader that have cosigned."""
        return verified.witnesses if self.witnesses_given else frozenset()

    @property
    def without_quorum(self) -> Policy:
        """For an earlier checkpoint, the log's own signature suffices as evidence."""
        return replace(self.policy, groups={}, quorum="none")

    def say(self, verified: Verified) -> list[str]:
        """The checkpoint, who has cosigned it and when, and what that is worth."""
        checkpoint = verified.checkpoint
        lines = [f"{checkpoint.origin}: {checkpoint.size} entries, root {checkpoint.root.hex()}"]
        cosigned = [f"{name} ({say_moment(verified.times[name])})" for name in sorted(verified.witnesses)]
        if self.witnesses_given or not cosigned:
            lines.append(f"  cosigned by {', '.join(cosigned) or 'no known witness'}")
        else:
            lines.append(f"  names its own witnesses, unchecked: {', '.join(cosigned)}")
        if not self.keys_given:
            lines.append(f"  {CONSISTENT}")
        return lines


CONSISTENT: Final = (
    "consistent in itself, and not verified: it names its own key (give the one that you know with --vkey or "
    "--policy)"
)


def add_trust(parser: argparse.ArgumentParser) -> None:
    """Add the arguments by which the reader says whom to trust."""
    parser.add_argument(
        "--vkey", metavar="KEY", action="append", default=[], help="a log's key, or a file with it"
    )
    parser.add_argument(
        "--policy", metavar="FILE", type=Path, help="a tlog-policy file: logs, witnesses, quorum"
    )
    parser.add_argument(
        "--max-age", metavar="SECONDS", type=int, help="cosignatures older than this count for nothing"
    )


def trust_of(
    options: argparse.Namespace,
    directory: LogDirectory | None,
    notices: TextIO,
    *,
    quorum: int | None = None,
) -> Trust:
    """Whom to trust with an export: the policy or the keys that the reader brings, else the export's own key,
    with a notice.

    `quorum`: so many of the policy's witnesses, instead of its own quorum. Raises AuditError or OSError.
    """
    if options.policy is not None:
        policy = _with_quorum(Policy.parse(options.policy.read_bytes()), quorum)
        return Trust(_recent(policy, options.max_age), keys_given=True, witnesses_given=True)
    _check_needs_no_policy(options, quorum)
    keys = given_keys(options)
    claimed = [] if directory is None else [CosignatureVerifier(key) for key in directory.witnesses()]
    if keys:
        return Trust(_policy(keys, claimed), keys_given=True, witnesses_given=False)
    if directory is None:
        raise MalformedError("usage", "give the log's key with --vkey, or a policy with --policy")
    own = directory.vkey()
    notices.write(f"the export names its own key; is it the one you know? {own}\n")
    return Trust(_policy([own], claimed), keys_given=False, witnesses_given=False)


def trust_of_member(options: argparse.Namespace, directory: LogDirectory, notices: TextIO) -> Trust:
    """The same for one of several exports: by the policy if it has this log, else by the keys of its name.

    Raises AuditError or OSError.
    """
    own = directory.vkey()
    if options.policy is None:
        _check_needs_no_policy(options, None)
    elif any(log.key.name == own.name for log in Policy.parse(options.policy.read_bytes()).logs):
        return trust_of(options, directory, notices)
    keys = [key for key in given_keys(options) if key.name == own.name]
    if keys:
        return Trust(_policy(keys, ()), keys_given=True, witnesses_given=False)
    notices.write(f"{directory.path} names its own key; is it the one you know? {own}\n")
    return Trust(_policy([own], ()), keys_given=False, witnesses_given=False)


def trust_of_dossier(
    options: argparse.Namespace, dossier: Dossier, notices: TextIO, *, quorum: int | None = None
) -> Trust:
    """The same for a file with entries of several logs. Raises AuditError or OSError."""
    if options.policy is not None:
        return trust_of(options, None, notices, quorum=quorum)
    _check_needs_no_policy(options, quorum)
    keys = given_keys(options)
    if not keys:
        for key in dossier.keys:
            notices.write(f"the dossier names its own key; is it the one you know? {key}\n")
    claimed = [CosignatureVerifier(key) for key in dossier.witnesses]
    return Trust(_policy(keys or dossier.keys, claimed), keys_given=bool(keys), witnesses_given=False)


def _check_needs_no_policy(options: argparse.Namespace, quorum: int | None) -> None:
    if quorum is not None or options.max_age is not None:
        raise MalformedError(
            "usage",
            "--quorum and --max-age need --policy: a file can name witnesses whom its writer invented. A "
            "policy has the lines 'log <vkey>', 'witness <name> <vkey>' for each, and 'quorum <name>'",
        )


def given_keys(options: argparse.Namespace) -> list[VerifierKey]:
    """Keys given directly or in files: two keys during a key change. Raises AuditError or OSError."""
    return [key for text in options.vkey for key in _keys(text)]


def now() -> int:
    """Seconds since the epoch."""
    return int(time.time())


def say(lines: Iterable[str]) -> None:
    """Print lines of a report."""
    sys.stdout.writelines(f"{line}\n" for line in lines)


def _keys(text: str) -> list[VerifierKey]:
    try:
        return [VerifierKey.parse(text)]
    except AuditError:
        path = Path(text)
        if not path.is_file():
            raise
    return parse_key_lines(decode_utf8(path.read_bytes(), text), text)


def _policy(keys: Sequence[VerifierKey], claimed: Sequence[CosignatureVerifier]) -> Policy:
    return Policy(tuple(map(Verifier, keys)), Policy.of(Verifier(keys[0]), claimed).witnesses)


def _with_quorum(policy: Policy, quorum: int | None) -> Policy:
    if quorum is None:
        return policy
    if not 0 < quorum <= len(policy.witnesses):
        there = len(policy.witnesses)
        raise MalformedError("usage", f"a quorum of {quorum} of the policy's {there} witnesses")
    group = Group(quorum, tuple(policy.witnesses))
    return replace(policy, groups={**policy.groups, _QUORUM: group}, quorum=_QUORUM)


def _recent(policy: Policy, max_age: int | None) -> Policy:
    present = now()
    since = max(FIRST_COSIGNATURES, 0 if max_age is None else present - max_age)
    return replace(policy, cosigned_since=since, cosigned_until=present + CLOCKS_APART)


def say_moment(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    except (OverflowError, OSError, ValueError):
        return f"{seconds} seconds after 1970"
