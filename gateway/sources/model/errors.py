"""Errors of a source or mapping that cannot be used at all. Faults of single rows are findings instead."""

from collections.abc import Iterable

from gateway.errors import SafelaneError
from policies.model.errors import Fault


class SourceError(SafelaneError):
    """The source cannot be read as a whole; nothing was loaded. Never quotes a value of a record."""

    exit_code = 5


class UploadError(SourceError):
    """An upload that cannot be accepted; nothing was kept."""


class NoUploadError(SafelaneError):
    """The upload does not exist, or no longer exists."""


class MappingError(SafelaneError):
    """A mapping document that cannot be used. `faults` holds every fault, with line, column and key."""

    exit_code = 4

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        lines = "\n".join(f"  {fault}" for fault in self.faults)
        super().__init__(
            f"The mapping cannot be used:\n{lines}",
            remedy="Correct these lines; docs/reference/mapping.md tells every key.",
        )
