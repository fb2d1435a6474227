"""How well the clients of the demo's members can be read: the share of people in shown inner cells.

    python benchmarks/node/clients_readable.py [--members KH LA] [--keys 1 2 3] [--seed N]
        [--since YEAR] [--clients N] [--alone]

The registers are those of `safelane demo`, with all earlier years. The cubes of clients are made by the
node's own code under the members' own policies, as for a first preview, under the secret key that follows
from the number given: beside the cube of casualties, or `--alone` without it, and so without the check of the
bridge. `--since`: clients are survivors of accidents since then, which gives more of them. `--clients`: so
many of them, drawn at random.

`share` is the number of people in shown inner cells, of all; `of able` the same of those in inner cells of at
least as many people as the threshold says: the ceiling, which is not safe. `or total`: people in shown inner
cells, or else in a shown total of the same table that tells their sensitive value, as of all ages by sex and
disability: what a reader of the table reads of them. CPU s are of the cubes of all years of service together,
with check, attack and bridge, without the cube of casualties.
"""

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from statistics import mean

import numpy as np
from usefulness import member_policy, set_up

from anonymisers.history.release_history import ReleaseHistory
from gateway.bootstrap.setup.open_member import open_member
from gateway.demo import assistance
from gateway.demo.region import SEED
from gateway.member.build.beside_casualties import counted_clients
from gateway.member.build.bridge_check import Survivors
from gateway.member.build.clients_building import ClientsInputs, grow_clients
from gateway.member.build.cube_building import protected
from gateway.member.cube.clients_counts import ClientsRead, cube_dimensions, trees_of
from gateway.member.cube.clients_shares import clients_shares
from gateway.member.cube.cube_inputs import CubeInputs
from gateway.member.cube.table_shares import ReadTable
from gateway.member.model.clients import Clients
from gateway.member.node.context import Node
from gateway.member.policy.clients_plan import clients_rules
from gateway.member.policy.cube_plan import plan_cube
from gateway.member.policy.policy_in_force import checked


def main() -> None:
    """Print the tables and the means of each member, key and year of service."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--members", nargs="+", choices=sorted(assistance.ENROLLED), default=["KH", "LA"])
    parser.add_argument("--keys", nargs="+", type=int, default=[1])
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--since", type=int, default=assistance.FIRST_YEAR)
    parser.add_argument("--clients", type=int, help="so many clients, drawn at random")
    parser.add_argument("--alone", action="store_true", help="without the cube of casualties")
    options = parser.parse_args()
    assistance.FIRST_YEAR = options.since
    shares = "share | of able | or total"
    print(f"member | key | year | clients | table | {shares} | shown | able | CPU s of all years")
    with tempfile.TemporaryDirectory() as folder:
        for member in options.members:
            set_up(Path(folder) / member, member, options.seed, earlier=True)
            with open_member(Path(folder) / member) as node:
                for key in options.keys:
                    keyed = replace(node, cube_key=sha256(f"key {key}".encode()).digest())
                    inputs = _inputs(keyed, member, alone=options.alone)
                    inputs = replace(inputs, clients=_drawn(inputs.clients, options.clients, key))
                    for row in _rows(inputs):
                        print(f"{member} | {key} | {row}", flush=True)


def _inputs(node: Node, member: str, *, alone: bool) -> ClientsInputs:
    with node.store.reading() as view:
        loaded = view.snapshot()
    if loaded is None or loaded[1].clients is None:
        raise LookupError(f"{member} has no clients")
    snapshot, policy = loaded[1], checked(node, member_policy(member, "own"))
    plan, rules = plan_cube(node.dictionary, policy, snapshot, node.clock.now().date())
    if plan.clients is None:
        raise LookupError(f"{member} shares no clients")
    casualties = None if alone else protected(node, snapshot, (plan, rules), [], None)
    own = clients_rules(node.dictionary, policy, plan.clients.finest)
    if not isinstance(casualties, ReleaseHistory):  # nobody is counted in it
        dims = cube_dimensions(node.dictionary, member, plan.clients.finest)
        casualties = ReleaseHistory.of(dims, own, [])
    inputs = CubeInputs(node.dictionary, snapshot, plan, rules, node.cube_key)
    return ClientsInputs(
        node.dictionary,
        member,
        counted_clients(loaded[1].clients, plan),
        plan.clients,
        own,
        partial(clients_rules, node.dictionary, policy),
        node.cube_key,
        Survivors(inputs, casualties),
    )


def _drawn(clients: Clients, number: int | None, key: int) -> Clients:
    """So many clients of the last year, and these of the years before.

    Pseudonyms are others in each run: the clients are drawn from a list in the order of their codes.
    """
    last = clients.of_year(int(clients.year.max()))
    people = last.person[np.lexsort([np.array(column.values()) for column in last.columns.values()])]
    if number is None or number >= len(people):
        return clients
    return clients.taken(np.isin(clients.person, np.random.default_rng(key).permutation(people)[:number]))


def _rows(inputs: ClientsInputs) -> Iterator[str]:
    began = time.process_time()
    years = grow_clients(inputs, None).years
    spent = time.process_time() - began
    for number, year in enumerate(inputs.plan.years, 1):
        trees = trees_of(inputs.dictionary, inputs.member, inputs.plan.finest, inputs.plan.years[:number])
        read = ClientsRead(trees, years)
        people = len(np.unique(inputs.clients.of_year(year).person))
        found = clients_shares(inputs.dictionary, read, inputs.clients, inputs.rules.threshold)
        begin = f"{year} | {people:,}"
        once = inputs.clients.of_year(year)
        for one in found:
            shares = f"{one.people_shown / max(people, 1):.2f} | {one.share:.2f}"
            shares += f" | {_or_total(inputs, read, once, one.table) / max(people, 1):.2f}"
            yield f"{begin} | {one.table.question} | {shares} | {one.people_shown:,} | {one.ceiling:,} |"
        of_all, of_able = mean(o.people_shown / max(people, 1) for o in found), mean(o.share for o in found)
        yield f"{begin} | mean | {of_all:.2f} | {of_able:.2f} | | | | {spent:.1f}"


def _or_total(inputs: ClientsInputs, read: ClientsRead, once: Clients, table: ReadTable) -> int:
    """How many people stand in a shown inner cell, or in a shown total that tells their sensitive value."""
    names = [name for name, _ in table.levels]
    columns = [
        once.columns[name].recoded(partial(inputs.dictionary.lift, level=level)).values()
        for name, level in table.levels
    ]
    people = Counter(zip(*columns, strict=True))
    over = [name for name in names if not inputs.dictionary.dimension(name).sensitive]

    def shown(codes: tuple[str, ...]) -> bool:
        key = dict(zip(names, codes, strict=True))
        keys = [key, *({n: c for n, c in key.items() if n != name} for name in over)]
        return any(read.read(each) is not None for each in keys)

    return sum(number for codes, number in people.items() if shown(codes))


if __name__ == "__main__":
    main()
