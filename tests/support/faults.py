"""Fault plans for a federation: drawn from a seed, carried out step by step, and judged at the end.

Hub and nodes are the real use cases on real databases; what is simulated is the way between them, the clock,
and the deaths of processes. A plan asks questions while messages are lost, doubled, kept back, altered and
cut, while nodes and the hub die, and clocks jump; then the way heals, and nothing may be lost or wrong.
"""

from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from random import Random

from databases import new_database
from federation import Federation, Link, Member, policy_text, snapshot
from signing import put_in_force
from simulation import ORIGIN, HandClock

from audit.events.events import decode
from audit.events.question_events import Answered, Asked, Refused, Released
from gateway.bootstrap.setup.open_hub import add_user, create_hub, enrol, open_hub
from gateway.bootstrap.setup.open_member import connect, create_member, open_member
from gateway.errors import SafelaneError
from gateway.hub.asking import ask
from gateway.hub.model import AskedQuestion, Principal, Role
from gateway.hub.releasing import release_due
from gateway.member.build.cube_building import build
from gateway.member.cube.cube_cache import CubeCache
from gateway.member.errors import LinkError
from gateway.member.register.snapshot_loading import keep_snapshot
from gateway.question import ask as question_of
from gateway.store.engine.migrate import HUB, MEMBER
from gateway.wire.cells import Cell
from gateway.wire.poll import Poll, PollReply, SignedAnswer
from gateway.wire.release import Release

QUESTIONS: tuple[tuple[str, ...], ...] = (
    ("country", "outcome"),
    ("country", "sex"),
    ("outcome",),
    ("year", "outcome"),
    ("country", "year"),
)
WITHIN = timedelta(seconds=100)


class Died(BaseException):
    """A process is killed here: nothing of it runs on, what it had committed stays."""


@dataclass
class FaultyLink(Link):
    """A link on which one thing goes wrong at a time: `fault` names it, and is used up once it happened."""

    dice: Random = field(default_factory=Random)
    fault: str = ""
    kept_reply: PollReply | None = None
    kept_answers: list[SignedAnswer] = field(default_factory=list)
    happened: set[str] = field(default_factory=set)

    def poll(self, call: Poll) -> PollReply:
        if self._now("call lost"):
            raise LinkError("The call was lost.")
        if call.upload_batch.answers:
            return self._hand_in(call)
        reply = super().poll(call)
        kept, self.kept_reply = self.kept_reply, reply
        if self._now("reply lost"):
            raise LinkError("The reply was lost.")
        if kept is not None and self._now("old reply"):
            return kept
        for name, change in REPLIES.items():
            if self._now(name):
                return change(reply, self.dice)
        return reply

    def _hand_in(self, call: Poll) -> PollReply:
        """What goes wrong with an answer on its own goes wrong with one in a batch as well."""
        answers = call.upload_batch.answers
        self.kept_answers += answers
        if self._now("answer lost"):
            raise LinkError("The answer was lost.")
        if self._now("answer altered"):
            altered = (_altered_answer(answers[0], self.dice), *answers[1:])
            with suppress(SafelaneError):
                super().poll(_with_answers(call, altered))
            raise LinkError("The answer was altered.")
        if self._now("old answer"):
            call = _with_answers(call, (self.dice.choice(self.kept_answers), *answers))
        if self._now("answer doubled"):
            call = _with_answers(call, answers * 2)
        reply = super().poll(call)
        if self._now("acknowledgement lost"):
            raise LinkError("The acknowledgement was lost.")
        if self._now("node dies after sending"):
            raise Died
        return reply

    def send(self, answer: SignedAnswer) -> None:
        self.kept_answers.append(answer)
        if self._now("answer lost"):
            raise LinkError("The answer was lost.")
        if self._now("answer altered"):
            with suppress(SafelaneError):
                super().send(_altered_answer(answer, self.dice))
            raise LinkError("The answer was altered.")
        if self._now("old answer"):
            with suppress(SafelaneError):
                super().send(self.dice.choice(self.kept_answers))
        super().send(answer)
        if self._now("answer doubled"):
            super().send(answer)
        if self._now("acknowledgement lost"):
            raise LinkError("The acknowledgement was lost.")
        if self._now("node dies after sending"):
            raise Died

    def _now(self, name: str) -> bool:
        if self.fault != name:
            return False
        self.happened.add(name)
        self.fault = ""
        return True


def _with_answers(call: Poll, answers: tuple[SignedAnswer, ...]) -> Poll:
    return replace(call, upload_batch=replace(call.upload_batch, answers=answers))


def _flipped(text: str, dice: Random) -> str:
    at = dice.randrange(len(text))
    return text[:at] + ("B" if text[at] == "A" else "A") + text[at + 1 :]


def _some_delivery(reply: PollReply, change: Callable[..., object], dice: Random) -> PollReply:
    if not reply.deliveries:
        return reply
    at = dice.randrange(len(reply.deliveries))
    deliveries = list(reply.deliveries)
    deliveries[at] = change(deliveries[at])  # type: ignore[call-overload]
    return replace(reply, deliveries=tuple(deliveries))


def _cut_entry(reply: PollReply, dice: Random) -> PollReply:
    return _some_delivery(reply, lambda d: replace(d, entry=d.entry[: dice.randrange(len(d.entry))]), dice)


def _altered_entry(reply: PollReply, dice: Random) -> PollReply:
    def altered(delivery):  # type: ignore[no-untyped-def]
        at = dice.randrange(len(delivery.entry))
        flipped = bytes([delivery.entry[at] ^ (1 << dice.randrange(7))])
        return replace(delivery, entry=delivery.entry[:at] + flipped + delivery.entry[at + 1 :])

    return _some_delivery(reply, altered, dice)


REPLIES: Mapping[str, Callable[[PollReply, Random], PollReply]] = {
    "checkpoint altered": lambda r, dice: replace(r, checkpoint=_flipped(r.checkpoint, dice)),
    "proof cut": lambda r, _: replace(r, consistency=r.consistency[:-1]),
    "entry cut": _cut_entry,
    "entry altered": _altered_entry,
    "receipt altered": lambda r, dice: _some_delivery(
        r, lambda d: replace(d, receipt=_flipped(d.receipt, dice)), dice
    ),
    "deliveries doubled": lambda r, _: replace(r, deliveries=r.deliveries * 2),
    "deliveries reordered": lambda r, _: replace(r, deliveries=r.deliveries[::-1]),
    "deliveries missing": lambda r, _: replace(r, deliveries=r.deliveries[1:]),
}

LINK_FAULTS = (
    *("call lost", "reply lost", "old reply", *REPLIES),
    *("answer lost", "answer altered", "old answer", "answer doubled", "acknowledgement lost"),
    "node dies after sending",
)
"""Everything that goes wrong on the way; deaths and clocks come besides."""


def _altered_answer(answer: SignedAnswer, dice: Random) -> SignedAnswer:
    changes: tuple[Callable[[], SignedAnswer], ...] = (
        lambda: replace(answer, note=_flipped(answer.note, dice)),
        lambda: replace(answer, receipt=_flipped(answer.receipt, dice)),
        lambda: replace(answer, entry=answer.entry[:-2] + b" }"),
        lambda: replace(answer, salt=bytes(len(answer.salt))),
    )
    return dice.choice(changes)()


class Region:
    """A hub and nodes that can be killed and started again from what is on their disks."""

    def __init__(self, directory: Path, *codes: str) -> None:
        self.directory = directory
        self.codes = codes
        self.clock = HandClock()
        create_hub(directory / "hub", ORIGIN, database=new_database(HUB))
        self._processes: dict[str, ExitStack] = {}
        purposes = ["regional-reporting"]
        with open_hub(directory / "hub") as hub:
            add_user(hub, "analyst", "ARMAC", Role.ANALYST, purposes)
            for code in codes:
                new = create_member(directory / code, code, "test.example")
                keys, own = enrol(hub, new.enrolment), new_database(MEMBER)
                connect(directory / code, code, "http://127.0.0.1:0", keys, database=own)
        analyst = Principal("analyst", "ARMAC", Role.ANALYST, frozenset(purposes))
        self.links: dict[str, FaultyLink] = {}
        self.federation = Federation(self._hub(), self.clock, analyst, {})
        for enrolment in self._enrolments():
            self.links[enrolment.member] = FaultyLink(self.federation.hub, enrolment)
            member = self._member(enrolment.member)
            put_in_force(member.node, policy_text(enrolment.member))
            keep_snapshot(member.node, snapshot(enrolment.member))
            build(member.node)

    def restart_hub(self) -> None:
        """Killed and started again; every node finds the new process."""
        self.federation.hub = self._hub()
        for link in self.links.values():
            link.hub = self.federation.hub

    def restart(self, code: str) -> None:
        self._member(code)

    def close(self) -> None:
        for stack in self._processes.values():
            stack.close()

    def _hub(self):  # type: ignore[no-untyped-def]
        return replace(self._started("hub").enter_context(open_hub(self.directory / "hub")), clock=self.clock)

    def _member(self, code: str) -> Member:
        opened = self._started(code).enter_context(open_member(self.directory / code))
        node = replace(opened, clock=self.clock)
        member = Member(node, CubeCache(node.dictionary, node.member, node.store), self.links[code])
        self.federation.members[code] = member
        return member

    def _started(self, name: str) -> ExitStack:
        if name in self._processes:
            self._processes[name].close()
        self._processes[name] = ExitStack()
        return self._processes[name]

    def _enrolments(self):  # type: ignore[no-untyped-def]
        with self.federation.hub.store.reading() as view:
            return view.enrolments()


@dataclass
class Outcome:
    """What a plan came to: its faults, the questions that it asked, and their releases."""

    seed: int
    faults: list[str]
    asked: list[AskedQuestion]
    releases: list[Release]


def right_answers(region: Region) -> dict[tuple[str, ...], tuple[Cell, ...]]:
    """The cells of every question, asked while all is well."""
    return {by: _run(region, Random(0), [by], steps=0).releases[0].cells for by in QUESTIONS}


def run_plan(region: Region, seed: int) -> Outcome:
    """Draw a plan and carry it out; every question has been released when this returns."""
    dice = Random(seed)
    for link in region.links.values():
        link.carries = dice.random() < 0.7  # the others reach a hub without batches
    asked = [dice.choice(QUESTIONS) for _ in range(dice.randint(1, 3))]
    outcome = _run(region, dice, asked, steps=dice.randint(2, 8))
    outcome.seed = seed
    return outcome


def _run(region: Region, dice: Random, questions: list[tuple[str, ...]], steps: int) -> Outcome:
    faults: list[str] = []
    asked: list[AskedQuestion] = []
    waiting = list(questions)
    for _ in range(steps):
        if waiting and dice.random() < 0.5:
            asked.append(_ask(region, waiting.pop()))
        faults.append(_step(region, dice))
    asked += [_ask(region, by) for by in waiting]
    _heal(region)
    with region.federation.hub.store.reading() as view:
        releases = [view.release(question.id) for question in asked]
    return Outcome(-1, faults, asked, [release for release in releases if release is not None])


def _ask(region: Region, by: tuple[str, ...]) -> AskedQuestion:
    hub = region.federation.hub
    question = question_of(
        hub.dictionary, measure="casualties", by=by, where={}, purpose="regional-reporting"
    )
    return ask(hub, region.federation.analyst, question, WITHIN)


def _step(region: Region, dice: Random) -> str:
    """One thing goes wrong, for one node, while it makes a round."""
    code = dice.choice(region.codes)
    kind = dice.choice((*LINK_FAULTS, "node dies", "hub dies", "clock ahead", "clock behind", "time passes"))
    if kind == "node dies":
        region.restart(code)
    elif kind == "hub dies":
        region.restart_hub()
    elif kind == "time passes":
        region.clock.move(seconds=dice.randint(1, 5))
    elif kind.startswith("clock"):
        _round_with_wrong_clock(region, code, 1 if kind == "clock ahead" else -1)
        return kind
    else:
        region.links[code].dice, region.links[code].fault = dice, kind
    _round(region, code)
    region.links[code].fault = ""
    return kind


def _round(region: Region, code: str) -> None:
    try:
        region.federation.members[code].round()
    except SafelaneError:
        pass  # what a node does then is to try again
    except Died:
        region.restart(code)
    release_due(region.federation.hub)


def _round_with_wrong_clock(region: Region, code: str, hours: int) -> None:
    """The node's own clock is wrong; calls over HTTP would be refused, so that this is the worse case."""
    member = region.federation.members[code]
    wrong = HandClock()
    wrong.time = region.clock.time + timedelta(hours=hours)
    right, member.node = member.node, replace(member.node, clock=wrong)
    try:
        _round(region, code)
    finally:
        if region.federation.members[code] is member:
            member.node = right


def _heal(region: Region) -> None:
    """All is well again, before any deadline: what waits is answered."""
    for _ in range(3):
        for code in region.codes:
            region.links[code].fault = ""
            _round(region, code)
    release_due(region.federation.hub)


def hub_events(region: Region, start: int = 0) -> list[object]:
    with region.federation.hub.store.reading() as view:
        checkpoint = view.log.latest_checkpoint()
        assert checkpoint is not None
        return [decode(entry) for entry in view.log.read_entries(start, checkpoint.size)]


def broken_by(
    region: Region, outcome: Outcome, right: Mapping[tuple[str, ...], tuple[Cell, ...]]
) -> list[str]:
    """What a plan has broken; nothing, if all is well."""
    broken: list[str] = []
    if len(outcome.releases) != len(outcome.asked):
        broken.append("a question was never released")
    events = hub_events(region, min((q.asked_index for q in outcome.asked), default=0))
    for question in outcome.asked:
        if sum(isinstance(e, Asked) and e.question_id == question.id for e in events) != 1:
            broken.append("not asked once in the log")
        if sum(isinstance(e, Released) and e.question_id == question.id for e in events) != 1:
            broken.append("not released once in the log")
    for release in outcome.releases:
        by = tuple(axis.level for axis in release.axes)
        late = [c.member for c in release.coverage if not c.answered]
        refused = [c for c in release.coverage if c.refusals]
        if not late and release.cells != right[by]:
            broken.append(f"{by}: released wrongly")
        allowed = {"clock ahead"} & set(outcome.faults)  # a node that believes it is too late says so
        if (late or refused) and not allowed:
            broken.append(f"{by}: lost for {late}, refused by {[(c.member, c.refusals) for c in refused]}")
    broken += _answered_twice(region, outcome)
    return broken


def _answered_twice(region: Region, outcome: Outcome) -> list[str]:
    ids = {question.id for question in outcome.asked}
    broken = []
    for code, member in region.federation.members.items():
        reported = [decode(entry) for entry in member.log_entries()[-200:]]
        ends = [e.question_id for e in reported if isinstance(e, Answered | Refused) and e.question_id in ids]
        if len(ends) != len(set(ends)):
            broken.append(f"{code} answered twice")
        if set(ends) != ids:
            broken.append(f"{code} has no end for a question")
    return broken
