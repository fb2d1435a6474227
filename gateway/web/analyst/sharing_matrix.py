"""What members share: members by dimensions and levels, as declared for one requester. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gateway.hub.model import StatedSharing
from gateway.hub.sharing_statements import for_requester
from gateway.web.analyst.choices import Known
from gateway.wire.sharing_statement import Shared, Sharing


@dataclass(frozen=True)
class Column:
    """A member. `stated` False: no declaration; `policy` None: no policy in force."""

    member: str
    name: str
    stated: bool
    policy: str | None
    snapshot_date: str | None
    vintage: str | None
    since: str | None
    measures: tuple[str, ...]
    purposes: tuple[str, ...]
    max_dims: int
    needs_approval: bool
    ready_made_only: bool
    bans: int


@dataclass(frozen=True)
class Line:
    """A level; `shared` says for each column whether the level is shared: None without a declaration."""

    level: str
    label: str
    shared: tuple[bool | None, ...]


@dataclass(frozen=True)
class Block:
    """A dimension with its levels, coarsest first."""

    dimension: str
    label: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Matrix:
    """`blocks`: dimensions that some member shares; `nobody`: labels of dimensions that no member shares."""

    measure: str
    purpose: str
    columns: tuple[Column, ...]
    blocks: tuple[Block, ...]
    nobody: tuple[str, ...]


def matrix(known: Known, kept: dict[str, StatedSharing], measure: str, purpose: str) -> Matrix:
    """What members share with the requester; `measure` and `purpose` "": any."""
    found = {member: _fitting(known, member, measure, purpose) for member in known.stated}
    blocks = tuple(_blocks(known, found))
    shared = {block.dimension for block in blocks}
    return Matrix(
        measure=measure,
        purpose=purpose,
        columns=tuple(_column(known, kept.get(member), member, found[member]) for member in known.stated),
        blocks=blocks,
        nobody=tuple(d.label for d in known.dictionary.dimensions.values() if d.name not in shared),
    )


def _fitting(known: Known, member: str, measure: str, purpose: str) -> tuple[Shared, ...] | None:
    """The permissions for the requester; None where the member does not say."""
    sharing = known.stated[member]
    if sharing is None:
        return None
    return tuple(
        one
        for one in for_requester(sharing, known.requester)
        if measure in ("", *one.measures) and purpose in ("", *one.purposes)
    )


def _blocks(known: Known, found: dict[str, tuple[Shared, ...] | None]) -> Iterator[Block]:
    for dimension in known.dictionary.dimensions.values():
        lines = tuple(
            Line(level.name, level.label, tuple(_has(shared, level.name) for shared in found.values()))
            for level in reversed(dimension.levels)
        )
        if any(True in line.shared for line in lines):
            yield Block(dimension.name, dimension.label, lines)


def _has(shared: Iterable[Shared] | None, level: str) -> bool | None:
    return None if shared is None else any(level in one.levels for one in shared)


def _column(
    known: Known, kept: StatedSharing | None, member: str, shared: tuple[Shared, ...] | None
) -> Column:
    sharing: Sharing | None = None if kept is None else kept.sharing
    several = shared or ()
    return Column(
        member=member,
        name=known.dictionary.member(member).name,
        stated=sharing is not None,
        policy=None if sharing is None else sharing.policy,
        snapshot_date=None if sharing is None else sharing.snapshot_date,
        vintage=None if sharing is None else sharing.vintage,
        since=None if kept is None else kept.since.isoformat(),
        measures=tuple(sorted({m for one in several for m in one.measures})),
        purposes=tuple(sorted({p for one in several for p in one.purposes})),
        max_dims=max((one.max_dims for one in several), default=0),
        needs_approval=any(one.approval for one in several),
        ready_made_only=bool(several) and all(one.ready_made_only for one in several),
        bans=0 if sharing is None else len(sharing.never),
    )
