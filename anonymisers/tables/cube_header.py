"""Dimensions and rules as they stand at the head of a stored cube."""

from collections.abc import Mapping, Sequence
from typing import Any

from anonymisers.tables.cell_names import Place, read_places, written
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.rules import Rules, TableOf


def dim_written(dim: Hierarchy) -> list[Any]:
    """A dimension, for JSON."""
    return [dim.name, list(dim.codes), dict(dim.parent)]


def dim_read(written: Sequence[Any]) -> Hierarchy:
    """What `dim_written` wrote."""
    name, codes, parent = written
    return Hierarchy(name, tuple(codes), parent)


def rules_written(rules: Rules) -> dict[str, Any]:
    """Rules, for JSON: equal rules have equal words."""
    return {
        "threshold": rules.threshold,
        "zeros": rules.zeros,
        "max_dims": rules.max_dims,
        "sensitive": sorted(rules.sensitive),
        "priority": [[sorted(t.dims), sorted(map(list, t.levels))] for t in rules.priority],
        "expects_least": rules.expects_least,
        **{name: written(sorted(places)) for name, places in _marks(rules).items() if places},
    }


def _marks(rules: Rules) -> dict[str, frozenset[Place]]:
    return {"always": rules.always, "never": rules.never, "structural": rules.structural}


def rules_read(body: Mapping[str, Any]) -> Rules:
    """What `rules_written` wrote."""
    always, never, structural = (frozenset(read_places(body.get(name, []), name)) for name in _marks(Rules()))
    return Rules(
        threshold=body["threshold"],
        zeros=body["zeros"],
        max_dims=body["max_dims"],
        sensitive=frozenset(body["sensitive"]),
        priority=tuple(
            TableOf(frozenset(dims), frozenset((n, d) for n, d in levels))
            for dims, levels in body["priority"]
        ),
        expects_least=body["expects_least"],
        always=always,
        never=never,
        structural=structural,
    )
