"""Offline checking of an exported log, and the commands that do it."""

import shutil
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import logged
import pytest
from memory_log import MemoryStorage

from audit.commands.command_line import main
from audit.errors import AuditError, LogError, NotInLogError, ProofError, QuorumError, SignatureError
from audit.events import events
from audit.formats.checkpoint import Checkpoint
from audit.formats.cosignature import Cosigner
from audit.formats.evidence import Evidence, Finding
from audit.formats.evidence_errors import ForkFoundError
from audit.formats.note import Signer, Verifier
from audit.formats.tiles import WIDTH, bundles_of, tiles_of
from audit.formats.vkey import SUBTREE_V1
from audit.log import mirror
from audit.log.directory import LogDirectory, export
from audit.log.log import FormerKey, Log
from audit.log.policy import Policy
from audit.log.serve import serve
from audit.log.verified_entries import VerifiedEntries
from audit.log.verify import verify_extends, verify_log

WITNESS = Cosigner.from_seed("witness.example", bytes(range(32, 64)))
AT = datetime(2026, 1, 2, tzinfo=UTC)
ENTRIES = [events.encode(logged.policy(str(i))) for i in range(700)]


@pytest.fixture
def policy(log: Log) -> Policy:
    return Policy.of(Verifier(log.key))


@pytest.fixture
def exported(log: Log, storage: MemoryStorage, tmp_path: Path) -> Path:
    """A log of 700 entries as files, its checkpoint cosigned."""
    log.append(storage, ENTRIES, now=1)
    head = Checkpoint.parse(log.checkpoint(storage).text)
    storage.add_cosignatures(700, [WITNESS.cosign(head, 1_700_000_005)])
    export(log, storage, tmp_path / "export", [WITNESS.key])
    return tmp_path / "export"


def test_an_export_is_the_files_of_the_current_checkpoint(exported: Path) -> None:
    files = {str(p.relative_to(exported)) for p in exported.rglob("*") if p.is_file()}
    tiles = {tile.path for tile in (*tiles_of(700), *bundles_of(700))}
    assert files == {"checkpoint", "vkey", "witnesses"} | tiles


def test_an_export_is_what_the_log_serves(exported: Path, log: Log, storage: MemoryStorage) -> None:
    for path in exported.rglob("*"):
        if path.is_file():
            served = serve(log, storage, path.relative_to(exported).as_posix(), [WITNESS.key])
            assert served is not None
            assert served.body == path.read_bytes()


def test_served_tiles_may_be_kept_and_the_checkpoint_not(
    exported: Path, log: Log, storage: MemoryStorage
) -> None:
    assert exported.exists()
    tile, checkpoint = serve(log, storage, "tile/0/000"), serve(log, storage, "checkpoint")
    assert tile is not None
    assert checkpoint is not None
    assert (tile.content_type, "immutable" in tile.cache_control) == ("application/octet-stream", True)
    assert (checkpoint.content_type, checkpoint.cache_control) == ("text/plain; charset=utf-8", "no-cache")
    assert serve(log, storage, "tile/0/002.p/100") is not None


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0/003",
        "tile/0/002",
        "tile/0/002.p/200",
        "tile/9/000",
        "tile/entries/002",
        "../secret",
        "vkey/",
        "tile/0/0",
    ],
)
def test_nothing_else_is_served(path: str, exported: Path, log: Log, storage: MemoryStorage) -> None:
    assert exported.exists()
    assert serve(log, storage, path) is None


def test_an_honest_export_verifies(exported: Path, policy: Policy) -> None:
    visited: list[tuple[int, bytes]] = []
    verified = verify_log(LogDirectory(exported), policy, lambda i, e: visited.append((i, e)))
    assert verified.checkpoint.size == 700
    assert visited == list(enumerate(ENTRIES))


def test_a_check_needs_no_more_memory_for_a_log_of_twice_the_size(
    log: Log, storage: MemoryStorage, tmp_path: Path, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten million entries are checked and listed on a small machine: less than four bytes of each stay."""
    monkeypatch.setattr(mirror, "_KEPT_TILES", 4)  # as many, however large the log is
    peaks, half = [], 40 * WIDTH
    for directory in (tmp_path / "once", tmp_path / "twice"):
        log.append(storage, [b"%d" % number for number in range(half)], now=1)
        export(log, storage, directory)
        tracemalloc.start()
        checkpoint = verify_log(LogDirectory(directory), policy, lambda *_: None).checkpoint
        assert sum(1 for _ in VerifiedEntries(LogDirectory(directory), checkpoint)) == checkpoint.size
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 4 * half


def test_what_is_changed_after_a_check_is_not_shown(exported: Path, policy: Policy) -> None:
    checkpoint = verify_log(LogDirectory(exported), policy).checkpoint
    entries = VerifiedEntries(LogDirectory(exported), checkpoint)
    assert (entries[299], entries[-1], entries[255:257]) == (ENTRIES[299], ENTRIES[-1], ENTRIES[255:257])
    with pytest.raises(IndexError):
        entries[700]

    bundle = exported / "tile" / "entries" / "000"
    bundle.write_bytes(bundle.read_bytes().replace(b'"step":"first"', b'"step":"FIRST"', 1))
    with pytest.raises(ProofError, match="changed after"):
        entries[3]
    (exported / "tile" / "0" / "001").write_bytes(bytes(8192))
    with pytest.raises(ProofError):
        VerifiedEntries(LogDirectory(exported), checkpoint)[256]


def test_an_empty_log_verifies(log: Log, storage: MemoryStorage, tmp_path: Path, policy: Policy) -> None:
    export(log, storage, tmp_path / "empty")
    assert verify_log(LogDirectory(tmp_path / "empty"), policy).checkpoint.size == 0


def test_an_export_does_not_mix_with_older_files(exported: Path, log: Log, storage: MemoryStorage) -> None:
    with pytest.raises(LogError, match="not empty"):
        export(log, storage, exported)


def damage(path: Path, change: Callable[[bytes], bytes]) -> None:
    data = path.read_bytes()
    changed = change(data)
    assert changed != data
    path.write_bytes(changed)


def swapped(bundle: bytes) -> bytes:
    end = 2 + int.from_bytes(bundle[:2], "big")
    after = end + 2 + int.from_bytes(bundle[end : end + 2], "big")
    return bundle[end:after] + bundle[:end] + bundle[after:]


DAMAGE: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "an entry's content": ("tile/entries/001", lambda d: d.replace(b'"KH"', b'"LA"', 1)),
    "an entry left out": ("tile/entries/001", lambda d: d[2 + int.from_bytes(d[:2], "big") :]),
    "two entries swapped": ("tile/entries/001", swapped),
    "an entry cut short": ("tile/entries/002.p/188", lambda d: d[:-1]),
    "a hash of level 0": ("tile/0/000", lambda d: bytes(32) + d[32:]),
    "a hash of level 1": ("tile/1/000.p/2", lambda d: d[:32] + bytes(32)),
    "a tile cut short": ("tile/0/002.p/188", lambda d: d[:-32]),
    "a tile too long": ("tile/0/001", lambda d: d + bytes(32)),
    "the size": ("checkpoint", lambda d: d.replace(b"\n700\n", b"\n600\n")),
    "the signature": ("checkpoint", lambda d: d[:-6] + b"AAA=\n"),
    "no checkpoint": ("checkpoint", lambda _: b""),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_any_change_is_found(kind: str, exported: Path, policy: Policy) -> None:
    name, change = DAMAGE[kind]
    damage(exported / name, change)
    with_witness = Policy.of(policy.logs[0], [WITNESS.verifier], quorum=1)
    with pytest.raises(AuditError):
        verify_log(LogDirectory(exported), with_witness)


@pytest.mark.parametrize("name", ["checkpoint", "tile/0/001", "tile/1/000.p/2", "tile/entries/001"])
def test_a_missing_file_is_named(name: str, exported: Path, policy: Policy) -> None:
    (exported / name).unlink()
    with pytest.raises(NotInLogError, match=name):
        verify_log(LogDirectory(exported), policy)


def test_entries_rewritten_with_all_tiles_still_lack_the_signature(
    exported: Path, policy: Policy, tmp_path: Path
) -> None:
    """Whoever rewrites history consistently, but without the key, can only keep the old checkpoint."""
    forger, forged = Log(Signer.generate("log.example/hub")), MemoryStorage()
    forger.append(forged, [b"other", *ENTRIES[1:]], now=1)
    export(forger, forged, tmp_path / "forged")

    with pytest.raises(SignatureError):
        verify_log(LogDirectory(tmp_path / "forged"), policy)
    shutil.copy(exported / "checkpoint", tmp_path / "forged" / "checkpoint")
    with pytest.raises(ProofError, match="do not lead to the root"):
        verify_log(LogDirectory(tmp_path / "forged"), policy)


def test_a_log_rewritten_by_its_own_operator_is_convicted(
    exported: Path, log: Log, policy: Policy, tmp_path: Path
) -> None:
    """With the key everything fits, except what somebody saw before."""
    rewritten = MemoryStorage()
    log.append(rewritten, [*ENTRIES[:300], b"rewritten", *ENTRIES[301:], b"more"], now=1)
    export(log, rewritten, tmp_path / "rewritten")
    directory = LogDirectory(tmp_path / "rewritten")
    verify_log(directory, policy)

    with pytest.raises(ForkFoundError) as found:
        verify_extends(directory, LogDirectory(exported).checkpoint(), policy)

    assert found.value.evidence.verify([Verifier(log.key)]) is Finding.FORK


def test_a_log_that_grew_extends_what_was_seen(
    exported: Path, log: Log, storage: MemoryStorage, policy: Policy, tmp_path: Path
) -> None:
    log.append(storage, [b"more"], now=2)
    export(log, storage, tmp_path / "later")

    assert (
        verify_extends(LogDirectory(tmp_path / "later"), LogDirectory(exported).checkpoint(), policy).size
        == 700
    )
    with pytest.raises(ProofError, match="rolled back"):
        verify_extends(LogDirectory(exported), LogDirectory(tmp_path / "later").checkpoint(), policy)


def test_a_quorum_can_be_asked_for(exported: Path, policy: Policy) -> None:
    verify_log(LogDirectory(exported), Policy.of(policy.logs[0], [WITNESS.verifier], quorum=1))
    other = Cosigner.generate("other.example")
    with pytest.raises(QuorumError):
        verify_log(LogDirectory(exported), Policy.of(policy.logs[0], [other.verifier], quorum=1))


def test_the_command_checks_an_export(exported: Path, log: Log, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(exported), "--vkey", str(log.key)]) == 0
    shown = capsys.readouterr().out
    assert "log.example/hub: 700 entries" in shown
    assert "700 policy-in-force" in shown
    assert "names its own witnesses, unchecked: witness.example (2023-11-14 22:13:25Z)" in shown
    assert "not verified" not in shown


def test_the_command_says_when_the_key_is_the_exports_own(
    exported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(exported)]) == 0
    shown = capsys.readouterr().out
    assert "names its own key" in shown
    assert "consistent in itself, and not verified" in shown


def test_the_command_fails_on_a_changed_export(exported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    damage(exported / "tile/entries/001", lambda d: d.replace(b'"KH"', b'"LA"', 1))
    assert main(["verify", str(exported)]) == 1
    assert "tile/0/001 and the entries differ from hash 0 on" in capsys.readouterr().err


def test_the_command_checks_a_receipt(
    exported: Path, log: Log, storage: MemoryStorage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    receipt, entry = tmp_path / "r.tlog-proof", tmp_path / "entry"
    receipt.write_text(str(log.receipt(storage, 300)), encoding="utf-8")
    entry.write_bytes(ENTRIES[300])
    key = exported / "vkey"

    assert main(["verify", str(receipt), "--vkey", str(key), "--entry", str(entry)]) == 0
    assert "entry 300 is in the log" in capsys.readouterr().out
    assert main(["verify", str(receipt), "--log", str(exported)]) == 0
    entry.write_bytes(ENTRIES[301])
    assert main(["verify", str(receipt), "--vkey", str(key), "--entry", str(entry)]) == 1
    assert main(["verify", str(receipt), "--vkey", str(key)]) == 1


def test_the_command_turns_a_rewritten_log_into_evidence(
    exported: Path, log: Log, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rewritten = MemoryStorage()
    log.append(rewritten, [b"rewritten", *ENTRIES[1:]], now=1)
    export(log, rewritten, tmp_path / "rewritten")
    proof, key = tmp_path / "evidence.json", str(exported / "vkey")
    arguments = ["--vkey", key, "--seen", str(exported / "checkpoint"), "--evidence-to", str(proof)]

    assert main(["verify", str(tmp_path / "rewritten"), *arguments]) == 1
    assert "does not extend the checkpoint" in capsys.readouterr().err
    assert main(["verify", str(proof), "--vkey", key]) == 0
    assert "fork: log.example/hub signed size 700, and then size 700" in capsys.readouterr().out


def test_a_witness_that_cosigned_both_histories_is_named(
    exported: Path, log: Log, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One of an old type of key and one of the new: which a region has makes no difference."""
    rewritten = MemoryStorage()
    log.append(rewritten, [b"rewritten", *ENTRIES[1:]], now=1)
    twice, once = Cosigner.generate("twice.example", SUBTREE_V1), Cosigner.generate("once.example")
    first, second = LogDirectory(exported).checkpoint(), log.checkpoint(rewritten)
    first = first.with_signatures([twice.cosign(Checkpoint.parse(first.text), 1_750_000_000)])
    lines = [each.cosign(Checkpoint.parse(second.text), 1_750_000_000) for each in (twice, once)]
    proof, policy = tmp_path / "evidence.json", tmp_path / "policy"
    proof.write_text(str(Evidence(first, second.with_signatures(lines))), "utf-8")
    policy.write_text(Policy.text(str(log.key), {"t": str(twice.key), "o": str(once.key)}, 2), "utf-8")

    assert main(["verify", str(proof), "--policy", str(policy)]) == 0

    said = capsys.readouterr().out
    assert "the first is cosigned by t\n  the second is cosigned by o, t\n" in said
    assert "cosigned both, so forgets or lies, and must not count any more: t\n" in said


@pytest.mark.parametrize("content", [b"", b"\xff", b"something else", b"{}", b"c2sp.org/tlog-proof@v1\n"])
def test_the_command_refuses_what_it_cannot_read(
    content: bytes, tmp_path: Path, log: Log, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_bytes(content)
    assert main(["verify", str(tmp_path / "file"), "--vkey", str(log.key)]) == 1
    assert capsys.readouterr().err.startswith("audit: ")


def test_the_command_names_a_file_that_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(tmp_path / "nothing")]) == 1
    assert "nothing" in capsys.readouterr().err


@pytest.mark.parametrize("days", [30, 0], ids=["replaced in order", "replaced after a theft"])
def test_an_export_that_a_replaced_key_signed_alone_is_refused(
    log: Log, storage: MemoryStorage, tmp_path: Path, capsys: pytest.CaptureFixture[str], days: int
) -> None:
    """A former key verifies what it signed before the entry that ended it, and nothing after it."""
    new = Signer.from_seed(log.origin, bytes(range(64, 96)))
    change = events.KeyChanged("log", str(log.key), str(new.key), "because", AT + timedelta(days=days), AT)
    keys = ("--vkey", str(log.key), "--vkey", str(new.key))
    log.append(storage, ENTRIES[:3], now=1)
    export(log, storage, tmp_path / "before")
    present = Log(new, [FormerKey(log.signer, 9 if days else 0)])
    present.append(storage, [events.encode(change)], now=2)
    export(present, storage, tmp_path / "after")
    Log(log.signer, [FormerKey(new, 0)]).append(storage, ENTRIES[3:5], now=3)
    export(log, storage, tmp_path / "stolen")

    for name in ("before", "after"):
        assert main(["verify", str(tmp_path / name), *keys]) == 0
    for command in (["verify"], ["list"], ["sample"]):
        number = ["2"] if command == ["sample"] else []
        assert main([*command, str(tmp_path / "stolen"), *number, *keys]) == 1
        assert "which has not signed this checkpoint" in capsys.readouterr().err


def test_a_policy_file_replaces_the_keys(exported: Path, log: Log, tmp_path: Path) -> None:
    policy = tmp_path / "policy"
    policy.write_text(f"log {log.key}\nwitness w {WITNESS.key}\nquorum w\n", encoding="utf-8")
    assert main(["verify", str(exported), "--policy", str(policy)]) == 0
    policy.write_text(f"log {log.key}\nwitness w {Cosigner.generate('w').key}\nquorum w\n", encoding="utf-8")
    assert main(["verify", str(exported), "--policy", str(policy)]) == 1


@pytest.fixture
def forged(log: Log, tmp_path: Path) -> Path:
    """A log of the same name, signed with a key and cosigned by a witness that its writer made up."""
    forger, storage, invented = Log(Signer.generate(log.key.name)), MemoryStorage(), Cosigner.generate("w")
    forger.append(storage, [b"other", *ENTRIES[1:3]], now=1)
    cosigned = invented.cosign(Checkpoint.parse(forger.checkpoint(storage).text), int(time.time()))
    storage.add_cosignatures(3, [cosigned])
    export(forger, storage, tmp_path / "forged", [invented.key])
    return tmp_path / "forged"


def test_no_quorum_of_witnesses_that_the_export_itself_names(
    forged: Path, exported: Path, log: Log, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before, a quorum without a policy was one of the export's own witnesses, and this was accepted."""
    for more in (["--quorum", "1"], ["--vkey", str(forged / "vkey"), "--quorum", "1"], ["--max-age", "60"]):
        assert main(["verify", str(forged), *more]) == 1
        assert "need --policy" in capsys.readouterr().err
    policy = tmp_path / "policy"
    policy.write_text(f"log {log.key}\nwitness w {WITNESS.key}\nquorum none\n", encoding="utf-8")

    assert main(["verify", str(forged), "--policy", str(policy), "--quorum", "1"]) == 1
    assert main(["verify", str(exported), "--policy", str(policy), "--quorum", "1"]) == 0
    assert main(["verify", str(exported), "--policy", str(policy), "--quorum", "2"]) == 1
    assert "of the policy's 1 witnesses" in capsys.readouterr().err


def test_a_forged_export_is_at_most_consistent_in_itself(
    forged: Path, log: Log, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(forged)]) == 0
    shown = capsys.readouterr().out
    assert "not verified" in shown
    assert "names its own witnesses, unchecked: w (" in shown
    assert "cosigned by" not in shown
    assert main(["verify", str(forged), "--vkey", str(log.key)]) == 1


@pytest.fixture
def cosigned(log: Log, tmp_path: Path) -> Callable[[int], list[str]]:
    """Exports a log cosigned so many seconds from now, as its witness says; returns the check's words."""

    def make(ahead: int) -> list[str]:
        storage, policy = MemoryStorage(), tmp_path / "policy"
        log.append(storage, ENTRIES[:3], now=1)
        at = int(time.time()) + ahead
        storage.add_cosignatures(3, [WITNESS.cosign(Checkpoint.parse(log.checkpoint(storage).text), at)])
        export(log, storage, tmp_path / "log", [WITNESS.key])
        policy.write_text(f"log {log.key}\nwitness w {WITNESS.key}\nquorum w\n", encoding="utf-8")
        return ["verify", str(tmp_path / "log"), "--policy", str(policy)]

    return make


@pytest.mark.parametrize(
    ("ahead", "more"), [(-30, []), (-30, ["--max-age", "60"]), (-(10**8), []), (200, ["--max-age", "60"])]
)
def test_a_cosignature_counts_within_the_age_that_is_asked_for(
    ahead: int, more: list[str], cosigned: Callable[[int], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    """A witness's clock may be five minutes ahead."""
    assert main([*cosigned(ahead), *more]) == 0
    assert "cosigned by w (" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("ahead", "more"), [(-90, ["--max-age", "60"]), (-(10**9), []), (400, []), (10**12, [])]
)
def test_a_cosignature_of_another_time_counts_for_nothing(
    ahead: int, more: list[str], cosigned: Callable[[int], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    """One is of before there were witnesses, and the last is said to be of the year 33715."""
    assert main([*cosigned(ahead), *more]) == 1
    assert "at a time that does not count" in capsys.readouterr().err
