"""An attacker who keeps everything that a node ever gave out: answers of every cube, and every extract."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from federation import federation
from given_out import give_out
from signing import known, put_in_force, signer

from anonymisers.attack import Key, attack
from anonymisers.history.release_history import ReleaseHistory
from anonymisers.history.vintages import NAME
from anonymisers.identity.sealed_messages import public_of, public_text
from anonymisers.records.extract_safety import informative_tables
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import ROOT, Hierarchy
from anonymisers.tables.release import Release
from anonymisers.tables.strict_json import parse_json
from anonymisers.tables.table_reading import release_from_json
from audit.formats.note import sign
from gateway.member.build.cube_building import build
from gateway.member.build.preview import make
from gateway.member.errors import NotProtectedError
from gateway.member.model.extract import StoredExtract
from gateway.member.model.signing_key import Duty
from gateway.member.model.snapshot import CONSENT, LINKS, Column, Snapshot
from gateway.member.node.context import Node
from gateway.member.node.signed_statements import Act
from gateway.member.policy.policy_in_force import checked
from gateway.member.records.extract_preparation import ExtractRequest, Prepared, prepare
from gateway.member.records.extract_workflow import request, words
from gateway.member.register.snapshot_loading import keep_snapshot

POLICY = """
member: KH
version: {version}
valid_from: 2026-01-01
valid_for: 24 months
share:
  - with: [ARMAC, accredited researchers]
    for: [regional-reporting, research]
    measures: [casualties]
finest: {{{finest}}}
max_dimensions: {dims}
threshold: {k}
reruns: small-tables
population: {{consent: [{consent}]}}
{more}
record_level: {{to: [ARMAC, accredited researchers], k: {k}, l: 2, approval: one person}}
"""

Groups = Mapping[tuple[str, ...], int]
"""Codes of date, place, sex, outcome and consent, with a number of people."""

PEOPLE: Groups = {
    ("2023-05", "KH-1", "F", "I", "REC"): 10,
    ("2023-05", "KH-2", "F", "I", "REC"): 10,
    ("2023-05", "KH-3", "F", "I", "REC"): 2,
    ("2022-05", "KH-1", "F", "I", "REC"): 30,
    ("2022-05", "KH-2", "F", "I", "REC"): 4,
    ("2022-05", "KH-3", "F", "I", "REC"): 4,
    ("2022-05", "KH-1", "M", "I", "REC"): 40,
    ("2022-05", "KH-2", "M", "I", "REC"): 3,
    ("2022-05", "KH-3", "M", "I", "REC"): 3,
    ("2023-05", "KH-1", "M", "I", "REC"): 40,
    ("2023-05", "KH-2", "M", "I", "REC"): 40,
    ("2023-05", "KH-3", "M", "I", "REC"): 3,
}
"""Of 22 women of 2023 two are in the third province, of 83 men three: who follows from the others."""
COLUMNS = ("date", "place", "sex")


def policy(version: int, finest: str, *, dims: int, k: int = 5, consent: str = "REC", more: str = "") -> str:
    return POLICY.format(version=version, finest=finest, dims=dims, k=k, consent=consent, more=more)


def people(groups: Groups) -> Snapshot:
    """A register of these groups. A group keeps its people, and so the names of these, from load to load."""
    rows = [(codes, n) for codes, many in groups.items() for n in range(many)]
    columns = {
        name: Column.of([codes[at] for codes, _ in rows])
        for at, name in enumerate(("date", "place", "sex", "outcome"))
    }
    columns["victim_type"] = Column.of(["DIR" for _ in rows])
    names = ["-".join((*codes, str(n))) for codes, n in rows]
    return Snapshot.of(
        member="KH",
        dictionary="2026.1",
        created=date(2026, 1, 15),
        columns=columns,
        consent=Column.of([codes[4] for codes, _ in rows]),
        links={link: np.array([f"{link}-{name}".encode() for name in names]) for link in LINKS},
    )


@contextmanager
def lone_state(directory: Path) -> Iterator[Node]:
    """The node of a state without policy and register, and a second person who asks for extracts."""
    with federation(directory, "KH", ready=False) as made:
        yield made.members["KH"].node


def answers(node: Node, text: str, groups: Groups | None = None) -> ReleaseHistory:
    """Everything that a cube shows, once it has answered under a policy (of a newly loaded register)."""
    with node.store.reading() as view:
        ruling = bool(view.released_cubes())
    if ruling:
        make(node, checked(node, text))
    put_in_force(node, text)
    known(node, "second", Duty.SECOND)
    return answers_again(node, groups)


def answers_again(node: Node, groups: Groups | None = None) -> ReleaseHistory:
    if groups is not None:
        keep_snapshot(node, people(groups))
    made = build(node)
    give_out(node, made.index)
    return ReleaseHistory.from_bytes(made.cube)


def cube_under(node: Node, text: str) -> ReleaseHistory:
    """What would be shown under a policy. Raises NotProtectedError where nothing safe can be."""
    made = make(node, checked(node, text))
    if made.hindrance is not None:
        raise NotProtectedError(made.hindrance)
    return ReleaseHistory.from_bytes(made.bytes)


def prepared(node: Node, *columns: str, **change: Any) -> Prepared:
    usual = {
        "recipient": "ARMAC",
        "purpose": "regional-reporting",
        "reader": public_text(public_of(b"\x05" * 32)),
    }
    return prepare(node, ExtractRequest(**(usual | change), columns=columns, days=30))


def asked(node: Node, made: Prepared) -> StoredExtract:
    """An extract that was asked for, and counts as given out from then on."""
    return request(node, made, str(sign(words(made.plan, Act.REQUEST_EXTRACT), signer(node, "second"))))


def shown_by(made: Prepared | StoredExtract) -> Release:
    return release_from_json(parse_json(made.disclosed))


def groups_of(made: Prepared | StoredExtract) -> set[tuple[str, ...]]:
    return set(made.plan.groups)


def follows(
    cubes: Iterable[ReleaseHistory],
    extracts: Sequence[Release] = (),
    figures: Sequence[Release] = (),
    threshold: int = 5,
) -> set[Key]:
    """The small groups of which the attacker knows the exact number."""
    found = attack(
        [*(informative_tables(cube) for cube in cubes), *figures, *extracts],
        threshold=threshold,
        zeros="partner",
        time_limit=60,
    )
    assert not found.incomplete, "the attacker had no time to say"
    return {c.key for c in (*found.disclosed, *found.unlisted) if 0 < c.low < threshold}


def unread(release: Release) -> Release:
    """The same release to somebody who knows what it is about and never read a number of it."""
    nothing = np.full(len(release.values), -1, dtype=np.int64)
    return replace(release, values=nothing, withheld=nothing < 0)


def figure_beside(cell: Mapping[str, str], value: int) -> Release:
    """A number that a newspaper has printed."""
    tree = {
        "date": (
            {"2022": "2020-2024", "2023": "2020-2024", "2020-2024": ROOT},
            (ROOT, "2020-2024", "2022", "2023"),
        ),
        "sex": (dict.fromkeys(("M", "F", "X", "U"), ROOT), (ROOT, "M", "F", "X", "U")),
    }
    dims = [Hierarchy(name, tree[name][1], tree[name][0]) for name in cell]
    return Release.of(dims, {tuple(cell.values()): value})


def singletons(cubes: Iterable[ReleaseHistory], extracts: Sequence[Release], groups: Groups) -> set[Key]:
    """The small groups whose number the only person of another group can compute."""
    releases = [*(informative_tables(cube) for cube in cubes), *extracts]
    dims = {dim.name: dim for release in releases for dim in release.dims}
    places = ("date", "place", "sex", "outcome", CONSENT)
    cells: Counter[tuple[str, ...]] = Counter()
    for codes, many in groups.items():
        named = dict(zip(places, codes, strict=True)) | {NAME: "0"}
        named["date"] = named["date"][:4]
        cells[tuple(named[name] for name in dims)] += many
    truth = Table.of(dims.values(), cells.items())
    found = attack(releases, threshold=5, zeros="partner", truth=truth, time_limit=60)
    assert not found.incomplete, "the attacker had no time to say"
    return {each.cell.key for each in found.singletons}
