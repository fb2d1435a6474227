"""Attack: a member enrols with another member's public key, or announces that key as its new one.

The attacker is a member that is let in, and names in its application what everybody can read in the regional
log: the keys of another. What is signed is a text and not a name, so that it can hand on the other's
cosignatures under its own name, without the secret half: one witness then counts as two, and a split view of
the log passes for seen by a majority. Before, the hub compared nothing but the form of the keys.
"""

from dataclasses import replace
from pathlib import Path

import pytest
from memory_log import MemoryStorage
from simulation import HandClock, SimulatedMember

from audit.errors import QuorumError
from audit.formats.checkpoint import Checkpoint
from audit.formats.cosignature import Cosigner
from audit.formats.note import Signature, Signer
from audit.formats.vkey import VerifierKey
from audit.log.log import Log
from gateway.bootstrap.setup.open_hub import create_hub, enrol, open_hub
from gateway.hub.context import Hub
from gateway.hub.enrolment import apply, confirm, invite, revoke
from gateway.hub.errors import InvitationRefusedError
from gateway.watching.quorum import members_policy
from gateway.wire.enrolment import Enrolment, fingerprint

URL = "https://hub.example"
USES = ("answer_key", "log_key", "witness_key", "call_key")


def renamed(key: str, name: str) -> str:
    """The same public key under another name."""
    parsed = VerifierKey.parse(key)
    return str(VerifierKey(name, parsed.kind, parsed.public))


@pytest.fixture
def hub(tmp_path: Path):
    clock = HandClock()
    create_hub(tmp_path / "hub", "test.example/log", clock=clock)
    with open_hub(tmp_path / "hub", clock) as made:
        yield made


@pytest.fixture
def cambodia(hub: Hub) -> Enrolment:
    member = SimulatedMember("KH", HandClock()).enrolment
    enrol(hub, member)
    return member


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("revoked", [False, True], ids=["in the region", "revoked since"])
def test_nobody_enrols_with_a_key_of_another(hub: Hub, cambodia: Enrolment, use: str, revoked: bool) -> None:
    if revoked:
        revoke(hub, "KH", "left")
    own = SimulatedMember("LA", HandClock()).enrolment
    copied = replace(own, **{use: renamed(getattr(cambodia, use), f"test.example/la/{use}")})

    with pytest.raises(InvitationRefusedError, match="another member's"):
        apply(hub, invite(hub, "LA", URL).secret, copied)
    enrol(hub, own)


def test_nobody_enrols_with_a_key_of_the_hub(hub: Hub) -> None:
    own = SimulatedMember("LA", HandClock()).enrolment
    for key in (hub.log.key, hub.reply_signer.key):
        copied = replace(own, answer_key=renamed(str(key), "test.example/la/answers"))
        with pytest.raises(InvitationRefusedError):
            apply(hub, invite(hub, "LA", URL).secret, copied)


def test_a_key_has_one_use(hub: Hub) -> None:
    own = SimulatedMember("LA", HandClock()).enrolment
    with pytest.raises(InvitationRefusedError, match="stands twice"):
        apply(hub, invite(hub, "LA", URL).secret, replace(own, answer_key=own.call_key))


def test_of_two_that_apply_with_one_key_the_first_that_is_confirmed_has_it(hub: Hub) -> None:
    one, other = (SimulatedMember(code, HandClock()).enrolment for code in ("KH", "LA"))
    copied = replace(other, witness_key=renamed(one.witness_key, "test.example/la/witness"))
    invitations = {code: invite(hub, code, URL) for code in ("KH", "LA")}
    apply(hub, invitations["KH"].secret, one)
    apply(hub, invitations["LA"].secret, copied)
    confirm(hub, "KH", fingerprint(invitations["KH"].hub, one))

    with pytest.raises(InvitationRefusedError):
        confirm(hub, "LA", fingerprint(invitations["LA"].hub, copied))


def test_new_keys_of_a_member_may_be_its_former_ones(hub: Hub, cambodia: Enrolment) -> None:
    enrol(hub, cambodia)


def test_a_cosignature_counts_once_whoever_hands_it_on() -> None:
    """A change of its own key is a member's own word: announcing another's as its own brings nothing."""
    log, storage, victim = Log(Signer.generate("region")), MemoryStorage(), Cosigner.generate("kh")
    log.append(storage, [b"entry"], now=1)
    line = victim.cosign(Checkpoint.parse(log.checkpoint(storage).text), 1)
    liars = VerifierKey("la", victim.key.kind, victim.key.public)
    storage.add_cosignatures(1, [line, Signature("la", liars.key_id, line.signature)])

    asked = members_policy([str(log.key)], {"KH": (str(victim.key),), "LA": (str(liars),)}, 2)

    with pytest.raises(QuorumError, match="quorum"):
        asked.verify(log.checkpoint(storage))
