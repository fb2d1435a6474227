"""How long a node takes for a large cube, from the register to the tables that answer.

    python benchmarks/node/node_cube.py [--member KH] [--dims 4] [--seed 1] [--together]

People are invented as the demo's are, with all earlier years (65,000 in Cambodia). The policy shares all
tables of up to so many of eight dimensions, the canonical questions first; `--together`: one table of five
dimensions with its margins, and no table first. Prints the cells of all tables, the people, the seconds of
the processor and by the clock, and the peak memory. The node's own code makes the cube, checks its
certificate and attacks it.
"""

import argparse
import re
import resource
import tempfile
import time
from pathlib import Path

from usefulness import USUAL, set_up

from anonymisers.tables.lattice import Lattice
from gateway.bootstrap.setup.open_member import open_member
from gateway.member.build.cube_building import counted_table
from gateway.member.build.preview import make
from gateway.member.node.context import Node
from gateway.member.policy.cube_plan import plan_cube
from gateway.member.policy.policy_in_force import checked
from policies import Policy

ONE_TABLE = "finest: {place: province, date: year, device: device_type, outcome: yes, age: adult_child}"


def main() -> None:
    """Make the cube and print a row."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--member", default="KH")
    parser.add_argument("--dims", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--together", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder) / options.member
        people = set_up(directory, options.member, options.seed, earlier=True)
        with open_member(directory) as node:
            policy = checked(node, _text(options.member, options.dims, together=options.together))
            cells = _cells(node, policy)
            clock, spent = time.monotonic(), time.process_time()
            make(node, policy)
            clock, spent = time.monotonic() - clock, time.process_time() - spent
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print("member | cells | people | CPU s | s | MB")
    print(f"{options.member} | {cells:,} | {len(people.records):,} | {spent:.1f} | {clock:.1f} | {memory:,}")


def _text(member: str, dims: int, *, together: bool) -> str:
    text = USUAL.format(member=member, first="[canonical-questions]")
    if together:
        text = re.sub(r"finest: \{.*?\}", ONE_TABLE, text, flags=re.DOTALL)
        text, dims = re.sub(r"priority: .*\n", "", text), 5
    return re.sub(r"max_dimensions: \d+", f"max_dimensions: {dims}", text)


def _cells(node: Node, policy: Policy) -> int:
    """The cells of all tables that the policy shares."""
    with node.store.reading() as view:
        loaded = view.snapshot()
    if loaded is None:
        return 0
    made, rules = plan_cube(node.dictionary, policy, loaded[1], node.clock.now().date())
    table = counted_table(node, loaded[1], made, rules)
    return Lattice.of(table.dims, [dim.name for dim in table.dims], rules.max_dims).size


if __name__ == "__main__":
    main()
