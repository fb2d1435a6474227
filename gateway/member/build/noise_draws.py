"""Charges the privacy budget for the tables of a plan, and draws their noisy counts.

Charged, then witnessed, then drawn: no table is drawn before the hub has cosigned the log entry of its
charge, and no charge is given back. The noise is a function of the node's key, the release part, the table
and its counts: a node that stops between charge and draw draws later, and a repetition is the same number.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from time import monotonic, sleep

import numpy as np
from numpy.typing import NDArray

from anonymisers.perturbation.noise_draws import NoiseSpace, draw_noise
from anonymisers.tables.hierarchy import Hierarchy
from audit.events.event import whole_second
from audit.events.record_events import PrivacyCharged
from gateway.dictionary import Dictionary
from gateway.member.cube.cube_inputs import TIME
from gateway.member.errors import NotProtectedError, NotWitnessedError, PolicyRefusedError
from gateway.member.model.privacy_budget import BudgetCharge, ReleasePart, Table
from gateway.member.model.snapshot import Snapshot
from gateway.member.model.stored_cube import Plan
from gateway.member.node import log_entries
from gateway.member.node.context import Node
from gateway.member.node.hub_cosignatures import is_witnessed
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

HUB_CONFIRMS = 45.0
"""Seconds in which a running node's calls bring the hub's cosignature, and a person can wait for it."""

_LOOKS = 0.5
"""Seconds between looks for the hub's cosignature."""


def charge(node: Node, snapshot: Snapshot, plan: Plan) -> None:
    """Charge the tables that the plan still needs, all in one transaction, and draw nothing.

    The caller has made the cube of the plan before (`noisy_cube_of`), so that no table is charged that cannot
    be drawn. Raises NotProtectedError, and charges nothing, where the budget does not cover all tables.
    """
    mechanism = mechanism_of(plan)
    with node.store.writing() as work:
        wanted = due(Ledger.of(work.privacy), plan, snapshot)
        if not wanted.tables:
            return
        _check_alone(work, plan)
        if wanted.fresh is not None:
            work.privacy.add_release_part(wanted.fresh)
        for release_part, table in wanted.tables:
            event = PrivacyCharged(
                member=node.member,
                release_part=release_part.number,
                levels=tuple(level for _, level in table),
                epsilon=mechanism.per_table,
                budget=mechanism.budget,
                at=whole_second(node.clock.now()),
            )
            index = log_entries.record(node, work, event, {})
            work.privacy.charge(BudgetCharge(index, release_part.number, table, mechanism.per_table))


def draw(node: Node, snapshot: Snapshot, plan: Plan, patience: float = 0.0) -> None:
    """Draw the charged tables, once the hub has cosigned a checkpoint of this node's log with the charges.

    So a node that was put back to before a charge draws nothing a second time: the hub cosigns no other
    history. Raises NotWitnessedError where the hub has not cosigned within `patience` (in seconds); what was
    charged stays charged.
    """
    with node.store.reading() as view:
        wanted = due(Ledger.of(view.privacy), plan, snapshot)
    _wait(node, max((charge.because for _, charge in wanted.charged), default=-1), patience)
    for release_part, charge in wanted.charged:
        one = _DrawInputs.of(node.dictionary, snapshot, plan, (release_part, charge.table))
        names = (release_part.mechanism, release_part.number, release_part.years, charge.table)
        drawn = draw_noise(one.space, one.dims, one.coords, Fraction(charge.epsilon), (node.cube_key, names))
        with node.store.writing() as work:  # what another process kept first stays, and is the same
            if Ledger.of(work.privacy).answer(charge.release_part, charge.table) is None:
                work.privacy.keep(replace(charge, answer=drawn.to_bytes()))


def waits_to_be_drawn(node: Node) -> bool:
    """Whether tables were charged since the newest cube, and the hub has cosigned the charges by now."""
    with node.store.reading() as view:
        newest = view.cube_entry() or -1
        charges = [c.because for c in view.privacy.charged() if c.answer is None and c.because > newest]
        return bool(charges) and is_witnessed(node, view, max(charges))


def _wait(node: Node, entry: int, patience: float) -> None:
    """Wait until the hub has cosigned this entry; at once for none."""
    end = monotonic() + patience
    while entry >= 0:
        with node.store.reading() as view:
            if is_witnessed(node, view, entry):
                return
        if monotonic() >= end:
            raise NotWitnessedError(
                "The tables were charged to the privacy budget, and the hub has not confirmed that charge "
                "yet.",
                remedy="Nothing has to be done: while the node is running, its next calls bring the hub's "
                "confirmation, and then it makes the tables by itself.",
            )
        sleep(_LOOKS)


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
