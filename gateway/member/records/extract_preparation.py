"""Prepares an extract of single records: permitted by policy, generalised, safe beside the history."""

import io
import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anonymisers.errors import AnonymiserError
from anonymisers.history.release_history import ReleaseHistory
from anonymisers.history.vintages import NAME
from anonymisers.identity.sealed_messages import parse_public
from anonymisers.records.extract_safety import ROUNDS, PriorReleases, SafeExtract, safe_beside
from anonymisers.records.generalisation import Extract, Records, as_asked, generalised
from anonymisers.records.linkage import one_says_all
from anonymisers.records.reidentification_risk import Risk
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.release import Release, write_release
from anonymisers.tables.rules import Rules
from audit.formats.canonical import canonical_json
from gateway.member.build.cube_building import counted_rows
from gateway.member.build.everybody import everybody
from gateway.member.build.everything_shown import (
    ReleasedPeople,
    consents_of,
    everything_shown,
    released_people,
)
from gateway.member.cube.clients_history import casualties_of
from gateway.member.cube.cube_cache import MEASURE
from gateway.member.cube.cube_formats import parse_clients
from gateway.member.cube.cube_inputs import TIME, CubeInputs
from gateway.member.errors import ExtractRefusedError, NothingToProtectError
from gateway.member.model.extract import ExtractPlan
from gateway.member.model.loaded_snapshot import LoadedSnapshot
from gateway.member.model.registered_figure import counting
from gateway.member.model.snapshot import CONSENT, Snapshot, population
from gateway.member.model.stored_cube import Plan
from gateway.member.node.context import Node
from gateway.member.node.ports import View
from gateway.member.policy.after_losses import lost_before
from gateway.member.policy.cube_plan import plan_cube
from gateway.member.policy.policy_in_force import trusted
from gateway.member.records.extract_terms import check_days, terms_of
from gateway.member.register.person_counts import placed
from gateway.member.register.population import tokens
from policies import Policy, Request, decide
from policies.decision.decision import Obligations
from policies.model.terms import Approval

PERSONS = {Approval.AUTOMATIC: 1, Approval.ONE: 1, Approval.TWO: 2}
"""People who must approve every extract, whatever the policy says of tables."""
LONGEST_DAYS = 366


@dataclass(frozen=True)
class ExtractRequest:
    """The request for an extract: `columns` are dimensions of the dictionary, `reader` a public key."""

    recipient: str
    purpose: str
    columns: tuple[str, ...]
    reader: str
    days: int
    narratives: bool = False


@dataclass(frozen=True)
class Prepared:
    """A plan, and facts for its approval: for the country only."""

    plan: ExtractPlan
    figures: str
    disclosed: bytes
    beside: str
    """A digest of everything that the extract was compared with."""


@dataclass(frozen=True)
class ExtractBasis:
    """Everything in the node behind an extract."""

    policy: Policy
    policy_version: str
    record: LoadedSnapshot
    snapshot: Snapshot
    cube_plan: Plan
    rules: Rules
    history: tuple[Release, ...]
    earlier: tuple[ExtractPlan, ...]
    people: ReleasedPeople
    everybody: Table
    beside: str
    """A digest of everything given out so far."""


def basis_of(node: Node, view: View) -> ExtractBasis:
    """The basis of an extract. Raises NothingToProtectError without a policy, a snapshot, or a cube of
    exactly these.
    """
    found, loaded, cube = trusted(node, view), view.snapshot(), view.cube()
    if found is None or loaded is None or cube is None or cube.snapshot.id != loaded[0].id:
        raise NothingToProtectError(
            "An extract needs a policy in force, a snapshot, and its protected cube.",
            remedy="Make the cube first: safelane member cube.",
        )
    if lost_before(view):
        raise ExtractRefusedError(
            "What was given out of these people was lost with a disk, single records perhaps among it.",
            remedy="Of this data set no records are given out any more.",
        )
    record, snapshot = loaded
    version, policy = found
    today = node.clock.now().date()
    plan, rules = plan_cube(node.dictionary, policy, snapshot, today, view.figures())
    if plan.mechanism:
        raise ExtractRefusedError(
            "The numbers of this data set are changed to protect people: records would undo that.",
            remedy="Of such a data set no records are given out.",
        )
    released = ReleaseHistory.from_bytes(casualties_of(cube.cube))
    if any(part.accidents is not None for part in released.parts):
        raise ExtractRefusedError(
            "Numbers of accidents were given out of these people, and nobody has shown yet that single "
            "records are safe beside them.",
            remedy="A data set gives out numbers of accidents or single records. Nothing is released.",
        )
    of_clients = map(parse_clients, [*view.released_cubes(), cube.cube])
    if any(each is not None and each.released for each in of_clients):
        raise ExtractRefusedError(
            "Numbers of clients of assistance were given out, who may be the same people, and nobody has "
            "shown yet that single records are safe beside them.",
            remedy="A data set gives out numbers of clients or single records. Nothing is released.",
        )
    inputs = CubeInputs(node.dictionary, snapshot, plan, rules, node.cube_key)
    shown = everything_shown(inputs, released, view.extracts.disclosed())
    people = released_people(inputs, released, view.cells_in_totals())
    if not people.vintages:
        raise ExtractRefusedError(
            "Numbers of these people entered totals of the region, and nobody has shown yet that single "
            "records are safe beside them.",
            remedy="Records of people of later years can be given out, once their tables are released.",
        )
    earlier = tuple(stored.plan for stored in view.extracts.all() if not stored.refused)
    return ExtractBasis(
        policy,
        version.label,
        record,
        snapshot,
        plan,
        rules,
        shown.releases,
        earlier,
        people,
        everybody(inputs, released),
        given_out(view),
    )


def given_out(view: View) -> str:
    """A digest of everything given out so far, and of what stands to be given out: the newest cube."""
    body = {
        "cube": view.cube_entry(),
        "extracts": [sha256(each).hexdigest() for each in view.extracts.disclosed()],
        "figures": list(counting(view.figures())),
        "totals": view.cells_in_totals(),
    }
    return sha256(canonical_json(body)).hexdigest()


def prepare(node: Node, wanted: ExtractRequest, *, seconds: float = 120.0) -> Prepared:
    """Make the plan of an extract. Nothing is written; see `extract_steps.request`.

    Raises ExtractRefusedError when the policy does not permit the extract or no such extract is safe,
    NothingToProtectError when the node is not ready.
    """
    with node.store.reading() as view:
        basis = basis_of(node, view)
    duties = permitted(node, basis, wanted)
    records, history = records_of(node, basis, wanted.columns), _history(node, basis)
    _check_wanted(wanted)
    terms = terms_of(duties)
    check_days(wanted.days, terms)
    k = max(duties.k or 0, basis.rules.threshold)
    # Where no withheld count may be read, the grain is what was asked for, and nothing is mended.
    as_it_is = basis.rules.withstands_reruns_when_large
    try:
        grains = (as_asked if as_it_is else generalised)(records, k=k, diversity=duties.l or 1)
        joint = _jointly_safe(grains, wanted, basis)
        safe = safe_beside(joint, history, seconds=seconds, rounds=1 if as_it_is else ROUNDS)
    except AnonymiserError as error:
        raise ExtractRefusedError(
            f"{error.message[:1].upper()}{error.message[1:]}.", remedy=error.remedy
        ) from None
    extract_plan = ExtractPlan(
        extract=f"x-{secrets.token_hex(8)}",
        member=node.member,
        recipient=wanted.recipient,
        purpose=wanted.purpose,
        reader=wanted.reader,
        snapshot=basis.record.id,
        policy_version=basis.policy_version,
        columns=wanted.columns,
        depths=safe.extract.depths,
        groups=_groups(safe),
        narratives=wanted.narratives,
        days=wanted.days,
        k=k,
        diversity=duties.l or 1,
        persons=PERSONS[duties.approval],
        terms=terms,
    )
    return Prepared(extract_plan, _figures(safe), _disclosed(safe.release), basis.beside)


def joined_with(wanted: ExtractRequest | ExtractPlan, earlier: Sequence[ExtractPlan]) -> list[ExtractPlan]:
    """Earlier extracts whose records can be joined with these.

    They have the same pseudonyms, being for the same recipient and purpose; or they have the same narratives,
    by which recipients could join them who put their extracts together.
    """
    return [
        p
        for p in earlier
        if (p.recipient, p.purpose) == (wanted.recipient, wanted.purpose)
        or (p.narratives and wanted.narratives)
    ]


def _jointly_safe(extracts: Sequence[Extract], wanted: ExtractRequest, basis: ExtractBasis) -> list[Extract]:
    """The extracts that may be joined with every earlier extract. Raises ExtractRefusedError."""
    former = [plan.grain for plan in joined_with(wanted, basis.earlier)]
    found = [e for e in extracts if all(one_says_all(e.grain, grain) for grain in former)]
    if not found:
        raise joint_disclosure()
    return found


def joint_disclosure() -> ExtractRefusedError:
    """The error for an extract that, joined with an earlier extract, discloses more than either."""
    return ExtractRefusedError(
        "By its pseudonyms or narratives this could be joined with an earlier extract, and both together "
        "would show groups that neither shows.",
        remedy="Ask for the columns of the earlier one, for some of them, or for all of them and more; or, "
        "without narratives, for another purpose, which has other pseudonyms.",
    )


def permitted(node: Node, basis: ExtractBasis, wanted: ExtractRequest | ExtractPlan) -> Obligations:
    """The policy's demands on this extract. Raises ExtractRefusedError when not permitted."""
    unknown = [c for c in wanted.columns if c not in basis.cube_plan.finest]
    if unknown:
        raise ExtractRefusedError(
            f"The policy or the data have no such column: {', '.join(unknown)}.",
            remedy=f"Choose among: {', '.join(basis.cube_plan.finest)}.",
        )
    request = Request.of(
        member=node.member,
        recipient=wanted.recipient,
        purpose=wanted.purpose,
        measure=MEASURE,
        levels=[(column, basis.cube_plan.finest[column]) for column in wanted.columns],
        record_level=True,
    )
    decision = decide(basis.policy, request, node.clock.now())
    if decision.obligations is None or basis.policy.record_level is None:
        codes = ", ".join(sorted({reason.code.value for reason in decision.reasons}))
        raise ExtractRefusedError(
            f"The policy does not permit this extract: {codes}.",
            remedy="Only a policy with 'record_level' for this recipient permits extracts of these columns.",
        )
    if decision.obligations.consent not in basis.cube_plan.consent:
        raise ExtractRefusedError(
            "The policy counts nobody whose consent covers single records.",
            remedy="Name that consent in the policy's population.",
        )
    return decision.obligations


def records_of(node: Node, basis: ExtractBasis, columns: tuple[str, ...]) -> Records:
    """The records of people who consented to extracts, as far as the released tables count the records."""
    rows = extract_rows(node, basis)
    dims, coords, inside = placed(
        basis.snapshot, node.dictionary, basis.cube_plan.finest, rows, basis.cube_plan.years
    )
    sensitive = {name for name, dim in node.dictionary.dimensions.items() if dim.sensitive}
    try:
        return Records(
            dims, coords, basis.snapshot.people[inside], columns, frozenset(sensitive & set(columns))
        )
    except AnonymiserError as error:
        raise ExtractRefusedError(error.message, remedy=error.remedy) from None


def extract_rows(node: Node, basis: ExtractBasis) -> NDArray[np.bool_]:
    """Mask over the snapshot: rows counted in what was released, of people who consented to extracts.

    A late record waits until it is counted in a release: beside the former numbers it would be disclosed.
    """
    records = basis.policy.record_level
    consent = () if records is None else (records.consent,)
    rows = counted_rows(node, basis.snapshot, basis.cube_plan, basis.rules)
    rows = rows & population(basis.snapshot, consent, victims=basis.cube_plan.victims)
    counted = basis.people.tokens
    found = tokens(node.dictionary, basis.cube_plan, basis.snapshot)
    return rows & np.array([token in counted for token in found], dtype=np.bool_)


def _history(node: Node, basis: ExtractBasis) -> PriorReleases:
    records = basis.policy.record_level
    assert records is not None  # noqa: S101 - `permitted` was asked first
    plan, people = basis.cube_plan, basis.people
    where: dict[str, str | tuple[str, ...]] = {CONSENT: records.consent, NAME: people.vintages}
    beside = [consents_of(plan), people.dimension]
    if TIME in plan.finest:
        # years that come later are not in it: said of each extract, also where it shows no dates
        tree = node.dictionary.hierarchy(TIME, plan.finest[TIME], node.member, years=people.years)
        beside.append(Hierarchy(TIME, tree.codes, tree.parent))
        where[TIME] = tuple(tree.at[plan.finest[TIME]])
    rules = basis.rules
    return PriorReleases(basis.history, rules.threshold, rules.zeros, where, tuple(beside), basis.everybody)


def _check_wanted(wanted: ExtractRequest) -> None:
    try:
        parse_public(wanted.reader)
    except AnonymiserError as error:
        raise ExtractRefusedError(f"The reader's key: {error.message}.", remedy=error.remedy) from None
    if not 1 <= wanted.days <= LONGEST_DAYS:
        raise ExtractRefusedError(
            f"An extract is good for 1 to {LONGEST_DAYS} days.", remedy="Choose --days."
        )


def _groups(safe: SafeExtract) -> tuple[tuple[str, ...], ...]:
    shown = np.unique(safe.extract.positions[safe.extract.kept], axis=0)
    chosen = safe.extract.records.chosen
    return tuple(tuple(d.codes[p] for d, p in zip(chosen, row, strict=True)) for row in shown.tolist())


def _figures(safe: SafeExtract) -> str:
    extract = safe.extract
    figures: dict[str, Any] = {
        "risk": _risk(extract.risk()),
        "records": int(extract.kept.sum()),
        "left_out": int((~extract.kept).sum()),
        "unexamined": list(safe.unexamined),
    }
    return json.dumps(figures, indent=1)


def _risk(risk: Risk) -> dict[str, Any]:
    return {**asdict(risk), "diversity": {name: asdict(d) for name, d in risk.diversity.items()}}


def _disclosed(release: Release) -> bytes:
    stream = io.StringIO()
    write_release(release, stream)
    return stream.getvalue().encode("utf-8")
