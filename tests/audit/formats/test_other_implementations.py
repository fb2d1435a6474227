"""Other people's clients and witnesses against our log, and our client against their witnesses.

Needs Debian's golang-go, golang-golang-x-mod-dev, golang-github-transparency-dev-merkle-dev,
golang-github-transparency-dev-formats-dev and sigsum-go.
"""

import base64
import os
import shutil
import socket
import subprocess
import time
from hashlib import sha256
from pathlib import Path

import pytest
from memory_log import MemoryStorage

from audit.errors import WitnessError
from audit.formats.checkpoint import Checkpoint
from audit.formats.cosignature import CosignatureVerifier, Cosigner
from audit.formats.note import Signer, Verifier
from audit.formats.vkey import COSIGNATURE_V1, ED25519, VerifierKey
from audit.log.directory import export
from audit.log.log import Log
from audit.log.policy import Policy
from audit.witness.client import ask_witness

GO_PATH = Path("/usr/share/gocode")
LIBRARIES = (
    "golang.org/x/mod/sumdb",
    "github.com/transparency-dev/merkle",
    "github.com/transparency-dev/formats",
)
ENTRIES = [b"entry %d" % i for i in range(1500)]


@pytest.fixture(scope="session")
def go_client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The client in tests/audit/go_client, built from the libraries that Debian packages."""
    go = shutil.which("go")
    if go is None or not all((GO_PATH / "src" / name).exists() for name in LIBRARIES):
        pytest.skip("Go and its libraries are not installed (packages are named at the top of this file)")
    program = tmp_path_factory.mktemp("go") / "client"
    environment = os.environ | {
        "GO111MODULE": "off",
        "GOPATH": str(GO_PATH),
        "GOFLAGS": "",
        "CGO_ENABLED": "0",
    }
    source = Path(__file__).parent / "go_client" / "main.go"
    subprocess.run([go, "build", "-o", program, source], check=True, env=environment, timeout=300)
    return program


def run(program: Path, *arguments: object) -> str:
    finished = subprocess.run(
        [program, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=120
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout.strip()


@pytest.mark.parametrize("size", [1, 255, 256, 257, 1500])
def test_go_reads_every_entry_and_proof_out_of_our_tiles(
    size: int, go_client: Path, log: Log, storage: MemoryStorage, tmp_path: Path
) -> None:
    log.append(storage, ENTRIES[:size], now=1)
    export(log, storage, tmp_path / "export")
    assert run(go_client, "log", tmp_path / "export") == str(size)


def test_go_notices_a_changed_entry(
    go_client: Path, log: Log, storage: MemoryStorage, tmp_path: Path
) -> None:
    """Else the test above would say nothing."""
    log.append(storage, ENTRIES[:300], now=1)
    export(log, storage, tmp_path / "export")
    bundle = tmp_path / "export" / "tile/entries/000"
    bundle.write_bytes(bundle.read_bytes().replace(b"entry 7", b"entry 8", 1))

    finished = subprocess.run([go_client, "log", tmp_path / "export"], capture_output=True, check=False)

    assert finished.returncode == 1


@pytest.mark.parametrize("index", [0, 255, 256, 777, 1499])
def test_go_verifies_our_receipts(
    index: int, go_client: Path, log: Log, storage: MemoryStorage, tmp_path: Path
) -> None:
    log.append(storage, ENTRIES, now=1)
    receipt, entry = tmp_path / "receipt", tmp_path / "entry"
    receipt.write_text(str(log.receipt(storage, index)), encoding="utf-8")
    entry.write_bytes(ENTRIES[index])
    assert run(go_client, "receipt", receipt, entry, log.key) == str(index)


def test_go_verifies_our_cosignatures(
    go_client: Path, log: Log, storage: MemoryStorage, tmp_path: Path
) -> None:
    witness = Cosigner.generate("witness.example")
    log.append(storage, ENTRIES, now=1)
    note = log.checkpoint(storage)
    cosigned = note.with_signatures([witness.cosign(Checkpoint.parse(note.text), 1_700_000_000)])
    (tmp_path / "cosigned").write_text(str(cosigned), encoding="utf-8")
    # That library wants the key as a plain Ed25519 one, and works out the cosignature's key ID itself.
    key = VerifierKey(witness.key.name, ED25519, witness.key.public)
    assert run(go_client, "cosigned", tmp_path / "cosigned", key) == "1700000000"


class OtherWitness:
    """A witness of somebody else's, as a process that listens on `port`."""

    def __init__(self, command: list[str], port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        # Debian builds these so that Go's old routing is the default, which does not know their paths.
        environment = os.environ | {"GODEBUG": "httpmuxgo121=0"}
        self.process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=0.2).close()
                break
            except OSError:
                time.sleep(0.1)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def grow_and_be_witnessed(log: Log, url: str, verifier: CosignatureVerifier) -> None:
    """Three sizes, each cosigned; then a fork of the log, which the witness must refuse."""
    storage, policy = MemoryStorage(), Policy.of(Verifier(log.key), [verifier], quorum=1)
    seen = 0
    for size in (3, 300, 301):
        log.append(storage, ENTRIES[seen:size], now=1)
        note = log.checkpoint(storage)
        signature = ask_witness(
            url,
            verifier,
            note,
            lambda old, n=size: log.consistency(storage, old, n),
            known_size=0,
            timeout=10,
        )
        policy.verify(note.with_signatures([signature]))
        seen = size
    fork = MemoryStorage()
    log.append(fork, [b"rewritten", *ENTRIES[1:400]], now=1)
    forked, prove = log.checkpoint(fork), lambda old: log.consistency(fork, old, 400)
    with pytest.raises(WitnessError, match="status 422"):
        ask_witness(url, verifier, forked, prove, known_size=301, timeout=10)


def public_key_of(path: Path) -> bytes:
    """The 32 bytes of an Ed25519 public key in OpenSSH's format, which ends with them."""
    encoded = path.read_text("ascii").split()[1]
    return base64.b64decode(encoded)[-32:]


def test_sigsums_witness_cosigns_our_log(tmp_path: Path) -> None:
    """It watches logs that are named as sigsum names them."""
    witness_program, key_program = shutil.which("sigsum-witness"), shutil.which("sigsum-key")
    if witness_program is None or key_program is None:
        pytest.skip("sigsum-go is not installed (the Debian package of that name)")
    seed = bytes(range(32))
    log_key = Signer.from_seed("any", seed).key.public
    log = Log(Signer.from_seed(f"sigsum.org/v1/tree/{sha256(log_key).hexdigest()}", seed))
    log_file, key_file = tmp_path / "log.pub", tmp_path / "witness-key"
    to_file = [key_program, "from-hex", "-o", str(log_file)]
    subprocess.run(to_file, input=log_key.hex(), text=True, check=True)
    subprocess.run([key_program, "generate", "-o", key_file], check=True)
    public = public_key_of(key_file.with_suffix(".pub"))
    port = free_port()
    command = [witness_program, "-k", str(key_file), f"--log-key={log_file}"]
    command += [f"--state-file={tmp_path / 'state'}", f"127.0.0.1:{port}"]
    witness = OtherWitness(command, port)
    key = VerifierKey(f"sigsum.org/v1/witness/{sha256(public).hexdigest()}", COSIGNATURE_V1, public)
    try:
        grow_and_be_witnessed(log, witness.url, CosignatureVerifier(key))
    finally:
        witness.stop()
