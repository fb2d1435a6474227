"""Whatever loads and policies come in whatever order: nobody ever pays more than the budget."""

from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymisers.perturbation.noise_draws import NoiseDraws, NoiseSpace
from anonymisers.perturbation.privacy_parameters import Privacy
from gateway.member.errors import NotProtectedError
from gateway.member.model.privacy_budget import BudgetCharge
from gateway.member.model.snapshot import Column, Snapshot
from gateway.member.model.stored_cube import Plan
from gateway.member.policy.noise_budget import Due, Ledger, due

PRIVACY = Privacy("1", "0.3", 2020)
LAST = 2025
TABLES = tuple(((name, name),) for name in ("outcome", "sex", "age", "activity", "date"))


@dataclass
class DataSet:
    """What a node keeps, without a node: charges are drawn at once, or later."""

    ledger: Ledger = field(default_factory=Ledger)

    def make(self, plan: Plan, people: Snapshot, *, later: bool) -> Due | None:
        """As a node would; None where it is refused."""
        try:
            wanted = due(self.ledger, plan, people)
        except NotProtectedError:
            return None
        first = len(self.ledger.charged)
        answer = None if later else NoiseDraws(NoiseSpace(()), (0,)).to_bytes()
        charges = [
            BudgetCharge(first + n, part.number, table, PRIVACY.per_table, answer)
            for n, (part, table) in enumerate(wanted.tables)
        ]
        drawn = {charge.because for _, charge in wanted.charged} if not later else set()
        before = [replace(c, answer=answer) if c.because in drawn else c for c in self.ledger.charged]
        self.ledger = Ledger(wanted.release_parts, (*before, *charges))
        return wanted


def people_of(rows: list[tuple[int, int]]) -> Snapshot:
    """Rows of persons (by number) in years."""
    size = len(rows)
    return Snapshot.of(
        member="KH",
        dictionary="2026.1",
        created=date(LAST + 1, 6, 1),
        columns={
            "date": Column.of([f"{year}-01" for _, year in rows]),
            "victim_type": Column.of(["DIR"] * size),
        },
        consent=Column.of(["AGG"] * size),
        links={
            "person": np.array([f"p{person:04d}".encode() for person, _ in rows], dtype="S5"),
            "case": np.array([f"c{who}-{when}-{n:02d}".encode() for n, (who, when) in enumerate(rows)]),
            "accident": np.array([f"a{n:04d}".encode() for n in range(size)], dtype="S5"),
        },
    )


ROWS = st.lists(st.tuples(st.integers(0, 4), st.integers(2019, LAST)), min_size=6, max_size=12)
STEP = st.tuples(
    ROWS,
    st.sampled_from((1, 1, 0, 2, -1)),  # years more than before
    st.sets(st.sampled_from(TABLES), min_size=1, max_size=3),
    st.booleans(),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(STEP, min_size=2, max_size=7))
def test_nobody_pays_more_than_the_budget_and_what_was_drawn_stands(
    steps: list[tuple[list[tuple[int, int]], int, set[tuple[tuple[str, str], ...]], bool]],
) -> None:
    data, last = DataSet(), PRIVACY.first_year
    for rows, more, tables, later in steps:
        last = min(last + more, LAST)
        plan = Plan(
            finest={},
            years=tuple(range(PRIVACY.first_year, last + 1)),
            consent=("AGG",),
            victims=("DIR",),
            rules="",
            mechanism=PRIVACY.words,
            tables=tuple(sorted(tables)),
        )
        before = data.ledger
        made = data.make(plan, people_of(rows), later=later)
        after = data.ledger

        assert after.release_parts[: len(before.release_parts)] == before.release_parts, (
            "who is counted stays so"
        )
        paid = [replace(charge, answer=None) for charge in after.charged]
        assert paid[: len(before.charged)] == [replace(charge, answer=None) for charge in before.charged], (
            "what was paid stays paid"
        )
        assert len({(c.release_part, c.table) for c in paid}) == len(paid), "and is paid once"
        persons = [person for part in after.release_parts for person in part.persons]
        assert len(persons) == len(set(persons)), "nobody is in two release parts"
        assert all(after.spent(part.number) <= PRIVACY.total for part in after.release_parts)
        years = [year for part in after.release_parts for year in part.years]
        assert len(years) == len(set(years))
        if made is not None and not later:
            again = due(after, plan, people_of(rows))
            assert (again.fresh, again.tables, again.charged) == (None, (), ()), "asking again costs nothing"
