"""`python -m audit witness`: a stand-alone witness, for logs of any operator."""

import argparse
import os
import signal
import sys
from contextlib import closing, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from audit.errors import MalformedError, WitnessError
from audit.formats.cosignature import Cosigner
from audit.formats.encoding import decode_utf8
from audit.formats.evidence import Evidence, Finding
from audit.formats.note import Verifier
from audit.formats.vkey import WITNESS_KEY_TYPES
from audit.witness.server import WitnessServer
from audit.witness.state import FileWitnessStorage
from audit.witness.witness import Witness


def add_witness(commands: Any) -> None:
    """Describe the command to argparse."""
    parser = commands.add_parser(
        "witness",
        help="cosign logs as an independent witness",
        description="Cosign every checkpoint that extends what was seen, and expose a log that does not.",
    )
    parser.add_argument(
        "--log-key",
        metavar="VKEY",
        action="append",
        required=True,
        help="a log to watch; of one that has changed its key the former key first, then the present one",
    )
    parser.add_argument("--listen", metavar="HOST:PORT", required=True)
    parser.add_argument("--key", metavar="FILE", type=Path, required=True, help="secret key, made if missing")
    parser.add_argument("--name", default="witness", help="name of a key that is made (default: %(default)s)")
    parser.add_argument(
        "--key-type",
        choices=[*WITNESS_KEY_TYPES],
        default="ed25519",
        help="type of a key that is made; not every log takes ml-dsa-44 yet (default: %(default)s)",
    )
    parser.add_argument(
        "--state", metavar="FILE", type=Path, required=True, help="what was cosigned; never restore"
    )
    parser.add_argument("--evidence", metavar="DIR", type=Path, help="where proof of a fork is kept")
    parser.set_defaults(run=_witness)


def _witness(options: argparse.Namespace) -> int:
    logs = [Verifier.parse(vkey) for vkey in options.log_key]
    address = _address(options.listen)
    _check_memory(options.key, options.state)
    reporter = _Reporter(logs, options.evidence or options.state.parent)
    with closing(FileWitnessStorage(options.state)) as storage:
        cosigner = _cosigner(options.key, options.name, WITNESS_KEY_TYPES[options.key_type])
        present = {log.key.name: log.key for log in logs}
        former = [log.key for log in logs if log.key != present[log.key.name]]
        witness = Witness(cosigner, logs, storage, former)
        with WitnessServer(address, witness, [v.key.name for v in logs], reporter.report) as server:
            host, port = server.server_address[:2]
            with suppress(KeyboardInterrupt):
                _end_when_asked()  # before printing: a reader of the line may end the process at once
                sys.stdout.write(f"{cosigner.key}\nlistening on http://{host!s}:{port}/\n")
                sys.stdout.flush()
                server.serve_forever()
    return 0


def _check_memory(key: Path, state: Path) -> None:
    """A key that has cosigned has a state, made before it: an interrupted first start leaves no key alone."""
    if key.exists() and not (state.exists() and state.stat().st_size):
        raise WitnessError(
            f"{state} is not there, or empty, and with it all that the key in {key} has cosigned: a witness "
            "that forgets can be made to cosign two histories. Name the state that belongs to the key; if it "
            "is lost, give another file for --key, so that a new key is made, and tell whoever counts on the "
            "former one"
        )


def _end_when_asked() -> None:
    """End in order on Ctrl-C and on SIGTERM, even where the parent process ignores Ctrl-C."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)


class _Reporter:
    """Stores proofs of forks, each once. Other evidence is only printed: anybody could produce any amount."""

    def __init__(self, logs: list[Verifier], directory: Path) -> None:
        self._logs = logs
        self._directory = directory

    def report(self, evidence: Evidence) -> None:
        finding = evidence.verify(self._logs)
        origin = evidence.first.text.partition("\n")[0]
        sys.stderr.write(f"witness: {finding.value} of {origin}\n")
        if finding is Finding.FORK:
            path = self._directory / f"fork-{sha256(str(evidence).encode()).hexdigest()[:16]}.json"
            try:
                self._directory.mkdir(parents=True, exist_ok=True)
                path.write_text(str(evidence), encoding="utf-8", newline="\n")
            except OSError as error:  # the refusal is sent in any case
                sys.stderr.write(f"witness: the proof could not be kept in {path}: {error}\n{evidence}\n")
            else:
                sys.stderr.write(f"witness: the proof is in {path}\n")


def _cosigner(path: Path, name: str, kind: int) -> Cosigner:
    if path.exists():
        return Cosigner.parse(decode_utf8(path.read_bytes(), str(path)).removesuffix("\n"))
    cosigner = Cosigner.generate(name, kind)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
        file.write(cosigner.secret() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return cosigner


def _address(text: str) -> tuple[str, int]:
    host, separator, port = text.rpartition(":")
    if not separator or not port.isascii() or not port.isdigit() or len(port) > 5 or int(port) > 0xFFFF:
        raise MalformedError("address", "not of the form HOST:PORT")
    return host.strip("[]"), int(port)
