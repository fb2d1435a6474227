"""A node restored from a backup takes back what it had signed since; what is lost for good stays withheld."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from federation import Federation, Link, Member, federation, grown, policy_text, snapshot
from restored import restored
from signing import put_in_force

from audit.events.event import Event
from audit.events.events import decode
from audit.events.recovery_events import LogRestored, RegionUnconfirmed
from audit.formats.note import Note, Signer, sign
from audit.log.excerpt import RevealedLeaf
from gateway.auditing.log_check import check_log
from gateway.bootstrap.setup.backup import back_up, check
from gateway.hub.asking import ask
from gateway.hub.model import AskedQuestion
from gateway.hub.releasing import release_due
from gateway.member.build.cube_building import build
from gateway.member.build.preview import make
from gateway.member.errors import LinkError, NotProtectedError, NotRestoredError, ReasonError
from gateway.member.model.snapshot import Snapshot
from gateway.member.policy.losses_shown import losses_shown
from gateway.member.policy.policy_in_force import checked
from gateway.member.region.log_exchange import region_of
from gateway.member.region.taking_back import go_on_unconfirmed
from gateway.member.register.snapshot_loading import keep_snapshot
from gateway.question import ask as question_of
from gateway.watching.recovering import RecoveringError
from gateway.wire.poll import Poll, PollReply
from gateway.wire.release import Release
from gateway.wire.returned_log import ReturnedLog

BACKUP = "backup"
Numbers = tuple[int | None, ...] | None


@pytest.fixture
def region(tmp_path: Path) -> Iterator[Federation]:
    with federation(tmp_path / "region", "KH", "LA") as running:
        for member in running.members.values():
            member.round()
        yield running


def asked(region: Federation, year: str | None = None) -> AskedQuestion:
    question = question_of(
        region.hub.dictionary,
        measure="casualties",
        by=("outcome",),
        where={"country": ("KH",), **({} if year is None else {"year": (year,)})},
        purpose="regional-reporting",
    )
    return ask(region.hub, region.analyst, question, timedelta(seconds=10))


def release_of(region: Federation, question: AskedQuestion, *members: Member) -> Release:
    """Every member calls until the question is over."""
    for _ in range(2):
        for member in members:
            member.round()
    region.clock.move(seconds=30)
    release_due(region.hub)
    with region.hub.store.reading() as view:
        release = view.release(question.id)
    assert release is not None
    return release


def answered(region: Federation, *members: Member, year: str | None = None) -> Numbers:
    """The numbers of a first question; None where Cambodia gave none."""
    release = release_of(region, asked(region, year), *members)
    (covered,) = release.coverage
    return tuple(cell.value for cell in release.cells) if covered.answered else None


def saved(region: Federation, tmp_path: Path) -> Path:
    back_up(tmp_path / "region" / "KH", tmp_path / BACKUP)
    return tmp_path / BACKUP


def confirmed(region: Federation) -> None:
    """Another member has seen the regional log as it is, and shows so with its next call."""
    for _ in range(2):
        region.members["LA"].round()


def rounds(region: Federation, back: Member) -> None:
    """What the loops of a node do by themselves, with the other members calling as ever."""
    for _ in range(3):
        confirmed(region)
        back.round()


def events(member: Member) -> list[Event]:
    return [decode(entry) for entry in member.log_entries()]


def cosigned(member: Member) -> str:
    """The newest checkpoint of the regional log that the node has cosigned, with its cosignature."""
    with member.node.store.reading() as view:
        return str(view.witness.latest(region_of(member.node)))


def lost(member: Member) -> list[tuple[int, int, bool]]:
    with member.node.store.reading() as view:
        return [(each.entries, each.unknown, each.answers) for each in losses_shown(member.node, view)]


def test_a_node_goes_on_by_itself_where_only_answers_were_lost(region: Federation, tmp_path: Path) -> None:
    """A backup of a minute before: everything is there again, and nobody does anything."""
    former = region.members["KH"]
    backup = saved(region, tmp_path)
    before = [answered(region, former, region.members["LA"]) for _ in range(3)]

    with restored(region, "KH", backup) as back:
        rounds(region, back)

        assert back.log_entries()[:-1] == former.log_entries()
        assert isinstance(events(back)[-1], LogRestored)
        assert lost(back) == [(3, 0, True)]
        assert answered(region, back, region.members["LA"]) == before[-1]
        with back.node.store.reading() as view, former.node.store.reading() as was:
            assert view.released_cubes() == was.released_cubes()
        with back.node.store.reading() as view:
            assert check_log(back.node.log, view).damages == ()
    with region.hub.store.reading() as view:
        assert view.watch.evidence() == []


@pytest.mark.parametrize("said", [False, True], ids=["nobody says when", "the operator says when"])
def test_a_question_without_an_answer_may_have_had_one(
    region: Federation, tmp_path: Path, said: bool
) -> None:
    """A hub can hide what it has not released, tables of a lost cube perhaps. After a loss there was none."""
    former = region.members["KH"]
    backup = saved(region, tmp_path)
    answered(region, former, region.members["LA"])
    region.clock.move(seconds=60)
    lost_at = region.clock.now()
    region.clock.move(seconds=60)
    unanswered = asked(region)

    with restored(region, "KH", backup, lost_at if said else None) as back:
        rounds(region, back)

        assert lost(back) == [(1, 0, True) if said else (1, 1, False)]
        release = release_of(region, unanswered, back, region.members["LA"])
        assert [covered.answered for covered in release.coverage] == [said]


def test_a_question_answered_before_is_not_answered_again(region: Federation, tmp_path: Path) -> None:
    """Also when the answer never reached the hub: what it was is lost, and another would contradict it."""
    former = region.members["KH"]
    backup = saved(region, tmp_path)
    question = asked(region)
    former.link.cut = True
    with pytest.raises(LinkError):
        former.round()
        former.round()

    with restored(region, "KH", backup) as back:
        rounds(region, back)
        release = release_of(region, question, back, region.members["LA"])

        assert [covered.answered for covered in release.coverage] == [False]
        about = [event for event in events(back) if getattr(event, "question_id", "") == question.id]
        assert [event.TYPE for event in about] == ["answered", "rejected"]


def test_quotas_stay_used(tmp_path: Path) -> None:
    text = policy_text("KH").replace("measures: [casualties]", "measures: [casualties]\n    quota: 1 a day")
    with federation(tmp_path / "region", "KH", "LA", ready=False) as region:
        put_in_force(region.members["KH"].node, text)
        keep_snapshot(region.members["KH"].node, snapshot("KH"))
        build(region.members["KH"].node)
        region.members["KH"].round()
        backup = saved(region, tmp_path)
        assert answered(region, region.members["KH"], region.members["LA"]) is not None

        with restored(region, "KH", backup) as back:
            rounds(region, back)
            assert answered(region, back, region.members["LA"]) is None


@dataclass(frozen=True)
class Later:
    """What came between a backup and the loss of the disk: days, and people of one year in the next load."""

    days: int
    year: str


LATER = {"a day": Later(1, "2024"), "a year": Later(365, "2025")}
"""Within a day a revision of a year that was released before; within a year a year that was not."""


def goes_on(region: Federation, later: Later) -> Numbers:
    """The register is loaded again, and a new cube answers; returns what it shows of the year."""
    node = region.members["KH"].node
    region.clock.move(seconds=later.days * 86400)
    keep_snapshot(node, newer(later))
    build(node)
    return answered(region, region.members["KH"], region.members["LA"], year=later.year)


def newer(later: Later) -> Snapshot:
    made = grown(snapshot("KH"), 12, f"{later.year}-03")
    return replace(made, created=made.created + timedelta(days=later.days))


def policy_again(back: Member, later: Later) -> None:
    """What the page on backups says: load, look at what would be shown, publish, protect. The register has
    late records of a year that the backup knows as released, enough for a revision.
    """
    keep_snapshot(back.node, grown(newer(later), 12, "2023-03", "late"))
    make(back.node, checked(back.node, policy_text("KH", 2)))
    put_in_force(back.node, policy_text("KH", 2))
    build(back.node)


@pytest.mark.parametrize("passed", LATER)
def test_what_was_lost_for_good_is_withheld(region: Federation, tmp_path: Path, passed: str) -> None:
    later = LATER[passed]
    known = {
        year: answered(region, region.members["KH"], region.members["LA"], year=year)
        for year in ("2023", "2024")
    }
    backup = saved(region, tmp_path)
    shown = goes_on(region, later)
    assert any(shown or ())
    size = len(region.members["KH"].log_entries())

    with restored(region, "KH", backup) as back:
        rounds(region, back)
        ((entries, unknown, answers),) = lost(back)
        assert (unknown > 0, answers) == (True, False)
        assert answered(region, back, region.members["LA"]) is None

        policy_again(back, later)

        assert lost(back) == [(entries, unknown, True)]
        for year, numbers in known.items():
            assert answered(region, back, region.members["LA"], year=year) == numbers
        after = answered(region, back, region.members["LA"], year=later.year)
        assert after == known.get(later.year, (None,) * len(shown or ()))
        assert after != shown
        with back.node.store.reading() as view:
            found = check_log(back.node.log, view)
            assert (found.damages, found.lost) == ((), unknown)
            assert found.entries > size
        back_up(backup.with_name(f"{BACKUP}-runs"), tmp_path / "next")
        check(tmp_path / "next")
    with region.hub.store.reading() as view:
        assert view.watch.evidence() == []


def test_numbers_that_were_drawn_are_not_drawn_again(region: Federation, tmp_path: Path) -> None:
    """Beside a mechanism with noise, another number of the same people would undo it."""
    backup = saved(region, tmp_path)
    goes_on(region, LATER["a day"])
    text = policy_text("KH", 2).replace("first_year: 2022\n", "") + (
        "mechanism: {kind: differential-privacy, budget: 1, per_table: 0.25, first_year: 2021}\n"
        "priority: [{date: year, sex: sex}]\n"
    )

    with restored(region, "KH", backup) as back:
        rounds(region, back)
        put_in_force(back.node, text)
        with pytest.raises(NotProtectedError, match="were lost with a disk"):
            build(back.node)


class Lying(Link):
    """A hub that changes what it gives back."""

    def own_log(self, start: int) -> ReturnedLog:
        return self.lie(super().own_log(start))

    def lie(self, given: ReturnedLog) -> ReturnedLog:
        raise NotImplementedError


class GivesAnotherEntry(Lying):
    def lie(self, given: ReturnedLog) -> ReturnedLog:
        first, *rest = given.leaves
        assert first.entry is not None
        return replace(given, leaves=(RevealedLeaf(first.entry + b" ", None), *rest))


class HidesWhatTheAnswerWas(Lying):
    def lie(self, given: ReturnedLog) -> ReturnedLog:
        return replace(given, leaves=tuple(RevealedLeaf(None, leaf.leaf) for leaf in given.leaves))


class HidesTheLastEntry(Lying):
    def lie(self, given: ReturnedLog) -> ReturnedLog:
        return replace(given, leaves=given.leaves[:-1])


class SignsACheckpointItself(Lying):
    def lie(self, given: ReturnedLog) -> ReturnedLog:
        note = Note.parse(given.checkpoint or "")
        forged = sign(note.text, Signer.generate(note.signatures[0].name))
        return replace(given, checkpoint=str(forged), leaves=given.leaves)


class GivesNothing(Lying):
    def lie(self, given: ReturnedLog) -> ReturnedLog:
        return replace(given, leaves=())


class SaysItHasSeenNoMore(Link):
    """It has released the node's answers, which stand in the regional log under the node's entries."""

    def poll(self, call: Poll) -> PollReply:
        reply = super().poll(call)
        assert reply.seen_log is not None
        return replace(reply, seen_log=replace(reply.seen_log, size=1))


LIARS = (
    *(GivesAnotherEntry, HidesWhatTheAnswerWas, HidesTheLastEntry, SignsACheckpointItself, GivesNothing),
    SaysItHasSeenNoMore,
)


def test_a_lying_hub_is_not_believed(region: Federation, tmp_path: Path) -> None:
    backup = saved(region, tmp_path)
    numbers = answered(region, region.members["KH"], region.members["LA"])

    with restored(region, "KH", backup) as back:
        honest, entries = back.link, back.log_entries()
        confirmed(region)
        for liar in LIARS:
            back.link = liar(region.hub, honest.enrolment)
            for _ in range(2):
                with pytest.raises(LinkError):
                    back.round()
            with back.node.store.reading() as view:
                assert (view.recovery.awaited(), view.recovery.losses()) == (["hub"], [])
            assert back.log_entries() == entries

        back.link = honest
        rounds(region, back)
        assert answered(region, back, region.members["LA"]) == numbers


def test_nothing_counts_before_another_member_has_confirmed_the_regional_log(
    region: Federation, tmp_path: Path
) -> None:
    """Else a hub could show the regional log of yesterday, in which this node has answered nothing."""
    backup = saved(region, tmp_path)
    answered(region, region.members["KH"], region.members["LA"])

    with restored(region, "KH", backup) as back:
        before = cosigned(back)
        with pytest.raises(LinkError, match="no other member has confirmed"):
            back.round()
        assert cosigned(back) == before  # it may be another history than the one cosigned since the backup
        with pytest.raises(RecoveringError):  # and nothing is signed
            put_in_force(back.node, policy_text("KH", 2))
        confirmed(region)
        back.round()
        assert lost(back) == [(1, 0, True)]


def test_where_nobody_else_can_confirm_it_the_operator_says_so_and_the_log_keeps_why(
    region: Federation, tmp_path: Path
) -> None:
    backup = saved(region, tmp_path)
    with pytest.raises(NotRestoredError):
        go_on_unconfirmed(region.members["KH"].node, "just so")

    with restored(region, "KH", backup) as back:
        with pytest.raises(LinkError):
            back.round()
        for unfit in ("x" * 70_000, "\udcff"):
            with pytest.raises(ReasonError):
                go_on_unconfirmed(back.node, unfit)
        go_on_unconfirmed(back.node, "the region was restored as a whole")
        for _ in range(3):
            back.round()

        said = [event for event in events(back) if isinstance(event, RegionUnconfirmed)]
        assert [event.reason for event in said] == ["the region was restored as a whole"]
        with back.node.store.reading() as view:
            assert (list(view.recovery.awaited()), view.unconfirmed.reason()) == ([], None)


def test_a_kill_between_taking_back_and_recording_loses_nothing(
    region: Federation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    former = region.members["KH"]
    backup = saved(region, tmp_path)
    numbers = answered(region, former, region.members["LA"])

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with restored(region, "KH", backup) as back:
        confirmed(region)
        with monkeypatch.context() as power, pytest.raises(KeyboardInterrupt):
            power.setattr("gateway.member.region.taking_back._record", killed)
            back.round()
        assert back.log_entries() == former.log_entries()
        assert lost(back) == [(1, 0, False)]

        rounds(region, back)
        assert lost(back) == [(1, 0, True)]
        assert answered(region, back, region.members["LA"]) == numbers
