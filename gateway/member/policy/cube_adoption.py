"""Adopts existing cubes: the cube that answers already, and cubes made for a preview.

The same snapshot, plan, member's key and history give the same cube. So a policy that changes words only goes
on with the present cube, and a previewed policy answers from the very cube of its preview.

The certified facts are read off a cube before the transaction in which the cube comes to answer: reading
takes seconds, and questions could neither be logged nor answered meanwhile.
"""

from dataclasses import asdict, dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any

from audit.formats.canonical import canonical_json
from gateway.member.cube import cube_entries
from gateway.member.cube.activity_counts import kinds_of
from gateway.member.cube.cube_formats import parse_clients, parse_cube
from gateway.member.cube.cube_measures import insufficiently_protected_cells, shared_values
from gateway.member.cube.cube_shape import Shape
from gateway.member.errors import NotAcceptedError
from gateway.member.model.loaded_snapshot import LoadedSnapshot
from gateway.member.model.policy_version import policy_label
from gateway.member.model.stored_cube import ClientsPlan, Plan, StoredCube
from gateway.member.node import log_entries
from gateway.member.node.context import Node
from gateway.member.node.ports import UnitOfWork, View
from gateway.member.node.signed_statements import accepts_shared_values
from gateway.member.policy.after_losses import lost_before, may_answer_again
from gateway.member.policy.cube_plan import plan_cube
from policies import Policy


def preview_id(
    snapshot_id: str,
    plan: Plan,
    released: list[bytes],
    extracts: list[bytes],
    in_totals: list[dict[str, str]],
    *,
    lost_before: int = 0,
) -> str:
    """A name, inside the country, for everything behind a cube: its inputs, and all releases before."""
    body = {
        "extracts": [sha256(disclosed).hexdigest() for disclosed in extracts],
        "consent": list(plan.consent),
        "finest": dict(plan.finest),
        "released": [sha256(cube).hexdigest() for cube in released],
        "rules": plan.rules,
        "snapshot": snapshot_id,
        "victims": list(plan.victims),
        "years": list(plan.years),
        **({"totals": in_totals} if in_totals else {}),
        **({"lost_before": lost_before} if lost_before else {}),
        **({"known": list(plan.known)} if plan.known else {}),
        **({"changed": plan.mechanism} if plan.mechanism else {}),
        **({"tables": [dict(table) for table in plan.tables]} if plan.tables else {}),
        **({"clients": _words_of(plan.clients)} if plan.clients else {}),
        **({"operators": plan.operators} if plan.operators else {}),
    }
    return sha256(canonical_json(body)).hexdigest()


_LATER = ("services", "items")
"""Parts of a plan that earlier versions did not have: left out where they say nothing."""


def _words_of(plan: ClientsPlan) -> dict[str, Any]:
    return {name: value for name, value in asdict(plan).items() if name not in _LATER or value}


def existing(view: View, snapshot_id: str, plan: Plan) -> bytes | None:
    """The cube of this plan and snapshot, if it answers already or was made for a preview."""
    newest = view.cube()
    same = newest is not None and (newest.snapshot.id, newest.plan) == (snapshot_id, plan)
    if newest is not None and same and may_answer_again(view, newest):
        return newest.cube
    extracts, in_totals = view.extracts.disclosed(), view.cells_in_totals()
    beside = (view.released_cubes(), extracts, in_totals)
    return view.preview(preview_id(snapshot_id, plan, *beside, lost_before=lost_before(view)))


@dataclass(frozen=True)
class Certifiable:
    """Facts for certifying a cube: the digest of its certificates, the dimensions of its largest table, the
    number of visible groups whose people share a sensitive value, and the number of withheld cells narrower
    than the rules ask for. A cube that shows no cell has nothing to accept.
    """

    certificate: bytes
    largest: int
    shared: int
    insufficiently_protected: int


@lru_cache(maxsize=2)
def certifiable(cube: bytes, sensitive: frozenset[str]) -> Certifiable:
    """Read the facts off a whole cube. Raises CertificateError for a damaged cube."""
    whole, clients = parse_cube(cube), parse_clients(cube)
    largest = max(map(len, whole.tables), default=0)
    cubes = [whole, *(clients.years.values() if clients is not None else ())]
    shared = sum(len(shared_values(each, sensitive)) for each in cubes)
    narrow = sum(len(insufficiently_protected_cells(each)) for each in cubes if not each.withheld.all())
    digest = whole.certificate_digest
    if clients is not None:
        digest = sha256(digest + clients.certificate_digest).digest()
    return Certifiable(digest, largest, shared, narrow)


def read_ahead(node: Node, view: View, policy: Policy) -> None:
    """Read the cube that would answer under a policy, if there is one, so that `adopt` is quick afterwards.

    `policy` is as it counts below the ministry-wide policy. Call outside of a write.
    """
    loaded = view.snapshot()
    if loaded is not None:
        plan, _ = plan_cube(node.dictionary, policy, loaded[1], node.clock.now().date(), view.figures())
        found = existing(view, loaded[0].id, plan)
        if found is not None:
            certifiable(found, sensitive_of(node))


def sensitive_of(node: Node) -> frozenset[str]:
    """The sensitive dimensions of the dictionary."""
    return frozenset(d.name for d in node.dictionary.dimensions.values() if d.sensitive)


def adopt(node: Node, work: UnitOfWork, policy: Policy, above: int | None) -> StoredCube | None:
    """Let the cube of this policy answer, if the cube exists; None where it has to be made first.

    `policy` is as it counts below the version `above` of the ministry-wide policy.
    """
    loaded = work.snapshot()
    if loaded is None:
        return None
    record, snapshot = loaded
    plan, _ = plan_cube(node.dictionary, policy, snapshot, node.clock.now().date(), work.figures())
    found = existing(work, record.id, plan)
    return None if found is None else certify(node, work, record, (policy.version, above), (plan, found))


def certify(
    node: Node,
    work: UnitOfWork,
    record: LoadedSnapshot,
    versions: tuple[int, int | None],
    planned: tuple[Plan, bytes],
) -> StoredCube:
    """Log the certification of this cube under a version, and let the cube answer. Raises NotAcceptedError.

    `versions`: of the data set's policy, and of the ministry-wide policy above.
    """
    plan, found = planned
    cube = certifiable(found, sensitive_of(node))
    _check_accepted(work, versions, cube)
    event, openings = cube_entries.cube_certified(
        node,
        record.id,
        policy_label(*versions),
        shape=Shape(
            plan.finest,
            plan.years,
            cube.largest,
            plan.accidents,
            plan.tables,
            kinds_of(node.dictionary, record.activities, plan.years),
            None if plan.clients is None else (dict(plan.clients.finest), plan.clients.years),
            () if plan.clients is None else plan.clients.services,
            plan.clients is not None and plan.clients.items,
        ),
        certificate=cube.certificate,
        at=node.clock.now(),
    )
    index = log_entries.record(node, work, event, openings)
    stored = StoredCube(record, versions[0], plan, found, index, above=versions[1])
    work.add_cube(stored, because=index)
    return stored


def _check_accepted(view: View, versions: tuple[int, int | None], cube: Certifiable) -> None:
    """A cube with an open item answers nothing. The last signer has seen the effect of both policies."""
    version, above = versions
    signed = [each for each in view.signed_policies() if each.version == version]
    signed += [each for each in view.ministry.signed_policies() if each.version == above]
    items = [
        f"would show {cube.shared} groups whose people all share one value" if cube.shared else "",
        f"would leave {cube.insufficiently_protected} withheld cells narrower than the rules ask for"
        if cube.insufficiently_protected
        else "",
    ]
    if accepts_shared_values(max(signed, key=lambda each: each.index).note) or not any(items):
        return
    raise NotAcceptedError(
        f"Version {policy_label(version, above)} {' and '.join(filter(None, items))}.",
        remedy="`safelane policy preview` lists them. Publish with --accept, or share less finely.",
    )
