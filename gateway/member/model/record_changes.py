"""Changes from one load to the next, case by case: new, late, corrected, gone, consent. Pure.

Cases are matched by the pseudonym of their number. The results are for the country alone: a difference of 1
is a person.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from anonymisers.tables.arrays import Bools
from gateway.member.model.ordered_values import places
from gateway.member.model.packed_links import comparable_both
from gateway.member.model.snapshot import Column, Snapshot

CONSENTS = ("N", "NAT", "AGG", "REC")
"""From the least to the most."""


class Change(StrEnum):
    """What can happen to a case between two loads."""

    NEW = "new"
    LATE = "reported late"
    """New, of a year that was over and covered by the former load already."""
    CORRECTED = "corrected"
    GONE = "no longer in the register"
    WITHDRAWN = "consent withdrawn"
    GIVEN = "consent given"


@dataclass(frozen=True)
class Changes:
    """How many cases changed in each way, by the year of their accident."""

    counts: Mapping[Change, Mapping[int, int]]

    def total(self, change: Change) -> int:
        return sum(self.counts.get(change, {}).values())

    def to_text(self) -> str:
        """The text that is kept, and that the log commits to."""
        counts = {
            change.name: {str(year): n for year, n in years.items()} for change, years in self.counts.items()
        }
        return json.dumps(counts, sort_keys=True)

    @classmethod
    def from_text(cls, text: str) -> "Changes":
        """Read what `to_text` wrote."""
        return cls({
            Change[name]: {int(year): n for year, n in years.items()}
            for name, years in json.loads(text).items()
        })  # fmt: skip


@dataclass(frozen=True)
class RecordChanges:
    """The differences between a snapshot and the snapshot before. `index`: the log entry about the
    differences.
    """

    snapshot: str
    at: datetime
    changes: Changes
    index: int


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Rows of the same cases in two snapshots, and the unmatched rows of each."""

    before: NDArray[np.int64]
    now: NDArray[np.int64]
    fresh: Bools
    gone: Bools


def compare(former: Snapshot, new: Snapshot, until: date) -> Changes:
    """The differences between `new` and `former`, which covered the years that ended by `until`.

    A dimension in only one of the snapshots is a change of the mapping, and no correction.
    """
    pairs = _paired(former, new)
    years_now, years_before = _years(new), _years(former)
    consent_before = _ranks(former.consent)[pairs.before]
    consent_now = _ranks(new.consent)[pairs.now]
    late = pairs.fresh & (years_now <= until.year)
    differs = _differs(former, new, pairs) | _details_differ(former, new, pairs)
    found = {
        Change.NEW: years_now[pairs.fresh & ~late],
        Change.LATE: years_now[late],
        Change.CORRECTED: years_now[pairs.now[differs]],
        Change.GONE: years_before[pairs.gone],
        Change.WITHDRAWN: years_now[pairs.now[consent_now < consent_before]],
        Change.GIVEN: years_now[pairs.now[consent_now > consent_before]],
    }
    return Changes(
        MappingProxyType({change: _by_year(years) for change, years in found.items() if len(years)})
    )


@dataclass(frozen=True, eq=False)
class ChangedRows:
    """The rows that differ between two loads: of the new snapshot those that appeared and those that were
    corrected, of the former one those that vanished.
    """

    appeared: Bools
    vanished: Bools
    corrected: Bools


def changed_rows(former: Snapshot, new: Snapshot) -> ChangedRows:
    """The rows of `new` and `former` that differ, as `compare` counts them."""
    pairs = _paired(former, new)
    corrected = np.zeros(len(new), dtype=np.bool_)
    corrected[pairs.now] = _differs(former, new, pairs) | _details_differ(former, new, pairs)
    return ChangedRows(pairs.fresh, pairs.gone, corrected)


def dated(new: Snapshot, former: Snapshot, number: int) -> Snapshot:
    """The snapshot with its vintages: for each row, the number of the first load with the row as it is now.

    `number`: the number of the present load; a member's first load is load 1.
    """
    loads = np.array([int(code) for code in former.vintage.codes], dtype=np.int64)[former.vintage.indices]
    pairs = _paired(former, new)
    other = (
        np.ones(len(pairs.now), dtype=np.bool_)
        if set(former.columns) != set(new.columns)
        else _differs(former, new, pairs) | _consent_differs(former, new, pairs)
    )
    vintage = np.full(len(new), number, dtype=np.int64)
    vintage[pairs.now[~other]] = loads[pairs.before[~other]]
    numbers, places = np.unique(vintage, return_inverse=True)
    codes = Column.of([str(n) for n in numbers.tolist()])
    indices = codes.indices[places]
    indices.flags.writeable = False
    return replace(new, vintage=Column(codes.codes, indices))


def with_consents(snapshot: Snapshot, lowered: Mapping[str, str]) -> Snapshot:
    """The snapshot with the consent of some people (by pseudonym) lowered to what each person still agrees
    to.

    Nobody's consent is raised: the less generous of register and person counts.
    """
    if not lowered:
        return snapshot
    people = np.array([person.encode("ascii") for person in lowered], dtype=np.bytes_)
    order = np.argsort(people)
    people = people[order]
    allowed = np.array([CONSENTS.index(code) for code in lowered.values()], dtype=np.int64)[order]
    persons = snapshot.links["person"]
    place = np.minimum(np.searchsorted(people, persons), len(people) - 1)
    theirs = people[place] == persons
    ranks = _ranks(snapshot.consent)
    ranks[theirs] = np.minimum(ranks[theirs], allowed[place[theirs]])
    codes = Column.of([CONSENTS[rank] for rank in ranks.tolist()])
    clients = snapshot.clients
    return replace(
        snapshot, consent=codes, clients=None if clients is None else clients.with_consents(lowered)
    )


def lines(changes: Changes) -> Iterator[str]:
    """The changes, for a reader: a line for each kind of change, with the years."""
    for change, years in changes.counts.items():
        counts = ", ".join(f"{year}: {n}" for year, n in sorted(years.items()))
        yield f"{changes.total(change)} {change} ({counts})"


def _paired(former: Snapshot, new: Snapshot) -> _Pairs:
    """Both snapshots are in the order of their cases; each case is there once."""
    before, now = (links["case"] for links in comparable_both(former.links, new.links))
    if not len(before) or not len(now):
        nothing = np.zeros(0, dtype=np.int64)
        return _Pairs(nothing, nothing, np.ones(len(now), dtype=bool), np.ones(len(before), dtype=bool))
    place, same = places(before, now)
    gone = np.ones(len(before), dtype=np.bool_)
    gone[place[same]] = False
    return _Pairs(place[same], np.flatnonzero(same), ~same, gone)


def _differs(former: Snapshot, new: Snapshot, pairs: _Pairs) -> Bools:
    """For each pair whether anything but the consent differs, the person and the accident included."""
    differs = _columns_differ(former.columns, new.columns, pairs)
    before, now = comparable_both(former.links, new.links)
    for name in ("person", "accident"):
        differs |= before[name][pairs.before] != now[name][pairs.now]
    return differs


def _details_differ(former: Snapshot, new: Snapshot, pairs: _Pairs) -> Bools:
    """Details beside the counted rows can be corrected too; such a correction moves no vintage, as no count
    depends on details.
    """
    differs = _columns_differ(former.details, new.details, pairs)
    if former.contacts is not None and new.contacts is not None:
        before, now = former.contacts.by_case(), new.contacts.by_case()
        cases = new.links["case"][pairs.now].tolist()
        differs |= np.array([before.get(case) != now.get(case) for case in cases], dtype=np.bool_)
    return differs


def _columns_differ(before: Mapping[str, Column], now: Mapping[str, Column], pairs: _Pairs) -> Bools:
    differs = np.zeros(len(pairs.now), dtype=np.bool_)
    for name in sorted(set(before) & set(now)):
        old, current = before[name], now[name]
        place = {code: number for number, code in enumerate(old.codes)}
        translated = np.array([place.get(code, -1) for code in current.codes], dtype=np.int64)
        differs |= translated[current.indices[pairs.now]] != old.indices[pairs.before]
    return differs


def _consent_differs(former: Snapshot, new: Snapshot, pairs: _Pairs) -> Bools:
    differs: Bools = _ranks(former.consent)[pairs.before] != _ranks(new.consent)[pairs.now]
    return differs


def _ranks(consent: Column) -> NDArray[np.int64]:
    return np.array([CONSENTS.index(code) for code in consent.codes], dtype=np.int64)[consent.indices]


def _years(snapshot: Snapshot) -> NDArray[np.int64]:
    dates = snapshot.column("date")
    return np.array([int(code[:4]) for code in dates.codes], dtype=np.int64)[dates.indices]


def _by_year(years: NDArray[np.int64]) -> Mapping[int, int]:
    found, times = np.unique(years, return_counts=True)
    return MappingProxyType(dict(zip(found.tolist(), times.tolist(), strict=True)))
