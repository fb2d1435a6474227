"""Kills a real hub and a real node at random moments, again and again: no receipt may ever be lost.

    python benchmarks/log/kill_log.py [rounds] --region [--minutes 60]

`safelane hub serve` and `safelane member serve` run, and analysts ask them over HTTP without a pause. In each
round the hub, the node or both are killed without warning, and started again. Before that, every receipt
that an analyst held by then is checked against the databases as the kill left them. At the end both logs are
checked whole, with all receipts: those of the analysts in the hub's log, and those that the hub keeps of the
node's entries in the node's log. With SAFELANE_TEST_DATABASE=postgresql in the environment, on PostgreSQL.
"""

import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "support"))

from real_region import RealRegion, real_region

from audit.formats.encoding import parse_base64
from audit.formats.note import Verifier
from audit.log.log import Log, Storage
from audit.log.policy import Policy
from audit.log.receipt import Receipt
from gateway.auditing.log_check import check_log
from gateway.bootstrap.setup.open_hub import open_hub
from gateway.bootstrap.setup.open_member import open_member

CODE = "KH"
LONGEST = 2.0
"""Seconds that pass before a kill, at most."""


class LostError(Exception):
    """What was acknowledged is not there, or does not fit."""


def require(condition: bool, message: str) -> None:
    if not condition:
        raise LostError(message)


@dataclass(frozen=True)
class Held:
    """A receipt in an analyst's hands, with the entry and the question."""

    question: str
    entry: bytes
    receipt: Receipt


@dataclass
class Askers:
    """Analysts that ask one question after the other until `stop`, whatever becomes of the hub."""

    region: RealRegion
    stop: threading.Event = field(default_factory=threading.Event)
    held: list[Held] = field(default_factory=list)
    unanswered: int = 0

    def ask(self) -> None:
        with self.region.client() as client:
            while not self.stop.is_set():
                try:
                    self._once(client)
                except (httpx.HTTPError, TimeoutError):
                    self.unanswered += 1
                    self.stop.wait(0.05)

    def _once(self, client: httpx.Client) -> None:
        question = self.region.ask(client, "year", deadline=10)
        shown = self.region.shown(client, question, wait=0)
        self._keep(question, shown["asked"])
        shown = self.region.shown(client, question, wait=5)
        if "released" in shown:
            self._keep(question, shown["released"])

    def _keep(self, question: str, given: Any) -> None:
        entry = parse_base64(given["entry"], "entry")
        self.held.append(Held(question, entry, Receipt.parse(given["proof"])))


def check_receipts(log: Log, storage: Storage, held: Sequence[Held]) -> None:
    """Each receipt holds by itself, its entry is the log's, its checkpoint one that the log extends."""
    policy = Policy.of(Verifier(log.key))
    roots: dict[int, bytes] = {}
    for each in held:
        checkpoint = each.receipt.verify(each.entry, policy).checkpoint
        require(log.entry(storage, each.receipt.index) == each.entry, "an acknowledged entry is lost")
        if checkpoint.size not in roots:
            roots[checkpoint.size] = log.root(storage, checkpoint.size)
        require(roots[checkpoint.size] == checkpoint.root, "two checkpoints are inconsistent")


def check_hub(directory: Path, held: Sequence[Held], *, whole: bool) -> tuple[int, list[Held]]:
    """Return the log's size, and the node's receipts that the hub keeps. Raises LostError or AuditError."""
    with open_hub(directory / "hub") as hub, hub.store.reading() as view:
        check_receipts(hub.log, view.log, held)
        answers = [
            Held(question, answer.entry, Receipt.parse(answer.receipt))
            for question in dict.fromkeys(each.question for each in held)
            for answer in view.logged_answers(question).values()
        ]
        size = _whole(hub.log, view) if whole else 0
    return size, answers


def check_node(directory: Path, held: Sequence[Held], *, whole: bool) -> int:
    """The size of the node's log. Raises LostError, AuditError."""
    with open_member(directory / CODE) as node, node.store.reading() as view:
        check_receipts(node.log, view.log, held)
        return _whole(node.log, view) if whole else 0


def _whole(log: Log, view: Any) -> int:
    result = check_log(log, view)
    require(not result.damages, f"{log.origin}: {'; '.join(result.damages[:3])}")
    return result.entries


def one_round(region: RealRegion, askers: Askers, dice: Random, checked: int) -> int:
    """Wait, kill, check, start again; returns how many receipts were checked by then."""
    time.sleep(dice.random() * LONGEST)
    killed = dice.choice([("hub",), (CODE,), ("hub", CODE)])
    for name in killed:
        region.kill(name)
    held = askers.held[checked:]
    _, answers = check_hub(region.directory, held, whole=False)
    if CODE in killed:
        check_node(region.directory, answers, whole=False)
    if "hub" in killed:
        region.start_hub()
        region.wait_for_hub()
    if CODE in killed:
        region.start(CODE)
        region.wait_for_members()
    return checked + len(held)


def kill_region(rounds: int, minutes: float, askers: int = 4) -> None:
    """Make a region, kill it so many times or as long, and print what became of its receipts."""
    dice, end = Random(), time.monotonic() + 60 * minutes
    with tempfile.TemporaryDirectory() as folder, real_region(Path(folder), CODE) as region:
        region.start_all()
        asking = Askers(region)
        threads = [threading.Thread(target=asking.ask) for _ in range(askers)]
        for thread in threads:
            thread.start()
        try:
            checked = done = 0
            while done < rounds and time.monotonic() < end:
                checked = one_round(region, asking, dice, checked)
                done += 1
                print(f"\r{done} kills, {len(asking.held)} receipts", end="", file=sys.stderr, flush=True)
        finally:
            asking.stop.set()
            for thread in threads:
                thread.join()
            region.stop()
        size, answers = check_hub(region.directory, asking.held, whole=True)
        of_node = check_node(region.directory, answers, whole=True)
    print(
        f"{done} kills: {len(asking.held)} receipts of the hub and {len(answers)} of the node, none lost; "
        f"{size} and {of_node} entries, all whole; {asking.unanswered} calls got no reply"
    )
