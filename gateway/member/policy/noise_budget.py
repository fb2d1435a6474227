"""The privacy budget of a data set: what is spent, and what the tables of a plan would cost.

The people who are counted from one release on are a release part. Nobody is in two parts, so that each part
may spend the whole budget for its own people. A person counts once: in the first year in which the person
counts at all. Noise is drawn once for a table and a release part; the noisy counts stay. A table that a later
policy adds is drawn for the release parts that exist already, as far as their budget allows.

`gateway.member.build.noise_draws` spends the budget and draws.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from anonymisers.errors import AnonymiserError
from anonymisers.perturbation.noise_draws import NoiseDraws, NoiseSpace
from anonymisers.perturbation.noisy_cube import NoisyCube, PlannedTable, noisy_cube
from anonymisers.perturbation.privacy_parameters import Privacy
from anonymisers.tables.hierarchy import Hierarchy
from gateway.dictionary import Dictionary
from gateway.member.cube.cube_inputs import TIME
from gateway.member.errors import NotProtectedError
from gateway.member.model.periods import lies_in
from gateway.member.model.privacy_budget import BudgetCharge, PrivacyView, ReleasePart, Table
from gateway.member.model.snapshot import Snapshot, population
from gateway.member.model.stored_cube import Plan
from gateway.member.node.ports import View
from gateway.member.policy.mechanism_choice import privacy


@dataclass(frozen=True)
class Ledger:
    """All charges to the budget so far, with their noisy counts."""

    release_parts: tuple[ReleasePart, ...] = ()
    charged: tuple[BudgetCharge, ...] = ()

    @classmethod
    def of(cls, view: PrivacyView) -> "Ledger":
        return cls(view.release_parts(), view.charged())

    def spent(self, release_part: int) -> Fraction:
        """The epsilon spent by each person of a release part, whether or not the noisy counts were kept."""
        return sum((Fraction(c.epsilon) for c in self.charged if c.release_part == release_part), Fraction(0))

    def charge(self, release_part: int, table: Table) -> BudgetCharge | None:
        """The charge of a table that is not drawn yet; None where it is drawn, or not charged."""
        if self.answer(release_part, table) is not None:
            return None
        charges = (c for c in self.charged if (c.release_part, c.table) == (release_part, table))
        return next(charges, None)

    def answer(self, release_part: int, table: Table) -> NoiseDraws | None:
        """The first noisy counts of a table."""
        found = (c.answer for c in self.charged if (c.release_part, c.table) == (release_part, table))
        kept = next((answer for answer in found if answer is not None), None)
        return None if kept is None else NoiseDraws.from_bytes(kept)


@dataclass(frozen=True)
class Due:
    """A ledger with the further needs of a plan: a release part for new years, and tables to be charged.

    `charged`: tables that are charged already, and not drawn yet.
    """

    ledger: Ledger
    fresh: ReleasePart | None
    tables: tuple[tuple[ReleasePart, Table], ...]
    charged: tuple[tuple[ReleasePart, BudgetCharge], ...]

    @property
    def release_parts(self) -> tuple[ReleasePart, ...]:
        return (*self.ledger.release_parts, *filter(None, [self.fresh]))


def due(ledger: Ledger, plan: Plan, snapshot: Snapshot) -> Due:
    """The charges and draws that a plan needs. Raises NotProtectedError where the budget does not allow the
    plan.
    """
    mechanism = mechanism_of(plan)
    if any(part.mechanism != plan.mechanism for part in ledger.release_parts):
        raise NotProtectedError(
            "The privacy budget of this data set was spent on tables under other parameters.",
            remedy="A budget holds for the life of a data set: write the mechanism as it was.",
        )
    if not plan.years:
        raise NotProtectedError(
            "No year that the policy counts was over, embargo included, when the register was read.",
            remedy="Load the register again later, or name an earlier 'first_year'.",
        )
    released = {year for part in ledger.release_parts for year in part.years}
    if missing := sorted(released - set(plan.years)):
        raise NotProtectedError(
            f"Years that are drawn already would not be covered any more: {', '.join(map(str, missing))}.",
            remedy="What was drawn stays drawn: load the whole register, or shorten the embargo again.",
        )
    fresh = None
    if years := tuple(year for year in plan.years if year not in released):
        fresh = _fresh(ledger, plan, snapshot, years)
    release_parts = [*ledger.release_parts, *filter(None, [fresh])]
    undrawn = [(p, t) for p in release_parts for t in plan.tables if ledger.answer(p.number, t) is None]
    lacks = [(p, t) for p, t in undrawn if ledger.charge(p.number, t) is None]
    charges = [(p, ledger.charge(p.number, t)) for p, t in undrawn]
    for part in release_parts:
        tables, spent = sum(p is part for p, _ in lacks), ledger.spent(part.number)
        if spent + tables * mechanism.epsilon > mechanism.total:
            raise NotProtectedError(
                f"{tables} tables of release part {part.number} would cost epsilon {mechanism.per_table} "
                f"each; of {mechanism.budget}, {_decimal(mechanism.total - spent)} is left to each of its "
                "people.",
                remedy="List fewer tables under 'priority'. Nothing was charged or drawn.",
            )
    return Due(ledger, fresh, tuple(lacks), tuple((p, c) for p, c in charges if c is not None))


def _fresh(ledger: Ledger, plan: Plan, snapshot: Snapshot, years: tuple[int, ...]) -> ReleasePart:
    """The people counted in these years who were in no release part before, under this or another number."""
    persons, cases = (pseudonyms(snapshot, link) for link in ("person", "case"))
    known = {person for part in ledger.release_parts for person in part.persons}
    before = np.isin(cases, as_array({case for part in ledger.release_parts for case in part.cases}))
    known.update(persons[before].tolist())
    people = frozenset(persons[counted_rows(snapshot, plan, years)].tolist()) - known
    theirs = frozenset(cases[np.isin(persons, as_array(people))].tolist())
    return ReleasePart(len(ledger.release_parts) + 1, plan.mechanism, years, people, theirs)


def noisy_cube_of(dictionary: Dictionary, view: View, snapshot: Snapshot, plan: Plan) -> NoisyCube:
    """The cube of a plan, of the noisy counts in the store; tables without any are pending in the cube.

    Raises NotProtectedError where the budget or the size of a table does not allow the plan.
    """
    wanted = due(Ledger.of(view.privacy), plan, snapshot)
    used = {dimension for table in plan.tables for dimension, _ in table}
    finest = [(dimension, level) for dimension, level in plan.finest.items() if dimension in used]
    dims = [hierarchy_of(dictionary, snapshot, plan, axis) for axis in finest]
    try:
        tables = [_planned(dictionary, snapshot, plan, wanted, table) for table in plan.tables]
        return noisy_cube(dims, tables, mechanism_of(plan))
    except AnonymiserError as error:
        raise _refused(error) from None


def check_affordable(dictionary: Dictionary, view: View, snapshot: Snapshot, plan: Plan) -> None:
    """Raise NotProtectedError where the budget or the size of a table does not allow a plan."""
    noisy_cube_of(dictionary, view, snapshot, plan)


def _planned(
    dictionary: Dictionary, snapshot: Snapshot, plan: Plan, wanted: Due, table: Table
) -> PlannedTable:
    dims = tuple(hierarchy_of(dictionary, snapshot, plan, pair) for pair in table)
    parts: list[NoiseDraws | NoiseSpace] = []
    for part in wanted.release_parts:
        parts.append(wanted.ledger.answer(part.number, table) or space_of(dims, part))
    return PlannedTable(dims, parts)


def space_of(dims: Sequence[Hierarchy], release_part: ReleasePart) -> NoiseSpace:
    """The possible cells of a part's people. Raises NotProtectedError for a table that is too large."""
    time = next((dim for dim in dims if dim.name == TIME), None)
    codes = () if time is None else tuple(time.codes[place] for place in time.leaves.tolist())
    inside = frozenset(code for code in codes if lies_in(code, set(release_part.years)))
    try:
        return NoiseSpace.of(dims, {} if time is None else {TIME: inside})
    except AnonymiserError as error:
        raise _refused(error) from None


def hierarchy_of(dictionary: Dictionary, snapshot: Snapshot, plan: Plan, axis: tuple[str, str]) -> Hierarchy:
    dimension, level = axis
    tree = dictionary.hierarchy(dimension, level, snapshot.member, years=plan.years)
    return Hierarchy(dimension, tree.codes, tree.parent)


def counted_rows(snapshot: Snapshot, plan: Plan, years: Sequence[int]) -> NDArray[np.bool_]:
    """Mask over the rows of some years that belong to the population."""
    column = snapshot.column(TIME)
    inside = np.array([int(code[:4]) in set(years) for code in column.codes], dtype=np.bool_)
    rows: NDArray[np.bool_] = (
        population(snapshot, plan.consent, victims=plan.victims) & inside[column.indices]
    )
    return rows


def pseudonyms(snapshot: Snapshot, link: str) -> NDArray[np.str_]:
    return np.char.decode(snapshot.links[link], "ascii")


def as_array(pseudonyms: Collection[str]) -> NDArray[np.str_]:
    return np.array(sorted(pseudonyms), dtype=np.str_)


def mechanism_of(plan: Plan) -> Privacy:
    found = privacy(plan.mechanism)
    if found is None or not plan.tables:
        raise NotProtectedError(
            "The policy leaves no table to draw: none of those under 'priority' is of dimensions that it "
            "shows and the data have.",
            remedy="List a table of these under 'priority'.",
        )
    return found


def _decimal(number: Fraction) -> str:
    return f"{float(number):g}"


def _refused(error: AnonymiserError) -> NotProtectedError:
    return NotProtectedError(f"The tables cannot be drawn: {error.message}.", remedy=error.remedy)
