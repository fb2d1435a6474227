"""Tables of people are drawn with noise once, and paid for before: by every person of a portion, for ever.

Who is counted from one release on is a portion; nobody is in two, so that each portion may spend the whole
budget for its own people. A person counts once: in the first year in which he counts at all. What was drawn
of a portion stands. A table that a later policy adds is drawn of the portions there are, as far as their
people can pay.

Nothing is drawn before the charge for it is kept, and nothing is given back: where the node ends between
charge and answer, the table is paid and lost.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from anonymisers.errors import AnonymiserError
from anonymisers.perturbation.noise_draws import NoiseDraws, NoiseSpace, draw_noise
from anonymisers.perturbation.noisy_cube import NoisyCube, PlannedTable, noisy_cube
from anonymisers.perturbation.privacy_parameters import Privacy
from anonymisers.tables.hierarchy import Hierarchy
from audit.events.event import whole_second
from audit.events.record_events import PrivacyCharged
from gateway.dictionary import Dictionary
from gateway.member.cube.cube_inputs import TIME
from gateway.member.errors import NotProtectedError, PolicyRefusedError
from gateway.member.model.kept import Plan
from gateway.member.model.periods import lies_in
from gateway.member.model.privacy_budget import Charged, Portion, PrivacyView, Table
from gateway.member.model.snapshot import Snapshot, population
from gateway.member.node import log_entries
from gateway.member.node.context import Node
from gateway.member.node.ports import View
from gateway.member.policy.mechanism_choice import check_alone, fixed, privacy
from gateway.member.register.person_counts import placed
from gateway.member.register.population import taken


@dataclass(frozen=True)
class Ledger:
    """What was charged to the budget so far, and drawn."""

    portions: tuple[Portion, ...] = ()
    charged: tuple[Charged, ...] = ()

    @classmethod
    def of(cls, view: PrivacyView) -> "Ledger":
        return cls(view.portions(), view.charged())

    def spent(self, portion: int) -> Fraction:
        """By each person of a portion, whether or not anything came of it."""
        return sum((Fraction(c.epsilon) for c in self.charged if c.portion == portion), Fraction(0))

    def answer(self, portion: int, table: Table) -> NoiseDraws | None:
        """What was drawn of a table first."""
        found = (c.answer for c in self.charged if (c.portion, c.table) == (portion, table))
        kept = next((answer for answer in found if answer is not None), None)
        return None if kept is None else NoiseDraws.from_bytes(kept)


@dataclass(frozen=True)
class Due:
    """A ledger with what a plan needs of it beyond: a portion for years that are new, tables to be drawn."""

    ledger: Ledger
    fresh: Portion | None
    tables: tuple[tuple[Portion, Table], ...]

    @property
    def portions(self) -> tuple[Portion, ...]:
        return (*self.ledger.portions, *filter(None, [self.fresh]))


def due(ledger: Ledger, made: Plan, snapshot: Snapshot) -> Due:
    """What has to be paid and drawn for a plan. Raises NotProtectedError where that cannot be."""
    mechanism = _mechanism(made)
    if any(portion.mechanism != made.changed for portion in ledger.portions):
        raise NotProtectedError(
            "People of this data set have paid for tables under other parameters.",
            remedy="A budget holds for the life of a data set: write the mechanism as it was.",
        )
    if not made.years:
        raise NotProtectedError(
            "No year that the policy counts was over, embargo included, when the register was read.",
            remedy="Load the register again later, or name an earlier 'first_year'.",
        )
    released = {year for portion in ledger.portions for year in portion.years}
    if missing := sorted(released - set(made.years)):
        raise NotProtectedError(
            f"Years that are drawn already would not be covered any more: {', '.join(map(str, missing))}.",
            remedy="What was drawn stays drawn: load the whole register, or shorten the embargo again.",
        )
    fresh = None
    if years := tuple(year for year in made.years if year not in released):
        fresh = _fresh(ledger, made, snapshot, years)
    portions = [*ledger.portions, *filter(None, [fresh])]
    lacks = [(p, t) for p in portions for t in made.tables if ledger.answer(p.number, t) is None]
    for portion in portions:
        tables, spent = sum(p is portion for p, _ in lacks), ledger.spent(portion.number)
        if spent + tables * mechanism.epsilon > mechanism.total:
            raise NotProtectedError(
                f"{tables} tables of portion {portion.number} would cost epsilon {mechanism.per_table} each; "
                f"of {mechanism.budget}, {_decimal(mechanism.total - spent)} is left to each of its people.",
                remedy="List fewer tables under 'priority'. Nothing was charged or drawn.",
            )
    return Due(ledger, fresh, tuple(lacks))


def _fresh(ledger: Ledger, made: Plan, snapshot: Snapshot, years: tuple[int, ...]) -> Portion:
    """Those who are counted in these years and were in no portion before, under this or another number."""
    persons, cases = (_pseudonyms(snapshot, link) for link in ("person", "case"))
    known = {person for portion in ledger.portions for person in portion.persons}
    before = np.isin(cases, _sorted({case for portion in ledger.portions for case in portion.cases}))
    known.update(persons[before].tolist())
    people = frozenset(persons[_counted(snapshot, made, years)].tolist()) - known
    theirs = frozenset(cases[np.isin(persons, _sorted(people))].tolist())
    return Portion(len(ledger.portions) + 1, made.changed, years, people, theirs)


def pay_and_draw(node: Node, snapshot: Snapshot, made: Plan) -> None:
    """Charge and draw every table that the plan still needs, one by one; nothing where it needs none.

    Where the node ends, so, one table is lost and no more. The caller has made a `drawn_cube` of the plan, so
    that nothing goes wrong once it is paid. Raises NotProtectedError, with nothing charged, where the budget
    does not pay for all of them.
    """
    with node.store.reading() as view:
        wanted = due(Ledger.of(view.privacy), made, snapshot)
    ledger, epsilon = wanted.ledger, _mechanism(made).epsilon
    for portion, table in wanted.tables:
        one = _Ready.of(node.dictionary, snapshot, made, (portion, table))
        charge = _charge(node, made, ledger, (portion, table))
        answered = replace(charge, answer=draw_noise(one.space, one.dims, one.coords, epsilon).to_bytes())
        ledger = _keep(node, answered)


def drawn_cube(dictionary: Dictionary, view: View, snapshot: Snapshot, made: Plan) -> NoisyCube:
    """The cube of a plan, of what was drawn; tables that are still to be drawn are pending in it.

    Raises NotProtectedError where they cannot be.
    """
    wanted = due(Ledger.of(view.privacy), made, snapshot)
    used = {dimension for table in made.tables for dimension, _ in table}
    finest = [(dimension, level) for dimension, level in made.finest.items() if dimension in used]
    dims = [_hierarchy(dictionary, snapshot, made, axis) for axis in finest]
    try:
        tables = [_planned(dictionary, snapshot, made, wanted, table) for table in made.tables]
        return noisy_cube(dims, tables, _mechanism(made))
    except AnonymiserError as error:
        raise _refused(error) from None


def check_payable(dictionary: Dictionary, view: View, snapshot: Snapshot, made: Plan) -> None:
    """Raises NotProtectedError where a plan cannot be drawn."""
    drawn_cube(dictionary, view, snapshot, made)


def _charge(node: Node, made: Plan, ledger: Ledger, paid: tuple[Portion, Table]) -> Charged:
    """Kept when this returns."""
    mechanism, (portion, table) = _mechanism(made), paid
    with node.store.writing() as work:
        if Ledger.of(work.privacy) != ledger:
            raise NotProtectedError(
                "Somebody else has charged tables meanwhile.",
                remedy="Nothing more was charged. Make them again.",
            )
        _check_alone(work, made)
        if portion not in ledger.portions:
            work.privacy.add_portion(portion)
        event = PrivacyCharged(
            member=node.member,
            portion=portion.number,
            levels=tuple(level for _, level in table),
            epsilon=mechanism.per_table,
            budget=mechanism.budget,
            at=whole_second(node.clock.now()),
        )
        index = log_entries.record(node, work, event, {})
        charge = Charged(index, portion.number, table, mechanism.per_table)
        work.privacy.charge(charge)
    return charge


def _keep(node: Node, answered: Charged) -> Ledger:
    """The ledger with it; somebody else may have paid and drawn as well: then what was kept first stands."""
    with node.store.writing() as work:
        if Ledger.of(work.privacy).answer(answered.portion, answered.table) is None:
            work.privacy.keep(answered)
        return Ledger.of(work.privacy)


def _check_alone(view: View, made: Plan) -> None:
    """Again in the transaction of the charge: an answer or a figure may have come since it was looked at."""
    try:
        check_alone(view, made.changed)
    except PolicyRefusedError as error:
        raise NotProtectedError(error.message, remedy=error.remedy) from None
    if fixed(view) not in (None, made.changed):
        raise NotProtectedError(
            "Something exact was given out of this data set. A privacy budget is offered only where nothing "
            "exact exists.",
            remedy="Write the mechanism as it was.",
        )


@dataclass(frozen=True, eq=False)
class _Ready:
    """All that drawing a table needs."""

    space: NoiseSpace
    dims: tuple[Hierarchy, ...]
    coords: NDArray[np.int32]

    @classmethod
    def of(
        cls, dictionary: Dictionary, snapshot: Snapshot, made: Plan, each: tuple[Portion, Table]
    ) -> "_Ready":
        portion, table = each
        own = np.isin(_pseudonyms(snapshot, "person"), _sorted(portion.persons))
        rows = taken(snapshot, _counted(snapshot, made, portion.years) & own)
        once = taken(rows, _first_of_each(rows))
        everybody = np.ones(len(once), dtype=np.bool_)
        dims, coords, _ = placed(once, dictionary, dict(table), everybody, made.years)
        return cls(_space(dims, portion), dims, coords)


def _planned(
    dictionary: Dictionary, snapshot: Snapshot, made: Plan, wanted: Due, table: Table
) -> PlannedTable:
    dims = tuple(_hierarchy(dictionary, snapshot, made, pair) for pair in table)
    parts: list[NoiseDraws | NoiseSpace] = []
    for portion in wanted.portions:
        parts.append(wanted.ledger.answer(portion.number, table) or _space(dims, portion))
    return PlannedTable(dims, parts)


def _space(dims: Sequence[Hierarchy], portion: Portion) -> NoiseSpace:
    """Where people of a portion can be. Raises NotProtectedError for a table that is too large."""
    time = next((dim for dim in dims if dim.name == TIME), None)
    codes = () if time is None else tuple(time.codes[place] for place in time.leaves.tolist())
    inside = frozenset(code for code in codes if lies_in(code, set(portion.years)))
    try:
        return NoiseSpace.of(dims, {} if time is None else {TIME: inside})
    except AnonymiserError as error:
        raise _refused(error) from None


def _hierarchy(dictionary: Dictionary, snapshot: Snapshot, made: Plan, axis: tuple[str, str]) -> Hierarchy:
    dimension, level = axis
    tree = dictionary.hierarchy(dimension, level, snapshot.member, years=made.years)
    return Hierarchy(dimension, tree.codes, tree.parent)


def _counted(snapshot: Snapshot, made: Plan, years: Sequence[int]) -> NDArray[np.bool_]:
    """The rows of some years that belong to the population."""
    column = snapshot.column(TIME)
    inside = np.array([int(code[:4]) in set(years) for code in column.codes], dtype=np.bool_)
    rows: NDArray[np.bool_] = (
        population(snapshot, made.consent, victims=made.victims) & inside[column.indices]
    )
    return rows


def _first_of_each(rows: Snapshot) -> NDArray[np.intp]:
    """Of each person the row of the earliest day, by the person's own rows alone."""
    dates = np.array(rows.column(TIME).values() or [""])
    order = np.lexsort((rows.links["case"], dates[: len(rows)]))
    _, first = np.unique(rows.links["person"][order], return_index=True)
    return np.sort(order[first]).astype(np.intp)


def _pseudonyms(snapshot: Snapshot, link: str) -> NDArray[np.str_]:
    return np.char.decode(snapshot.links[link], "ascii")


def _sorted(pseudonyms: Collection[str]) -> NDArray[np.str_]:
    return np.array(sorted(pseudonyms), dtype=np.str_)


def _mechanism(made: Plan) -> Privacy:
    found = privacy(made.changed)
    if found is None or not made.tables:
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
