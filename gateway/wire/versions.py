"""The capabilities of the two sides of the federation, exchanged in a node's first call.

The major version stands in the path (`/federation/v2`): a change in the meaning of messages gets a new path.
The path of the first call never changes (`GREETING`), so that sides without a common version tell each other.
Within a major version, each new capability has a name here; a side that does not know the name gets messages
without the capability. A side that names no capabilities has none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.errors import SafelaneError
from gateway.wire.strict_values import text

MAJOR = 2
GREETING = "/federation/v1/hello"
"""The path of a node's first call, in every version."""
BOUNDS = "bounds"
"""Bounds of withheld cells have a form and an address of their own."""
UPLOAD_BATCHES = "upload_batch"
"""Answers come with the next poll."""
RETURNED_LOG = "returned_log"
"""A node that was restored is given back what it had shown of its own log."""
FEATURES = (BOUNDS, RETURNED_LOG, "serves", "sharing", UPLOAD_BATCHES)
"""Sorted by name. The fields of a poll below belong to the features of the same name."""

_FIELDS = {UPLOAD_BATCHES: UPLOAD_BATCHES, "serves": "serves", "sharing": "sharing"}


class VersionError(SafelaneError):
    """A malformed greeting, or a side with no common major version."""


@dataclass(frozen=True)
class Hello:
    """One side: the version of its software, its major versions, and its features."""

    software: str
    majors: tuple[int, ...]
    features: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {"features": list(self.features), "majors": list(self.majors), "software": self.software}


def hello_from_json(data: Mapping[str, Any]) -> Hello:
    """Read a greeting; unknown features are kept. Raises VersionError."""
    try:
        majors = tuple(data["majors"])
        if not all(type(m) is int for m in majors):
            raise TypeError
        return Hello(text(data["software"]), majors, tuple(text(f) for f in data["features"]))
    except (KeyError, TypeError, ValueError):
        raise VersionError("A greeting is not in the form of one.") from None


NOTHING_MORE = Hello("unknown", (1,), ())
"""A side from before greetings, which speaks version 1 only."""


def fields_for(other: Hello, poll: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a poll that the other side understands."""
    return {n: v for n, v in poll.items() if n not in _FIELDS or _FIELDS[n] in other.features}


def unknown_to(other: Hello) -> tuple[str, ...]:
    """The features of this side that the other side does not have."""
    return tuple(f for f in FEATURES if f not in other.features)
