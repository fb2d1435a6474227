"""How long counting once takes: 4 members with 2,500 people each, on all processors of this machine.

    python benchmarks/counted_once.py [members] [people]

Members seal their sets at the same time, each in a process of its own; then the list passes through them in
turn, each on all processors. The result is compared with the plain sets.
"""

import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

from anonymisers.blinded.counting import count
from anonymisers.blinded.hashing import person_point
from anonymisers.blinded.mixing import MixKey, sealed_set, shuffled
from gateway.bootstrap.count_files import mixing

OVERLAP = 10
"""One person in so many is known to the next member as well."""


def main(members: int = 4, people: int = 2500) -> None:
    sets = [identifiers(member, members, people) for member in range(members)]
    keys = [MixKey.new() for _ in range(members)]
    publics = [key.public for key in keys]
    started = time.perf_counter()
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(sealed, own, people, publics) for own in sets]
        entries = [entry for job in jobs for entry in job.result()]
    print(f"sealed: {time.perf_counter() - started:.1f} s")
    for turn, key in enumerate(keys):
        entries = mixing(told)(shuffled(entries), key, publics[turn + 1 :])
        print(f"\rmember {turn + 1} has passed it on: {time.perf_counter() - started:.1f} s")
    found = count(entries, people, members, sum(map(len, sets)))
    took = time.perf_counter() - started
    assert found.people == len(set().union(*sets))  # noqa: S101 - else the time is of no use
    used = os.times()
    cpu = used.user + used.system + used.children_user + used.children_system
    print(f"{members} members, {people} people each: {found.people} distinct, {took:.1f} s")
    print(f"processor time of everything: {cpu:.1f} s on {os.cpu_count()} processors")


def identifiers(member: int, members: int, people: int) -> list[str]:
    """Distinct numbers, every tenth that of somebody whom the member before knows."""
    shared = [f"{(member - 1) % members:02d}-{n:06d}" for n in range(1, people, OVERLAP)]
    own = [f"{member:02d}-{n:06d}" for n in range(1, people - len(shared) + 1)]
    return shared + own


def sealed(own: Sequence[str], size: int, publics: Sequence[bytes]) -> list[bytes]:
    return sealed_set([person_point("national-id", one, "2026") for one in own], size, publics)


def told(done: float) -> None:
    print(f"\r{done:4.0%}", end="", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
