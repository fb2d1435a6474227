"""`python -m audit open`: a saved table, checked against the log by the sidecar that lies beside it."""

import argparse
import sys
from pathlib import Path
from typing import Any, Final

from audit.commands.trust import add_trust, say, trust_of, trust_of_dossier
from audit.errors import MalformedError, ProofError, QuorumError
from audit.events.event_values import Outcome
from audit.formats.encoding import decode_utf8
from audit.formats.tiles import WIDTH, Bundle, width_at
from audit.log.directory import LogDirectory
from audit.log.policy import Policy
from audit.log.verify import verify_extends
from audit.reading.released_table import ReleasedTable
from audit.reading.saved_table import compare
from audit.reading.sidecar import ENDING, MemberProof, ProvenTable, Sidecar
from audit.reading.verified_export import verify_export

NOT_COMPARED: Final = 3
"""Exit code where the release is proved, and nothing in the file could be compared with it."""
_MOST: Final = 200_000_000

_USAGE = """\
TABLE is a file that was saved or downloaded: .csv, .xlsx, .json, .jsonstat, .xml (SDMX), .parquet, .arrows,
.svg or .png. Beside it lies its sidecar, TABLE.sidecar.json. Give the key of the regional log with --vkey,
or a policy with --policy; the keys of members' logs as well, to check what these say. --log DIR: your own
export or mirror of the regional log, which must hold the same release, and then has the quorum in the place
of the sidecar. Exit code 0: every number of the file is the released one; 1: something is wrong; 3: the
release is proved, and the file is a picture, which cannot be compared: --numbers writes what it must
show."""


def add_open(commands: Any) -> None:
    """Describe the command to argparse."""
    parser = commands.add_parser(
        "open",
        help="check a saved table against the log",
        description=_open.__doc__,
        epilog=_USAGE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("table", metavar="TABLE", type=Path)
    parser.add_argument("--sidecar", metavar="FILE", type=Path, help="the sidecar, where it lies elsewhere")
    add_trust(parser)
    parser.add_argument(
        "--quorum", metavar="K", type=int, help="of the policy's witnesses, instead of its own quorum"
    )
    parser.add_argument("--log", metavar="DIR", type=Path, help="the regional log, exported or mirrored")
    parser.add_argument("--numbers", action="store_true", help="write the numbers that were released")
    parser.set_defaults(run=_open)


def _open(options: argparse.Namespace) -> int:
    """Check a table that was saved: the log commits to its release, and its numbers are the released ones."""
    path = options.sidecar or _beside(options.table)
    sidecar = Sidecar.parse(decode_utf8(_read(path), str(path)))
    directory = None if options.log is None else LogDirectory(options.log)
    trust = trust_of_dossier(options, sidecar.dossier, sys.stderr, quorum=options.quorum)
    if directory is None:
        proven = _with_quorum(sidecar, trust.policy)
        said = trust.say(proven.verified)
    else:
        proven = sidecar.verify(trust.without_quorum)
        said = _compare_log(options, directory, proven)
    compared = compare(options.table.name, _read(options.table), proven.table)
    say(said)
    say(_entries(proven, options.log))
    say(_member(each, known=trust.keys_given and each.key_known) for each in proven.members)
    if options.numbers:
        say(_numbers(proven.table))
    if compared.picture:
        say([f"{options.table} is a picture: compare it with the numbers that were released (--numbers)"])
        return NOT_COMPARED
    part = "" if compared.cells == compared.of else f" (of {compared.of}; the others are not in this file)"
    say([f"{options.table}: {compared.cells} cells{part} are those of the release"])
    say(f"  not compared: {what}" for what in compared.unchecked)
    return 0


def _beside(table: Path) -> Path:
    """The sidecar of a file: by the file's whole name, else by its name without the ending."""
    candidates = [
        table.with_name(table.name + ENDING),
        table.with_name(table.name.partition(".")[0] + ENDING),
    ]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    raise MalformedError(
        "usage",
        f"there is no {candidates[0]}: save the table again with a present Safelane, which writes it, or "
        "name the sidecar with --sidecar",
    )


def _with_quorum(sidecar: Sidecar, policy: Policy) -> ProvenTable:
    """A table is saved before any witness can have seen its entry: then say how a quorum is shown."""
    try:
        return sidecar.verify(policy)
    except QuorumError as error:
        raise QuorumError(
            f"{error}. A table that was just saved is not witnessed yet: download its proof again later, or "
            "give a newer export or mirror of the log with --log, which then needs the quorum"
        ) from None


def _compare_log(options: argparse.Namespace, directory: LogDirectory, proven: ProvenTable) -> list[str]:
    """The reader's own copy of the log must hold the entries, and have the quorum. Raises AuditError."""
    trust = trust_of(options, directory, sys.stderr, quorum=options.quorum)
    verified = verify_export(directory, trust.policy)
    size = verified.checkpoint.size
    for entry in (proven.asked, proven.released):
        verify_extends(directory, entry.receipt.checkpoint, trust.without_quorum)
        index = entry.receipt.index
        bundle = Bundle(index // WIDTH, width_at(0, size, index // WIDTH))
        if directory.entries(bundle)[index % WIDTH] != entry.entry:
            raise ProofError(f"entry {index} of {options.log} is another than the one of the sidecar")
    return trust.say(verified)


def _entries(proven: ProvenTable, log: Path | None) -> list[str]:
    asked, released = proven.asked.receipt.index, proven.released.receipt.index
    lines = [
        f"entry {asked} asked the question {proven.table.question_id}",
        f"entry {released} commits to this release: the opening fits",
    ]
    return [*lines, f"both stand in {log} as well"] if log is not None else lines


def _member(proof: MemberProof, *, known: bool) -> str:
    outcome = proof.outcome
    said = {
        Outcome.ANSWERED: "answered",
        Outcome.REFUSED: f"refused ({', '.join(outcome.reasons)})",
        Outcome.EARLIER: "was away, and an earlier answer stands in",
        Outcome.MISSING: "gave no answer",
    }[outcome.outcome]
    if proof.proven is None:
        shown = (
            "nothing of its own log is here" if outcome.entry is None else "not proved by its own log here"
        )
    else:
        key = "" if known else ", by a key that the sidecar names, unchecked"
        shown = f"entry {proof.proven.receipt.index} of {proof.proven.origin} says so{key}"
    return f"  {outcome.member} {said}: {shown}"


def _numbers(table: ReleasedTable) -> list[str]:
    lines = [",".join([*table.levels, "status", "value"])]
    for key, cell in table.cells.items():
        lines.append(",".join([*key, cell.status, "" if cell.value is None else str(cell.value)]))
    return lines


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(_MOST + 1)
    if len(data) > _MOST:
        raise MalformedError(str(path), f"longer than {_MOST} bytes")
    return data
