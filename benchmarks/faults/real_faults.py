"""Faults on real processes over real sockets: is anything lost or wrongly released?

    python benchmarks/faults/real_faults.py [--times 10] [--only NAME ...] [--seed 1]

A hub and three members, each a process with its own database. A question is asked, and while it is under way
one thing goes wrong, at a moment drawn from the seed: a process is killed, connections are cut inside a
message, a clock is an hour off, a database or a disk takes nothing, a node runs twice, strangers hold
connections or send too much, messages are duplicated, reordered, delayed, cut and altered, a certificate has
ended, a node is an older one, a question has a million cells. Then all is well again, and within a minute and
a half the question must have every member's answer, with the right cells; at the end both sides' logs must
hold each question once. Exit code 1 when anything is broken.
"""

import argparse
import contextlib
import shutil
import socket
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from random import Random

import httpx

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "support"))

from certificates import authority
from forked_processes import popen
from real_region import AN_OLDER_NODE, WRONG_CLOCK, RealRegion, Wire, real_region, wait_until
from tampering import Harm, Tamperer

from audit.events.events import decode
from audit.events.question_events import Answered, Asked, Refused, Released, ReleasedAgain
from gateway.bootstrap.setup.open_hub import open_hub
from gateway.bootstrap.setup.open_member import open_member
from gateway.wire.cells import Cell
from gateway.wire.release import Release

CODES = ("KH", "LA", "TH")
BY = ("country", "year", "outcome")
DEADLINE = 6
LOCKED_SECONDS = 20.0
"""Longer than a writer waits for a database."""

NOTICED_SECONDS = 240.0
"""Within which a node that runs twice is found out: on a busy machine both need a minute to start."""

HARMED_SECONDS = 12.0

LARGE = ("province", "month", "age_group", "sex")

Wires = Mapping[str, Wire]
Fault = Callable[[RealRegion, Wires, Random], None]
"""Does something bad while a question is under way, and makes it good again."""


def hub_killed(region: RealRegion, _wires: Wires, dice: Random) -> None:
    time.sleep(dice.random() * 0.5)
    region.kill("hub")
    region.start_hub()
    region.wait_for_hub()


def node_killed(region: RealRegion, _wires: Wires, dice: Random) -> None:
    code = dice.choice(CODES)
    time.sleep(dice.random() * 0.5)
    region.kill(code)
    region.start(code)


def connections_cut(_region: RealRegion, wires: Wires, dice: Random) -> None:
    """Inside of a message, several times: after so many bytes, in either direction."""
    for _ in range(4):
        wire = wires[dice.choice(CODES)]
        wire.cut_after = dice.randrange(1, 6000)
        time.sleep(0.2)
        wire.cut_after = None
        wire.cut()


def clock_off(region: RealRegion, _wires: Wires, dice: Random) -> None:
    code = dice.choice(CODES)
    region.kill(code)
    region.start(code, program=WRONG_CLOCK.format(hours=dice.choice([-1, 1])))
    time.sleep(3 + dice.random())
    region.kill(code)
    region.start(code)


def database_gone(region: RealRegion, _wires: Wires, dice: Random) -> None:
    """The database takes no write for longer than anybody waits for it."""
    name = dice.choice(["hub", *CODES])
    path = next((region.directory / name).glob("*.sqlite"))
    with contextlib.closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        time.sleep(LOCKED_SECONDS)
        holder.execute("ROLLBACK")


def disk_full(region: RealRegion, _wires: Wires, dice: Random) -> None:
    name = dice.choice(["hub", *CODES])
    region.fill_disk(name)
    time.sleep(2 + dice.random())
    region.empty_disk(name)


def node_cloned(region: RealRegion, _wires: Wires, dice: Random) -> None:
    """A copy of a node's disk runs beside it, until one of the two logs has been found to be a fork."""
    code = dice.choice(CODES)
    region.kill(code)
    copy = region.directory / "copy"
    shutil.copytree(region.directory / code, copy)
    logs = [region.directory / f"{name}.log" for name in (code, "copy")]
    before = [path.stat().st_size if path.exists() else 0 for path in logs]
    region.start(code)
    region.start(code, directory=copy, name="copy")

    def forked() -> list[bool]:
        """Which of the two learns that its log is not the one that the hub has seen."""
        return [b"does not extend" in p.read_bytes()[n:] for p, n in zip(logs, before, strict=True)]

    with region.client() as client:
        end = time.monotonic() + NOTICED_SECONDS
        while not any(forked()) and time.monotonic() < end:
            with contextlib.suppress(httpx.HTTPError, TimeoutError):
                region.released(client, region.ask(client, "outcome", deadline=3))
    found = forked()
    region.kill(code)
    region.kill("copy")
    if not any(found):
        shutil.rmtree(copy)
        region.start(code)
        raise RuntimeError("nobody noticed that a node ran twice")
    if found[0]:  # the copy's log is the one that the hub knows: it is the node from now on
        shutil.rmtree(region.directory / code)
        shutil.move(copy, region.directory / code)
    else:
        shutil.rmtree(copy)
    region.start(code)


def slow_strangers(region: RealRegion, _wires: Wires, dice: Random) -> None:
    """Two hundred connections that send a request a byte at a time, and never end it."""
    held = []
    for _ in range(200):
        one = socket.create_connection(("127.0.0.1", region.port))
        one.sendall(b"POST /api/v1/questions HTTP/1.1\r\nHost: hub\r\nContent-Length: 100000\r\n")
        held.append(one)
    for _ in range(5):
        for one in held:
            with contextlib.suppress(OSError):
                one.sendall(b"X-A: b\r\n" if dice.random() < 0.5 else b"\r")
        time.sleep(0.2)
    with region.client() as client:  # others are served meanwhile
        region.released(client, region.ask(client, *BY, deadline=20), seconds=30)
    for one in held:
        one.close()


def oversized(region: RealRegion, _wires: Wires, dice: Random) -> None:
    body = bytes(dice.randrange(3, 12)) * 1_000_000
    with region.client() as client:
        for path in ("/api/v1/questions", "/federation/v2/poll", "/federation/v2/answers"):
            with contextlib.suppress(httpx.TransportError):  # the hub need not read to its end
                reply = client.post(path, content=body, headers={"Content-Type": "application/json"})
                if reply.status_code >= 500 or reply.is_success:
                    raise RuntimeError(f"{path} said {reply.status_code} to {len(body)} bytes")


def messages_harmed(region: RealRegion, _wires: Wires, dice: Random) -> None:
    """For some seconds every second message is duplicated, reordered, delayed, cut or altered."""
    ways = {code: Tamperer(region.port, Random(dice.random())) for code in CODES}
    for code, way in ways.items():
        region.kill(code)
        region.start(code, url=way.url)
    region.wait_for_members()
    for way in ways.values():
        way.harm = lambda d: d.choice([*Harm, *[None] * len(Harm)])
    end = time.monotonic() + HARMED_SECONDS
    with region.client() as client:
        while time.monotonic() < end:
            with contextlib.suppress(httpx.HTTPError, TimeoutError):
                region.released(client, region.ask(client, "outcome", deadline=4))
    for code, way in ways.items():
        region.kill(code)
        way.close()
        region.start(code)
        print("   ", code, ", ".join(f"{harm} {times}" for harm, times in sorted(way.done.items())))
    if not any(way.done for way in ways.values()):
        raise RuntimeError("no message was harmed")


def certificate_expired(region: RealRegion, _wires: Wires, dice: Random) -> None:
    """A node's way to the hub has a certificate that ended yesterday; then it is renewed."""
    code = dice.choice(CODES)
    folder = region.directory / "certificates"
    folder.mkdir(exist_ok=True)
    issuer = authority(folder / "authority.pem")
    ended = issuer.issue(folder / "ended.pem", -timedelta(days=1))
    way = Tamperer(region.port, dice, certificate=ended)
    region.environment["SSL_CERT_FILE"] = str(issuer.file)
    region.kill(code)
    before = (region.directory / f"{code}.log").stat().st_size
    region.start(code, url=way.url)

    def complained() -> bool:
        return b"certificate has expired" in (region.directory / f"{code}.log").read_bytes()[before:]

    wait_until(complained, "a word about the certificate", 120)
    way.certificate = issuer.issue(folder / "renewed.pem", timedelta(days=1))
    region.wait_for_members(code, seconds=120)
    region.kill(code)
    way.close()
    region.environment.clear()
    region.start(code)


def another_version(region: RealRegion, _wires: Wires, dice: Random) -> None:
    """A node is an older one for a while, and is asked."""
    code = dice.choice(CODES)
    region.kill(code)
    region.start(code, program=AN_OLDER_NODE)
    region.wait_for_members(code, seconds=120)
    with region.client() as client:
        whole = _complete(region, client, region.ask(client, "outcome", deadline=20))
    if not any(c.answered and c.member == code for c in whole.coverage):
        raise RuntimeError(f"{code} did not answer as an older node")
    region.kill(code)
    region.start(code)


def million_cells(region: RealRegion, _wires: Wires, dice: Random) -> None:
    """Questions by everything there is, and by places and months: refused, or answered without more."""
    with region.client() as client:
        catalogue = client.get("/api/v1/catalogue").raise_for_status().json()
        levels = [level["name"] for level in catalogue["levels"]]
        for by in (
            dice.sample(levels, 10),
            dice.sample(levels, 4),
            ["province", "month", "age_group", "sex"],
        ):
            try:
                question = region.ask(client, *by, deadline=6)
            except httpx.HTTPStatusError as error:
                if error.response.status_code >= 500:
                    raise RuntimeError(f"{by} was answered with {error.response.status_code}") from None
            else:
                region.released(client, question, seconds=60)


FAULTS: Mapping[str, Fault] = {
    "hub killed": hub_killed,
    "node killed": node_killed,
    "connections cut": connections_cut,
    "clock an hour off": clock_off,
    "database gone": database_gone,
    "disk full": disk_full,
    "node cloned": node_cloned,
    "slow strangers": slow_strangers,
    "oversized bodies": oversized,
    "messages harmed": messages_harmed,
    "expired certificate": certificate_expired,
    "another version": another_version,
    "a million cells": million_cells,
}


def main() -> None:
    options = _options()
    names = options.only or list(FAULTS)
    broken: list[str] = []
    with tempfile.TemporaryDirectory() as folder, real_region(Path(folder), *CODES, popen=popen) as region:
        wires = {code: Wire(("127.0.0.1", region.port)) for code in CODES}
        region.urls = {code: wire.url for code, wire in wires.items()}
        region.start_all()
        with region.client() as client:
            right = _complete(region, client, region.ask(client, *BY, deadline=60)).cells
        for name in names:
            began, late = time.monotonic(), 0
            for turn in range(options.times):
                try:
                    late += once(region, wires, name, Random(f"{options.seed} {name} {turn}"), right)
                except (RuntimeError, TimeoutError, httpx.HTTPError) as error:
                    broken.append(f"{name}, time {turn}: {type(error).__name__} {error}")
                    print(broken[-1], flush=True)
            took = (time.monotonic() - began) / options.times
            print(
                f"{name:18} {options.times:3} times, {took:5.1f} s each; released again {late} times",
                flush=True,
            )
        region.stop()
        broken += _logs(region)
        for wire in wires.values():
            wire.close()
    print("\n".join(broken) or "nothing lost, nothing wrong")
    sys.exit(1 if broken else 0)


def once(region: RealRegion, wires: Wires, name: str, dice: Random, right: tuple[Cell, ...]) -> int:
    """One fault; returns how many further releases the question had. Raises when something is wrong."""
    with region.client() as client:
        question = None
        with contextlib.suppress(httpx.HTTPError):  # then nobody learned that it was asked
            question = region.ask(client, *BY, deadline=DEADLINE)
        FAULTS[name](region, wires, dice)
        region.wait_for_hub()
        if question is None:
            question = region.ask(client, *BY, deadline=DEADLINE)
        release = _complete(region, client, question)
    if release.cells != right:
        raise RuntimeError(f"{question} was released wrongly")
    return release.number - 1


def _complete(region: RealRegion, client: httpx.Client, question: str) -> Release:
    """The release with everybody's answer, which may be a later one."""
    found: list[Release] = []

    def complete() -> bool:
        with contextlib.suppress(httpx.HTTPError, TimeoutError):
            found.append(region.released(client, question, seconds=20))
            return all(c.answered for c in found[-1].coverage)
        return False

    wait_until(complete, f"a whole release of {question}", 90)
    return found[-1]


def _logs(region: RealRegion) -> list[str]:
    """What both sides' logs hold that they should not."""
    broken = []
    with open_hub(region.directory / "hub") as hub, hub.store.reading() as view:
        head = view.log.latest_checkpoint()
        events = [decode(e) for e in view.log.read_entries(0, 0 if head is None else head.size)]
    asked = [e.question_id for e in events if isinstance(e, Asked)]
    ended = [e.question_id for e in events if isinstance(e, Released) and not isinstance(e, ReleasedAgain)]
    again = [(e.question_id, e.number) for e in events if isinstance(e, ReleasedAgain)]
    if len(asked) != len(set(asked)) or sorted(asked) != sorted(ended):
        broken.append("the regional log does not hold every question with one end")
    if len(again) != len(set(again)):
        broken.append("a later release stands twice in the regional log")
    for code in CODES:
        with open_member(region.directory / code) as node, node.store.reading() as member:
            head = member.log.latest_checkpoint()
            entries = [decode(e) for e in member.log.read_entries(0, 0 if head is None else head.size)]
        said = [e.question_id for e in entries if isinstance(e, Answered | Refused)]
        if len(said) != len(set(said)):
            broken.append(f"{code} has answered a question twice")
    return broken


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--only", choices=list(FAULTS), action="append")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    main()
