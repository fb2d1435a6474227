"""The shape of a cube: dimensions, years and the largest number of dimensions in a table; none of its
numbers.

The member's log commits to the shape when the cube is certified, so that a decision can be replayed without
the cube: whether a question can be read depends on the shape alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from anonymisers.perturbation.noisy_cube import holds
from audit.errors import MalformedError
from audit.formats.canonical import canonical_json, load_canonical_object
from gateway.dictionary import Dictionary, Tree
from gateway.member.cube.accident_counts import ACCIDENTS, of_accidents
from gateway.member.cube.activity_counts import MEASURES, ActivitiesRead, Kinds, trees_of
from gateway.member.cube.client_services import MEASURES as OF_SERVICES
from gateway.member.cube.client_services import ServicesRead, trees_of_services
from gateway.member.cube.clients_counts import MEASURES as OF_CLIENTS
from gateway.member.cube.clients_counts import ClientsRead
from gateway.member.cube.clients_counts import trees_of as trees_of_clients
from gateway.member.cube.cube_cache import MEASURE
from gateway.member.cube.cube_reading import NotDrawn
from gateway.member.model.privacy_budget import Table


@dataclass(frozen=True)
class Shape:
    """`finest`: dimension -> finest level; `years`: the counted closed years."""

    finest: Mapping[str, str]
    years: tuple[int, ...]
    max_dims: int
    accidents: bool = False
    """Whether the cube counts accidents too."""
    tables: tuple[Table, ...] = ()
    """With noise: dimension and level of each noisy table; no other table can be read."""
    activities: Kinds = field(default_factory=dict)
    """Years and kinds of the tables of risk education and marking, by measure."""
    clients: tuple[Mapping[str, str], tuple[int, ...]] | None = None
    """The finest level of each dimension of clients, and the closed years of service."""
    services: tuple[str, ...] = ()
    """The measures of services to clients."""
    items: bool = False
    """Whether services are told item by item, and not by pillar alone."""

    def to_bytes(self) -> bytes:
        """Canonical JSON."""
        body: dict[str, Any] = {"finest": dict(self.finest), "max_dims": self.max_dims}
        if self.accidents:
            body["accidents"] = True
        if self.tables:
            body["tables"] = [dict(table) for table in self.tables]
        if self.activities:
            body["activities"] = {
                measure: {"types": list(kinds), "years": list(years)}
                for measure, (years, kinds) in self.activities.items()
            }
        if self.clients is not None:
            body["clients"] = {"finest": dict(self.clients[0]), "years": list(self.clients[1])}
        if self.services:
            body["services"] = list(self.services)
        if self.items:
            body["items"] = True
        return canonical_json({**body, "years": list(self.years)})

    @classmethod
    def from_bytes(cls, data: bytes) -> "Shape":
        """Read what `to_bytes` wrote. Raises MalformedError."""
        value = load_canonical_object(data, "shape of a cube")
        try:
            accidents = value.get("accidents", False)
            tables = tuple(tuple(sorted(table.items())) for table in value.get("tables", ()))
            activities = {
                measure: (tuple(table["years"]), tuple(table["types"]))
                for measure, table in value.get("activities", {}).items()
            }
            finest, years = dict(value["finest"]), tuple(value["years"])
            beside = value.get("clients")
            clients = None if beside is None else (dict(beside["finest"]), tuple(beside["years"]))
            services = tuple(value.get("services", ()))
            items = value.get("items", False)
            shape = cls(
                finest, years, value["max_dims"], accidents, tables, activities, clients, services, items
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            raise MalformedError("shape of a cube", "a part is missing") from None
        if not _sound(shape) or shape.to_bytes() != data:
            raise MalformedError("shape of a cube", "other parts than a shape has")
        return shape


@dataclass(frozen=True)
class ShapeOnly(NotDrawn):
    """Stands in for a cube in a replayed decision: with the list of tables, and without numbers."""

    trees: Mapping[str, Tree]
    max_dims: int
    accidents: bool = False
    measure: str = MEASURE
    tables: tuple[Mapping[str, frozenset[str]], ...] = ()
    """The dimensions and codes of each noisy table; none where all tables can be read."""
    activities: Mapping[str, ActivitiesRead] = field(default_factory=dict)
    clients: ClientsRead | None = None
    services: Mapping[str, ServicesRead] = field(default_factory=dict)

    @classmethod
    def of(cls, dictionary: Dictionary, member: str, shape: Shape) -> "ShapeOnly":
        """Build from a shape. Raises DictionaryError where the dictionary no longer has the shape's
        levels.
        """
        return cls(
            {
                dimension: dictionary.hierarchy(dimension, level, member, years=shape.years)
                for dimension, level in shape.finest.items()
            },
            shape.max_dims,
            shape.accidents,
            tables=tuple(
                {
                    d: frozenset(dictionary.hierarchy(d, level, member, years=shape.years).codes)
                    for d, level in table
                }
                for table in shape.tables
            ),
            activities={
                measure: ActivitiesRead(trees_of(*kinds), {}) for measure, kinds in shape.activities.items()
            },
            clients=None
            if shape.clients is None
            else ClientsRead(trees_of_clients(dictionary, member, *shape.clients)),
            services={}
            if shape.clients is None
            else dict.fromkeys(
                shape.services,
                ServicesRead(trees_of_services(dictionary, member, *shape.clients, items=shape.items)),
            ),
        )

    def read(self, key: Mapping[str, str]) -> int | None:
        """None, for a cell of the cube; KeyError for a cell outside the lattice."""
        if not key.keys() <= self.trees.keys() or len(key) > self.max_dims:
            raise KeyError(", ".join(key))
        if self.tables and not any(holds(table, key) for table in self.tables):
            raise KeyError(", ".join(key))
        return None

    @property
    def mechanism(self) -> None:
        """No number is read."""
        return

    def largest_deviation(self, key: Mapping[str, str]) -> int:  # noqa: ARG002 - the same for every key
        """Nothing: no number is known here, and none decides."""
        return 0

    def counting(self, measure: str) -> "ShapeOnly | ActivitiesRead | ClientsRead | ServicesRead | None":
        """A cube of this shape, as questions about a measure would read the cube."""
        if measure in OF_CLIENTS:
            return self.clients
        if measure in MEASURES:
            return self.activities.get(measure)
        if measure in OF_SERVICES:
            return self.services.get(measure)
        if measure == ACCIDENTS and self.accidents:
            return replace(self, trees=of_accidents(self.trees))
        return self if measure == self.measure else None


def _sound(shape: Shape) -> bool:
    words = [*shape.finest, *shape.finest.values(), *(w for t in shape.tables for pair in t for w in pair)]
    words += [word for measure, (_, kinds) in shape.activities.items() for word in (measure, *kinds)]
    numbers: list[Any] = [
        shape.max_dims,
        *shape.years,
        *(y for ys, _ in shape.activities.values() for y in ys),
    ]
    if shape.clients is not None:
        words += [*shape.clients[0], *shape.clients[0].values()]
        numbers += shape.clients[1]
    words += shape.services
    sound = all(type(w) is str for w in words) and all(type(n) is int for n in numbers)
    return sound and type(shape.accidents) is bool and type(shape.items) is bool
