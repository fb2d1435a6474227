"""What protection leaves to read: the share of casualties in visible cells, by ready-made question.

    python benchmarks/node/usefulness.py [--members KH LA] [--seeds 1 2 3] [--earlier]
        [--policies own usual every alone] [--dims N] [--reruns withstand]

People are invented as the demo's are, from published aggregates of the years since 2010; `--earlier` adds the
decades before, where there are figures. Each policy is looked at by the node's own code, as a preview is:

own      the demo member's own policy;
usual    threshold 5, zeros as partners, all dimensions, provinces, the canonical questions first;
every    the same with all ready-made questions first;
alone    the same with one question and no other, for each by itself.

The questions are the dictionary's, as far as they count casualties by what stands in the cube (injuries stand
apart). A cell asked for counts where its number is shown; a question that a policy does not share
counts as 0. `ceiling` is what the mean would be if only cells of fewer than five people were withheld, which
is not safe; `of it` is the mean beside the ceiling. The line is the least share of the ceiling to reach.
Activities have no published aggregates that people could be invented from.
"""

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from anonymisers.cube.released_cells import Value
from anonymisers.suppression.protect_table import protect
from anonymisers.suppression.utility import Utility
from audit.formats.note import Signer
from gateway.bootstrap.loading.register_loading import load_source
from gateway.bootstrap.setup.open_member import connect, create_member, open_member
from gateway.demo.people import DemoPeople, make_people
from gateway.demo.people_files import policy_text, write_register
from gateway.demo.preparing import REGISTER_DATE
from gateway.demo.vaults import make_vault
from gateway.dictionary import regional
from gateway.member.build.cube_building import counted_table
from gateway.member.build.preview import PreviewedCube, make
from gateway.member.errors import NotProtectedError
from gateway.member.model.snapshot import population
from gateway.member.node.context import Node
from gateway.member.policy.cube_plan import plan_cube
from gateway.member.policy.policy_in_force import checked
from gateway.member.register.person_counts import count_people
from gateway.wire.enrolment import HubKeys

THRESHOLD = 5
LINE = {"KH": 0.95, "LA": 0.85, "PH": 0.80, "VN": 0.80, "TH": 0.80, "MM": 0.95}
USUAL = """member: {member}
version: 1
valid_from: 2026-01-01
valid_for: 24 months
legal_basis: data sharing agreement
share:
  - {{with: [ARMAC], for: [regional-reporting], measures: [casualties]}}
finest: {{place: province, date: year, age: adult_child, sex: sex, device: device_type,
  activity: activity_group, civ_status: yes, outcome: yes}}
max_dimensions: 3
threshold: 5
zeros: partner
reruns: small-tables
priority: {first}
embargo: 90 days
"""
QUESTIONS = {
    table.name: table
    for question in regional().ready_made.values()
    for table in question.tables
    if table.measure == "casualties" and not any("." in level for level in table.by)
}


def main() -> None:
    """Print a row for each member, policy and seed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--members", nargs="+", choices=sorted(LINE), default=sorted(LINE))
    parser.add_argument("--seeds", nargs="+", type=int, default=[1])
    parser.add_argument(
        "--policies", nargs="+", choices=["own", "usual", "every", "alone"], default=["own", "usual"]
    )
    parser.add_argument("--earlier", action="store_true", help="with the decades before 2009")
    parser.add_argument("--dims", type=int, help="at most so many together, whatever the policy says")
    words = ("withstand", "small-tables", "accept")
    parser.add_argument("--reruns", choices=words, help="instead of the policy's word")
    options = parser.parse_args()
    for number, name in enumerate(QUESTIONS, 1):
        print(f"q{number}: {name}")
    print("member | policy | seed | people | CPU s | ceiling | line | of it | all | " + " | ".join(
        f"q{number}" for number in range(1, len(QUESTIONS) + 1)
    ))  # fmt: skip
    below = False
    for member in options.members:
        for seed in options.seeds:
            for row, reached in _rows(member, seed, options):
                print(row, flush=True)
                below |= not reached
    sys.exit(1 if below else 0)


def _rows(member: str, seed: int, options: argparse.Namespace) -> Iterator[tuple[str, bool]]:
    """A row for each policy, and whether the line is reached."""
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder) / member
        people = set_up(directory, member, seed, earlier=options.earlier)
        for policy in options.policies:
            started = time.process_time()
            with open_member(directory) as node:
                shares = (
                    _alone(node) if policy == "alone" else _shares(node, _worded(member, policy, options))
                )
            spent = time.process_time() - started
            ceiling, mean = _ceiling(people), float(np.mean(list(shares.values())))
            figures = [ceiling, LINE[member], mean / ceiling, mean, *shares.values()]
            words = " | ".join(f"{figure:.2f}" for figure in figures)
            size = f"{len(people.records):,}"
            yield (
                f"{member} | {policy} | {seed} | {size} | {spent:.1f} | {words}",
                mean >= LINE[member] * ceiling,
            )


def _worded(member: str, policy: str, options: argparse.Namespace) -> str:
    """The text of a policy, with another word on reruns where one is asked for."""
    text = member_policy(member, policy, options.dims, earlier=options.earlier)
    return text if options.reruns is None else re.sub(r"reruns: \S+", f"reruns: {options.reruns}", text)


def _ceiling(people: DemoPeople) -> float:
    shares = []
    for table in QUESTIONS.values():
        counts = np.array(list(people.truth(table.levels).values()))
        shares.append(float(counts[counts >= THRESHOLD].sum() / counts.sum()))
    return float(np.mean(shares))


def set_up(directory: Path, member: str, seed: int, *, earlier: bool) -> DemoPeople:
    """The people of a node with its register loaded and no policy yet."""
    create_member(directory, member, "bench.example")
    keys = (str(Signer.generate(f"bench.example/{use}").key) for use in ("log", "calls"))
    connect(directory, member, "http://127.0.0.1:0", HubKeys(*keys))
    make_vault(directory, member)
    people = make_people(member, seed, earlier=earlier)
    register = write_register(people, directory / "source", seed)
    with open_member(directory) as node:
        load_source(directory, node, register.folder, register.mapping, as_of=REGISTER_DATE)
    return people


def member_policy(member: str, policy: str, dims: int | None = None, *, earlier: bool = True) -> str:
    """The text of a policy of the list above."""
    if policy == "own":
        text = policy_text(member)
        if not earlier:  # no decades that would be empty
            text = text.replace("first_year: 1979\n", "")
    else:
        first = list(regional().ready_made) if policy == "every" else ["canonical-questions"]
        text = USUAL.format(member=member, first=f"[{', '.join(first)}]")
    return text if dims is None else of_few(text, dims)


def of_few(text: str, dims: int) -> str:
    """The policy with tables of up to so many dimensions, and none of them first."""
    return re.sub(r"priority: .*\n", "", re.sub(r"max_dimensions: \d+", f"max_dimensions: {dims}", text))


def _shares(node: Node, text: str) -> dict[str, float]:
    """For each ready-made question the share of people whose cell is shown; 0 where no cube can be made."""
    try:
        made = make(node, checked(node, text))
    except NotProtectedError as error:
        print(f"{node.member}: {error.message}", file=sys.stderr)
        return dict.fromkeys(QUESTIONS, 0.0)
    return {name: _share(node, made, table.levels) for name, table in QUESTIONS.items()}


def _alone(node: Node) -> dict[str, float]:
    """For each ready-made question the share of people whose cell is shown where nothing else is asked."""
    with node.store.reading() as view:
        loaded = view.snapshot()
    if loaded is None:
        return dict.fromkeys(QUESTIONS, 0.0)
    snapshot, shares = loaded[1], {}
    for name, asked in QUESTIONS.items():
        levels = {node.dictionary.level(level).dimension: level for level in asked.levels}
        first = "[{" + ", ".join(f"{dimension}: {level}" for dimension, level in levels.items()) + "}]"
        policy = checked(node, USUAL.format(member=node.member, first=first))
        made, rules = plan_cube(node.dictionary, policy, snapshot, node.clock.now().date())
        table, (wanted,) = counted_table(node, snapshot, made, rules), rules.priority
        if wanted.dims <= {dim.name for dim in table.dims}:
            shown = protect(table, replace(rules, priority=(wanted,), finer=None), node.cube_key)
            utility = Utility(shown.lattice, shown.settled & ~shown.suppressed, shown.values)
            shares[name] = utility.share(wanted)
    return dict.fromkeys(QUESTIONS, 0.0) | shares


def _share(node: Node, made: PreviewedCube, by: tuple[str, ...]) -> float:
    levels = {node.dictionary.level(level).dimension: level for level in by}
    if not levels.keys() <= made.snapshot.columns.keys():
        return 0.0
    rows = population(made.snapshot, made.plan.consent, victims=made.plan.victims)
    people = count_people(made.snapshot, node.dictionary, levels, rows=rows, years=made.plan.years)
    shown = 0
    for place, count in zip(people.coords.tolist(), people.counts.tolist(), strict=True):
        key = {dim.name: dim.codes[at] for dim, at in zip(people.dims, place, strict=True)}
        if isinstance(made.counted.lookup(key), Value):
            shown += count
    return shown / max(int(people.counts.sum()), 1)


if __name__ == "__main__":
    main()
