"""The node's sharing statement: what its policy in force releases, so that people ask well.

The statement follows from the policy's text and from the shape of the protected cube, never from the data.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from weakref import WeakKeyDictionary

from audit.formats.note import Signer
from gateway.dictionary import Dictionary, Tree
from gateway.member.cube.accident_counts import ACCIDENTS
from gateway.member.cube.activity_counts import MEASURES
from gateway.member.cube.client_services import MEASURES as OF_SERVICES
from gateway.member.cube.clients_counts import MEASURES as OF_CLIENTS
from gateway.member.cube.cube_cache import MEASURE, CubeCache, ReadyCube
from gateway.member.model.loaded_snapshot import LoadedSnapshot
from gateway.member.node.context import Node
from gateway.member.node.ports import View
from gateway.member.policy.policy_in_force import trusted
from gateway.wire.sharing_statement import Never, Shared, Sharing, Words, sign_sharing
from policies import Policy
from policies.model.model import Ban, LevelOf, Share
from policies.model.terms import Appearance, Approval


class Counted(Protocol):
    """The tables of a cube for a single measure."""

    @property
    def trees(self) -> Mapping[str, Tree]: ...

    @property
    def parts(self) -> "Sequence[Counted]":
        """The readable tables; none where all tables of the dimensions can be read."""
        ...


class Tables(Protocol):
    """The tables of a cube."""

    def counting(self, measure: str) -> Counted | None: ...


def state(node: Node, view: View, cube_cache: CubeCache) -> str:
    """The signed statement. The same as long as policy, snapshot and cube are, and then made once: every call
    to the hub has it.
    """
    label, policy, cube = _known(node, view, cube_cache)
    last = _LAST.get(cube_cache)
    if last is not None and last.holds_for(label, policy, cube, node.answer_signer):
        return last.note
    note = sign_sharing(_stated(node, label, policy, cube), node.answer_signer)
    _LAST[cube_cache] = _Signed(label, policy, cube, node.answer_signer, note)
    return note


def stated(node: Node, view: View, cube_cache: CubeCache) -> Sharing:
    """The statement, unsigned."""
    return _stated(node, *_known(node, view, cube_cache))


@dataclass(frozen=True)
class _Signed:
    """What a statement was made of, and its note."""

    label: str | None
    policy: Policy | None
    cube: ReadyCube | None
    signer: Signer
    note: str

    def holds_for(
        self, label: str | None, policy: Policy | None, cube: ReadyCube | None, signer: Signer
    ) -> bool:
        same = self.cube is cube and self.signer is signer
        return same and (self.label, self.policy) == (label, policy)


_LAST: WeakKeyDictionary[CubeCache, _Signed] = WeakKeyDictionary()


def _known(
    node: Node, view: View, cube_cache: CubeCache
) -> tuple[str | None, Policy | None, ReadyCube | None]:
    """The name of the policy in force, the policy, and the cube that was made under the policy."""
    in_force, policy = trusted(node, view) or (None, None)
    if in_force is None:
        return None, None, None
    return in_force.label, policy, cube_cache.cube(in_force.version, in_force.above)


def _stated(node: Node, label: str | None, policy: Policy | None, cube: ReadyCube | None) -> Sharing:
    if policy is None:
        return Sharing(node.member, None, None, None, None, None, (), ())
    return Sharing(
        member=node.member,
        policy=label,
        valid_until=None if policy.valid_until is None else policy.valid_until.isoformat(),
        **_vintage(cube),
        shared=shared_of(policy, cube),
        never=never_of(node.dictionary, policy),
    )


def shared_of(policy: Policy, tables: Tables | None) -> tuple[Shared, ...]:
    """Each permission as far as the data set goes, and where `tables` is given, the cube as well.

    None where the member never appears on its own: such a member answers no question.
    """
    if policy.appears is not Appearance.OWN:
        return ()
    # Accidents, clients, services and activities have dimensions of their own: their permissions are stated
    # separately.
    counted = (MEASURE, ACCIDENTS, *OF_CLIENTS, *OF_SERVICES, *MEASURES)
    made: list[tuple[str | None, Counted | None]] = [(None, None)]
    if tables is not None:
        found_in = [(name, tables.counting(name)) for name in counted]
        # Where single tables were drawn, no other is shared: each of them is said by itself.
        made = [
            (name, part)
            for name, whole in found_in
            if whole is not None
            for part in (whole.parts or (whole,))
        ]
    found = (
        _shared(policy, share, levels, each)
        for share, levels in zip(policy.shares, policy.share_levels, strict=True)
        for each in made
        if each[0] is None or each[1] is not None
    )
    return tuple(one for one in found if one.measures)


def never_of(dictionary: Dictionary, policy: Policy) -> tuple[Never, ...]:
    """Each prohibition, without its name: the name is for the controller."""
    return tuple(
        Never(
            recipients=_sorted(ban.recipients),
            roles=_sorted(ban.roles),
            purposes=_sorted(ban.purposes),
            measures=_sorted(ban.measures),
            show=_names(show),
            together=tuple(_together(dictionary, ban, together)),
        )
        for ban, (show, together) in zip(policy.bans, policy.ban_levels, strict=True)
    )


def _shared(
    policy: Policy, share: Share, levels: Iterable[LevelOf], of: tuple[str | None, Counted | None]
) -> Shared:
    usable = {*levels} & policy.scope_levels
    measures, most = share.measures, min(share.max_dims, policy.scope.max_dims)
    measure, tables = of
    if tables is not None:
        usable &= {(d, level) for d, tree in tables.trees.items() for level in tree.levels}
        measures &= {measure or MEASURE}
    terms = policy.conditions.join(share.conditions)
    return Shared(
        recipients=tuple(sorted(share.recipients)),
        roles=_sorted(share.roles),
        purposes=tuple(sorted(share.purposes)),
        measures=tuple(sorted(measures)),
        levels=_names(usable),
        max_dims=min(most, len({dimension for dimension, _ in usable} - policy.vocabulary.of_one_code)),
        ready_made_only=share.ready_made_only,
        approval_ready_made=terms.approval_ready_made is not Approval.AUTOMATIC,
        approval=terms.approval_others is not Approval.AUTOMATIC,
    )


def _together(dictionary: Dictionary, ban: Ban, levels: frozenset[LevelOf]) -> Iterator[Words]:
    for dimension in sorted(ban.together):
        yield _names(pair for pair in levels if pair[0] == dimension and pair[1] in dictionary.levels)


def _vintage(cube: ReadyCube | None) -> dict[str, str | None]:
    """The records behind the tables; None without tables under this policy."""
    snapshot: LoadedSnapshot | None = None if cube is None else cube.snapshot
    if snapshot is None:
        return {"snapshot": None, "snapshot_date": None, "vintage": None}
    return {
        "snapshot": snapshot.id,
        "snapshot_date": snapshot.until.isoformat(),
        "vintage": snapshot.loaded_at.date().isoformat(),
    }


def _names(levels: Iterable[LevelOf]) -> Words:
    return tuple(sorted({level for _, level in levels}))


def _sorted(words: frozenset[str] | None) -> Words | None:
    return None if words is None else tuple(sorted(words))
