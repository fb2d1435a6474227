"""What the hub keeps of a run of counting once, and whose turn it is. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from audit.count_events import CountBegun
from gateway.wire.count_calls import Step


class RunState(StrEnum):
    OPEN = "open"
    COUNTED = "counted"
    """The result stands in the log; the rule may keep it from being told."""
    DECLINED = "declined"
    """A member's controller gave no leave: the run ends without a number."""
    FAILED = "failed"
    """What members handed in cannot be counted."""


@dataclass(frozen=True)
class CountRun:
    """A run that stands in the regional log at entry `index`; `id` is its leaf hash, in hexadecimal."""

    id: str
    event: CountBegun
    index: int
    state: RunState
    counted_index: int | None = None


def turns(members: Collection[str], done: Mapping[Step, Collection[str]]) -> dict[str, Step]:
    """What each member that the run waits for has to do. Joining and sealing everybody does at once."""
    for step in (Step.JOIN, Step.SEAL):
        missing = [m for m in members if m not in done[step]]
        if missing:
            return dict.fromkeys(missing, step)
    return next(({m: Step.MIX} for m in members if m not in done[Step.MIX]), {})
