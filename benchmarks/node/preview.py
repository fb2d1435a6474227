"""How long a controller waits for `safelane policy preview`: the first time, with other words, coarser.

Other words are looked at twice: beside what was measured of the cube, and, to compare, without that.

python benchmarks/node/preview.py [--member KH] [--seed 1] [--recent] [--dims N]

The whole command of a demo member's register with all its earlier years (`--recent`: without), as a person
types it; on a machine that others use as well the seconds of the processor say more than those of the clock.
"""

import argparse
import os
import re
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from usefulness import of_few

from audit.formats.note import Signer
from gateway.bootstrap.loading.register_loading import load_source
from gateway.bootstrap.setup.open_member import connect, create_member, open_member
from gateway.demo.people import make_people
from gateway.demo.people_files import policy_text, write_register
from gateway.demo.preparing import REGISTER_DATE
from gateway.demo.vaults import make_vault
from gateway.wire.enrolment import HubKeys


def main() -> None:
    """Set a member up, load its register, and preview its policy and two others."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--member", default="KH")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--recent", action="store_true", help="without the decades before 2010")
    parser.add_argument("--dims", type=int, help="at most so many together, whatever the policy says")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        node = Path(name) / options.member
        people = set_up(node, options.member, options.seed, earlier=not options.recent)
        print(f"{options.member}, seed {options.seed}: {people:,} people")
        policy = policy_text(options.member)
        if options.recent:  # no decades that would be empty
            policy = policy.replace("first_year: 1979\n", "")
        policy = policy if options.dims is None else of_few(policy, options.dims)
        words = policy.replace("data sharing agreement", "agreement of 3 March 2026")
        words += "quota: 50 a month\nretention: 365 days\n"
        coarser = re.sub(r"place: \w+", "place: country", policy)
        preview(node, policy, "first time")
        preview(node, words, "other words")
        forget(node)
        preview(node, words, "read again")
        preview(node, coarser, "coarser")


def set_up(node: Path, member: str, seed: int, *, earlier: bool) -> int:
    """A node with its register loaded and no policy yet; how many people it has."""
    create_member(node, member, "bench.example")
    keys = (str(Signer.generate(f"bench.example/{use}").key) for use in ("log", "calls"))
    connect(node, member, "http://127.0.0.1:0", HubKeys(*keys))
    make_vault(node, member)
    people = make_people(member, seed, earlier=earlier)
    register = write_register(people, node / "source", seed)
    with open_member(node) as opened:
        load_source(node, opened, register.folder, register.mapping, as_of=REGISTER_DATE)
    return len(people.records)


def forget(node: Path) -> None:
    """Take away what is kept beside the cube."""
    with closing(sqlite3.connect(node / "safelane.sqlite")) as database, database:
        database.execute("DELETE FROM preview_findings")


def preview(node: Path, text: str, what: str) -> None:
    path = node.parent / "policy.yaml"
    path.write_text(text, encoding="utf-8")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    command = [sys.executable, "-m", "gateway.cli", "policy", "preview", str(path), "--dir", str(node)]
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env={**os.environ, "COLUMNS": "120"}
    )
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(
        f"{what:12} {wall:7.1f} s, {used:6.1f} s of the processor; {done.stdout.splitlines()[1]}", flush=True
    )


if __name__ == "__main__":
    main()
