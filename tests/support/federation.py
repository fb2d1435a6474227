"""Real nodes and a real hub in one process, joined by a link that a test can make lie, lose or repeat."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import numpy as np
from databases import new_database
from made_once import made_once
from signing import put_in_force
from simulation import ORIGIN, HandClock

from audit.log.serve import serve
from gateway.bootstrap.setup.open_hub import add_user, create_hub, enrol, open_hub
from gateway.bootstrap.setup.open_member import connect, create_member, open_member
from gateway.hub.context import Hub
from gateway.hub.errors import AlreadyAnsweredError, NotWitnessedError, PollRefusedError, TooLateError
from gateway.hub.log_exchange import return_log
from gateway.hub.model import Principal, Role
from gateway.hub.polling import poll
from gateway.hub.receiving import receive
from gateway.hub.receiving_bounds import receive_bounds
from gateway.member.answer.polling import RoundResult, run_round
from gateway.member.build.cube_building import build
from gateway.member.cube.cube_cache import CubeCache
from gateway.member.errors import LinkError, ShorterLogError
from gateway.member.model.snapshot import LINKS, Column, Snapshot
from gateway.member.node.context import Node
from gateway.member.register.population import joined, taken
from gateway.member.register.snapshot_loading import keep_snapshot
from gateway.store.engine.migrate import HUB, MEMBER
from gateway.wire.answer_bounds import AnswerBounds
from gateway.wire.enrolment import Enrolment
from gateway.wire.poll import Poll, PollReply, SignedAnswer
from gateway.wire.returned_log import ReturnedLog, returned_log_from_json

POLICY = """
member: {member}
version: {version}
valid_from: 2026-01-01
valid_for: 24 months
share:
  - with: [ARMAC]
    for: [regional-reporting]
    measures: [casualties]
finest: {{date: year, sex: sex, outcome: yes}}
first_year: 2022
max_dimensions: 2
reruns: accept
threshold: 5
"""

PURPOSES = ("regional-reporting", "treaty-reporting")

PEOPLE = 120
"""Invented casualties of a node: enough for some cells to be shown, few enough for others to be small."""


def policy_text(member: str, version: int = 1) -> str:
    return POLICY.format(member=member, version=version)


def snapshot(member: str) -> Snapshot:
    """The same invented people every time: three years, few women, fewer killed."""
    rows = range(PEOPLE)
    return Snapshot.of(
        member=member,
        dictionary="2026.1",
        created=date(2026, 1, 15),
        columns={
            "date": Column.of([f"{2022 + n % 3}-{1 + n % 12:02d}" for n in rows]),
            "sex": Column.of(["F" if n % 11 == 0 else "M" for n in rows]),
            "outcome": Column.of(["K" if n % 9 == 0 else "I" for n in rows]),
            "victim_type": Column.of(["DIR" for _ in rows]),
        },
        consent=Column.of(["AGG" for _ in rows]),
        links={name: np.array([f"{name}-{n:04d}".encode() for n in rows]) for name in LINKS},
    )


def grown(former: Snapshot, people: int, code: str, tag: str = "new") -> Snapshot:
    """The snapshot with so many more people, all of one month; `tag` tells them from other new ones."""
    more = taken(former, np.arange(people))
    links = {name: np.array([f"{name}-{tag}-{n}".encode() for n in range(people)]) for name in LINKS}
    dates = replace(more.column("date"), codes=(code,), indices=np.zeros(people, dtype=np.uint16))
    both = joined([("1", former), ("1", replace(more, links=links, columns={**more.columns, "date": dates}))])
    assert both is not None
    return both


@dataclass
class Link:
    """The way from a node to the hub. `twist` may change a call, `bend` a reply; `cut` drops what is sent.

    `shown_head` is what the hub shows to everybody as its checkpoint, instead of its own.
    """

    hub: Hub
    enrolment: Enrolment
    bend: Callable[[PollReply], PollReply] = field(default=lambda reply: reply)
    twist: Callable[[Poll], Poll] = field(default=lambda call: call)
    shown_head: str | None = None
    cut: bool = False
    carries: bool = False
    """Whether what is handed in goes with the next poll, as to a hub of this version."""
    sent: list[SignedAnswer] = field(default_factory=list)

    def poll(self, call: Poll) -> PollReply:
        try:
            return self.bend(poll(self.hub, self.enrolment, self.twist(replace(call, wait=0.0))))
        except PollRefusedError as error:
            raise ShorterLogError(error.message) from None

    def own_log(self, start: int) -> ReturnedLog:
        with self.hub.store.reading() as view:
            given = return_log(view, self.enrolment, start)
        return returned_log_from_json(given.as_json())  # as it travels

    def takes_batches(self) -> bool:
        return self.carries

    def public_checkpoint(self) -> str:
        if self.shown_head is not None:
            return self.shown_head
        with self.hub.store.reading() as view:
            return str(self.hub.log.checkpoint(view.log))

    def public_resource(self, path: str, limit: int) -> bytes:
        with self.hub.store.reading() as view:
            found = serve(self.hub.log, view.log, path)
        if found is None or len(found.body) > limit:
            raise LinkError(f"There is no {path}.")
        return found.body

    def bounds(self, bounds: AnswerBounds) -> None:
        if self.cut:
            raise LinkError("The connection was cut.")
        with suppress(TooLateError):
            receive_bounds(self.hub, self.enrolment, bounds)

    def send(self, answer: SignedAnswer) -> None:
        if self.cut:
            raise LinkError("The connection was cut.")
        self.sent.append(answer)
        with suppress(AlreadyAnsweredError, TooLateError), _witnessed():  # final, as for a link over HTTP
            receive(self.hub, self.enrolment, answer)


@contextmanager
def _witnessed() -> Iterator[None]:
    try:
        yield
    except NotWitnessedError as error:
        raise LinkError(error.message) from None


@dataclass
class Member:
    node: Node
    cube_cache: CubeCache
    link: Link

    def round(self) -> RoundResult:
        return run_round(self.node, self.cube_cache, self.link, 0.0)

    def log_entries(self) -> list[bytes]:
        with self.node.store.reading() as view:
            checkpoint = view.log.latest_checkpoint()
            return [] if checkpoint is None else list(view.log.read_entries(0, checkpoint.size))


@dataclass
class Federation:
    hub: Hub
    clock: HandClock
    analyst: Principal
    members: dict[str, Member]


@contextmanager
def federation(
    directory: Path, *codes: str, ready: bool = True, people: Callable[[str], Snapshot] = snapshot
) -> Iterator[Federation]:
    """A hub and these members; with `ready`, each has a policy, a snapshot and a certified cube.

    `people` gives a member the same people every time: the cubes are made once in a process.
    """

    def make(place: Path) -> dict[str, Enrolment]:
        return _make(place, codes, ready, people)

    enrolments = made_once((codes, ready, people), directory, make)
    clock = HandClock()
    analyst = Principal("analyst", "ARMAC", Role.ANALYST, frozenset(PURPOSES))
    with ExitStack() as stack:
        hub = stack.enter_context(open_hub(directory / "hub", clock))
        members = {}
        for code in codes:
            node = stack.enter_context(open_member(directory / code, clock))
            cube_cache = CubeCache(node.dictionary, node.member, node.store)
            members[code] = Member(node, cube_cache, Link(hub, enrolments[code]))
        yield Federation(hub, clock, analyst, members)


def _make(
    directory: Path, codes: tuple[str, ...], ready: bool, people: Callable[[str], Snapshot]
) -> dict[str, Enrolment]:
    clock = HandClock()
    create_hub(directory / "hub", ORIGIN, clock=clock, database=new_database(HUB))
    enrolments = {}
    with open_hub(directory / "hub", clock) as hub:
        add_user(hub, "analyst", "ARMAC", Role.ANALYST, PURPOSES)
        for code in codes:
            enrolments[code] = create_member(directory / code, code, "test.example").enrolment
            keys = enrol(hub, enrolments[code])
            connect(directory / code, code, "http://127.0.0.1:0", keys, clock, database=new_database(MEMBER))
            if ready:
                with open_member(directory / code, clock) as node:
                    put_in_force(node, policy_text(code))
                    keep_snapshot(node, people(code))
                    build(node)
    return enrolments
