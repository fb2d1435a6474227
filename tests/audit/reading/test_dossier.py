"""A dossier holds every entry about a question with its proof, and nothing in it can be changed unseen."""

import json
from pathlib import Path
from typing import Any

import logged
import pytest
from memory_log import MemoryStorage

from audit.commands.command_line import main
from audit.errors import AuditError, MalformedError
from audit.events.events import encode
from audit.formats.canonical import canonical_json
from audit.formats.cosignature import Cosigner
from audit.formats.note import Signer, Verifier
from audit.log.log import Log
from audit.log.policy import Policy
from audit.reading.dossier import Dossier, ProvenEntry
from audit.witness.witness import MemoryWitnessStorage, Witness

NOW = 1_700_000_000


@pytest.fixture
def dossier(log: Log, storage: MemoryStorage) -> Dossier:
    """A question and its release in a log that one witness has cosigned."""
    log.append(
        storage, [encode(logged.asked("q-1")), encode(logged.released("q-1", answered=["KH"]))], now=NOW
    )
    cosigner = Cosigner.generate("witness.example/w")
    witness = Witness(cosigner, [Verifier(log.key)], MemoryWitnessStorage())
    storage.add_cosignatures(2, [witness.update(0, [], log.checkpoint(storage), NOW)])
    entries = tuple(ProvenEntry(log.entry(storage, i), log.receipt(storage, i)) for i in range(2))
    return Dossier("q-1", entries, (log.key,), (cosigner.key,))


def test_it_is_read_as_it_was_written(dossier: Dossier) -> None:
    assert Dossier.parse(str(dossier)) == dossier


def test_it_is_told_with_its_proofs(
    dossier: Dossier, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "d").write_text(str(dossier), encoding="utf-8")
    assert main(["verify", str(tmp_path / "d")]) == 0
    assert main(["explain", str(tmp_path / "d")]) == 0
    said = capsys.readouterr()
    assert "An analyst of ARMAC asked" in said.out
    assert said.out.count("proved, under the checkpoint of 2 entries, cosigned by no known witness") == 4
    assert "consistent in itself, and not verified" in said.out
    assert "is it the one you know?" in said.out + said.err


def test_witnesses_of_a_policy_count(
    dossier: Dossier, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, policy = tmp_path / "d", tmp_path / "policy"
    file.write_text(str(dossier), encoding="utf-8")
    (log,), (witness,) = dossier.keys, dossier.witnesses
    policy.write_text(f"log {log}\nwitness w {witness}\nquorum w\n", encoding="utf-8")

    assert main(["verify", str(file), "--quorum", "1"]) == 1
    assert "need --policy" in capsys.readouterr().err
    assert main(["verify", str(file), "--policy", str(policy)]) == 0

    said = capsys.readouterr().out
    assert said.count("cosigned by 1") == 2
    assert "not verified" not in said


def changed(dossier: Dossier, **changes: Any) -> str:
    return canonical_json({**json.loads(str(dossier)), **changes}).decode()


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "another"},
        {"question": 7},
        {"keys": "k"},
        {"keys": [7]},
        {"witnesses": ["no key"]},
        {"entries": [{"entry": "AA=="}]},
        {"entries": [{"entry": "AA", "proof": "x"}]},
        {"entries": [[]]},
        {"more": 1},
    ],
)
def test_what_is_no_dossier_is_refused(dossier: Dossier, changes: dict[str, Any]) -> None:
    with pytest.raises(MalformedError):
        Dossier.parse(changed(dossier, **changes))


def test_an_entry_of_another_question_is_found(dossier: Dossier, log: Log) -> None:
    with pytest.raises(AuditError, match="something else"):
        Dossier("q-2", dossier.entries, dossier.keys).verify(Policy.of(Verifier(log.key)))


def test_an_entry_that_was_changed_is_found(dossier: Dossier, log: Log) -> None:
    asked, end = dossier.entries
    forged = ProvenEntry(asked.entry.replace(b"ARMAC", b"OTHER"), asked.receipt)
    with pytest.raises(AuditError):
        Dossier("q-1", (forged, end), dossier.keys).verify(Policy.of(Verifier(log.key)))


def test_a_log_that_is_not_known_is_not_believed(dossier: Dossier) -> None:
    stranger = Verifier(Signer.from_seed("log.example/hub", bytes(32)).key)
    with pytest.raises(AuditError):
        dossier.verify(Policy.of(stranger))
