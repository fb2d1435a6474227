"""Whatever a hub does to a node's view of the regional log, the node finds it out and keeps the proof."""

import random
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from federation import Federation, Member, federation
from lying_hub import LyingHub, entries_of, released_otherwise

from audit.commands.command_line import main as audit_main
from audit.events.event_values import Outcome
from audit.events.events import Released, decode, encode
from audit.formats.evidence import Finding
from gateway.bootstrap.upkeep.evidence_files import write_evidence
from gateway.hub import monitoring as hub_monitoring
from gateway.hub.asking import ask
from gateway.hub.model import AskedQuestion
from gateway.hub.releasing import release_due
from gateway.hub.witnessing import keep_objection
from gateway.member.errors import LinkError
from gateway.member.region.monitor import MonitorRules, monitor
from gateway.member.region.public_log import compare_with_public
from gateway.question import ask as question_of
from gateway.watching.clocks import Tick
from gateway.watching.model import Alert, KeptEvidence
from gateway.wire.poll import PollReply

RULES = MonitorRules(patience=timedelta(minutes=5))
MEMBERS = ("KH", "LA", "TH")


@pytest.fixture
def region(tmp_path: Path) -> Iterator[Federation]:
    """Three members without cubes: they refuse what they are asked, and log that as they would an answer."""
    with federation(tmp_path, *MEMBERS, ready=False) as made:
        yield made


def put(region: Federation) -> AskedQuestion:
    question = question_of(
        region.hub.dictionary, measure="casualties", by=["country"], where={}, purpose="regional-reporting"
    )
    return ask(region.hub, region.analyst, question, timedelta(seconds=10))


def settle(region: Federation, *, but: Collection[str] = ()) -> None:
    """Every member calls twice: what it has seen and answered has arrived, and it knows so."""
    for _ in range(2):
        for code, member in region.members.items():
            if code not in but:
                member.round()
        release_due(region.hub)


def look(region: Federation, member: Member) -> list[Alert]:
    """A cycle of the node's monitor; the open alerts afterwards."""
    monitor(member.node, RULES, None, Tick(region.clock.now(), 0.0), [])
    with member.node.store.reading() as view:
        return [kept.alert for kept in view.watch.alerts(ended=False)]


def evidence(member: Member) -> list[KeptEvidence]:
    with member.node.store.reading() as view:
        return list(view.watch.evidence())


def kinds(alerts: list[Alert]) -> set[str]:
    return {alert.kind for alert in alerts}


def test_an_honest_hub_raises_nothing(region: Federation) -> None:
    put(region)
    settle(region)
    put(region)
    settle(region)
    for member in region.members.values():
        member.round()
        assert look(region, member) == []
        assert evidence(member) == []


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("lie", ["fork", "rewrite", "rollback", "omit an entry"])
def test_every_other_history_is_refused_and_convicts_the_hub(
    lie: str, seed: int, region: Federation, tmp_path: Path
) -> None:
    chance = random.Random(f"{lie} {seed}")
    for _ in range(chance.randint(1, 3)):
        put(region)
        settle(region)
    victim = region.members[chance.choice(MEMBERS)]
    truth = entries_of(region)
    victim.round()
    at = chance.randrange(1, len(truth))
    later = [b"{}"] * chance.randint(1, 4)
    history = {
        "fork": [*truth[:at], b"{}", *truth[at + 1 :]],
        "rewrite": [*truth[:at], truth[at] + b" ", *truth[at + 1 :], *later],
        "rollback": truth[:at],
        "omit an entry": [*truth[:at], *truth[at + 1 :], *later],
    }[lie]
    liar = LyingHub(region, victim)
    sent = len(victim.link.sent)
    liar.tell(history)

    with pytest.raises(LinkError, match="does not extend"):
        victim.round()

    (kept,) = evidence(victim)
    assert kept.finding is (Finding.ROLLBACK if lie == "rollback" else kept.finding)
    assert kept.finding in {Finding.FORK, Finding.ROLLBACK, Finding.UNPROVEN}
    assert "contradiction" in kinds(look(region, victim))
    (path,) = write_evidence(tmp_path, [kept])
    assert audit_main(["verify", str(path), "--vkey", str(region.hub.log.key)]) == 0
    assert len(victim.link.sent) == sent
    liar.honest()
    victim.round()  # the true log still extends what was witnessed
    for other in region.members.values():
        if other is not victim:
            other.round()
            assert evidence(other) == []


def test_the_same_lie_twice_is_kept_once(region: Federation) -> None:
    put(region)
    settle(region)
    victim = region.members["KH"]
    liar = LyingHub(region, victim)
    liar.tell(entries_of(region)[:-1])
    for _ in range(3):
        with pytest.raises(LinkError):
            victim.round()
    assert len(evidence(victim)) == 1


def test_an_old_reply_is_a_rollback(region: Federation) -> None:
    """Also one that was recorded: nothing on the way can take a node back."""
    victim = region.members["KH"]
    replies: list[PollReply] = []
    victim.link.bend = lambda reply: replies.append(reply) or reply
    victim.round()
    put(region)
    victim.round()
    LyingHub(region, victim).repeat(replies[0])
    with pytest.raises(LinkError, match="does not extend"):
        victim.round()
    assert [kept.finding for kept in evidence(victim)] == [Finding.ROLLBACK]


def test_a_hub_that_was_restored_from_an_old_backup_convicts_itself(region: Federation) -> None:
    """It refuses the call, since it is the shorter one; the checkpoint shown to all is the evidence."""
    put(region)
    settle(region)
    victim = region.members["KH"]
    victim.link.twist = lambda call: replace(call, seen_size=1000)
    victim.link.shown_head = LyingHub(region, victim).head_of(entries_of(region)[:3])
    with pytest.raises(LinkError):
        victim.round()
    assert [kept.finding for kept in evidence(victim)] == [Finding.ROLLBACK]


def test_another_head_for_everybody_else_is_a_fork(region: Federation) -> None:
    put(region)
    settle(region)
    victim = region.members["KH"]
    truth = entries_of(region)
    victim.round()
    resource = victim.link.public_resource
    compare_with_public(victim.node, LyingHub(region, victim).head_of(truth), resource)
    assert evidence(victim) == []

    compare_with_public(victim.node, LyingHub(region, victim).head_of([*truth[:-1], b"{}"]), resource)

    assert [kept.finding for kept in evidence(victim)] == [Finding.FORK]


def forked(region: Federation, *, grow: int) -> Member:
    """A member that has witnessed another history, of the true log's size then; the true log grew since."""
    put(region)
    settle(region)
    victim = region.members["KH"]
    liar = LyingHub(region, victim)
    liar.tell([*entries_of(region), b"{}"])
    victim.round()
    liar.honest()
    for _ in range(grow):
        put(region)
    return victim


@pytest.mark.parametrize("grow", [1, 2, 5])
def test_a_fork_is_called_a_fork_by_both_sides_with_proof_and_nobody_is_silent(
    region: Federation, tmp_path: Path, grow: int
) -> None:
    """Also where the hub refuses the member: what everybody can read proves it."""
    victim = forked(region, grow=grow)

    with pytest.raises(LinkError):
        victim.round()

    (mine,) = evidence(victim)
    with region.hub.store.reading() as view:
        (theirs,) = view.watch.evidence()
    assert (mine.finding, theirs.finding) == (Finding.FORK, Finding.FORK)
    for kept in (mine, theirs):
        (path,) = write_evidence(tmp_path, [kept])
        assert audit_main(["verify", str(path), "--vkey", str(region.hub.log.key)]) == 0
    region.clock.move(seconds=60)
    put(region)  # the same fork is kept once, however far the log grows
    with pytest.raises(LinkError):
        victim.round()
    (alert,) = [each for each in look(region, victim) if each.kind == "contradiction"]
    assert alert.message.startswith("fork: ")
    alerts = look_at_hub(region)
    assert [each.message.partition(":")[0] for each in alerts if each.kind == "contradiction"] == ["fork"]
    assert "KH" not in [each.about for each in alerts if each.kind == "silent"]
    with region.hub.store.reading() as view:
        assert len(view.watch.evidence()) == 1


def test_what_the_log_did_not_sign_and_a_true_history_convict_nobody(region: Federation) -> None:
    put(region)
    settle(region)
    victim, hub = region.members["KH"], region.hub
    victim.round()
    with victim.node.store.reading() as view:
        seen = view.witness.latest(hub.log.origin)
    assert seen is not None
    put(region)

    keep_objection(hub, victim.link.enrolment, str(seen))
    unsigned = str(seen).replace(seen.text, seen.text.replace("\n", "1\n", 1))
    keep_objection(hub, victim.link.enrolment, unsigned)
    public = victim.link.public_checkpoint()
    compare_with_public(victim.node, public, victim.link.public_resource)
    compare_with_public(victim.node, public, lambda _, limit: bytes(limit))

    with hub.store.reading() as view:
        assert list(view.watch.evidence()) == []
    assert evidence(victim) == []


def test_a_hub_with_less_than_a_member_saw_says_rollback_and_not_silence(region: Federation) -> None:
    put(region)
    settle(region)
    victim = region.members["KH"]
    LyingHub(region, victim).tell([*entries_of(region), b"{}", b"{}"])
    victim.round()
    victim.link.bend = lambda reply: reply
    with pytest.raises(LinkError):
        victim.round()

    (alert,) = look_at_hub(region)
    assert (alert.kind, alert.message.partition(":")[0]) == ("contradiction", "rollback")


def test_both_sides_keep_the_two_checkpoints_of_a_hub_that_is_only_shorter(
    region: Federation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An auditor reads both with the log's key alone; once the log has all again, the hub's alert ends."""
    settle(region)
    hub, victim = region.hub, region.members["KH"]
    LyingHub(region, victim).tell([*entries_of(region), b"{}", b"{}"])
    victim.round()
    victim.link.bend = lambda reply: reply
    with hub.store.reading() as view:
        victim.link.shown_head = str(hub.log.checkpoint(view.log))
    for missing in (2, 1):
        with pytest.raises(LinkError):
            victim.round()
        with hub.store.reading() as view:  # also when this log has signed more meanwhile
            (of_hub,) = view.watch.evidence()
        (alert,) = look_at_hub(region)
        assert (alert.about, alert.evidence) == ("KH", of_hub.id)
        with hub.store.writing() as work:
            hub.log.append(work.log, [b"{}"], missing)
    for kept in (of_hub, evidence(victim)[0]):
        assert (kept.finding, kept.origin) == (Finding.ROLLBACK, hub.log.origin)
        bundle = tmp_path / f"{kept.id}.json"
        bundle.write_text(kept.bundle, encoding="utf-8")
        assert audit_main(["verify", str(bundle), "--vkey", str(hub.log.key)]) == 0
        assert capsys.readouterr().out.splitlines()[-1].startswith("rollback: ")

    victim.round()

    assert look_at_hub(region) == []


def look_at_hub(region: Federation) -> list[Alert]:
    """A cycle of the hub's monitor; the open alerts afterwards."""
    rules = hub_monitoring.MonitorRules(patience=timedelta(seconds=45))
    hub_monitoring.monitor(region.hub, rules, None, Tick(region.clock.now(), 0.0), [])
    with region.hub.store.reading() as view:
        about = {"contradiction", "silent"}
        return [kept.alert for kept in view.watch.alerts(ended=False) if kept.alert.kind in about]


def ended(
    region: Federation, victim: Member, *, answers: bool, but: Collection[str] = ()
) -> tuple[list[bytes], int]:
    """A question ended that the victim answered or never heard of: the true log, and the number of the end.

    The victim has not been shown the end yet.
    """
    settle(region, but=but)
    victim.round()
    asked = put(region)
    if answers:
        victim.round()
    for code, other in region.members.items():
        if other is not victim and code not in but:
            other.round()
    region.clock.move(seconds=20)
    release_due(region.hub)
    with region.hub.store.reading() as view:
        question = view.question(asked.id)
    assert question is not None
    assert question.released_index is not None
    return entries_of(region), question.released_index


def test_an_end_that_is_kept_from_a_node_is_missed(region: Federation) -> None:
    victim = region.members["TH"]
    truth, end = ended(region, victim, answers=True)
    liar = LyingHub(region, victim)
    liar.tell(truth, hide=[end])
    victim.round()
    assert look(region, victim) == []

    region.clock.move(minutes=6)
    assert "no-end" in kinds(look(region, victim))


@pytest.mark.parametrize(
    ("answers", "claim", "gap"),
    [
        (True, Outcome.MISSING, "missing-in-hub"),
        (True, Outcome.ANSWERED, "contradiction"),
        (False, Outcome.ANSWERED, "missing-in-member"),
        (False, Outcome.REFUSED, "missing-in-member"),
    ],
)
def test_an_end_that_says_something_else_than_the_nodes_log_is_found_in_one_cycle(
    answers: bool, claim: Outcome, gap: str, region: Federation
) -> None:
    """Whichever member it is told to. None has a policy in force here: what they answer is a refusal."""
    deceived: list[str] = []
    for code, victim in region.members.items():
        truth, end = ended(region, victim, answers=answers, but=deceived)
        lie = released_otherwise(truth[end], code, claim)
        LyingHub(region, victim).tell([*truth[:end], lie, *truth[end + 1 :]])
        victim.round()

        (alert,) = look(region, victim)

        assert (alert.kind, alert.entries) == (gap, (end,))
        assert code in alert.about
        deceived.append(code)


def test_a_release_that_names_another_entry_of_the_node_is_found(region: Federation) -> None:
    victim = region.members["KH"]
    truth, end = ended(region, victim, answers=True)
    event = decode(truth[end])
    assert isinstance(event, Released)
    outcomes = [
        replace(o, entry=replace(o.entry, leaf=bytes(32))) if o.member == "KH" and o.entry else o
        for o in event.outcomes
    ]
    lie = encode(replace(event, outcomes=tuple(outcomes)))
    assert lie != truth[end]
    LyingHub(region, victim).tell([*truth[:end], lie])
    victim.round()
    assert [alert.kind for alert in look(region, victim)] == ["contradiction"]


def test_an_answer_that_comes_too_late_is_no_fault_of_the_hub(region: Federation) -> None:
    victim = region.members["KH"]
    put(region)
    victim.link.cut = True
    with pytest.raises(LinkError):
        victim.round()
    region.clock.move(seconds=30)
    release_due(region.hub)
    victim.link.cut = False
    settle(region)
    alerts = look(region, victim)
    # It was made in time and got lost on the way: the hub releases again once it has come.
    assert alerts == []


def kept_behind(region: Federation, victim: Member, reply: PollReply) -> list[Alert]:
    """What a member is told that gets the same reply again and again while the log grows for all others."""
    LyingHub(region, victim).repeat(reply)
    for _ in range(4):
        put(region)
        for member in region.members.values():
            member.round()
        region.clock.move(minutes=2)
    return look(region, victim)


def test_a_node_that_is_kept_at_an_old_head_notices_that_nobody_confirms_it(region: Federation) -> None:
    """The other members see the log grow and cosign its new checkpoints; nobody cosigns the old any more."""
    victim = region.members["KH"]
    settle(region)
    replies: list[PollReply] = []
    victim.link.bend = lambda reply: replies.append(reply) or reply
    victim.round()
    alerts = kept_behind(region, victim, replies[-1])

    assert [(alert.kind, alert.about) for alert in alerts] == [("behind", "KH")]


def test_a_head_that_was_confirmed_at_a_time_to_come_is_not_confirmed_for_years(region: Federation) -> None:
    """All clocks were three years ahead for a while; or somebody states such a time to keep a node behind."""
    victim = region.members["KH"]
    region.clock.move(days=3 * 365)
    settle(region)
    replies: list[PollReply] = []
    victim.link.bend = lambda reply: replies.append(reply) or reply
    victim.round()
    region.clock.move(days=-3 * 365)
    alerts = kept_behind(region, victim, replies[-1])

    assert ("behind", "KH") in [(alert.kind, alert.about) for alert in alerts]


def test_a_quiet_log_is_not_an_old_head(region: Federation) -> None:
    for _ in range(5):
        for member in region.members.values():
            member.round()
        region.clock.move(minutes=2)
    for member in region.members.values():
        member.round()
        assert look(region, member) == []


def test_a_hub_that_falls_silent_is_raised_and_the_alert_ends_when_it_is_back(region: Federation) -> None:
    victim = region.members["KH"]
    settle(region)
    region.clock.move(minutes=6)
    assert kinds(look(region, victim)) == {"silent"}

    settle(region)
    victim.round()

    assert look(region, victim) == []
    with victim.node.store.reading() as view:
        (kept,) = view.watch.alerts(ended=True)
    assert kept.ended == region.clock.now()
