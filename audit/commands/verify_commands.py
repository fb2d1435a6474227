"""`python -m audit verify`: checks exported logs, receipts and evidence, offline."""

import argparse
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from audit.errors import AuditError, MalformedError, NotInLogError
from audit.events.events import decode
from audit.formats.checkpoint import Checkpoint
from audit.formats.cosignature import CosignatureVerifier
from audit.formats.encoding import decode_utf8
from audit.formats.evidence import Evidence
from audit.formats.evidence_errors import ForkFoundError
from audit.formats.note import Note, Verifier
from audit.formats.tiles import WIDTH, Bundle, width_at
from audit.formats.vkey import COSIGNATURE_V1, VerifierKey
from audit.log.directory import LogDirectory, parse_key_lines
from audit.log.policy import Policy, Verified
from audit.log.receipt import HEADER, Receipt
from audit.log.verify import verify_extends, verify_log
from audit.reading.dossier import FORMAT as DOSSIER
from audit.reading.dossier import Dossier
from audit.reading.refused_message import FORMAT as REFUSED
from audit.reading.refused_message import RefusedMessage
from audit.reading.sentences import say_event

_USAGE = """\
PATH is an exported log (a directory), a receipt, a dossier, a refused message, or a bundle of evidence. A
refused message needs the keys of its sender (--vkey). A receipt needs the
entry's bytes (--entry) or the exported log that has them (--log). Without --vkey or --policy an export is
checked against the key that it names itself: compare that key with the one you were given by other means."""


def add_verify(commands: Any) -> None:
    """Describe the command to argparse."""
    parser = commands.add_parser(
        "verify",
        help="check an exported log, a receipt or evidence",
        description="Check an exported log, a receipt or evidence, offline.",
        epilog=_USAGE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("path", metavar="PATH", type=Path)
    parser.add_argument(
        "--vkey", metavar="KEY", action="append", default=[], help="a log's key, or a file with it"
    )
    parser.add_argument(
        "--policy", metavar="FILE", type=Path, help="a tlog-policy file: logs, witnesses, quorum"
    )
    parser.add_argument("--quorum", metavar="K", type=int, default=0, help="of the export's own witnesses")
    parser.add_argument("--entry", metavar="FILE", type=Path, help="the bytes of a receipt's entry")
    parser.add_argument("--log", metavar="DIR", type=Path, help="the exported log that a receipt must fit")
    parser.add_argument(
        "--seen", metavar="FILE", type=Path, action="append", default=[], help="a checkpoint seen earlier"
    )
    parser.add_argument("--evidence-to", metavar="FILE", type=Path, help="where a proof of a fork is written")
    parser.set_defaults(run=_verify)


def _verify(options: argparse.Namespace) -> int:
    try:
        if options.path.is_dir():
            _verify_directory(options)
        else:
            text = decode_utf8(options.path.read_bytes(), str(options.path))
            if text.startswith(HEADER):
                _verify_receipt(options, Receipt.parse(text))
            elif text.startswith("{") and DOSSIER in text:
                _verify_dossier(options, Dossier.parse(text))
            elif text.startswith("{") and REFUSED in text:
                _verify_refused(options, RefusedMessage.parse(text))
            elif text.startswith("{"):
                _verify_evidence(options, Evidence.parse(text))
            else:
                raise MalformedError(str(options.path), "no exported log, receipt, dossier or evidence")
    except ForkFoundError as found:
        if options.evidence_to is not None:
            options.evidence_to.write_text(str(found.evidence), encoding="utf-8", newline="\n")
            sys.stderr.write(f"audit: the evidence is in {options.evidence_to}\n")
        raise
    return 0


def _verify_directory(options: argparse.Namespace) -> None:
    directory = LogDirectory(options.path)
    policy = policy_of(options, directory, sys.stdout)
    kinds: Counter[str] = Counter()
    verified = verify_log(directory, policy, _count(kinds))
    _say_checkpoint(verified)
    for kind, number in sorted(kinds.items()):
        _say(f"  {number} {kind}")
    for path in options.seen:
        old = verify_extends(directory, seen_at(path), without_quorum(policy))
        _say(f"extends what {path} shows at size {old.size}")


def _count(kinds: Counter[str]) -> Callable[[int, bytes], None]:
    def visit(_: int, entry: bytes) -> None:
        try:
            kinds[decode(entry).TYPE] += 1
        except MalformedError:
            kinds["of a kind that is not known here"] += 1

    return visit


def _verify_receipt(options: argparse.Namespace, receipt: Receipt) -> None:
    directory = None if options.log is None else LogDirectory(options.log)
    policy = policy_of(options, directory, sys.stdout)
    if directory is not None:
        verify_log(directory, policy)
        verify_extends(directory, receipt.checkpoint, policy)
    if options.entry is not None:
        entry = options.entry.read_bytes()
    elif directory is not None:
        entry = _entry_of(directory, receipt.index)
    else:
        raise MalformedError("usage", "a receipt needs --entry or --log: it does not hold the entry itself")
    verified = receipt.verify(entry, policy)
    _say(f"entry {receipt.index} is in the log")
    _say_checkpoint(verified)


def _entry_of(directory: LogDirectory, index: int) -> bytes:
    size = Checkpoint.parse(directory.checkpoint().text).size
    if index >= size:
        raise NotInLogError(f"the exported log has {size} entries: there is no entry {index}")
    bundle = Bundle(index // WIDTH, width_at(0, size, index // WIDTH))
    return directory.entries(bundle)[index % WIDTH]


def _verify_evidence(options: argparse.Namespace, evidence: Evidence) -> None:
    finding = evidence.verify(policy_of(options, None, sys.stdout).logs)
    first, second = Checkpoint.parse(evidence.first.text), Checkpoint.parse(evidence.second.text)
    _say(f"{finding.value}: {first.origin} signed size {first.size}, and then size {second.size}")


def _verify_refused(options: argparse.Namespace, refused: RefusedMessage) -> None:
    keys = [key for text in options.vkey for key in _keys(text)]
    if not keys:
        raise MalformedError(
            "usage", "give the sender's keys with --vkey: they are in its entry member-enrolled"
        )
    verifiers = [CosignatureVerifier(k) if k.kind == COSIGNATURE_V1 else Verifier(k) for k in keys]
    event, signed = refused.verify(verifiers)
    _say(say_event(event))
    for key in signed:
        _say(f"  signed by {key}")


def _verify_dossier(options: argparse.Namespace, dossier: Dossier) -> None:
    for part in dossier.verify(keyed_policy(options, dossier, sys.stdout)):
        _say(f"{part.place} ({part.event.TYPE}): {part.proof}")


def keyed_policy(options: argparse.Namespace, dossier: Dossier, notices: TextIO) -> Policy:
    """Return the policy of `--policy` or `--vkey`, for several logs; else of the file's own keys, with a
    notice.

    Witnesses are named by the dossier, unless by a policy. Raises AuditError or OSError.
    """
    if options.policy is not None:
        return Policy.parse(options.policy.read_bytes())
    keys = [key for text in options.vkey for key in _keys(text)]
    if not keys:
        keys = list(dossier.keys)
        for key in keys:
            notices.write(f"the dossier names its own key; is it the one you know? {key}\n")
    witnesses = {key.name: CosignatureVerifier(key) for key in dossier.witnesses}
    return Policy(tuple(map(Verifier, keys)), witnesses)


def seen_at(path: Path) -> Note:
    """A checkpoint in a file. Raises MalformedError or OSError."""
    return Note.parse(decode_utf8(path.read_bytes(), str(path)))


def policy_of(options: argparse.Namespace, directory: LogDirectory | None, notices: TextIO) -> Policy:
    """Return the policy of `--policy` or `--vkey` and `--quorum`; else of the export's own key, with a
    notice.

    Raises AuditError or OSError.
    """
    if options.policy is not None:
        return Policy.parse(options.policy.read_bytes())
    keys = [key for text in options.vkey for key in _keys(text)]
    if not keys and directory is not None:
        keys = [directory.vkey()]
        notices.write(f"the export names its own key; is it the one you know? {keys[0]}\n")
    if not keys:
        raise MalformedError("usage", "give the log's key with --vkey, or a policy with --policy")
    witnesses = [] if directory is None else [CosignatureVerifier(key) for key in directory.witnesses()]
    base = Policy.of(Verifier(keys[0]), witnesses, options.quorum)
    return Policy(tuple(map(Verifier, keys)), base.witnesses, base.groups, base.quorum)


def without_quorum(policy: Policy) -> Policy:
    """Drop the quorum: for an earlier checkpoint, the log's own signature suffices as evidence."""
    return Policy(policy.logs, policy.witnesses)


def _keys(text: str) -> list[VerifierKey]:
    """Return a key given directly, or the keys in a file: two keys during a key change."""
    try:
        return [VerifierKey.parse(text)]
    except AuditError:
        path = Path(text)
        if not path.is_file():
            raise
    return parse_key_lines(decode_utf8(path.read_bytes(), text), text)


def _say_checkpoint(verified: Verified) -> None:
    checkpoint = verified.checkpoint
    _say(f"{checkpoint.origin}: {checkpoint.size} entries, root {checkpoint.root.hex()}")
    _say(f"  cosigned by {', '.join(sorted(verified.witnesses)) or 'no known witness'}")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
