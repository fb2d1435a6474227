"""Counting once with processes: how long four nodes and a hub take, from leave to number.

    python benchmarks/counted_over_calls.py [--members 4] [--people 2500]

Hub and nodes are processes of their own on this machine and share its processors; a region has a machine for
each. Every tenth person is known to the next member too. The result is compared with the plain sets.
"""

import argparse
import os
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

from counted_once import identifiers
from federation import Federation
from real_region import RealRegion, real_region, wait_until
from signing import leave

from gateway.bootstrap.hub import add_user
from gateway.bootstrap.member import count_link, open_member
from gateway.hub.model import Role
from gateway.member.count_turns import allow, leave_to_count, send_steps, turns

CODES = ("KH", "LA", "MM", "PH", "TH", "VN", "BN", "ID", "MY", "SG")
PATIENCE = 1800


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--members", type=int, default=4)
    parser.add_argument("--people", type=int, default=2500)
    options = parser.parse_args()
    codes = CODES[: options.members]
    sets = {c: identifiers(n, len(codes), options.people) for n, c in enumerate(codes)}
    tokens: list[str] = []

    def operator(made: Federation) -> None:
        tokens.append(add_user(made.hub, "operator", "ARMAC", Role.OPERATOR, []))

    with (
        tempfile.TemporaryDirectory() as folder,
        real_region(Path(folder), *codes, prepare=operator) as region,
    ):
        region.start_all()
        headers = {"Authorization": f"Bearer {tokens[0]}"}
        with httpx.Client(base_url=region.url, headers=headers, timeout=60, trust_env=False) as hub:
            hub.post("/api/v1/counts", json={"epoch": "2026", "size": options.people}).raise_for_status()
            wait_until(lambda: _step(hub) == {"seal"}, "that all have joined", PATIENCE)
            before, began = _cpu(region, codes), time.perf_counter()
            for code in codes:  # in a region all at once
                _allow(region, code, sets[code])
            sealed = time.perf_counter() - began
            wait_until(lambda: _state(hub)["state"] != "open", "the count", PATIENCE)
            took, used = time.perf_counter() - began, _cpu(region, codes) - before
            found = _state(hub)
    assert found["people"] == len(set().union(*sets.values())), found  # noqa: S101 - else the time is of no use
    print(f"{len(codes)} members, {options.people} people each: {found['people']} distinct, {took:.1f} s")
    print(f"of these {sealed:.1f} s until all sets were in; processor time of everything {used:.1f} s")
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


def _allow(region: RealRegion, code: str, people: list[str]) -> None:
    place = region.directory / code
    with open_member(place) as node, closing(count_link(place, node, region.url)) as link:
        (turn,) = turns(node, link)
        allow(node, turn, leave(node, leave_to_count(node, turn)), people)
        send_steps(node, link)


def _state(hub: httpx.Client) -> dict[str, object]:
    return dict(hub.get("/api/v1/counts/2026").raise_for_status().json())


def _step(hub: httpx.Client) -> set[object]:
    return set(dict(_state(hub)["waits_for"]).values())  # type: ignore[call-overload]


def _cpu(region: RealRegion, codes: tuple[str, ...]) -> float:
    """Of hub and nodes, of the processes that they started, and of this one, which seals."""
    own = os.times()
    return region.cpu("hub", *codes, children=True) + own.user + own.system


if __name__ == "__main__":
    main()
