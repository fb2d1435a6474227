"""Puts the cube of clients beside a new cube of casualties: the stored form of both, which answers and stays.

Where only casualties are new, clients that were released before are held against them: a number of casualties
that would tell more of clients than they show is not released. Numbers of casualties that were shown stay.
"""

from collections.abc import Iterable
from functools import partial

import numpy as np

from anonymisers.history.release_history import ReleaseHistory
from anonymisers.history.release_parts import ReleasePart
from anonymisers.tables.count_table import Table
from gateway.member.build.bridge_check import Survivors, held_beside
from gateway.member.build.clients_building import ClientsInputs, grow_clients
from gateway.member.cube.clients_counts import clients_table, levels_of_cube
from gateway.member.cube.clients_history import ClientsHistory, beside, clients_of
from gateway.member.cube.cube_formats import Released, parse_clients, parse_cube
from gateway.member.cube.cube_inputs import CubeInputs, Progress
from gateway.member.errors import NotProtectedError
from gateway.member.model.clients import Clients
from gateway.member.model.stored_cube import Plan
from gateway.member.node.context import Node
from gateway.member.policy.after_losses import lost_before
from gateway.member.policy.clients_plan import clients_rules, services_rules
from policies import Policy


def stored_form(
    node: Node,
    policy: Policy,
    made: tuple[CubeInputs, Released],
    released: list[bytes],
    *,
    withhold: bool = False,
    progress: Progress | None = None,
) -> bytes:
    """A new cube of casualties, with the clients that its plan has, and all that were ever released.

    With `withhold` nothing new of clients is shown. Raises NotProtectedError where the casualties would tell
    more of clients who were released before.
    """
    inputs, cube = made
    data, plan = cube.to_bytes(), inputs.plan.clients
    former = parse_clients(released[-1]) if released else None
    if former is not None and isinstance(cube, ReleaseHistory):
        _check_released(Survivors(inputs, cube), former, released[-1], cube)
    clients = inputs.snapshot.clients
    if plan is None or clients is None or not isinstance(cube, ReleaseHistory):
        return beside(data, clients_of(released[-1]) if released else None)
    with node.store.reading() as view:
        single, lost = bool(view.extracts.disclosed()), lost_before(view)
    grown = grow_clients(
        ClientsInputs(
            node.dictionary,
            node.member,
            counted_clients(clients, inputs.plan),
            plan,
            clients_rules(node.dictionary, policy, plan.finest),
            partial(clients_rules, node.dictionary, policy),
            inputs.key,
            Survivors(inputs, cube),
            single_records=single or withhold,
            lost_before=lost,
            progress=progress,
            amounts=services_rules(policy),
        ),
        former,
    )
    return beside(data, grown.to_bytes())


def counted_clients(clients: Clients, plan: Plan) -> Clients:
    """The clients who agreed to be counted."""
    return clients.taken(_among(clients.consent.codes, plan.consent)[clients.consent.indices])


def _among(codes: Iterable[str], wanted: Iterable[str]) -> np.ndarray:
    agreed = frozenset(wanted)
    return np.array([code in agreed for code in codes], dtype=np.bool_)


def _table(inputs: CubeInputs, part: ReleasePart, rows: Clients) -> Table | None:
    """The clients of a released year by the dimensions of its cube; None where these are known no more."""
    member, dims = inputs.snapshot.member, part.cubes[-1].certificate.dims
    levels = levels_of_cube(inputs.dictionary, member, dims)
    return None if levels is None else clients_table(inputs.dictionary, member, levels, rows)


def _check_released(
    survivors: Survivors, former: ClientsHistory, stored: bytes, cube: ReleaseHistory
) -> None:
    shown = parse_cube(stored)
    if shown.certificate_digest == cube.certificate_digest or not isinstance(shown, ReleaseHistory):
        return
    for year, part in former.released.items():
        rows = Clients.from_bytes(part.sealed)
        table = _table(survivors.inputs, part, rows)
        if not held_beside(survivors, part, rows, table, year).gives_way:
            continue
        # Beside what was shown before, a year that was released under a weaker check may fail for ever.
        before = Survivors(survivors.inputs, shown)
        held = held_beside(before, part, rows, table, year)
        if (
            not held.gives_way
            or held_beside(survivors, part, rows, table, year, others_known=False).gives_way
        ):
            raise NotProtectedError(
                f"Beside the clients of {year}, who were released before, the new numbers of casualties "
                "would tell more than either shows.",
                remedy="Nothing new is shown meanwhile. It is tried again when the tables are made next.",
            )
