"""A request, reduced to the facts that a policy can judge."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Request:
    """A question as a policy sees it: who asks whom, for which purpose, and how finely; never which codes.

    `levels` holds a (dimension, level) for each dimension of `by` and of `where`; derived dimensions are
    resolved to base dimensions before. `ready_made` is the name of a ready-made question, or None; the
    builder of the request has made sure that the question is that ready-made question. `record_level` asks
    for an extract of single records instead of a table.
    """

    member: str
    recipient: str
    role: str | None
    purpose: str
    measure: str
    levels: frozenset[tuple[str, str]]
    ready_made: str | None = None
    record_level: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "levels", frozenset(self.levels))

    @classmethod
    def of(
        cls,
        *,
        member: str,
        recipient: str,
        purpose: str,
        measure: str,
        levels: Iterable[tuple[str, str]],
        role: str | None = None,
        ready_made: str | None = None,
        record_level: bool = False,
    ) -> "Request":
        """A request from named parts; `levels` in any order."""
        return cls(member, recipient, role, purpose, measure, frozenset(levels), ready_made, record_level)
