"""Charges the privacy budget for the tables of a plan, and draws their noisy counts.

No table is drawn before the charge for the table is in the store, and no charge is given back: where the node
stops between charge and draw, the table is paid for and lost.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from anonymisers.perturbation.noise_draws import NoiseSpace, draw_noise
from anonymisers.tables.hierarchy import Hierarchy
from audit.events.event import whole_second
from audit.events.record_events import PrivacyCharged
from gateway.dictionary import Dictionary
from gateway.member.cube.cube_inputs import TIME
from gateway.member.errors import NotProtectedError, PolicyRefusedError
from gateway.member.model.privacy_budget import BudgetCharge, ReleasePart, Table
from gateway.member.model.snapshot import Snapshot
from gateway.member.model.stored_cube import Plan
from gateway.member.node import log_entries
from gateway.member.node.context import Node
from gateway.member.node.ports import View
from gateway.member.policy.mechanism_choice import check_alone, fixed
from gateway.member.policy.noise_budget import (
    Ledger,
    as_array,
    counted_rows,
    due,
    mechanism_of,
    pseudonyms,
    space_of,
)
from gateway.member.register.person_counts import placed
from gateway.member.register.population import taken


def charge_and_draw(node: Node, snapshot: Snapshot, plan: Plan) -> None:
    """Charge and draw the tables that the plan still needs, one by one.

    So a node that stops loses one table at most. The caller has made the cube of the plan before
    (`noisy_cube_of`), so that no table is charged that cannot be drawn. Raises NotProtectedError, and charges
    nothing, where the budget does not cover all tables.
    """
    with node.store.reading() as view:
        wanted = due(Ledger.of(view.privacy), plan, snapshot)
    ledger, epsilon = wanted.ledger, mechanism_of(plan).epsilon
    for release_part, table in wanted.tables:
        one = _DrawInputs.of(node.dictionary, snapshot, plan, (release_part, table))
        charge = _charge(node, plan, ledger, (release_part, table))
        answered = replace(charge, answer=draw_noise(one.space, one.dims, one.coords, epsilon).to_bytes())
        ledger = _keep(node, answered)


def _charge(node: Node, plan: Plan, ledger: Ledger, paid: tuple[ReleasePart, Table]) -> BudgetCharge:
    """Charge one table; the charge is in the store when this returns."""
    mechanism, (release_part, table) = mechanism_of(plan), paid
    with node.store.writing() as work:
        if Ledger.of(work.privacy) != ledger:
            raise NotProtectedError(
                "Somebody else has charged tables meanwhile.",
                remedy="Nothing more was charged. Make them again.",
            )
        _check_alone(work, plan)
        if release_part not in ledger.release_parts:
            work.privacy.add_release_part(release_part)
        event = PrivacyCharged(
            member=node.member,
            release_part=release_part.number,
            levels=tuple(level for _, level in table),
            epsilon=mechanism.per_table,
            budget=mechanism.budget,
            at=whole_second(node.clock.now()),
        )
        index = log_entries.record(node, work, event, {})
        charge = BudgetCharge(index, release_part.number, table, mechanism.per_table)
        work.privacy.charge(charge)
    return charge


def _keep(node: Node, answered: BudgetCharge) -> Ledger:
    """Keep noisy counts and return the ledger; noisy counts that another process kept first stay."""
    with node.store.writing() as work:
        if Ledger.of(work.privacy).answer(answered.release_part, answered.table) is None:
            work.privacy.keep(answered)
        return Ledger.of(work.privacy)


def _check_alone(view: View, plan: Plan) -> None:
    """Check the mechanism in the transaction of the charge: an answer or a figure may be new since."""
    try:
        check_alone(view, plan.mechanism)
    except PolicyRefusedError as error:
        raise NotProtectedError(error.message, remedy=error.remedy) from None
    if fixed(view) not in (None, plan.mechanism):
        raise NotProtectedError(
            "Something exact was given out of this data set. A privacy budget is offered only where nothing "
            "exact exists.",
            remedy="Write the mechanism as it was.",
        )


@dataclass(frozen=True, eq=False)
class _DrawInputs:
    """Everything needed to draw the noise of a table."""

    space: NoiseSpace
    dims: tuple[Hierarchy, ...]
    coords: NDArray[np.int32]

    @classmethod
    def of(
        cls, dictionary: Dictionary, snapshot: Snapshot, plan: Plan, each: tuple[ReleasePart, Table]
    ) -> "_DrawInputs":
        release_part, table = each
        own = np.isin(pseudonyms(snapshot, "person"), as_array(release_part.persons))
        rows = taken(snapshot, counted_rows(snapshot, plan, release_part.years) & own)
        once = taken(rows, _first_of_each(rows))
        everybody = np.ones(len(once), dtype=np.bool_)
        dims, coords, _ = placed(once, dictionary, dict(table), everybody, plan.years)
        return cls(space_of(dims, release_part), dims, coords)


def _first_of_each(rows: Snapshot) -> NDArray[np.intp]:
    """The row of the earliest day of each person, by the rows of that person alone."""
    dates = np.array(rows.column(TIME).values() or [""])
    order = np.lexsort((rows.links["case"], dates[: len(rows)]))
    _, first = np.unique(rows.links["person"][order], return_index=True)
    return np.sort(order[first]).astype(np.intp)
