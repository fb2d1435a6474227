"""The differences of two policies in the detail of a data set, key by key. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from policies import Scope


@dataclass(frozen=True)
class Edit:
    """A new `value` for a key; None removes the key. `part`: the dimension, for a key of `finest`."""

    key: str
    value: str | tuple[str, ...] | None
    part: str = ""


def edits(before: Scope, after: Scope) -> tuple[Edit, ...]:
    """The edits that turn `before` into `after`: levels, sizes, zeros and tables protected first."""
    return tuple(_edits(before, after))


def _edits(before: Scope, after: Scope) -> Iterator[Edit]:
    for dimension in sorted({*before.dimensions, *after.dimensions}):
        level = after.dimensions.get(dimension)
        if level != before.dimensions.get(dimension):
            yield Edit("finest", level, dimension)
    if after.max_dims != before.max_dims:
        yield Edit("max_dimensions", str(after.max_dims))
    if after.threshold != before.threshold:
        yield Edit("threshold", str(after.threshold))
    if after.zeros is not before.zeros:
        yield Edit("zeros", str(after.zeros))
    if after.priority != before.priority:
        yield Edit("priority", tuple(name for name in after.priority if isinstance(name, str)))
