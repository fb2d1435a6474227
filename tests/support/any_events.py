"""Any event that a log can hold, for laws about all of them."""

from dataclasses import fields
from datetime import UTC, datetime
from enum import StrEnum
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from audit.events.events import EVENTS, Event
from audit.formats.commitment import Commitment

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXT,
    int: st.integers(0, 2**63 - 1),
    bool: st.booleans(),
    datetime: st.datetimes(timezones=st.just(UTC)).map(lambda t: t.replace(microsecond=0)),
    bytes: st.binary(min_size=32, max_size=32),
    Commitment: st.binary(min_size=32, max_size=32).map(Commitment),
}


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of a type that a field may have."""
    if get_origin(kind) is tuple:
        return st.lists(values(get_args(kind)[0]), max_size=3).map(tuple)
    if NoneType in get_args(kind):
        (inner,) = (k for k in get_args(kind) if k is not NoneType)
        return st.none() | values(inner)
    if kind in PLAIN:
        return PLAIN[kind]
    return st.sampled_from(kind) if issubclass(kind, StrEnum) else records(kind)


def records(kind: Any) -> st.SearchStrategy[Any]:
    """Any instance of a dataclass."""
    hints = get_type_hints(kind)
    return st.builds(kind, **{f.name: values(hints[f.name]) for f in fields(kind)})


def any_event() -> st.SearchStrategy[Event]:
    return st.sampled_from(sorted(EVENTS.values(), key=lambda kind: kind.TYPE)).flatmap(records)
