"""The base of all events of a log: a frozen record whose fields are checked on creation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import ClassVar

from audit.errors import MalformedError
from audit.formats.codec import record_of


def whole_second(time: datetime) -> datetime:
    """Convert an aware time to the form of events: UTC, fractions of a second cut off. Raises
    MalformedError."""
    if time.tzinfo is None:
        raise MalformedError("time", "no time zone")
    return time.astimezone(UTC).replace(microsecond=0)


@dataclass(frozen=True)
class Event:
    """Base of all events: fields are checked against their types on creation. Raises MalformedError."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int] = 1
    FORMER_FIELDS: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """Fields that entries of a former version call otherwise, with their former names."""

    def __post_init__(self) -> None:
        record_of(type(self)).dump(self, self.TYPE)
