"""Attack: a liar is refused, and later denies what it sent.

The attacker is a member or the hub. What it sends is refused; before, nothing of it stayed but a line in the
operating log of whoever refused it. Now the refusal is an entry of the refusing side's log, and what came is
kept beside it: anybody with the sender's public keys can check that the entry is about this message and that
the sender signed it. The log itself tells nothing of it: no number of an answer, and no signature by which a
number could be guessed.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from federation import Federation, federation
from lying_hub import LyingHub, entries_of
from simulation import ORIGIN, HandClock, SimulatedMember, hand_in

from audit.commands.command_line import main as audit_main
from audit.errors import CommitmentError, SignatureError
from audit.events.event_values import EntryRef
from audit.events.refusal_events import MessageFault, MessageKind, MessageRefused
from audit.formats.cosignature import CosignatureVerifier, Cosigner
from audit.formats.note import NoteVerifier, Signer, Verifier
from audit.formats.vkey import SUBTREE_V1
from audit.reading.refused_message import RefusedMessage
from gateway.auditing.refused_messages import kept_messages
from gateway.bootstrap.setup.open_hub import add_user, create_hub, enrol, open_hub
from gateway.cli import main
from gateway.hub.asking import ask
from gateway.hub.context import Hub
from gateway.hub.enrolment import apply, invite
from gateway.hub.errors import (
    AnswerRefusedError,
    InvitationRefusedError,
    PollRefusedError,
    UnknownQuestionError,
)
from gateway.hub.model import Principal, Role
from gateway.hub.polling import poll
from gateway.hub.receiving import receive
from gateway.member.errors import LinkError
from gateway.member.node.context import Node
from gateway.question import ask as question_of
from gateway.wire.answer_text import open_answer
from gateway.wire.enrolment import Enrolment
from gateway.wire.log_exchange import ShownLog
from gateway.wire.poll import Delivery, Poll, PollReply, SignedAnswer
from gateway.wire.possession import proof_of_possession

URL = "https://hub.example"
CELLS = (331_300_011, 401_290_029, 0, 732_590_040)
"""Counts that stand nowhere else: so long that no digest has one of them by chance."""


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def hub(tmp_path: Path, clock: HandClock) -> Iterator[Hub]:
    create_hub(tmp_path / "hub", ORIGIN, clock=clock)
    with open_hub(tmp_path / "hub", clock) as made:
        add_user(made, "analyst", "ARMAC", Role.ANALYST, ["regional-reporting"])
        yield made


@pytest.fixture
def members(hub: Hub, clock: HandClock) -> dict[str, SimulatedMember]:
    made = {code: SimulatedMember(code, clock) for code in ("KH", "TH")}
    for member in made.values():
        enrol(hub, member.enrolment)
    return made


def put(hub: Hub, *countries: str) -> str:
    analyst = Principal("analyst", "ARMAC", Role.ANALYST, frozenset({"regional-reporting"}))
    question = question_of(
        hub.dictionary,
        measure="casualties",
        by=["country", "outcome"],
        where={"country": [*countries]} if countries else {},
        purpose="regional-reporting",
    )
    return ask(hub, analyst, question, timedelta(minutes=10)).id


def delivered(hub: Hub, member: SimulatedMember, question_id: str) -> Delivery:
    return next(d for d in member.poll(hub).deliveries if d.question_id == question_id)


def keys_of(enrolment: Enrolment) -> list[NoteVerifier]:
    return [
        *(Verifier.parse(key) for key in (enrolment.answer_key, enrolment.log_key)),
        CosignatureVerifier.parse(enrolment.witness_key),
    ]


def refused_by(side: Hub | Node) -> list[tuple[MessageRefused, RefusedMessage]]:
    with side.store.reading() as view:
        return [(event, kept) for _, event, kept in kept_messages(view)]


def only(side: Hub | Node) -> tuple[MessageRefused, RefusedMessage]:
    (found,) = refused_by(side)
    return found


def convicts(side: Hub | Node, sender: str, fault: MessageFault, keys: list[NoteVerifier]) -> None:
    """The one entry is about this sender, is checked with its keys alone, and tells nothing by itself."""
    event, kept = only(side)
    assert (event.sender, event.fault) == (sender, fault)
    assert RefusedMessage.parse(str(kept)).verify(keys)[0] == event
    with pytest.raises(SignatureError, match="none of these keys"):
        kept.verify([Signer.generate("somebody.example/else").verifier])
    with pytest.raises(CommitmentError):
        replace(kept, message=kept.message.replace(str(CELLS[0]), "7314") + " ").verify(keys)
    assert not any(str(count).encode() in kept.entry for count in CELLS if count)
    assert kept.entry.count(b"\\n") == 0, "no signed note stands in the entry"


def test_an_answer_whose_log_entry_does_not_prove_it(hub: Hub, members: dict[str, SimulatedMember]) -> None:
    liar = members["KH"]
    delivery = delivered(hub, liar, put(hub))
    sent, other = liar.answer(delivery, *CELLS), liar.answer(delivery, 1, 2, 3, 6)

    for _ in range(3):
        with pytest.raises(AnswerRefusedError):
            hand_in(hub, liar, replace(sent, entry=other.entry))

    convicts(hub, "KH", MessageFault.UNPROVED, keys_of(liar.enrolment))


def test_an_answer_that_is_moved_to_another_question(hub: Hub, members: dict[str, SimulatedMember]) -> None:
    liar = members["KH"]
    first = put(hub)
    sent = liar.answer(delivered(hub, liar, first), *CELLS)
    made = open_answer(sent.note, liar.signer.verifier)
    asked = EntryRef(made.asked.origin, made.asked.index, bytes.fromhex(made.asked.leaf))

    with pytest.raises(AnswerRefusedError):
        hand_in(hub, liar, liar.logged(replace(made, question_id=put(hub)), asked))

    convicts(hub, "KH", MessageFault.ABOUT_ANOTHER, keys_of(liar.enrolment))


def test_an_answer_to_a_question_that_was_put_to_another(
    hub: Hub, members: dict[str, SimulatedMember]
) -> None:
    delivery = delivered(hub, members["KH"], put(hub, "KH"))

    with pytest.raises(UnknownQuestionError):
        hand_in(hub, members["TH"], members["TH"].answer(delivery, *CELLS))

    convicts(hub, "TH", MessageFault.ABOUT_ANOTHER, keys_of(members["TH"].enrolment))


def test_an_answer_that_another_signed_is_kept_with_whose_signature_it_has(
    hub: Hub, members: dict[str, SimulatedMember]
) -> None:
    """Who handed it in is the hub's word, as it has verified the call; the signature is the other's."""
    delivery = delivered(hub, members["KH"], put(hub))

    with pytest.raises(AnswerRefusedError):
        receive(hub, members["KH"].enrolment, members["TH"].answer(delivery, *CELLS))

    convicts(hub, "KH", MessageFault.UNSIGNED, keys_of(members["TH"].enrolment))


def test_an_answer_out_of_a_second_history(hub: Hub, members: dict[str, SimulatedMember]) -> None:
    """Two logs of one size under one key: the answer is proved in the one that the hub has not witnessed."""
    liar = members["KH"]
    delivery = delivered(hub, liar, put(hub))
    twin = second_history(liar)
    liar.answer(delivery, 1, 2, 3, 6)
    liar.show(hub)
    sent = twin.answer(delivery, *CELLS)

    with pytest.raises(AnswerRefusedError, match="contradicts itself"):
        receive(hub, liar.enrolment, sent)

    convicts(hub, "KH", MessageFault.CONTRADICTION, keys_of(liar.enrolment))


def second_history(member: SimulatedMember) -> SimulatedMember:
    """The same member, with the same keys and a log of its own that is empty."""
    twin = SimulatedMember(member.code, member.clock)
    for name in ("signer", "log_signer", "log", "cosigner", "caller", "enrolment"):
        setattr(twin, name, getattr(member, name))
    return twin


def test_a_log_that_is_rolled_back_or_forked(hub: Hub, members: dict[str, SimulatedMember]) -> None:
    liar = members["KH"]
    twin = second_history(liar)
    delivery = delivered(hub, liar, put(hub))
    liar.answer(delivery, *CELLS)
    liar.show(hub)
    twin.answer(delivery, 1, 2, 3, 6)
    forked = ShownLog(str(twin.log.checkpoint(twin.storage)), 1, ())

    for _ in range(3):
        with pytest.raises(PollRefusedError):
            poll(hub, liar.enrolment, Poll(0, None, forked, 0.0))

    event, _ = only(hub)
    assert event.kind is MessageKind.CHECKPOINT
    convicts(hub, "KH", MessageFault.CONTRADICTION, keys_of(liar.enrolment))


def test_an_application_with_the_key_of_another(hub: Hub, members: dict[str, SimulatedMember]) -> None:
    liar = SimulatedMember("LA", members["KH"].clock)
    claimed = replace(liar.enrolment, answer_key=members["KH"].enrolment.answer_key)
    invitation = invite(hub, "LA", URL)
    signers = (liar.signer, liar.log_signer)
    proof = proof_of_possession(ORIGIN, claimed, signers, liar.cosigner, 1)

    with pytest.raises(InvitationRefusedError):
        apply(hub, "somebody's guess", claimed, proof)
    assert refused_by(hub) == [], "strangers fill no log"
    with pytest.raises(InvitationRefusedError):
        apply(hub, invitation.secret, claimed, proof)

    event, kept = only(hub)
    assert event.kind is MessageKind.APPLICATION
    assert invitation.secret not in kept.message
    convicts(hub, "LA", MessageFault.KEY_OF_ANOTHER, keys_of(liar.enrolment))


def test_each_question_has_an_entry_and_what_is_about_none_one_a_day(
    hub: Hub, members: dict[str, SimulatedMember], clock: HandClock
) -> None:
    """Whoever lies all day does not fill the log."""
    liar, other = members["TH"], members["KH"]

    def lie(sent: SignedAnswer) -> int:
        with pytest.raises((AnswerRefusedError, UnknownQuestionError)):
            hand_in(hub, liar, sent)
        return len(refused_by(hub))

    foreign, own = (
        [delivered(hub, member, put(hub, member.code)) for _ in range(2)] for member in (other, liar)
    )

    def about_another(delivery: Delivery) -> SignedAnswer:
        return liar.answer(delivery, *CELLS)

    def unproved(delivery: Delivery) -> SignedAnswer:
        return replace(liar.answer(delivery, *CELLS), salt=bytes(32))

    assert [lie(about_another(delivery)) for delivery in (*foreign, *foreign)] == [1, 1, 1, 1]
    assert [lie(unproved(delivery)) for delivery in (*own, *own)] == [2, 3, 3, 3]
    clock.move(days=1)
    assert [lie(about_another(delivery)) for delivery in foreign] == [4, 4]


@pytest.fixture
def region(tmp_path: Path) -> Iterator[Federation]:
    with federation(tmp_path / "region", "KH", ready=False) as made:
        made.members["KH"].round()
        yield made


def test_a_question_that_the_hub_did_not_log(region: Federation) -> None:
    member = region.members["KH"]
    put_by(region)

    def unlogged(reply: PollReply) -> PollReply:
        changed = [replace(d, entry=d.entry.replace(b"regional-", b"treaty-")) for d in reply.deliveries]
        return replace(reply, deliveries=tuple(changed))

    member.link.bend = unlogged
    for _ in range(3):
        assert member.round().answered == 0

    event, kept = only(member.node)
    assert (event.sender, event.kind) == (ORIGIN, MessageKind.QUESTION)
    _, signed = kept.verify([region.hub.log._signer.verifier])
    assert signed == (region.hub.log.key,), "the receipt under which it was delivered is the hub's own"


def test_a_regional_log_that_has_forked(region: Federation) -> None:
    member = region.members["KH"]
    liar, history = LyingHub(region, member), entries_of(region)
    put_by(region)
    member.round()

    liar.tell([*history, history[-1]])
    for _ in range(3):
        with pytest.raises(LinkError):
            member.round()

    convicts(member.node, ORIGIN, MessageFault.CONTRADICTION, [region.hub.log._signer.verifier])


def put_by(region: Federation) -> None:
    question = question_of(
        region.hub.dictionary, measure="casualties", by=["country"], where={}, purpose="regional-reporting"
    )
    ask(region.hub, region.analyst, question, timedelta(seconds=10))


def test_an_auditor_checks_it_with_the_verifier_alone(
    hub: Hub, members: dict[str, SimulatedMember], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    liar = members["KH"]
    delivery = delivered(hub, liar, put(hub))
    sent, other = liar.answer(delivery, *CELLS), liar.answer(delivery, 1, 2, 3, 6)
    with pytest.raises(AnswerRefusedError):
        hand_in(hub, liar, replace(sent, entry=other.entry))

    listed = CliRunner().invoke(main, ["log", "evidence", "--dir", str(tmp_path / "hub")])

    assert listed.exit_code == 0, listed.output
    assert "an answer from KH was refused: its proof does not hold" in listed.output
    (path,) = (tmp_path / "hub" / "evidence").iterdir()
    capsys.readouterr()
    # every key of its entry member-enrolled may be given, of whichever type its witness key is
    witness = str(Cosigner.from_seed("KH", bytes(32), SUBTREE_V1).key)
    assert audit_main(["verify", str(path), "--vkey", liar.enrolment.answer_key, "--vkey", witness]) == 0
    assert f"signed by {liar.enrolment.answer_key}" in capsys.readouterr().out
    assert audit_main(["verify", str(path), "--vkey", members["TH"].enrolment.answer_key]) != 0
