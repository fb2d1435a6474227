"""The header of a stored cube: dimensions and rules as JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

from anonymisers.tables.cell_names import CellName, cell_names_from_json, cell_names_to_json
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.rules import Rules, TableOf


def dimension_to_json(dim: Hierarchy) -> list[Any]:
    """A dimension as a JSON value: name, codes, parents."""
    return [dim.name, list(dim.codes), dict(dim.parent)]


def dimension_from_json(body: Sequence[Any]) -> Hierarchy:
    """Read the value that `dimension_to_json` wrote."""
    name, codes, parent = body
    return Hierarchy(name, tuple(codes), parent)


def rules_to_json(rules: Rules) -> dict[str, Any]:
    """Rules as a JSON object; equal rules have equal objects."""
    return {
        "threshold": rules.threshold,
        "zeros": rules.zeros,
        "max_dims": rules.max_dims,
        "sensitive": sorted(rules.sensitive),
        "priority": [[sorted(t.dims), sorted(map(list, t.levels))] for t in rules.priority],
        "expects_least": rules.expects_least,
        **{name: cell_names_to_json(sorted(cells)) for name, cells in _a_priori(rules).items() if cells},
        **({"apart": [[name, list(others)] for name, others in rules.apart]} if rules.apart else {}),
    }


def _a_priori(rules: Rules) -> dict[str, frozenset[CellName]]:
    return {"always": rules.always, "never": rules.never, "structural": rules.structural}


def rules_from_json(body: Mapping[str, Any]) -> Rules:
    """Read the object that `rules_to_json` wrote."""
    always, never, structural = (
        frozenset(cell_names_from_json(body.get(name, []), name)) for name in _a_priori(Rules())
    )
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
        apart=tuple((name, tuple(others)) for name, others in body.get("apart", [])),
    )
