"""The witness protocol over real HTTP: server, client, and the file that the witness remembers in."""

import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from memory_log import MemoryStorage

from audit.errors import AuditError, MalformedError, WitnessError
from audit.formats.checkpoint import Checkpoint
from audit.formats.cosignature import CosignatureVerifier, Cosigner, cosigned_at
from audit.formats.evidence import Evidence, Finding
from audit.formats.evidence_errors import SizeConflictError
from audit.formats.merkle import HASH_SIZE
from audit.formats.note import Note, Signer, Verifier
from audit.log.log import Log
from audit.log.policy import Policy
from audit.witness import server as serving
from audit.witness.client import Prover, ask_witness, ask_witnesses
from audit.witness.protocol import AddCheckpoint, parse_cosignatures, parse_known_size
from audit.witness.server import WitnessServer
from audit.witness.state import FileWitnessStorage
from audit.witness.witness import Witness

COSIGNER = Cosigner.from_seed("witness.example", bytes(range(32, 64)))


class Running:
    """A server in a thread of this process."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.server = server
        self.thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()
        self.port = server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def request(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, str, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        return response.status, response.headers["Content-Type"], text


@pytest.fixture
def evidence() -> list[Evidence]:
    return []


@pytest.fixture
def running(log: Log, tmp_path: Path, evidence: list[Evidence]) -> Iterator[Running]:
    storage = FileWitnessStorage(tmp_path / "witness.sqlite")
    witness = Witness(COSIGNER, [Verifier(log.key)], storage)
    running = Running(WitnessServer(("127.0.0.1", 0), witness, [log.origin], evidence.append))
    yield running
    running.stop()
    storage.close()


def prover(log: Log, storage: MemoryStorage) -> Prover:
    size = Checkpoint.parse(log.checkpoint(storage).text).size
    return lambda old: log.consistency(storage, old, size)


def body(log: Log, storage: MemoryStorage, old: int) -> bytes:
    return str(AddCheckpoint(old, tuple(prover(log, storage)(old)), log.checkpoint(storage))).encode()


def test_a_log_asks_and_is_cosigned(log: Log, storage: MemoryStorage, running: Running) -> None:
    log.append(storage, [b"one", b"two", b"three"], now=1)

    before = int(time.time())
    signature = ask_witness(
        running.url, COSIGNER.verifier, log.checkpoint(storage), prover(log, storage), known_size=0, timeout=5
    )

    cosigned = log.checkpoint(storage).with_signatures([signature])
    assert before <= cosigned_at(cosigned, COSIGNER.verifier) <= time.time()


def test_a_log_that_does_not_know_where_the_witness_is_finds_out(
    log: Log, storage: MemoryStorage, running: Running
) -> None:
    log.append(storage, [b"one", b"two", b"three"], now=1)
    assert running.request("POST", "/add-checkpoint", body(log, storage, 0))[0] == 200
    log.append(storage, [b"four"], now=1)

    ask_witness(
        running.url, COSIGNER.verifier, log.checkpoint(storage), prover(log, storage), known_size=1, timeout=5
    )


def test_every_refusal_has_its_status(
    log: Log, storage: MemoryStorage, running: Running, evidence: list[Evidence]
) -> None:
    log.append(storage, [b"one", b"two", b"three"], now=1)
    good = body(log, storage, 0)
    stranger, stranger_storage = Log(Signer.generate("log.example/stranger")), MemoryStorage()
    stranger.append(stranger_storage, [b"one"], now=1)
    impostor, impostor_storage = Log(Signer.generate(log.origin)), MemoryStorage()
    impostor.append(impostor_storage, [b"one"], now=1)
    fork = MemoryStorage()
    log.append(fork, [b"one", b"two", b"other"], now=1)

    def post(data: bytes) -> tuple[int, str, str]:
        return running.request("POST", "/add-checkpoint", data)

    assert post(good)[0] == 200
    assert post(b"rubbish")[0] == 400
    assert post(b"\xff\xfe")[0] == 400
    assert post(good.replace(b"old 0", b"old 4"))[0] == 400
    assert post(body(stranger, stranger_storage, 0))[0] == 404
    assert post(body(impostor, impostor_storage, 0))[0] == 403
    assert post(good) == (409, "text/x.tlog.size", "3\n")
    assert evidence == []
    assert post(body(log, fork, 3))[0] == 422
    assert [e.verify([Verifier(log.key)]) for e in evidence] == [Finding.FORK]
    assert running.request("POST", "/other", good)[0] == 404


def test_requests_without_end_are_refused(running: Running) -> None:
    assert running.request("POST", "/add-checkpoint", b"x", **{"Content-Length": "99999999999"})[0] == 413
    assert running.request("POST", "/add-checkpoint", b"x", **{"Content-Length": "1_0"})[0] == 411


def test_monitors_can_read_what_was_cosigned(log: Log, storage: MemoryStorage, running: Running) -> None:
    path = f"/{sha256(log.origin.encode()).hexdigest()}/checkpoint"
    assert running.request("GET", path)[0] == 404
    log.append(storage, [b"one"], now=1)
    running.request("POST", "/add-checkpoint", body(log, storage, 0))

    status, _, text = running.request("GET", path)

    assert status == 200
    cosigned_at(Note.parse(text), COSIGNER.verifier)
    assert running.request("GET", "/" + "0" * 64 + "/checkpoint")[0] == 404
    assert running.request("GET", "/vkey")[2] == f"{COSIGNER.key}\n"


def test_a_connection_is_kept_for_several_requests(
    log: Log, storage: MemoryStorage, running: Running
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=5)
    for size in (1, 2, 3):
        log.append(storage, [b"%d" % size], now=1)
        connection.request("POST", "/add-checkpoint", body(log, storage, size - 1))
        response = connection.getresponse()
        assert response.status == 200
        response.read()
    connection.close()


def test_many_requests_at_once_leave_one_history(log: Log, storage: MemoryStorage, running: Running) -> None:
    log.append(storage, [b"one"], now=1)
    running.request("POST", "/add-checkpoint", body(log, storage, 0))
    requests = []
    for i in range(8):
        log.append(storage, [b"%d" % i], now=1)
        requests.append(body(log, storage, 1))
    statuses: list[int] = []
    threads = [
        threading.Thread(target=lambda r=r: statuses.append(running.request("POST", "/add-checkpoint", r)[0]))
        for r in requests
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [200] + [409] * 7


def test_a_witness_remembers_over_a_restart(log: Log, storage: MemoryStorage, tmp_path: Path) -> None:
    path = tmp_path / "state"
    log.append(storage, [b"one", b"two"], now=1)
    first = FileWitnessStorage(path)
    Witness(COSIGNER, [Verifier(log.key)], first).update(0, [], log.checkpoint(storage), 1)
    first.close()

    second = FileWitnessStorage(path)
    witness = Witness(COSIGNER, [Verifier(log.key)], second)
    with pytest.raises(SizeConflictError) as refusal:
        witness.update(0, [], log.checkpoint(storage), 2)
    second.close()

    assert refusal.value.known_size == 2


def test_two_witnesses_cannot_share_a_state(tmp_path: Path) -> None:
    first = FileWitnessStorage(tmp_path / "state")
    with pytest.raises(WitnessError, match="locked"):
        FileWitnessStorage(tmp_path / "state")
    first.close()


def test_a_damaged_state_is_not_started_from(tmp_path: Path) -> None:
    (tmp_path / "state").write_bytes(b"not a database, and long enough to be looked at as one" * 20)
    with pytest.raises(WitnessError, match="cannot be opened"):
        FileWitnessStorage(tmp_path / "state")


@pytest.mark.parametrize(("stored", "claimed"), [(None, 5), (1, 0), (1, 5)])
def test_a_file_is_replaced_only_from_where_it_is(
    stored: int | None, claimed: int, log: Log, storage: MemoryStorage, tmp_path: Path
) -> None:
    log.append(storage, [b"one"], now=1)
    state = FileWitnessStorage(tmp_path / "state")
    if stored:
        state.replace(log.origin, 0, log.checkpoint(storage))
    with pytest.raises(SizeConflictError) as refusal:
        state.replace(log.origin, claimed, log.checkpoint(storage))
    state.close()
    assert refusal.value.known_size == (stored or 0)


class Liar(BaseHTTPRequestHandler):
    """A witness that does what its class says instead of witnessing."""

    status = 200
    reply = b""
    delay = 0.0

    def do_POST(self) -> None:
        time.sleep(self.delay)
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.reply)))
        self.end_headers()
        self.wfile.write(self.reply)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


@pytest.fixture
def lying() -> Iterator[Callable[..., str]]:
    started: list[Running] = []

    def start(**behaviour: Any) -> str:
        handler = type("ThisLiar", (Liar,), behaviour)
        started.append(Running(ThreadingHTTPServer(("127.0.0.1", 0), handler)))
        return started[-1].url

    yield start
    for running in started:
        running.stop()


def replies(log: Log, storage: MemoryStorage) -> dict[str, dict[str, Any]]:
    head = Checkpoint.parse(log.checkpoint(storage).text)
    stranger = Cosigner.generate("witness.example")
    other = Checkpoint("log.example/other", head.size, head.root)
    return {
        "another key": {"reply": str(stranger.cosign(head, 1)).encode()},
        "another log": {"reply": str(COSIGNER.cosign(other, 1)).encode()},
        "rubbish": {"reply": b"\xff\n"},
        "no line": {"reply": b""},
        "no newline": {"reply": str(COSIGNER.cosign(head, 1)).encode()[:-1]},
        "a wrong size": {"status": 409, "reply": b"999999\n"},
        "no size": {"status": 409, "reply": b"many\n"},
        "an error": {"status": 500, "reply": b"sorry\n"},
        "without end": {"reply": b"x" * 200_000},
    }


LIES = (
    *("another key", "another log", "rubbish", "no line", "no newline"),
    *("a wrong size", "no size", "an error", "without end"),
)


@pytest.mark.parametrize("lie", LIES)
def test_a_lying_witness_is_not_believed(
    lie: str, log: Log, storage: MemoryStorage, lying: Callable[..., str]
) -> None:
    log.append(storage, [b"one"], now=1)
    url = lying(**replies(log, storage)[lie])
    with pytest.raises(AuditError):
        ask_witness(
            url, COSIGNER.verifier, log.checkpoint(storage), prover(log, storage), known_size=0, timeout=5
        )


def test_other_lines_of_a_reply_are_passed_over(
    log: Log, storage: MemoryStorage, lying: Callable[..., str]
) -> None:
    """A witness that changes its key replies with both: the one that is known here counts."""
    log.append(storage, [b"one"], now=1)
    head = Checkpoint.parse(log.checkpoint(storage).text)
    own = COSIGNER.cosign(head, 1)
    url = lying(reply=f"{Cosigner.generate('next.example').cosign(head, 1)}{own}".encode())
    prove = prover(log, storage)
    assert ask_witness(url, COSIGNER.verifier, log.checkpoint(storage), prove, known_size=0, timeout=5) == own


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/", "nothing", "http://127.0.0.1:1"])
def test_an_address_that_is_no_witness_is_an_error(url: str, log: Log, storage: MemoryStorage) -> None:
    with pytest.raises(WitnessError):
        ask_witness(
            url, COSIGNER.verifier, log.checkpoint(storage), prover(log, storage), known_size=0, timeout=1
        )


def test_a_stalling_witness_holds_up_nobody(
    log: Log, storage: MemoryStorage, running: Running, lying: Callable[..., str]
) -> None:
    log.append(storage, [b"one"], now=1)
    slow, dead = Cosigner.generate("slow.example"), Cosigner.generate("dead.example")
    witnesses = {"good": COSIGNER.verifier, "slow": slow.verifier, "dead": dead.verifier}
    witnesses["without address"] = Cosigner.generate("other.example").verifier
    urls = {"good": running.url, "slow": lying(delay=4.0), "dead": "http://127.0.0.1:1"}
    policy = Policy((Verifier(log.key),), witnesses, urls=urls)

    started = time.monotonic()
    gathered = ask_witnesses(policy, log.checkpoint(storage), prover(log, storage), {}, timeout=0.2)

    assert time.monotonic() - started < 3
    assert set(gathered.signatures) == {"good"}
    assert set(gathered.failures) == {"slow", "dead"}
    policy.verify(log.checkpoint(storage).with_signatures(gathered.signatures.values()))


def test_callers_who_never_end_keep_a_witness_for_a_limited_time_only(
    log: Log, storage: MemoryStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each sends a byte now and then, which the time limit of its connection never notices."""
    monkeypatch.setattr(serving, "MOST_AT_ONCE", 2)
    monkeypatch.setattr(serving, "LONGEST_SECONDS", 2.0)
    storage_of_witness = FileWitnessStorage(tmp_path / "state")
    witness = Witness(COSIGNER, [Verifier(log.key)], storage_of_witness)
    running = Running(WitnessServer(("127.0.0.1", 0), witness, [log.origin], print))
    ask = partial(
        *(ask_witness, running.url, COSIGNER.verifier, log.checkpoint(storage), prover(log, storage)),
        known_size=0,
        timeout=5,
    )
    stop, connected = threading.Event(), threading.Barrier(3)

    def drip() -> None:
        with socket.create_connection(("127.0.0.1", running.port)) as caller, suppress(OSError):
            connected.wait(10)  # whoever connects later is accepted later
            caller.sendall(b"POST /add-checkpoint HTTP/1.1\r\nX-Slow: ")
            while not stop.wait(0.02):
                caller.sendall(b"x")

    drips = [threading.Thread(target=drip) for _ in range(2)]
    for each in drips:
        each.start()
    try:
        connected.wait(10)
        with pytest.raises(WitnessError):
            ask()
        for each in drips:
            each.join(10)
        assert ask()
    finally:
        stop.set()
        running.stop()
        storage_of_witness.close()


REQUEST = AddCheckpoint(5, (bytes(HASH_SIZE),), Note.parse("o\n0\nx\n\n— o AAAAAAA=\n"))


def test_a_request_is_read_as_it_was_written() -> None:
    assert AddCheckpoint.parse(str(REQUEST)) == REQUEST


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("old 5", "old 05"),
        ("old 5", "old -5"),
        ("old 5", "OLD 5"),
        ("old 5\n", "old 5 \n"),
        ("old 5\n", ""),
        ("AA=\n", "A=\n"),
        ("\n\n", "\n"),
        ("old 5\n", "old 5\n" + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n" * 63),
    ],
)
def test_a_request_has_one_spelling(old: str, new: str) -> None:
    text = str(REQUEST)
    assert old in text
    with pytest.raises(MalformedError):
        AddCheckpoint.parse(text.replace(old, new, 1))


@pytest.mark.parametrize("text", ["", "5", "05\n", "5\n\n", "x\n"])
def test_a_known_size_has_one_spelling(text: str) -> None:
    with pytest.raises(MalformedError):
        parse_known_size(text)
    with pytest.raises(MalformedError):
        parse_cosignatures(text)


def test_a_witness_key_is_checked_when_it_is_configured() -> None:
    with pytest.raises(MalformedError):
        CosignatureVerifier.parse(str(Signer.generate("log").key))
