"""Builds the cube of the newest snapshot under the policy in force; slow, and outside of any transaction."""

from contextlib import suppress
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from anonymisers.history.release_history import ReleaseHistory
from anonymisers.perturbation.noisy_cube import NoisyCube
from anonymisers.perturbation.perturbed_cube import PerturbedCube
from anonymisers.tables.count_table import Table
from anonymisers.tables.rules import Rules
from gateway.member.build.beside_casualties import stored_form
from gateway.member.build.cube_findings import PreviewedCube, measure
from gateway.member.build.everything_shown import parts_in_totals
from gateway.member.build.extract_attack import check_beside_extracts
from gateway.member.build.growth import grow, withheld_growth
from gateway.member.build.growth_perturbed import grow_perturbed, withheld_perturbed
from gateway.member.build.noise_draws import charge, draw
from gateway.member.cube.cube_formats import Released, is_noisy, parse_cube
from gateway.member.cube.cube_inputs import CubeInputs, Progress
from gateway.member.errors import NotAcceptedError, NothingToProtectError, NotProtectedError
from gateway.member.model.loaded_snapshot import LoadedSnapshot
from gateway.member.model.registered_figure import RegisteredFigure
from gateway.member.model.snapshot import Snapshot, population
from gateway.member.model.stored_cube import Plan, StoredCube, withheld, without_accidents
from gateway.member.node.context import Node
from gateway.member.node.ports import View
from gateway.member.policy.after_losses import lost_before
from gateway.member.policy.cube_adoption import certifiable, certify, existing, sensitive_of
from gateway.member.policy.cube_plan import plan_cube
from gateway.member.policy.mechanism_choice import perturbation, privacy
from gateway.member.policy.noise_budget import noisy_cube_of
from gateway.member.policy.policy_in_force import in_force
from gateway.member.register.person_counts import count_people, rows_not_misleading
from policies import Policy

__all__ = ["Progress", "build", "counted_rows", "counted_table", "protected"]


def build(node: Node, progress: Progress | None = None, patience: float = 0.0) -> StoredCube:
    """Protect, certify, attack and store a cube; from then on the cube answers.

    A policy that changes words only keeps its cube. Raises:
        NothingToProtectError: there is no policy or no snapshot.
        NotProtectedError: no cube with a valid certificate could be made.
        NotAcceptedError: the controller has to accept what the cube shows.
        NotWitnessedError: a privacy budget was charged, and the hub has not cosigned the charge within
            `patience` (in seconds): the tables are drawn when this is called once more.

    With either of the first two, everything new is withheld meanwhile (`withheld_growth`), or the former cube
    stays where a cube is impossible for a reason that does not lie in the data.
    """
    with node.store.reading() as view:
        ruling, loaded, released = in_force(node, view), view.snapshot(), view.released_cubes()
        figures, given = view.figures(), _given_out(view)
    if ruling is None or loaded is None:
        missing = "policy" if ruling is None else "snapshot"
        raise NothingToProtectError(
            f"{node.member} has no {missing} yet, so that there is nothing to protect."
        )
    record, snapshot = loaded
    version, policy = ruling
    plan, rules = plan_cube(node.dictionary, policy, snapshot, node.clock.now().date(), figures)
    with node.store.reading() as view:
        found = existing(view, record.id, plan)
    versions = (version.version, version.above)
    cube = None
    try:
        if found is None:
            if privacy(plan.mechanism) is not None:
                protected(
                    node, snapshot, (plan, rules), released, progress
                )  # an impossible plan costs nothing
                charge(node, snapshot, plan)
                draw(node, snapshot, plan, patience)
            cube = protected(node, snapshot, (plan, rules), released, progress)
            inputs = CubeInputs(node.dictionary, snapshot, plan, rules, node.cube_key)
            found = stored_form(node, policy, (inputs, cube), released, progress=progress)
        stored = _certified(node, record, versions, (plan, found), given)
    except (NotProtectedError, NotAcceptedError):
        _withhold(node, policy, loaded, versions, (plan, rules), given)
        raise
    if cube is not None:
        _look(node, policy, stored, snapshot, (rules, cube))
    return stored


_Given = tuple[int, int, int, list[RegisteredFigure]]
"""How many cubes, extracts and cells of totals were given out, and the registered figures, when a cube was
made."""


def _certified(
    node: Node,
    record: LoadedSnapshot,
    versions: tuple[int, int | None],
    made: tuple[Plan, bytes],
    given: _Given,
) -> StoredCube:
    """Let a cube answer, unless something was given out since the cube was made."""
    certifiable(made[1], sensitive_of(node))  # nobody's question waits until it is read
    with node.store.writing() as work:
        if privacy(made[0].mechanism) is None and _given_out(work) != given:
            raise NotProtectedError(
                "A former cube has answered for the first time while this one was made, an extract was asked "
                "for, a figure was registered, or a number entered a total of the region.",
                remedy="Make it again: it must be safe beside what was given out.",
            )
        return certify(node, work, record, versions, made)


def _withhold(  # noqa: PLR0917 - what `build` has at hand
    node: Node,
    policy: Policy,
    loaded: tuple[LoadedSnapshot, Snapshot],
    versions: tuple[int, int | None],
    planned: tuple[Plan, Rules],
    given: _Given,
) -> None:
    """Let a cube answer that withholds everything new, else everything, for want of a better one.

    A refusal would tell whoever asks that something is special about the people. Nothing is done where a cube
    is impossible whatever the people are, such as under another mechanism.
    """
    record, snapshot = loaded
    with node.store.reading() as view:
        released, lost = view.released_cubes(), lost_before(view)
    former = parse_cube(released[-1]) if released else None
    plan, change = planned[0], perturbation(planned[0].mechanism)
    if not plan.finest or privacy(plan.mechanism) is not None:
        return
    inputs = CubeInputs(node.dictionary, snapshot, plan, planned[1], node.cube_key, lost_before=lost)
    for whole in (False, True):
        with suppress(NotProtectedError, NotAcceptedError):
            cube: Released
            if change is None and isinstance(former, ReleaseHistory | None):
                cube = withheld_growth(inputs, former, whole=whole)
            elif change is not None and isinstance(former, PerturbedCube | None):
                cube = withheld_perturbed(inputs, change, former)
            else:
                return
            found = stored_form(node, policy, (inputs, cube), released, withhold=True)
            _certified(node, record, versions, (withheld(plan), found), given)
            return


def _given_out(view: View) -> _Given:
    """Whatever a new cube must be safe beside: none of it is ever taken away unseen."""
    return (
        len(view.released_cubes()),
        len(view.extracts.disclosed()),
        len(view.cells_in_totals()),
        view.figures(),
    )


def _look(
    node: Node, policy: Policy, stored: StoredCube, snapshot: Snapshot, protected_by: tuple[Rules, Released]
) -> None:
    """Keep the findings on a new cube, while in memory: the next policy's preview compares with the cube."""
    rules, cube = protected_by
    measure(
        node,
        PreviewedCube(
            policy=policy,
            above=stored.above,
            record=stored.snapshot,
            plan=stored.plan,
            snapshot=snapshot,
            count=lambda: counted_table(node, snapshot, stored.plan, rules),
            bytes=stored.cube,
            read=lambda: cube,
            fresh=True,
            beside=True,
            threshold=rules.threshold,
            hindrance=None,
        ),
    )


def protected(
    node: Node,
    snapshot: Snapshot,
    planned: tuple[Plan, Rules],
    released: list[bytes],
    progress: Progress | None,
) -> Released:
    """The cube of a plan, beside everything released before. Raises NotProtectedError."""
    if not planned[0].finest:
        raise NotProtectedError(
            "The policy leaves nothing to break the people down by: no dimension that it shows is in the "
            "data, or its dates are pooled into periods that no level has.",
            remedy="Name another dimension under 'finest'.",
        )
    with node.store.reading() as view:
        extracts, in_totals, lost = view.extracts.disclosed(), view.cells_in_totals(), lost_before(view)
        if lost and planned[0].mechanism:
            raise NotProtectedError(
                "Numbers that protect this data set were lost with a disk: others of the same people would "
                "undo their protection.",
                remedy="Tables that the backup holds can go on answering, with the snapshot they are of.",
            )
        if privacy(planned[0].mechanism) is not None:
            if extracts or (released and not is_noisy(released[-1])):
                raise _another_mechanism()
            return noisy_cube_of(node.dictionary, view, snapshot, planned[0])
    # The newest cube that has answered holds all that came before it.
    former = parse_cube(released[-1]) if released else None
    # Of accidents beside single records nobody has shown yet that they are safe: none for new people.
    counted = without_accidents(planned[0]) if extracts else planned[0]
    inputs = CubeInputs(
        node.dictionary, snapshot, counted, planned[1], node.cube_key, progress, lost_before=lost
    )
    changed = perturbation(planned[0].mechanism)
    if changed is None and not isinstance(former, PerturbedCube | NoisyCube):
        return grow(inputs, None) if former is None else _grown(inputs, former, extracts, in_totals)
    if changed is None or isinstance(former, ReleaseHistory | NoisyCube) or extracts:
        raise _another_mechanism()
    return grow_perturbed(inputs, changed, former)


def _grown(
    inputs: CubeInputs,
    former: ReleaseHistory,
    extracts: list[bytes],
    in_totals: list[dict[str, str]],
) -> ReleaseHistory:
    """The cube beside all earlier releases, extracts and totals: without further tables about people of
    whom something was released, where these are not safe beside the extracts.
    """
    everybody = frozenset(range(len(former.parts)))
    for closed in (parts_in_totals(former, in_totals), everybody):
        grown = grow(replace(inputs, closed=closed), former)
        try:
            check_beside_extracts(inputs, grown, former, extracts)
        except NotProtectedError:
            if closed == everybody:
                raise
            continue
        break
    return grown


def _another_mechanism() -> NotProtectedError:
    return NotProtectedError(
        "Another mechanism protects what was given out of this data set: it has one for its life.",
        remedy="Write the mechanism as it was.",
    )


def counted_table(node: Node, snapshot: Snapshot, plan: Plan, rules: Rules) -> Table:
    """The people that the policy counts, without rows that would make a small group look large."""
    read = snapshot.of_years(plan.years)
    rows = counted_rows(node, read, plan, rules)
    return count_people(read, node.dictionary, plan.finest, rows=rows, years=plan.years)


def counted_rows(node: Node, snapshot: Snapshot, plan: Plan, rules: Rules) -> NDArray[np.bool_]:
    """Mask over the rows of `counted_table`."""
    return rows_not_misleading(
        snapshot,
        node.dictionary,
        plan.finest,
        rows=population(snapshot, plan.consent, victims=plan.victims),
        years=plan.years,
        rules=rules,
    )
