"""What the two sides of the federation can do, told in a node's first call.

The major version stands in the path (`/federation/v1`): one that changes what messages mean gets a path of
its own, beside the former one for as long as members need. Within a major version sides learn to do more:
each thing has a name here, and a side that does not know it is spared. One that says nothing knows none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.errors import SafelaneError
from gateway.wire.sum_call import text

MAJOR = 1
UPLOAD_BATCHES = "parcel"
"""Answers come with the poll that follows them."""
FEATURES = (UPLOAD_BATCHES, "serves", "sharing")
"""In order of their names. The fields of a poll below belong to those of the same name."""

_FIELDS = {UPLOAD_BATCHES: UPLOAD_BATCHES, "serves": "serves", "sharing": "sharing"}


class VersionError(SafelaneError):
    """A greeting that is none, or of a side with which no version is shared."""


@dataclass(frozen=True)
class Hello:
    """What one side is: its software's version, the major versions that it speaks, and its features."""

    software: str
    majors: tuple[int, ...]
    features: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {"features": list(self.features), "majors": list(self.majors), "software": self.software}


def hello_from_json(data: Mapping[str, Any]) -> Hello:
    """Raises VersionError. Names of features that are not known here are kept."""
    try:
        majors = tuple(data["majors"])
        if not all(type(m) is int for m in majors):
            raise TypeError
        return Hello(text(data["software"]), majors, tuple(text(f) for f in data["features"]))
    except (KeyError, TypeError, ValueError):
        raise VersionError("A greeting is not in the form of one.") from None


NOTHING_MORE = Hello("unknown", (MAJOR,), ())
"""A side from before greetings."""


def fields_for(other: Hello, poll: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a poll that the other side understands."""
    return {n: v for n, v in poll.items() if n not in _FIELDS or _FIELDS[n] in other.features}


def unknown_to(other: Hello) -> tuple[str, ...]:
    """What this side can do and the other one cannot."""
    return tuple(f for f in FEATURES if f not in other.features)
