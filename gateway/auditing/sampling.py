"""Random samples of a kept log, by its latest checkpoint or an earlier one."""

from dataclasses import dataclass

from audit.log.sample import draw_sample
from gateway.auditing.context import KeptLog
from gateway.auditing.entry_search import whole
from gateway.auditing.ports import View


@dataclass(frozen=True)
class Sample:
    """The numbers of the sampled entries, and the checkpoint that determines the sample."""

    size: int
    root: bytes
    numbers: tuple[int, ...]


def draw(kept: KeptLog, view: View, count: int, *, size: int | None = None, seed: str = "") -> Sample:
    """Draw by the checkpoint of `size`, by default the latest. Raises NotInLogError or MalformedError."""
    at = whole(view).end if size is None else size
    root = kept.log.root(view.log, at)
    return Sample(at, root, tuple(draw_sample(root, at, count, seed)))
