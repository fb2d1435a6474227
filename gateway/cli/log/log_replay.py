"""`safelane log replay-bundle`: a member's decision made again anywhere, from files alone."""

from collections.abc import Sequence
from pathlib import Path

import click

from audit.errors import AuditError
from audit.events.question_events import Asked
from audit.formats.encoding import decode_utf8
from audit.formats.note import Verifier
from audit.formats.vkey import VerifierKey
from audit.log.directory import LogDirectory, parse_key_lines
from audit.log.policy import Policy
from audit.log.verified_entries import VerifiedEntries
from audit.reading.decision_bundle import DecisionBundle, asked_of, check_decision, judged
from audit.reading.verified_export import verify_export
from gateway.cli.log.kept_log import LogCommandError
from gateway.dictionary import regional
from gateway.dictionary.vocabulary import RECIPIENTS, vocabulary
from gateway.member.answer.decision_bundles import replay_bundle

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("replay-bundle")
@click.argument("bundle", type=_FILE)
@click.argument("log", type=_FOLDER)
@click.option("--vkey", "keys", multiple=True, required=True, help="A log's key, or a file with it.")
@click.option("--region", type=_FOLDER, metavar="DIR", help="The regional log, exported or mirrored.")
def replay_files(bundle: Path, log: Path, keys: Sequence[str], region: Path | None) -> None:
    """Make the decision of BUNDLE again, from the member's exported LOG, without node or database.

    BUNDLE is written at the node: safelane log replay INDEX --bundle BUNDLE
    """
    try:
        found = DecisionBundle.parse(decode_utf8(bundle.read_bytes(), str(bundle)))
        policy = Policy(tuple(Verifier(key) for text in keys for key in _keys(text)))
        origin, entries = _verified(log, policy)
        if origin != found.log:
            raise LogCommandError(f"{bundle} is about the log {found.log}, and {log} is {origin}.")
        asked = None if region is None else _asked(found, entries, _verified(region, policy))
        checked = check_decision(found, entries, asked)
        words = vocabulary(regional(), recipients=RECIPIENTS, member=checked.event.member)
        again = replay_bundle(found, entries, regional(), words, asked)
    except AuditError as error:
        raise LogCommandError(f"{error}.") from None
    for line in (*again.changed, *again.unchecked):
        click.echo(line, err=True)
    if wrong := tuple(dict.fromkeys((*checked.differences, *again.differences))):
        raise LogCommandError(
            f"The decision of entry {found.number} differs when it is replayed: {'; '.join(wrong)}.",
            remedy="Ask the member for the cause: the log proves the logged decision.",
        )
    click.echo(f"Replayed, the decision of entry {found.number} of {origin} is the logged one.")


def _verified(path: Path, policy: Policy) -> tuple[str, Sequence[bytes]]:
    directory = LogDirectory(path)
    checkpoint = verify_export(directory, policy).checkpoint
    return checkpoint.origin, VerifiedEntries(directory, checkpoint)


def _asked(bundle: DecisionBundle, entries: Sequence[bytes], region: tuple[str, Sequence[bytes]]) -> Asked:
    return asked_of(judged(entries, bundle.number), region[1], region[0])


def _keys(text: str) -> list[VerifierKey]:
    path = Path(text)
    if path.is_file():
        return parse_key_lines(decode_utf8(path.read_bytes(), text), text)
    return [VerifierKey.parse(text)]
