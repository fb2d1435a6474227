"""`python -m audit explain`: a question as a story, out of exported logs or a dossier, each proved first."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from audit.commands.read_commands import add_keys, verified_export
from audit.commands.trust import CONSISTENT, trust_of_dossier, trust_of_member
from audit.errors import MalformedError, NotInLogError
from audit.events.search import Criteria, Found, read_events
from audit.formats.encoding import decode_utf8
from audit.log.directory import LogDirectory
from audit.log.verified_entries import VerifiedEntries
from audit.reading.dossier import Dossier, say_proof
from audit.reading.explain import StoryPart, explain_question
from audit.reading.sentences import say_event
from audit.reading.verified_export import verify_export


def add_explain(commands: Any) -> None:
    """Describe the command to argparse."""
    parser = commands.add_parser(
        "explain", help="tell a question as a story, with its proofs", description=_explain.__doc__
    )
    add_keys(parser)
    parser.add_argument(
        "what", metavar="QUESTION|NUMBER", nargs="?", help="a question's number, or an entry's"
    )
    parser.add_argument(
        "members",
        metavar="MEMBER-DIR",
        nargs="*",
        type=Path,
        help="members' exported logs, to be read as well",
    )
    parser.set_defaults(run=_explain)


def _explain(options: argparse.Namespace) -> int:
    """Verify an exported log (or a dossier, given as the only argument) and tell what it says of a question:
    who asked what and why, what each member did and for which reasons, how it ended, and how that is proved.
    """
    lines = _of_dossier(options) if options.directory.is_file() else _of_exports(options)
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return 0


def _of_dossier(options: argparse.Namespace) -> list[str]:
    text = decode_utf8(options.directory.read_bytes(), str(options.directory))
    dossier = Dossier.parse(text)
    trust = trust_of_dossier(options, dossier, sys.stderr)
    if not trust.keys_given:
        sys.stderr.write(f"{CONSISTENT}\n")
    parts = dossier.verify(trust.policy, witnesses_known=trust.witnesses_given)
    return [f"Question {dossier.question_id}", *explain_question(parts)]


def _of_exports(options: argparse.Namespace) -> list[str]:
    if options.what is None:
        raise MalformedError("usage", "say which question, or which entry by its number")
    export = verified_export(options)
    question_id = options.what
    if question_id.isdecimal():
        found = _entry(export.entries, int(question_id), export.origin)
        question_id = getattr(found.event, "question_id", None)
        if question_id is None:
            proof = say_proof(export.verified.checkpoint, export.trust.known(export.verified))
            return [say_event(found.event), f"Entry {found.number} of {export.origin}: {proof}"]
    proof = say_proof(export.verified.checkpoint, export.trust.known(export.verified))
    parts = _parts(export.origin, proof, question_id, enumerate(export.entries))
    for path in options.members:
        parts += _of_member(options, path, question_id)
    if not parts:
        raise NotInLogError(f"the log {export.origin} says nothing of a question {question_id}")
    return [f"Question {question_id}", *explain_question(parts)]


def _of_member(options: argparse.Namespace, path: Path, question_id: str) -> list[StoryPart]:
    directory = LogDirectory(path)
    trust = trust_of_member(options, directory, sys.stderr)
    verified = verify_export(directory, trust.policy)
    proof = say_proof(verified.checkpoint, trust.known(verified))
    entries = enumerate(VerifiedEntries(directory, verified.checkpoint))
    return _parts(verified.checkpoint.origin, proof, question_id, entries)


def _parts(
    origin: str, proof: str, question_id: str, entries: Iterable[tuple[int, bytes]]
) -> list[StoryPart]:
    found = Criteria(question=question_id).find(entries)
    return [StoryPart(origin, each.number, each.event, proof) for each in found]


def _entry(entries: Sequence[bytes], number: int, origin: str) -> Found:
    if number >= len(entries):
        raise NotInLogError(f"the export of {origin} has {len(entries)} entries: there is no entry {number}")
    for found in read_events([(number, entries[number])]):
        return found
    raise MalformedError(f"entry {number}", "of a kind that is not known here: a newer Safelane may read it")
