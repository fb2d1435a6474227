"""Previews a policy: the very cube that would answer, with its shown and withheld cells.

Nothing is logged and nothing leaves the node. The cube is kept: publishing the policy uses the same cube.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from anonymisers.history.release_history import periods_with_fewer_tables, periods_without_cubes
from anonymisers.history.release_parts import ReleasePart
from anonymisers.perturbation.noisy_cube import NoisyCube
from anonymisers.tables.rules import Rules
from audit.reading.messages import message
from gateway.member.build.beside_casualties import stored_form
from gateway.member.build.cube_building import Progress, counted_table, protected
from gateway.member.build.cube_findings import CANONICAL, PreviewedCube, PreviewReader, measure, ready, scores
from gateway.member.build.rerun_sentences import rerun_sentences
from gateway.member.cube.clients_counts import few_not_known
from gateway.member.cube.clients_history import casualties_of
from gateway.member.cube.cube_formats import Released, parse_clients, parse_cube
from gateway.member.cube.cube_inputs import CubeInputs
from gateway.member.errors import NothingToProtectError, NotProtectedError
from gateway.member.model.clients import Clients
from gateway.member.model.loaded_snapshot import LoadedSnapshot
from gateway.member.model.snapshot import Snapshot
from gateway.member.model.stored_cube import Plan
from gateway.member.node.context import Node
from gateway.member.policy.after_losses import lost_before
from gateway.member.policy.cube_adoption import existing, preview_id
from gateway.member.policy.cube_plan import plan_cube, stricter, without_operators
from gateway.member.policy.expected_noise import expected
from gateway.member.policy.ministry_policy import as_it_counts
from policies import Policy

__all__ = ["CANONICAL", "PreviewReader", "PreviewedCube", "make", "measure", "ready", "scores"]


def make(node: Node, policy: Policy, progress: Progress | None = None) -> PreviewedCube:
    """The cube that this policy would make of the newest snapshot; the present cube, where it is the same.

    The policy is composed with the policy in force of the other kind: with the ministry-wide policy, or, for
    a ministry-wide policy, with the data set's. `Made.policy` is the composed policy.

    Raises NothingToProtectError without a snapshot, PolicyRefusedError where the two contradict each other,
    and NotProtectedError where no safe cube can be made.
    """
    with node.store.reading() as view:
        loaded, released, figures = view.snapshot(), view.released_cubes(), view.figures()
        policy, above = as_it_counts(node, view, policy)
    if loaded is None:
        raise NothingToProtectError(
            f"{node.member} has no snapshot yet, so there is nothing to preview.",
            remedy="Load the register first: safelane member load SOURCE --mapping MAPPING --dir DIRECTORY.",
        )
    record, snapshot = loaded
    planned = plan_cube(node.dictionary, policy, snapshot, node.clock.now().date(), figures)
    hindrance = None
    try:
        kept = _kept(node, policy, loaded, planned, released, progress)
    except NotProtectedError as error:
        if not released:
            raise
        hindrance = f"{error.message} {error.remedy}".strip()
        kept = _kept(node, policy, loaded, planned, [], progress)
    return PreviewedCube(
        policy=policy,
        above=above,
        record=record,
        plan=planned[0],
        snapshot=snapshot,
        count=lambda: counted_table(node, snapshot, *planned),
        bytes=kept.bytes,
        read=kept.read,
        fresh=kept.fresh,
        beside=hindrance is None,
        threshold=planned[1].threshold,
        hindrance=hindrance,
        stricter=(
            *stricter(policy, *planned),
            *without_operators(planned[0], record.activities),
            *_expected(policy, planned[0], kept),
            *_withheld_whole(kept.bytes, planned[1]),
            *_fewer_tables(kept.bytes),
            *_of_clients(kept.bytes, planned[0]),
        ),
        reruns=tuple(rerun_sentences(policy, planned[0], kept.bytes)),
    )


def _withheld_whole(cube: bytes, rules: Rules) -> Iterator[str]:
    """Sentences on years of which nothing is shown. Whoever asks cannot tell one reason from the other."""
    for period, few in periods_without_cubes(casualties_of(cube)):
        years = ", ".join(period)
        if few:
            yield message(
                "Nothing is shown of %(years)s, and no sum over it: fewer than %(threshold)s people. It "
                "stays withheld; where so few people are expected, have years released together "
                "(years_per_release).",
                years=years,
                threshold=rules.threshold,
            )
        else:
            yield message(
                "Nothing is shown of %(years)s, and no sum over it: no safe tables were found. They are "
                "tried again whenever tables are made.",
                years=years,
            )


def _fewer_tables(cube: bytes) -> Iterator[str]:
    """Sentences on years of which fewer tables are shown than the policy asks for."""
    for period, left in periods_with_fewer_tables(casualties_of(cube)):
        years = ", ".join(period)
        if left.dims == 0:
            yield message(
                "Of %(years)s only the total is shown: no further safe tables were found.", years=years
            )
        elif left.dims is not None:
            yield message(
                "Of %(years)s only tables of up to so many dimensions are shown: %(most)s. No larger safe "
                "ones were found.",
                years=years,
                most=left.dims,
            )
        if left.zeros_withheld:
            yield message(
                "Of %(years)s some zeros are withheld, although the policy shows all zeros: otherwise no "
                "safe tables were found.",
                years=years,
            )


def _of_clients(cube: bytes, plan: Plan) -> Iterator[str]:
    """Sentences on years of service of which nothing is shown, or of which some clients give way."""
    found = parse_clients(cube)
    if plan.clients is None or found is None:
        return
    for year in plan.clients.years:
        part = found.released.get(year)
        if part is None:
            yield message(
                "Nothing is shown of clients in %(year)s: too few of them agreed to be counted, or no safe "
                "tables were found beside the casualties.",
                year=str(year),
            )
        elif part.cubes[-1].certificate.never:
            yield message(
                "Of clients in %(year)s some numbers by sex and age are withheld, so that nobody learns more "
                "of the casualties from both than from either.",
                year=str(year),
            )
        if part is not None and _few_not_known(part):
            yield message(
                "Of a few clients in %(year)s the register tells no sex or no age. So few are withheld, "
                "and many others with them: look these few up, and load the register before the year is "
                "released.",
                year=str(year),
            )


def _few_not_known(part: ReleasePart) -> bool:
    certificate = part.cubes[-1].certificate
    return few_not_known(certificate.dims, Clients.from_bytes(part.sealed), certificate.threshold)


def _expected(policy: Policy, plan: Plan, kept: "_Kept") -> Iterator[str]:
    cube = kept.read() if plan.tables else None
    if isinstance(cube, NoisyCube):
        yield from expected(policy, plan, cube)


@dataclass(frozen=True)
class _Kept:
    bytes: bytes
    read: Callable[[], Released]
    fresh: bool


def _kept(  # noqa: PLR0917 - what `make` has at hand
    node: Node,
    policy: Policy,
    loaded: tuple[LoadedSnapshot, Snapshot],
    planned: tuple[Plan, Rules],
    beside: list[bytes],
    progress: Progress | None,
) -> _Kept:
    """The cube of a plan beside earlier releases, made now if missing; and whether it was made now."""
    record, snapshot = loaded
    with node.store.reading() as view:
        extracts, in_totals = view.extracts.disclosed(), view.cells_in_totals()
        name = preview_id(record.id, planned[0], beside, extracts, in_totals, lost_before=lost_before(view))
        same = beside == view.released_cubes()
        found = existing(view, record.id, planned[0]) if same else view.preview(name)
    if found is not None:
        return _Kept(found, partial(parse_cube, found), fresh=False)
    cube = protected(node, snapshot, planned, beside, progress)
    inputs = CubeInputs(node.dictionary, snapshot, *planned, node.cube_key)
    data = stored_form(node, policy, (inputs, cube), beside, progress=progress)
    if isinstance(cube, NoisyCube) and cube.pending:
        return _Kept(data, lambda: cube, fresh=True)  # no noise before its budget is spent: no cube to answer
    with node.store.notes() as notes:
        notes.keep_preview(name, record.id, data, node.clock.now())
    return _Kept(data, lambda: cube, fresh=True)
