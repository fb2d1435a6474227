"""Builds the cube of the newest snapshot under the policy in force; slow, and outside of any transaction."""

import hmac
from collections.abc import Callable

from anonymisers.cube import CertifiedCube, build_cube
from anonymisers.errors import AnonymiserError, CertificateError, ProtectionError
from anonymisers.rules import Rules
from anonymisers.table import Table
from gateway.member.adopting import certify, existing
from gateway.member.context import Node
from gateway.member.counting import count_people, honest_rows
from gateway.member.errors import NothingToProtectError, NotProtectedError
from gateway.member.model import Plan, StoredCube
from gateway.member.planning import plan
from gateway.member.policies import policy_of
from gateway.member.snapshot import Snapshot, population

Progress = Callable[[str, float], None]
"""Told what is being done, and how much of it is done (0 to 1)."""

ATTEMPTS = 4
"""The search for a pattern follows the member's key, and one in many ends in none that can be certified."""


def build(node: Node, progress: Progress | None = None) -> StoredCube:
    """Protect, certify, attack and store; from then on this cube answers.

    A policy that changes words only keeps the cube that it had. Raises:
        NothingToProtectError: there is no policy or no snapshot.
        NotProtectedError: no cube with a valid certificate could be made; the former one stays.
    """
    with node.store.reading() as view:
        in_force, loaded, released = view.policy(), view.snapshot(), view.released_cubes()
    if in_force is None or loaded is None:
        missing = "policy" if in_force is None else "snapshot"
        raise NothingToProtectError(
            f"{node.member} has no {missing} yet, so that there is nothing to protect."
        )
    record, snapshot = loaded
    made, rules = plan(node.dictionary, policy_of(node, in_force), snapshot, node.clock.now().date())
    with node.store.reading() as view:
        found = existing(view, record.id, made)
    if found is None:
        found = protected(node, snapshot, (made, rules), released, progress).to_bytes()
    with node.store.writing() as work:
        if len(work.released_cubes()) != len(released):
            raise NotProtectedError(
                "A former cube has answered for the first time while this one was made.",
                remedy="Make it again: it must be safe beside what was given out.",
            )
        return certify(node, work, record, in_force.version, (made, found))


def protected(
    node: Node,
    snapshot: Snapshot,
    planned: tuple[Plan, Rules],
    released: list[bytes],
    progress: Progress | None,
) -> CertifiedCube:
    """The cube of a plan, beside everything that was given out. Raises NotProtectedError."""
    table = counted_table(node, snapshot, *planned)
    return _protect(table, planned[1], node.cube_key, released, progress)


def counted_table(node: Node, snapshot: Snapshot, made: Plan, rules: Rules) -> Table:
    """The people that the policy counts, without those rows that would make a small group look large."""
    rows = honest_rows(
        snapshot,
        node.dictionary,
        made.finest,
        rows=population(snapshot, made.consent, victims=made.victims),
        years=made.years,
        max_dims=rules.max_dims or len(made.finest),
        threshold=rules.threshold,
    )
    return count_people(snapshot, node.dictionary, made.finest, rows=rows, years=made.years)


def _protect(
    table: Table, rules: Rules, key: bytes, released: list[bytes], progress: Progress | None
) -> CertifiedCube:
    """Raises NotProtectedError when none of a few keyed searches ends in a cube with a valid certificate."""
    # Whatever a cube that has answered could show is known for ever: a new one must be safe beside it.
    known = [CertifiedCube.from_bytes(cube).release() for cube in released]
    reason: AnonymiserError | None = None
    for attempt in range(ATTEMPTS):
        try:
            return build_cube(table, rules, key=_keyed(key, attempt), progress=progress, known=known)
        except (ProtectionError, CertificateError) as error:
            reason = error
        except AnonymiserError as error:
            reason = error
            break  # the table or the rules: another key would not help
    assert reason is not None  # noqa: S101 - the loop runs at least once
    raise NotProtectedError(
        f"No safe cube could be made: {reason.message}.",
        remedy=f"The former cube stays as it is. {reason.remedy}".strip(),
    )


def _keyed(key: bytes, attempt: int) -> bytes:
    """The member's key for a first attempt, a key of its own for each further one: always the same ones."""
    return key if attempt == 0 else hmac.digest(key, f"attempt {attempt}".encode(), "sha256")
