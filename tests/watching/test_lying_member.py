"""A member whose log was rolled back, forked or rewritten is found out by the hub, and one that hides."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from databases import new_database
from federation import Federation, Link, Member, federation
from lying_hub import entries_of
from memory_log import MemoryStorage

from audit.errors import NotInLogError
from audit.formats.evidence import Finding
from audit.formats.merkle import leaf_hash
from audit.formats.note import Note, Signer
from audit.log.excerpt import excerpt
from audit.log.log import Log
from audit.log.policy import Policy
from gateway.bootstrap.setup.open_hub import enrol
from gateway.bootstrap.setup.open_member import connect, create_member, open_member
from gateway.hub.asking import ask
from gateway.hub.errors import AnswerRefusedError, NotWitnessedError
from gateway.hub.log_exchange import origin_of
from gateway.hub.model import AskedQuestion
from gateway.hub.monitoring import MonitorRules, monitor
from gateway.hub.receiving import receive
from gateway.hub.releasing import release_due
from gateway.member.answer.outbox import outbox
from gateway.member.cube.cube_cache import CubeCache
from gateway.member.errors import LinkError, ShorterLogError
from gateway.member.node.context import Node
from gateway.member.region.log_exchange import show
from gateway.question import ask as question_of
from gateway.store.engine.migrate import MEMBER
from gateway.watching.clocks import Tick
from gateway.watching.model import Alert, KeptEvidence
from gateway.wire.enrolment import HubKeys
from gateway.wire.log_exchange import ShownLog
from gateway.wire.poll import Poll
from gateway.wire.signed_answer import SignedAnswer

RULES = MonitorRules(patience=timedelta(minutes=5))


@pytest.fixture
def region(tmp_path: Path) -> Iterator[Federation]:
    with federation(tmp_path, "KH", "LA", ready=False) as made:
        for _ in range(2):
            put(made)
            settle(made)
        yield made


def put(region: Federation) -> AskedQuestion:
    question = question_of(
        region.hub.dictionary, measure="casualties", by=["country"], where={}, purpose="regional-reporting"
    )
    return ask(region.hub, region.analyst, question, timedelta(seconds=10))


def settle(region: Federation) -> None:
    for _ in range(2):
        for member in region.members.values():
            member.round()
        release_due(region.hub)


def look(region: Federation) -> list[Alert]:
    """A cycle of the hub's monitor; the open alerts afterwards."""
    monitor(region.hub, RULES, None, Tick(region.clock.now(), 0.0), [])
    with region.hub.store.reading() as view:
        return [kept.alert for kept in view.watch.alerts(ended=False)]


def evidence(region: Federation) -> list[KeptEvidence]:
    with region.hub.store.reading() as view:
        return list(view.watch.evidence())


class LyingMember:
    """Shows the hub another history of its own log, signed with its own key."""

    def __init__(self, region: Federation, member: Member) -> None:
        self.log = Log(Signer.parse(member.node.log._signer.secret()))
        self.region = region
        self.member = member

    def show(self, history: list[bytes], *, reported: bool = True) -> None:
        """From now on show this history; with `reported` also the entries that the hub lacks."""
        storage = MemoryStorage(self.log.origin)
        self.log.create(storage, 1)
        self.log.append(storage, history, 1)
        size = len(history)

        def twist(call: Poll) -> Poll:
            with self.region.hub.store.reading() as view:
                latest = view.witness.latest(self.log.origin)
                copied = view.watch.copied(self.log.origin).size
            seen = 0 if latest is None else int(latest.text.split("\n")[1])
            try:
                proof = tuple(self.log.consistency(storage, seen, size))
                shown = excerpt(self.log, storage, copied, size, lambda _: True) if reported else None
            except NotInLogError:
                proof, shown = (), None
            return replace(call, log=ShownLog(str(self.log.checkpoint(storage)), seen, proof, shown))

        self.member.link.twist = twist


def test_an_honest_region_raises_nothing(region: Federation) -> None:
    assert look(region) == []
    assert evidence(region) == []


def test_the_hub_cosigns_what_a_member_logs_and_receipts_carry_it(region: Federation) -> None:
    node = region.members["KH"].node
    with node.store.reading() as view:
        policy = Policy.of(node.log._signer.verifier, [region.hub.cosigner.verifier], quorum=1)
        last = len(region.members["KH"].log_entries()) - 1
        receipt = node.log.witnessed_receipt(view.log, last, policy)
    assert receipt.verify(region.members["KH"].log_entries()[last], policy).witnesses


@pytest.mark.parametrize("lie", ["fork", "rewrite", "rollback", "omit an entry"])
def test_another_history_of_a_member_is_refused_and_convicts_it(lie: str, region: Federation) -> None:
    member = region.members["KH"]
    truth = member.log_entries()
    changed = [truth[0], truth[1] + b" ", *truth[2:]]
    LyingMember(region, member).show({
        "fork": changed,
        "rewrite": [*changed, b"{}"],
        "rollback": truth[:-1],
        "omit an entry": [truth[0], *truth[2:], b"{}", b"{}"],
    }[lie])  # fmt: skip
    put(region)
    sent = len(member.link.sent)

    with pytest.raises(ShorterLogError, match="does not extend"):
        member.round()

    (kept,) = evidence(region)
    assert kept.origin == origin_of(member.link.enrolment)
    assert (kept.finding is Finding.ROLLBACK) == (lie == "rollback")
    assert "contradiction" in {alert.kind for alert in look(region)}
    assert len(member.link.sent) == sent  # nothing was asked of it
    region.members["LA"].round()


def test_a_head_without_a_proof_waits_and_is_not_cosigned(region: Federation) -> None:
    """A member that restarted may not know what the hub has seen: it is told, and shows it from there."""
    member = region.members["KH"]
    put(region)
    member.round()
    member.link.twist = lambda call: replace(call, log=replace(call.log, old_size=0, consistency=()))
    with region.hub.store.reading() as view:
        before = view.witness.latest(origin_of(member.link.enrolment))
    member.round()
    with region.hub.store.reading() as view:
        assert view.witness.latest(origin_of(member.link.enrolment)) == before
    assert evidence(region) == []


def test_a_log_signed_by_another_key_is_refused(region: Federation) -> None:
    member = region.members["KH"]
    stranger = LyingMember(region, member)
    stranger.log = Log(Signer.generate(member.node.log.origin))
    stranger.show([*member.log_entries(), b"{}"])
    with pytest.raises(LinkError):
        member.round()


def test_a_member_that_lost_its_log_begins_anew_once_it_is_enrolled_again(
    region: Federation, tmp_path: Path
) -> None:
    """Its new keys are compared by voice and logged, as the first ones were; nothing less lets it back."""
    lost = region.members["KH"]
    new = create_member(tmp_path / "new", "KH", "test.example")
    keys = HubKeys(str(region.hub.log.key), str(region.hub.reply_signer.key))
    own = new_database(MEMBER)
    connect(tmp_path / "new", "KH", "http://127.0.0.1:0", keys, region.clock, database=own)
    with open_member(tmp_path / "new", region.clock) as node:
        cube_cache = CubeCache(node.dictionary, node.member, node.store)
        stranger = Member(node, cube_cache, Link(region.hub, lost.link.enrolment))
        with pytest.raises(LinkError):
            stranger.round()

        enrol(region.hub, new.enrolment)
        again = Member(node, cube_cache, Link(region.hub, new.enrolment))
        put(region)
        for _ in range(3):
            again.round()

        with region.hub.store.reading() as view:
            latest = view.witness.latest(node.log.origin)
        assert latest is not None
        assert latest.text == Note.parse(_head(node)).text


def _head(node: Node) -> str:
    with node.store.reading() as view:
        checkpoint = view.log.latest_checkpoint()
    assert checkpoint is not None
    return checkpoint.note


def test_an_answer_that_the_member_leaves_out_of_the_log_that_it_shows_does_not_count(
    region: Federation,
) -> None:
    """It answers under one checkpoint, and shows another in which the answer does not stand."""
    member = region.members["KH"]
    truth = member.log_entries()
    asked = put(region)
    LyingMember(region, member).show(truth)
    member.round()
    with member.node.store.reading() as view:
        (answer,) = outbox(member.node, view).answers

    with pytest.raises(NotWitnessedError):
        receive(region.hub, member.link.enrolment, answer[1])
    LyingMember(region, member).show([*truth, b"{}"])
    with pytest.raises(AnswerRefusedError, match="contradicts itself"):
        _shown_and_handed_in(region, member, answer[1])

    region.members["LA"].round()
    with region.hub.store.reading() as view:
        assert set(view.answers(asked.id)) == {"LA"}
    assert [one.finding for one in evidence(region)] == [Finding.FORK]


def _shown_and_handed_in(region: Federation, member: Member, answer: SignedAnswer) -> None:
    with member.node.store.reading() as view:
        member.link.poll(show(member.node, view, 0.0))
    receive(region.hub, member.link.enrolment, answer)


def test_an_answer_that_the_hub_has_no_release_for_is_found_in_one_cycle(region: Federation) -> None:
    """The member logged an answer in time, and it never arrived."""
    member = region.members["KH"]
    asked = put(region)
    member.link.cut = True
    with pytest.raises(LinkError):
        member.round()
    region.members["LA"].round()
    region.clock.move(seconds=20)
    release_due(region.hub)
    with pytest.raises(LinkError):
        member.round()
    member.link.cut = False
    member.round()

    (alert,) = look(region)

    assert (alert.kind, alert.about) == ("missing-in-hub", f"KH {asked.id}")


def test_a_member_that_hides_what_an_entry_says_is_as_if_it_had_not_answered(region: Federation) -> None:
    member = region.members["KH"]
    truth = member.log_entries()
    put(region)
    member.link.twist = lambda call: replace(
        call, log=replace(call.log, excerpt=_hidden(call.log)) if call.log else None
    )
    member.round()
    region.members["LA"].round()
    release_due(region.hub)
    region.clock.move(seconds=5)
    member.round()

    assert [alert.kind for alert in look(region)] == ["missing-in-member"]
    assert len(member.log_entries()) > len(truth)


def _hidden(shown: ShownLog) -> object:
    if shown.excerpt is None:
        return None
    leaves = tuple(replace(t, entry=None, hashed=t.leaf) for t in shown.excerpt.leaves)
    return replace(shown.excerpt, leaves=leaves)


def test_an_answer_to_a_question_that_the_region_never_asked_is_found(region: Federation) -> None:
    member = region.members["KH"]
    entry = next(e for e in reversed(member.log_entries()) if b'"refused"' in e)
    truth = entries_of(region)
    leaf = next(leaf_hash(e).hex() for e in truth if leaf_hash(e).hex().encode() in entry)
    forged = entry.replace(leaf.encode(), b"00" * 32)
    LyingMember(region, member).show([*member.log_entries(), forged])
    member.round()

    assert "not-asked" in {alert.kind for alert in look(region)}


def test_a_question_without_an_end_is_an_alert_that_ends_with_it(region: Federation) -> None:
    asked = put(region)
    for member in region.members.values():
        member.round()
    region.clock.move(minutes=10)
    for _ in range(3):
        for member in region.members.values():
            member.round()
    found = {(alert.kind, alert.about) for alert in look(region)}
    assert found == {("no-end", f"{code} {asked.id}") for code in region.members}

    settle(region)
    region.clock.move(seconds=2)
    settle(region)
    assert look(region) == []


def test_a_member_that_no_longer_calls_is_silent(region: Federation) -> None:
    region.clock.move(minutes=6)
    region.members["KH"].round()
    # Without it the other one is no majority either.
    assert {(a.kind, a.about) for a in look(region)} == {("silent", "LA"), ("below-quorum", "quorum")}


def test_a_member_that_shows_no_head_of_its_log_is_silent(region: Federation) -> None:
    region.members["KH"].link.twist = lambda call: replace(call, log=None)
    settle(region)
    assert {(a.kind, a.about) for a in look(region)} == {("silent", "KH")}


def test_a_head_that_too_few_have_cosigned_for_too_long_is_an_alert_and_holds_nothing_up(
    region: Federation,
) -> None:
    """One of two members is no majority. The question is answered all the same."""
    asked = put(region)
    region.members["KH"].round()
    region.clock.move(minutes=6)
    for _ in range(2):
        region.members["KH"].round()
    release_due(region.hub)
    kinds = {alert.kind for alert in look(region)}
    assert "below-quorum" in kinds
    with region.hub.store.reading() as view:
        assert view.release(asked.id) is not None

    for _ in range(2):
        settle(region)
    region.clock.move(seconds=2)
    assert "below-quorum" not in {alert.kind for alert in look(region)}


def test_a_receipt_is_completed_once_more_witnesses_have_cosigned(region: Federation) -> None:
    put(region)
    index = len(entries_of(region)) - 1
    with region.hub.store.reading() as view:
        early = region.hub.log.fullest_receipt(view.log, index)
    settle(region)
    with region.hub.store.reading() as view:
        late = region.hub.log.fullest_receipt(view.log, index)
    assert _cosigners(early.checkpoint) == set()
    assert _cosigners(late.checkpoint) == {"test.example/kh/witness", "test.example/la/witness"}


def _cosigners(note: Note) -> set[str]:
    return {s.name for s in note.signatures if s.name.endswith("/witness")}
