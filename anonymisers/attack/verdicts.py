"""From intervals to findings: what is disclosed, narrow, unasked or open."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from anonymisers.attack.attack_model import System, key_of
from anonymisers.attack.findings import Findings, Found, Insight
from anonymisers.attack.goals import Extent, Goals
from anonymisers.attack.reduction import Reduced


def findings_of(
    system: System,
    goals: Goals,
    extent: Extent,
    *,
    insider: tuple[Insight, ...] = (),
    interrupted: tuple[str, ...] = (),
    unexamined: tuple[str, ...] = (),
) -> Findings:
    """The report over all unknown boxes."""
    reduced = goals.reduced
    low, high = reduced.interval(extent.seen_low, extent.seen_high)
    least, most = reduced.interval(extent.proven_low, extent.proven_high)
    settled = goals.settled(extent)
    certain = least == most
    small = goals.small(least, most)
    asked = goals.withheld
    narrow = asked & settled & ~certain & small & ~goals.wide(low, high)
    unasked = ~asked & certain & small
    left = ~settled & ~certain

    def found(mask: NDArray[np.bool_]) -> tuple[Found, ...]:
        return tuple(
            found_at(system, int(reduced.boxes[i]), least[i], most[i]) for i in np.flatnonzero(mask).tolist()
        )

    return Findings(
        cells=len(system.values),
        withheld=int(system.withheld.sum()),
        disclosed=found(asked & certain) + _shown_elsewhere(system),
        narrow=found(narrow),
        insider=insider,
        unasked=found(unasked),
        differences=_differences(system, reduced.boxes[unasked]),
        open=found(left),
        interrupted=interrupted,
        unexamined=unexamined,
    )


def certain(system: System, reduced: Reduced) -> tuple[Found, ...]:
    """The withheld cells that bounds alone give one value, and those that another release shows."""
    least, most = reduced.interval(reduced.low, reduced.high)
    known = np.flatnonzero(system.withheld[reduced.boxes] & (least == most))
    return tuple(
        found_at(system, int(reduced.boxes[i]), least[i], most[i]) for i in known.tolist()
    ) + _shown_elsewhere(system)


def with_certain(findings: Findings, system: System, goals: Goals) -> Findings:
    """Add what the bounds of a larger system make certain: disclosed and unasked cells not yet found."""
    bounds = findings_of(system, goals, Extent.start(goals.reduced))
    disclosed = dict.fromkeys((*findings.disclosed, *bounds.disclosed))
    unasked = dict.fromkeys((*findings.unasked, *bounds.unasked))
    keys = {f.key for f in disclosed}
    return replace(
        findings,
        disclosed=tuple(disclosed),
        unasked=tuple(unasked),
        narrow=tuple(f for f in findings.narrow if f.key not in keys),
        open=tuple(f for f in findings.open if f.key not in keys),
    )


def found_at(system: System, box: int, low: float, high: float) -> Found:
    """A box with an interval, as a finding."""
    release = int(system.release[box])
    return Found(
        key_of(system, box),
        release if release >= 0 else None,
        int(low),
        None if np.isinf(high) else int(high),
    )


def _shown_elsewhere(system: System) -> tuple[Found, ...]:
    """Cells that one release withholds and another shows."""
    both = np.flatnonzero(system.withheld & (system.values >= 0)).tolist()
    return tuple(found_at(system, b, float(system.values[b]), float(system.values[b])) for b in both)


def _differences(system: System, boxes: NDArray[np.int64]) -> int:
    """How many of these boxes stand in a sum whose other cells are all shown."""
    wanted = np.zeros(len(system.values), dtype=np.bool_)
    wanted[boxes] = True
    plain = np.zeros(len(system.values), dtype=np.bool_)
    for block in system.sums:
        alone = (system.values[block] < 0).sum(axis=1) == 1
        plain[block[alone].ravel()] = True
    return int((plain & wanted).sum())
