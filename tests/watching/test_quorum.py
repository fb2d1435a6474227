"""Whoever asks reads plainly whether enough witnesses have seen the question, and decides what follows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from memory_log import MemoryStorage

from audit.errors import MalformedError, QuorumError
from audit.formats.checkpoint import Checkpoint
from audit.formats.cosignature import Cosigner
from audit.formats.note import Signer
from audit.log.log import Log
from audit.log.policy import Policy
from gateway.cli.common.quorum import LogPolicyError, read_log_policy, say_quorum
from gateway.http.client import NotProvenError, Result
from gateway.watching.quorum import members_policy, quorum_alerts
from gateway.wire.release import Release

LOG = Log(Signer.from_seed("log.example/hub", bytes(range(32))))
WITNESSES = {name: Cosigner.generate(f"log.example/{name.lower()}/witness") for name in ("KH", "LA", "TH")}
RELEASE = Release("q-1", {}, (), (), (), "", "")


def policy(quorum: int) -> Policy:
    keys = {name: str(cosigner.key) for name, cosigner in WITNESSES.items()}
    return Policy.parse(Policy.text(str(LOG.key), keys, quorum).encode())


class Hub:
    """A log whose witnesses cosign one after the other, each time it is looked at."""

    def __init__(self, *order: str) -> None:
        self.storage = MemoryStorage()
        self.order = list(order)
        LOG.append(self.storage, [b"asked", b"released"], now=1)

    def result(self) -> Result:
        if self.order:
            checkpoint = Checkpoint.parse(LOG.checkpoint(self.storage).text)
            cosigner = WITNESSES[self.order.pop(0)]
            self.storage.add_cosignatures(checkpoint.size, [cosigner.cosign(checkpoint, 1)])
        return Result(RELEASE, LOG.origin, 0, 1, str(LOG.fullest_receipt(self.storage, 0)))


def test_a_quorum_is_said_with_the_names() -> None:
    hub = Hub("KH", "TH")
    hub.result()
    said = say_quorum(policy(2), hub.result(), hub.result, required=True, wait=0)
    assert said == "Cosigned by a quorum of witnesses: KH, TH."


def test_witnesses_that_come_a_moment_later_are_waited_for() -> None:
    hub = Hub("KH", "LA", "TH")
    said = say_quorum(policy(3), hub.result(), hub.result, required=True, wait=5)
    assert said == "Cosigned by a quorum of witnesses: KH, LA, TH."


def test_below_the_quorum_there_is_a_warning_and_no_failure() -> None:
    hub = Hub("KH")
    said = say_quorum(policy(2), hub.result(), hub.result, required=False, wait=0)
    assert said.startswith("Warning: not yet cosigned by a quorum of witnesses.")
    assert "KH" in said


def test_a_quorum_that_is_required_and_not_there_is_a_failure() -> None:
    hub = Hub("KH")
    with pytest.raises(NotProvenError, match="Too few witnesses"):
        say_quorum(policy(2), hub.result(), hub.result, required=True, wait=0)


def test_a_policy_for_another_log_is_a_failure_even_if_no_quorum_is_required() -> None:
    other = replace(policy(1), logs=(Signer.generate("log.example/other").verifier,))
    hub = Hub("KH")
    with pytest.raises(NotProvenError, match="policy"):
        say_quorum(other, hub.result(), hub.result, required=False, wait=0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nonsense\n", "no policy"),
        (f"log {LOG.key}\nquorum none\n", "requires no witness"),
        ("", "no policy"),
    ],
)
def test_a_file_that_asks_for_no_quorum_is_refused(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "log-policy"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LogPolicyError, match=words):
        read_log_policy(path)


def test_a_member_that_changes_its_witness_key_is_counted_once() -> None:
    """Both keys are valid in the overlap; a checkpoint cosigned by both was still seen by one member only."""
    former, present = Cosigner.generate("kh"), Cosigner.generate("kh")
    other = Cosigner.generate("la")
    asked = members_policy(
        [str(LOG.key)], {"KH": (str(present.key), str(former.key)), "LA": (str(other.key),)}, 2
    )
    storage = MemoryStorage()
    LOG.append(storage, [b"entry"], now=1)
    checkpoint = Checkpoint.parse(LOG.checkpoint(storage).text)
    storage.add_cosignatures(1, [former.cosign(checkpoint, 1), present.cosign(checkpoint, 1)])
    with pytest.raises(QuorumError, match="less than the policy's quorum"):
        asked.verify(LOG.checkpoint(storage))
    storage.add_cosignatures(1, [other.cosign(checkpoint, 1)])
    asked.verify(LOG.checkpoint(storage))


def test_a_policy_text_is_read_as_it_was_meant() -> None:
    assert set(policy(2).witnesses) == set(WITNESSES)
    with pytest.raises(MalformedError):
        policy(4)


def test_a_policy_that_does_not_know_the_logs_new_key_is_an_alert_and_no_failure() -> None:
    """The monitor goes on: the operator who changed the key must change the policy as well, and learns so."""
    storage = MemoryStorage()
    LOG.append(storage, [b"entry"], now=1)
    checkpoint = Checkpoint.parse(LOG.checkpoint(storage).text)
    storage.add_cosignatures(1, [WITNESSES["KH"].cosign(checkpoint, 1)])
    now, patience = datetime(2026, 3, 1, tzinfo=UTC), timedelta(minutes=5)
    assert quorum_alerts(LOG, storage, policy(1), now, patience) == []

    stale = replace(policy(1), logs=(Signer.generate(LOG.origin).verifier,))

    (alert,) = quorum_alerts(LOG, storage, stale, now, patience)
    assert (alert.kind, alert.entries) == ("below-quorum", (0,))
    assert "nobody" in alert.message


def test_what_was_logged_just_now_may_still_lack_its_quorum() -> None:
    storage = MemoryStorage()
    LOG.append(storage, [b"entry"], now=1_000)
    at = datetime.fromtimestamp(1_000, UTC)
    patience = timedelta(minutes=5)
    assert quorum_alerts(LOG, storage, policy(2), at + timedelta(seconds=299), patience) == []
    (alert,) = quorum_alerts(LOG, storage, policy(2), at + timedelta(seconds=300), patience)
    assert alert.kind == "below-quorum"


def test_the_fullest_receipt_is_of_a_later_head_if_more_have_cosigned_that() -> None:
    storage = MemoryStorage()
    LOG.append(storage, [b"one"], now=1)
    first = Checkpoint.parse(LOG.checkpoint(storage).text)
    storage.add_cosignatures(1, [WITNESSES["KH"].cosign(first, 1)])
    LOG.append(storage, [b"two"], now=2)
    second = Checkpoint.parse(LOG.checkpoint(storage).text)
    storage.add_cosignatures(2, [WITNESSES["KH"].cosign(second, 2), WITNESSES["LA"].cosign(second, 2)])
    LOG.append(storage, [b"three"], now=3)

    receipt = LOG.fullest_receipt(storage, 0)

    assert Checkpoint.parse(receipt.checkpoint.text).size == 2
    receipt.verify(b"one", policy(2))
    with pytest.raises(QuorumError):
        LOG.fullest_receipt(storage, 2).verify(b"three", policy(1))
