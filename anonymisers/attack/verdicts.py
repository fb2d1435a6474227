"""Turn intervals into findings: disclosed, insufficiently protected, unlisted or open."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from anonymisers.attack.attack_model import AttackModel, key_of
from anonymisers.attack.findings import Findings, Found, SingletonDisclosure
from anonymisers.attack.goals import Extent, Goals
from anonymisers.attack.reduction import Reduced
from anonymisers.tables.arrays import Floats


def findings_of(
    model: AttackModel,
    goals: Goals,
    extent: Extent,
    *,
    singletons: tuple[SingletonDisclosure, ...] = (),
    interrupted: tuple[str, ...] = (),
    unexamined: tuple[str, ...] = (),
) -> Findings:
    """The report over all unknown cuboids."""
    reduced = goals.reduced
    low, high = reduced.interval(extent.seen_low, extent.seen_high)
    least, most = reduced.interval(extent.proven_low, extent.proven_high)
    settled = goals.settled(extent)
    determined = least == most
    small = goals.small(least, most)
    asked = goals.withheld
    insufficiently_protected = asked & settled & ~determined & small & ~goals.wide(low, high)
    unlisted = ~asked & determined & small
    left = ~settled & ~determined

    def found(mask: NDArray[np.bool_]) -> tuple[Found, ...]:
        return _found_within(model, reduced, (least, most), mask)

    return Findings(
        cells=len(model.values),
        withheld=int(model.withheld.sum()),
        disclosed=found(asked & determined) + _shown_elsewhere(model),
        insufficiently_protected=found(insufficiently_protected),
        singletons=singletons,
        unlisted=found(unlisted),
        differences=_differences(model, reduced.cuboids[unlisted]),
        undecided=found(left),
        interrupted=interrupted,
        unexamined=unexamined,
    )


def determined(model: AttackModel, reduced: Reduced) -> tuple[Found, ...]:
    """Return the withheld cells determined by bounds alone, and those shown by another release."""
    least, most = reduced.interval(reduced.low, reduced.high)
    known = model.withheld[reduced.cuboids] & (least == most)
    return _found_within(model, reduced, (least, most), known) + _shown_elsewhere(model)


def with_determined(findings: Findings, model: AttackModel, goals: Goals) -> Findings:
    """Add the cells determined by the bounds of a larger model: disclosed and unlisted cells.

    The others, of which such a model has very many, are not named.
    """
    reduced = goals.reduced
    least, most = reduced.interval(reduced.low, reduced.high)
    known = least == most
    small = known & ~goals.withheld & goals.small(least, most)
    disclosed = dict.fromkeys((*findings.disclosed, *determined(model, reduced)))
    unlisted = dict.fromkeys((*findings.unlisted, *_found_within(model, reduced, (least, most), small)))
    keys = {f.key for f in disclosed}
    return replace(
        findings,
        disclosed=tuple(disclosed),
        unlisted=tuple(unlisted),
        insufficiently_protected=tuple(f for f in findings.insufficiently_protected if f.key not in keys),
        undecided=tuple(f for f in findings.undecided if f.key not in keys),
    )


def _found_within(
    model: AttackModel, reduced: Reduced, ends: tuple[Floats, Floats], mask: NDArray[np.bool_]
) -> tuple[Found, ...]:
    """The marked cuboids with their intervals."""
    least, most = ends
    return tuple(
        found_at(model, int(reduced.cuboids[i]), least[i], most[i]) for i in np.flatnonzero(mask).tolist()
    )


def found_at(model: AttackModel, cuboid: int, low: float, high: float) -> Found:
    """A cuboid with an interval, as a finding."""
    release = int(model.release[cuboid])
    return Found(
        key_of(model, cuboid),
        release if release >= 0 else None,
        int(low),
        None if np.isinf(high) else int(high),
    )


def _shown_elsewhere(model: AttackModel) -> tuple[Found, ...]:
    """Return the cells withheld by one release and shown by another."""
    both = np.flatnonzero(model.withheld & (model.values >= 0)).tolist()
    return tuple(found_at(model, b, float(model.values[b]), float(model.values[b])) for b in both)


def _differences(model: AttackModel, cuboids: NDArray[np.int64]) -> int:
    """Count the cuboids in a sum whose other cells are all shown."""
    wanted = np.zeros(len(model.values), dtype=np.bool_)
    wanted[cuboids] = True
    plain = np.zeros(len(model.values), dtype=np.bool_)
    for block in model.sums:
        alone = (model.values[block] < 0).sum(axis=1) == 1
        plain[block[alone].ravel()] = True
    return int((plain & wanted).sum())
