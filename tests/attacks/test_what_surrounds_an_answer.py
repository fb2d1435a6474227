"""Attacks on what surrounds an answer: sizes, work, order of refusals, log, metrics, quotas, commitments.

The attacker sees no withheld number. He sees how long a message is, how long a member works for it, in which
order it refuses, how its log grows, what its monitoring is told, what it costs an organisation to ask, and
the commitments in the log. He compares a new year of nobody with one of 1 and of 4 people, and with a year
for which no safe pattern was found.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from federation import policy_text
from given_out import give_out
from lone_node import lone_node
from register import two_years
from signing import put_in_force

from anonymisers.cube import fewer_tables
from anonymisers.errors import ProtectionError
from audit.formats.commitment import SALT_SIZE, Opening, commit
from gateway.bootstrap.serving.metrics import node_gauges
from gateway.bootstrap.upkeep.sealed_backup import back_up_sealed
from gateway.member.answer.answering import terms_of
from gateway.member.answer.decision import Verdict, decide_on
from gateway.member.answer.quotas import charge
from gateway.member.build.cube_building import build
from gateway.member.cube.cube_cache import CubeCache, ReadyCube
from gateway.member.errors import NotProtectedError
from gateway.member.model.waiting_question import QuotaCharge
from gateway.member.node.context import Node
from gateway.member.policy.policy_in_force import trusted
from gateway.member.region.sharing_statement import state
from gateway.member.register.snapshot_loading import keep_snapshot
from gateway.wire.answer import Answer, AskedEntry, Quota, Refusal
from gateway.wire.answer_text import sign_answer
from policies import Policy
from policies.model.terms import Period

PLACES: list[Path] = []
"""The directories of the nodes, in their order."""
POLICY = policy_text("KH").replace("sex: sex, ", "sex: sex, place: province, ")
FEW = (0, 1, 4)
AT = datetime(2026, 9, 1, tzinfo=UTC)


class Asked:
    """A question as it stands in the log."""

    organisation, role, purpose = "ARMAC", "analyst", "regional-reporting"
    late_until = datetime(2026, 12, 1, tzinfo=UTC)
    where = ()

    def __init__(self, *by: str, measure: str = "casualties") -> None:
        self.measure, self.by = measure, by


QUESTIONS = [Asked(*by) for by in ((), ("year",), ("year", "sex"), ("year", "outcome"), ("province", "sex"))]
REFUSED = [
    Asked("year", "device_type"),
    Asked("device_type", "sex", "outcome", "province"),
    Asked("year", measure="services"),
]


@contextmanager
def node_of(place: Path) -> Iterator[Node]:
    with lone_node(place / "KH") as (node, clock):
        clock.move(days=200)
        put_in_force(node, POLICY)
        yield node


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Node]]:
    """Nodes whose newest year has 0, 1 or 4 people, and one of 90 for which no pattern was found."""
    with pytest.MonkeyPatch.context() as broken:
        opened, contexts = [], []
        for people in (*FEW, 90):
            PLACES.append(tmp_path_factory.mktemp(f"of-{people}"))
            context = node_of(PLACES[-1])
            contexts.append(context)
            node = context.__enter__()
            register = two_years()
            keep_snapshot(node, register.snapshot())
            give_out(node, build(node).index)
            register.add(2024, people)
            keep_snapshot(node, register.snapshot())
            if people == 90:
                broken.setattr(fewer_tables, "build_cube", _failing)
                with pytest.raises(NotProtectedError):
                    build(node)
            else:
                build(node)
            opened.append(node)
        yield opened
        for context in contexts:
            context.__exit__(None, None, None)


def _failing(*_: object, **__: object) -> object:
    raise ProtectionError("no safe pattern was found")


def ready(node: Node) -> tuple[Policy, ReadyCube]:
    cubes = CubeCache(node.dictionary, node.member, node.store)
    cubes.refresh()
    with node.store.reading() as view:
        in_force = trusted(node, view)
    assert in_force is not None
    cube = cubes.cube(in_force[0].version, in_force[0].above)
    assert cube is not None
    return in_force[1], cube


def verdict(node: Node, question: Asked, of: tuple[Policy, ReadyCube]) -> Verdict:
    return decide_on(node.dictionary, "KH", question, policy=of[0], cube=of[1], at=AT)


def message(node: Node, question: Asked) -> str:
    """The signed text that a node sends."""
    of = ready(node)
    found = verdict(node, question, of)
    answer = Answer(
        question_id="q-0",
        asked=AskedEntry("test.example/log", 1, "0" * 64),
        member="KH",
        policy="1",
        snapshot=of[1].snapshot.id,
        snapshot_date=of[1].snapshot.until.isoformat(),
        axes=() if found.reading is None else found.reading.axes,
        cells=() if found.reading is None else found.reading.cells,
        refusals=found.refusals,
        terms=terms_of(found),
    )
    return sign_answer(answer, node.answer_signer)


def alike(seen: list[Any]) -> bool:
    return all(one == seen[0] for one in seen)


@pytest.mark.parametrize("question", [*QUESTIONS, *REFUSED], ids=lambda q: "-".join((q.measure, *q.by)))
def test_a_message_is_as_long_for_nobody_as_for_few(nodes: list[Node], question: Asked) -> None:
    assert alike([len(message(node, question)) for node in nodes])


def test_a_statement_is_as_long_for_nobody_as_for_few(nodes: list[Node]) -> None:
    lengths = []
    for node in nodes:
        cubes = CubeCache(node.dictionary, node.member, node.store)
        cubes.refresh()
        with node.store.reading() as view:
            lengths.append(len(state(node, view, cubes)))
    assert alike(lengths)


def work(node: Node, question: Asked, of: tuple[Policy, ReadyCube]) -> Counter[str]:
    """How often each function is called for an answer: what its time follows from, but for the machine."""
    called: Counter[str] = Counter()

    def count(frame: Any, event: str, of_c: Any) -> None:
        if event == "call":
            called[f"{frame.f_code.co_filename}:{frame.f_code.co_qualname}"] += 1
        elif event == "c_call":
            called[getattr(of_c, "__qualname__", repr(of_c))] += 1

    sys.setprofile(count)
    try:
        verdict(node, question, of)
    finally:
        sys.setprofile(None)
    return called


@pytest.mark.parametrize("question", [*QUESTIONS, *REFUSED], ids=lambda q: "-".join((q.measure, *q.by)))
def test_a_node_does_the_same_work_for_nobody_as_for_few(nodes: list[Node], question: Asked) -> None:
    """What was read once is kept; the second answer is the one that is measured."""
    seen = []
    for node in nodes:
        of = ready(node)
        verdict(node, question, of)
        seen.append(work(node, question, of))
    assert alike(seen)
    assert seen[0].total() > 100


def test_more_cells_are_more_work(nodes: list[Node]) -> None:
    of = ready(nodes[0])
    assert work(nodes[0], QUESTIONS[0], of) != work(nodes[0], QUESTIONS[-1], of)


@pytest.mark.parametrize("question", REFUSED, ids=lambda q: "-".join((q.measure, *q.by)))
def test_refusals_come_in_the_same_order_whatever_the_rows_are(nodes: list[Node], question: Asked) -> None:
    seen = [verdict(node, question, ready(node)).refusals for node in nodes]
    assert seen[0]
    assert alike(seen)


def test_log_and_monitoring_are_told_the_same_of_nobody_and_of_few(nodes: list[Node]) -> None:
    """One entry of a load, one of a cube: no kind of entry, no size and no gauge tells which year it was."""
    seen = []
    for node in nodes:
        gauges = {(s.name, tuple(s.labels.items())): s.value for g in node_gauges(node)() for s in g.samples}
        with node.store.reading() as view:
            head = view.log.latest_checkpoint()
            assert head is not None
            sizes = [len(node.log.entry(view.log, n)) for n in range(head.size)]
        seen.append((gauges, sizes))
    assert alike(seen)


def test_a_question_costs_the_same_whether_its_answer_is_shown_or_withheld(nodes: list[Node]) -> None:
    """A charge reads the policy and the clock alone, and is made before any cell is read."""
    seen = []
    for node in nodes:
        costs: list[tuple[Quota, ...] | None] = []
        for number in range(4):
            with node.store.writing() as started:
                asked = QuotaCharge(f"q-{number}", number, "ARMAC", AT)
                costs.append(charge(started, asked, {Period.MONTH: 3}))
        seen.append(costs)
    assert alike(seen)
    assert seen[0][2] == (Quota("month", 3, 3),)
    assert seen[0][3] is None


def test_no_commitment_in_the_log_opens_to_a_guess(nodes: list[Node]) -> None:
    """The attacker knows every shape, every certificate that may be, and every count up to two thousand; he
    does not know a salt. The same value twice has two commitments."""
    for node in nodes:
        with node.store.reading() as view:
            head = view.log.latest_checkpoint()
            assert head is not None
            entries = [node.log.entry(view.log, n) for n in range(head.size)]
            stored = view.cube()
        assert stored is not None
        guesses = [str(n).encode() for n in range(2_000)]
        guesses += [stored.cube, sha256(stored.cube).digest(), ready(node)[1].snapshot.id.encode()]
        digests = {sha256(guess).hexdigest().encode() for guess in guesses}
        unsalted = (
            Opening(label, bytes(SALT_SIZE), g) for g in guesses for label in ("shape", "certificate")
        )
        digests |= {str(opening.commitment).encode() for opening in unsalted}
        assert not [digest for digest in digests for entry in entries if digest in entry]
    assert commit("shape", b"5").commitment != commit("shape", b"5").commitment


def test_a_sealed_backup_is_as_long_for_nobody_as_for_few(nodes: list[Node], tmp_path: Path) -> None:
    sizes = []
    for number, place in enumerate(PLACES[: len(FEW)]):
        target = tmp_path / f"{number}.sealed"
        back_up_sealed(place / "KH", target, "a passphrase for this test")
        sizes.append(target.stat().st_size)
    assert alike(sizes)
    assert nodes


def test_a_refusal_for_lack_of_tables_is_none_of_the_refusals(nodes: list[Node]) -> None:
    for node in nodes:
        for question in QUESTIONS:
            assert Refusal.NOT_READY not in verdict(node, question, ready(node)).refusals
