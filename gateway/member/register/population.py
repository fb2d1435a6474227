"""The population of a data set, and the differences between the population and the newest snapshot. Pure.

A counted row is *sealed* beside the cube that counts the row: once a figure was given out, its rows stay,
whatever the register says later, until the difference can enter as a revision. So corrections, late records
and withdrawals of released periods wait here, and nobody outside can tell waiting from no change.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anonymisers.history.release_history import ReleaseHistory
from anonymisers.history.vintages import Vintage
from gateway.dictionary import Dictionary
from gateway.member.model.packed_links import taken_links
from gateway.member.model.snapshot import Column, Snapshot
from gateway.member.model.snapshot_format import snapshot_from_bytes, snapshot_to_bytes
from gateway.member.model.stored_cube import Plan, counted_together

Token = tuple[bytes, ...]
"""The person of a row, and the row's cell."""

_NOTHING_BESIDE: Mapping[str, Any] = MappingProxyType(
    {"details": MappingProxyType({}), "contacts": None, "clients": None}
)
"""Released rows are kept for ever: so only the counted columns are kept, without what stands beside them."""


def taken(snapshot: Snapshot, rows: NDArray[np.bool_] | NDArray[np.intp]) -> Snapshot:
    """The snapshot with only the given rows (a mask, or positions)."""
    links = taken_links(snapshot.links, rows)
    return replace(
        snapshot,
        columns=MappingProxyType({n: c.taken(rows) for n, c in snapshot.columns.items()}),
        consent=snapshot.consent.taken(rows),
        vintage=snapshot.vintage.taken(rows),
        links=links,
        **_NOTHING_BESIDE,
    )


def joined(pieces: Iterable[tuple[str, Snapshot]]) -> Snapshot | None:
    """Rows of several snapshots as one snapshot, each with the vintage given for its piece; None for no
    rows.
    """
    found = [(vintage, piece) for vintage, piece in pieces if len(piece)]
    if not found:
        return None
    first = found[0][1]
    columns = {
        name: Column.of([c for _, p in found for c in p.column(name).values()]) for name in first.columns
    }
    links = {name: np.concatenate([p.links[name] for _, p in found]) for name in first.links}
    for values in links.values():
        values.flags.writeable = False
    return replace(
        first,
        columns=MappingProxyType(columns),
        consent=Column.of([c for _, p in found for c in p.consent.values()]),
        vintage=Column.of([vintage for vintage, p in found for _ in range(len(p))]),
        links=MappingProxyType(links),
        **_NOTHING_BESIDE,
    )


def sealed(snapshot: Snapshot | None) -> bytes:
    """Rows in the form in which a release part keeps rows."""
    return b"" if snapshot is None else snapshot_to_bytes(snapshot)


def released_snapshots(history: ReleaseHistory) -> dict[Vintage, Snapshot]:
    """All rows ever counted, by the part that added the rows and the part that removed the rows.

    Rows of a part that is withheld whole were never counted.
    """
    found: dict[Vintage, Snapshot] = {}
    for number, part in enumerate(history.parts):
        if part.kind != "left" and part.cubes:
            found[number, None] = snapshot_from_bytes(part.sealed)
    for number, part in enumerate(history.parts):
        if part.kind == "left":
            gone = snapshot_from_bytes(part.sealed)
            source = np.array([int(v) for v in gone.vintage.values()])
            for came in part.sources:
                leaving = taken(gone, source == came)
                identities = set(_identities(leaving))
                stays = np.array([i not in identities for i in _identities(found[came, None])], dtype=bool)
                found[came, number] = leaving
                found[came, None] = taken(found[came, None], stays)
    return found


@dataclass(frozen=True, eq=False)
class Difference:
    """New rows of released periods, and counted rows that are gone from the register (by the part of
    each).
    """

    added: Snapshot
    left: Mapping[int, Snapshot]

    @property
    def people_added(self) -> int:
        """Distinct people behind the additions; a correction is an addition and a leaving."""
        return _distinct([self.added])

    @property
    def people_left(self) -> int:
        """Distinct people in the rows that are gone."""
        return _distinct(self.left.values())

    @property
    def people(self) -> int:
        """Distinct people in all differing rows."""
        return _distinct([self.added, *self.left.values()])

    def years(self) -> dict[int, tuple[int, int]]:
        """Rows added and rows no more, by year."""
        found: dict[int, tuple[int, int]] = {}
        for place, pieces in ((0, [self.added]), (1, list(self.left.values()))):
            for piece in pieces:
                for code in piece.column("date").values():
                    pair = list(found.get(int(code[:4]), (0, 0)))
                    pair[place] += 1
                    found[int(code[:4])] = (pair[0], pair[1])
        return dict(sorted(found.items()))


def difference(
    dictionary: Dictionary, plan: Plan, stands: Mapping[Vintage, Snapshot], now: Snapshot
) -> Difference:
    """The differences between `now`, the rows of released periods that count today, and the counted rows."""
    counted = {v[0]: tokens(dictionary, plan, rows) for v, rows in stands.items() if v[1] is None}
    known = {token for each in counted.values() for token in each}
    today = tokens(dictionary, plan, now)
    present = set(today)
    left = {
        came: taken(stands[came, None], np.array([t not in present for t in each], dtype=bool))
        for came, each in counted.items()
    }
    fresh = np.array([token not in known for token in today], dtype=bool)
    return Difference(taken(now, fresh), {came: rows for came, rows in left.items() if len(rows)})


def tokens(dictionary: Dictionary, plan: Plan, snapshot: Snapshot) -> list[Token]:
    """For each row, its person and the finest cell of the row, without the dimensions that stand apart: their
    tables stay as first released."""
    columns = [snapshot.links["person"].tolist()]
    for dimension, level in counted_together(dictionary, plan).items():
        column = snapshot.column(dimension)
        codes = [dictionary.lift(code, level).encode() for code in column.codes]
        columns.append([codes[i] for i in column.indices.tolist()])
    years = snapshot.column("date")
    columns.append([years.codes[i][:4].encode() for i in years.indices.tolist()])
    return list(zip(*columns, strict=True))


def _identities(snapshot: Snapshot) -> list[Token]:
    columns = [link.tolist() for link in snapshot.links.values()]
    for column in snapshot.columns.values():
        columns.append([column.codes[i].encode() for i in column.indices.tolist()])
    return list(zip(*columns, strict=True))


def _distinct(pieces: Iterable[Snapshot]) -> int:
    return len({person for piece in pieces for person in piece.links["person"].tolist()})
