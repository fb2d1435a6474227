"""`python -m audit verify`: checks exported logs, receipts and evidence, offline."""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from audit.commands.trust import (
    CONSISTENT,
    Trust,
    add_trust,
    given_keys,
    say,
    trust_of,
    trust_of_dossier,
)
from audit.errors import AuditError, MalformedError, NotInLogError
from audit.events.events import kind_of
from audit.formats.checkpoint import Checkpoint
from audit.formats.cosignature import CosignatureVerifier, cosigned_at
from audit.formats.encoding import decode_utf8
from audit.formats.evidence import Evidence, Finding
from audit.formats.evidence_errors import ForkFoundError
from audit.formats.note import Note, Verifier
from audit.formats.tiles import WIDTH, Bundle, width_at
from audit.formats.vkey import ED25519
from audit.log.directory import LogDirectory
from audit.log.policy import Policy
from audit.log.receipt import HEADER, Receipt
from audit.reading.dossier import FORMAT as DOSSIER
from audit.reading.dossier import Dossier
from audit.reading.refused_message import FORMAT as REFUSED
from audit.reading.refused_message import RefusedMessage
from audit.reading.sentences import say_event
from audit.reading.verified_export import KeyEntries, verify_export, verify_seen

_USAGE = """\
PATH is an exported log (a directory), a receipt, a dossier, a refused message, or a bundle of evidence. A
refused message needs the keys of its sender (--vkey). A receipt needs the
entry's bytes (--entry) or the exported log that has them (--log). Without --vkey or --policy an export is
checked by the key that it names itself: it is consistent in itself, and not verified. Witnesses that an
export names itself count for nothing: a quorum needs a policy (the demo's is its file log-policy)."""


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
    add_trust(parser)
    parser.add_argument(
        "--quorum", metavar="K", type=int, help="of the policy's witnesses, instead of its own quorum"
    )
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
    trust = trust_of(options, directory, sys.stdout, quorum=options.quorum)
    kinds: Counter[str] = Counter()
    about_keys: KeyEntries = []
    verified = verify_export(directory, trust.policy, _count(kinds), about_keys)
    say(trust.say(verified))
    for kind, number in sorted(kinds.items()):
        _say(f"  {number} {kind}")
    for path in options.seen:
        old = verify_seen(directory, seen_at(path), trust.without_quorum, about_keys)
        _say(f"extends what {path} shows at size {old.size}")


def _count(kinds: Counter[str]) -> Callable[[int, bytes], None]:
    def visit(_: int, entry: bytes) -> None:
        try:
            kinds[kind_of(entry)] += 1
        except MalformedError:
            kinds["of a kind that is not known here"] += 1

    return visit


def _verify_receipt(options: argparse.Namespace, receipt: Receipt) -> None:
    directory = None if options.log is None else LogDirectory(options.log)
    trust = trust_of(options, directory, sys.stdout, quorum=options.quorum)
    if directory is not None:
        about_keys: KeyEntries = []
        verify_export(directory, trust.policy, about_keys=about_keys)
        verify_seen(directory, receipt.checkpoint, trust.policy, about_keys)
    if options.entry is not None:
        entry = options.entry.read_bytes()
    elif directory is not None:
        entry = _entry_of(directory, receipt.index)
    else:
        raise MalformedError("usage", "a receipt needs --entry or --log: it does not hold the entry itself")
    verified = receipt.verify(entry, trust.policy)
    _say(f"entry {receipt.index} is in the log")
    say(trust.say(verified))
    if directory is None:
        say(_say_signers(trust, receipt.checkpoint))


def _entry_of(directory: LogDirectory, index: int) -> bytes:
    size = Checkpoint.parse(directory.checkpoint().text).size
    if index >= size:
        raise NotInLogError(f"the exported log has {size} entries: there is no entry {index}")
    bundle = Bundle(index // WIDTH, width_at(0, size, index // WIDTH))
    return directory.entries(bundle)[index % WIDTH]


def _verify_evidence(options: argparse.Namespace, evidence: Evidence) -> None:
    trust = trust_of(options, None, sys.stdout)
    finding = evidence.verify(trust.policy.logs)
    first, second = Checkpoint.parse(evidence.first.text), Checkpoint.parse(evidence.second.text)
    _say(f"{finding.value}: {first.origin} signed size {first.size}, and then size {second.size}")
    say(_say_signers(trust, evidence.first, evidence.second))
    if finding is Finding.FORK and trust.witnesses_given:
        say(_say_cosigners(trust.policy, evidence))


def _say_signers(trust: Trust, *notes: Note) -> Iterator[str]:
    """Who has signed each checkpoint, where the reader gives several keys of the log: one may be a former."""
    origin = Checkpoint.parse(notes[0].text).origin
    keys = [log.key for log in trust.policy.logs if log.key.name == origin]
    if len(keys) < 2:
        return
    for note in notes:
        signers = ", ".join(str(key) for key in keys if any(line.is_by(key) for line in note.signatures))
        yield f"  size {Checkpoint.parse(note.text).size} is signed by {signers}"
    yield "  if the log had replaced such a key before that size, whoever stole it may have signed"


def _say_cosigners(policy: Policy, evidence: Evidence) -> Iterator[str]:
    """Who has cosigned each history. A witness of both let the fork pass as one that only grew."""
    first, second = (_cosigners(policy, note) for note in (evidence.first, evidence.second))
    for which, names in (("first", first), ("second", second)):
        yield f"  the {which} is cosigned by {', '.join(sorted(names)) or 'no known witness'}"
    if both := ", ".join(sorted(first & second)):
        yield f"  cosigned both, so forgets or lies, and must not count any more: {both}"


def _cosigners(policy: Policy, note: Note) -> frozenset[str]:
    found = set()
    for name, witness in policy.witnesses.items():
        with suppress(AuditError):
            cosigned_at(note, witness)
            found.add(name)
    return frozenset(found)


def _verify_refused(options: argparse.Namespace, refused: RefusedMessage) -> None:
    keys = given_keys(options)
    if not keys:
        raise MalformedError(
            "usage", "give the sender's keys with --vkey: they are in its entry member-enrolled"
        )
    verifiers = [Verifier(k) if k.kind == ED25519 else CosignatureVerifier(k) for k in keys]
    event, signed = refused.verify(verifiers)
    _say(say_event(event))
    for key in signed:
        _say(f"  signed by {key}")


def _verify_dossier(options: argparse.Namespace, dossier: Dossier) -> None:
    trust = trust_of_dossier(options, dossier, sys.stdout, quorum=options.quorum)
    for part in dossier.verify(trust.policy, witnesses_known=trust.witnesses_given):
        _say(f"{part.place} ({part.event.TYPE}): {part.proof}")
    if not trust.keys_given:
        _say(CONSISTENT)


def seen_at(path: Path) -> Note:
    """A checkpoint in a file. Raises MalformedError or OSError."""
    return Note.parse(decode_utf8(path.read_bytes(), str(path)))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
