"""What a recipient may obtain, and a law: bounds in an answer follow from that and from nothing else."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cache
from itertools import combinations, product
from random import Random

from hypothesis import event, given, settings
from hypothesis import strategies as st

from anonymisers.cube.certified_cube import build_cube
from anonymisers.history.release_history import ReleaseHistory
from anonymisers.history.release_parts import ReleasePart
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.rules import Rules
from audit.events.event_values import Filter
from gateway.dictionary import regional
from gateway.dictionary.vocabulary import vocabulary
from gateway.member.answer.decision import decide_on, question_of
from gateway.member.answer.obtainable_tables import Asked, obtainable_tables
from gateway.member.answer.recipient_view import view_of
from gateway.member.answer.withheld_bounds import Withheld, asked_cells, feasible_ranges, withheld_of
from gateway.member.cube.cube_cache import ReadyCube
from gateway.member.model.loaded_snapshot import LoadedSnapshot
from gateway.wire.cells import TOTAL
from policies import Policy, load_policy
from policies.model.terms import Approval

DICTIONARY = regional()
WORDS = vocabulary(DICTIONARY, recipients=["ARMAC", "public"], member="KH")
FINEST = {"date": "year", "outcome": "outcome", "sex": "sex"}
TREES = {d: DICTIONARY.hierarchy(d, level, "KH", years=(2022, 2023)) for d, level in FINEST.items()}
LEVELS = [(d, level) for d in FINEST for level in TREES[d].levels]
AT = datetime(2026, 6, 1, tzinfo=UTC)
KEY = b"0123456789abcdef0123456789abcdef"
NEVER = frozenset({(("outcome", "K"),)})
"""All killed together are withheld, while the killed of some sex or year may be shown."""
PURPOSES = ("regional-reporting", "treaty-reporting")


@dataclass(frozen=True)
class Put:
    """A question as it is logged."""

    by: tuple[str, ...]
    where: tuple[Filter, ...] = ()
    purpose: str = PURPOSES[0]
    organisation: str = "ARMAC"
    role: str = "analyst"
    measure: str = "casualties"
    late_until: datetime = AT


@dataclass
class Reader:
    """A cube that notes the cells that are read off it."""

    cube: ReadyCube
    cells: set[frozenset[tuple[str, str]]] = field(default_factory=set)

    def counting(self, measure: str) -> "Reader":  # noqa: ARG002 - there is one measure here
        return self

    def read(self, key: Mapping[str, str]) -> int | None:
        self.cells.add(frozenset(key.items()))
        return self.cube.read(key)

    def __getattr__(self, name: str) -> object:
        return getattr(self.cube, name)


@cache
def ready(seed: int) -> tuple[ReadyCube, tuple[int, ...]]:
    """A cube of random people, and the count of each of its cells. Odd seeds never show all killed."""
    rules = Rules(threshold=5, max_dims=2, never=NEVER if seed % 2 else frozenset())
    dims = [Hierarchy(d, TREES[d].codes, TREES[d].parent) for d in sorted(FINEST)]
    draw = Random(seed)
    leaves = product(*([d.codes[n] for n in d.leaves] for d in dims))
    table = Table.of(dims, [(cell, draw.choice([0, 0, 1, 2, 3, 4, 6, 9, 15, 30])) for cell in leaves])
    part = ReleasePart("period", frozenset({"2022", "2023"}), dims[0], (build_cube(table, rules, KEY),))
    cube = ReleaseHistory.of(dims, rules, (part,))
    return answering(cube), tuple(cube.true_values(table).tolist())


def answering(cube: ReleaseHistory) -> ReadyCube:
    snapshot = LoadedSnapshot("s-1", datetime(2026, 1, 1, tzinfo=UTC), date(2025, 12, 31), 0)
    return ReadyCube(cube, TREES, snapshot, 1, 0)


def policy_of(document: Mapping[str, object]) -> Policy:
    scope = {"finest": {**FINEST, "sex": "yes", "outcome": "yes"}, "max_dimensions": 2, "priority": []}
    return load_policy(
        json.dumps({"member": "KH", "version": 1, "valid_from": "2026-01-01", **scope, **document}), WORDS
    )


shares = st.fixed_dictionaries(
    {
        "with": st.sampled_from([["ARMAC"], ["ARMAC", "public"], ["public"]]),
        "for": st.sampled_from([[PURPOSES[0]], [PURPOSES[1]], list(PURPOSES)]),
        "measures": st.just(["casualties"]),
    },
    optional={
        "finest": st.sampled_from(
            [{"sex": "all"}, {"date": "year_band5"}, {"outcome": "all"}, {"date": "all", "sex": "all"}]
        ),
        "max_dimensions": st.just(1),
        "only": st.just("ready-made questions"),
        "approval": st.just("one person"),
        "roles": st.just(["analyst"]),
    },
)
bans = st.sampled_from(
    [
        {"together": {"sex": "any", "outcome": "any"}},
        {"show": {"date": "year"}},
        {"show": {"sex": "any"}, "for": [PURPOSES[0]]},
        {"together": {"date": "year", "sex": "any"}, "with": ["ARMAC"]},
    ]
)
documents = st.builds(
    lambda first, more, never: {"share": [{**first, "with": ["ARMAC"]}, *more], "never": never},
    shares,
    st.lists(shares, max_size=2),
    st.lists(bans, max_size=1),
)


def questions(purpose: str, organisation: str = "ARMAC") -> Iterator[Put]:
    """Every question: all tables, with every code of some of their dimensions as a filter."""
    for count in range(4):
        for levels in combinations(LEVELS, count):
            if len({d for d, _ in levels}) < count:
                continue
            for filtered in product((False, True), repeat=count):
                wheres = [TREES[d].at[level] for (d, level), f in zip(levels, filtered, strict=True) if f]
                names = [level for (_, level), f in zip(levels, filtered, strict=True) if f]
                by = tuple(level for (_, level), f in zip(levels, filtered, strict=True) if not f)
                for codes in product(*wheres):
                    where = tuple(Filter(n, (c,)) for n, c in zip(names, codes, strict=True))
                    yield Put(by, where, purpose, organisation)


def answered(policy: Policy, cube: ReadyCube, put: Put) -> tuple[set[frozenset[tuple[str, str]]], bool]:
    """The cells that an answer is read off; whether it is given, and whether a person approves it first."""
    reader = Reader(cube)
    verdict = decide_on(DICTIONARY, "KH", put, policy=policy, cube=reader, at=AT)
    if verdict.refusals or verdict.decision is None or verdict.decision.obligations is None:
        return set(), False
    return reader.cells, verdict.decision.obligations.approval is Approval.AUTOMATIC


def obtained(policy: Policy, cube: ReadyCube, purpose: str) -> set[frozenset[tuple[str, str]]]:
    """Every cell that comes in some answer without anybody's approval: found by asking everything."""
    found: set[frozenset[tuple[str, str]]] = set()
    for put in questions(purpose):
        cells, automatic = answered(policy, cube, put)
        found |= cells if automatic else set()
    return found


def place(cube: ReadyCube, put: Put, cell: Withheld) -> int:
    """The cell of the cube that an answer withholds: filters name one code each."""
    named = {**dict(zip(put.by, cell.codes, strict=True)), **{f.dimension: f.codes[0] for f in put.where}}
    key = {DICTIONARY.level(level).dimension: code for level, code in named.items() if code != TOTAL}
    return feasible_ranges(cube).at(key)


def bounds(policy: Policy, cube: ReadyCube, put: Put) -> tuple[Withheld, ...]:
    """The withheld cells of an answer with their bounds, as they go to the hub."""
    question = question_of(DICTIONARY, put).inside()
    view = view_of(DICTIONARY, cube, policy, Asked(put, question, AT))
    return withheld_of(DICTIONARY, cube, question, view.bounds(asked_cells(DICTIONARY, cube, question)))


def scrambled(cube: ReadyCube, known: set[frozenset[tuple[str, str]]], draw: Random) -> ReadyCube:
    """The cube with other numbers, shown or not, wherever the cell is not among those that are known."""
    cells = cube.withholding
    assert cells is not None
    names = cell_names(cells)
    values, withheld = cells.values.copy(), cells.withheld.copy()
    for place, name in enumerate(names):
        if name not in known:
            withheld[place] = draw.random() < 0.5
            values[place] = -1 if withheld[place] else draw.randrange(60)
    return answering(replace(cells, values=values, withheld=withheld))


def cell_names(cube: ReleaseHistory) -> list[frozenset[tuple[str, str]]]:
    dims = cube.lattice.dims
    return [
        frozenset((d.name, d.codes[p]) for d, p in zip(dims, key, strict=True) if p != d.root)
        for key in cube.lattice.keys().tolist()
    ]


@given(document=documents, seed=st.integers(0, 5), purpose=st.sampled_from(PURPOSES))
@settings(max_examples=30, deadline=None)
def test_bounds_are_a_function_of_what_the_recipient_may_obtain(
    document: Mapping[str, object], seed: int, purpose: str
) -> None:
    """Whatever is changed that no answer to the recipient holds, for this purpose: the same bounds."""
    policy, (made, truth) = policy_of(document), ready(seed)
    cube, draw = answering(made.withholding), Random(seed)
    known = obtained(policy, cube, purpose)
    other = scrambled(cube, known, draw)
    reported = 0
    for put in questions(purpose):
        own, automatic = answered(policy, cube, put)
        found = bounds(policy, cube, put) if own else ()
        if found:
            changed = other if automatic else scrambled(cube, known | own, draw)
            assert bounds(policy, changed, put) == found
        for cell in found:
            count = truth[place(cube, put, cell)]
            assert cell.low <= count
            assert cell.high is None or count <= cell.high
            reported += cell.high is not None
    event(f"cells known: {len(known) * 4 // len(truth)} quarters; bounds disclosed: {reported > 0}")


@given(document=documents, purpose=st.sampled_from(PURPOSES))
@settings(max_examples=80, deadline=None)
def test_obtainable_tables_are_those_that_some_answer_holds(
    document: Mapping[str, object], purpose: str
) -> None:
    """No table more, or bounds would tell of it; and none less."""
    policy, (cube, _) = policy_of(document), ready(0)
    known = obtained(policy, cube, purpose)

    question = question_of(DICTIONARY, Put((), purpose=purpose))
    tables = obtainable_tables(DICTIONARY, policy, TREES, Asked(Put(()), question, AT))

    cells = {
        frozenset(zip((d for d, _ in levels), codes, strict=True))
        for levels in map(list, tables)
        for codes in product(*(TREES[d].at[level] for d, level in levels))
    }
    assert cells == known


FULL = {"with": ["ARMAC"], "for": list(PURPOSES), "measures": ["casualties"]}


def tables_of(*shares: Mapping[str, object]) -> set[tuple[str, ...]]:
    """The levels of the tables that these permissions let be obtained."""
    question = question_of(DICTIONARY, Put(()))
    found = obtainable_tables(
        DICTIONARY, policy_of({"share": list(shares)}), TREES, Asked(Put(()), question, AT)
    )
    return {tuple(sorted(level for _, level in levels)) for levels in found}


def test_a_ready_made_question_is_obtained_with_its_margins() -> None:
    assert tables_of({**FULL, "only": "ready-made questions"}) == {
        *((), ("year",), ("outcome",), ("outcome", "year")),
    }


def test_a_table_that_a_person_would_approve_first_is_not_obtained() -> None:
    assert tables_of({**FULL, "approval": "one person"}) == set()
    ready_made = {"ready_made": "automatic", "others": "one person"}
    assert ("outcome", "year") in tables_of({**FULL, "approval": ready_made})
    assert ("outcome", "sex") not in tables_of({**FULL, "approval": ready_made})


def test_two_permissions_never_add_up_to_a_table() -> None:
    tables = tables_of({**FULL, "finest": {"sex": "all"}}, {**FULL, "finest": {"outcome": "all"}})

    assert {("outcome", "year"), ("sex", "year")} <= tables
    assert ("outcome", "sex") not in tables


def test_an_approved_answer_is_bounded_by_its_own_cells_and_by_no_other_table() -> None:
    """Whoever approved one table has not approved what others tell about it."""
    cube, _ = ready(1)
    policy = policy_of({"share": [{**FULL, "approval": "one person"}]})
    wide = policy_of({"share": [FULL]})
    widths = []
    for put in (p for p in questions(PURPOSES[0]) if len(p.by) < 3 and not p.where):
        narrow = bounds(wide, answering(cube.withholding), put)
        for own, all_of_them in zip(bounds(policy, answering(cube.withholding), put), narrow, strict=True):
            assert own.low <= all_of_them.low
            assert own.high is None or (all_of_them.high is not None and all_of_them.high <= own.high)
            widths.append((own.low, own.high) != (all_of_them.low, all_of_them.high))
    assert any(widths)
