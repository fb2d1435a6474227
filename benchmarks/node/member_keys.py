"""Whether the search for a safe pattern ends well under any key, and how long it takes, for the demo.

safelane demo --once --dir DEMO [--members LA]
python benchmarks/node/member_keys.py DEMO [6]
"""

import os
import sys
import time
from pathlib import Path

from anonymisers.cube.certified_cube import build_cube
from anonymisers.errors import AnonymiserError
from gateway.bootstrap.setup.open_member import open_member
from gateway.demo.region import member_directory, members_of
from gateway.member.build.cube_building import counted_table
from gateway.member.policy.cube_plan import plan_cube
from gateway.member.policy.policy_in_force import in_force


def main(directory: str, keys: str = "6") -> None:
    for member in members_of(Path(directory)):
        with open_member(member_directory(Path(directory), member)) as node:
            with node.store.reading() as view:
                ruling, loaded = in_force(node, view), view.snapshot()
            assert ruling is not None  # noqa: S101 - the demo has made it
            assert loaded is not None  # noqa: S101 - likewise
            snapshot, today = loaded[1], node.clock.now().date()
            made, rules = plan_cube(node.dictionary, ruling[1], snapshot, today)
            table = counted_table(node, snapshot, made, rules)
        took, failed = [], 0
        for _ in range(int(keys)):
            start = time.process_time()
            try:
                build_cube(table, rules, key=os.urandom(32))
            except AnonymiserError as error:
                failed += 1
                print(f"{member}: {error}")
            took.append(time.process_time() - start)
        print(f"{member}: {len(took) - failed} of {len(took)} keys; CPU s {min(took):.1f} to {max(took):.1f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
