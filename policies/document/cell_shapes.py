"""The shape for single cells of a document: `{place: KH-1, sex: F}`, in the codes of the dictionary."""

from dataclasses import dataclass
from typing import Any

from policies.model.composed_shapes import ListOf, MapOf
from policies.model.errors import Fault
from policies.model.messages import message
from policies.model.model import Cell
from policies.model.shapes import JsonSchema, OneOf, Shape
from policies.model.strict_yaml import Node
from policies.model.vocabulary import Vocabulary


@dataclass(frozen=True)
class Code:
    """A code of a dimension. The schema does not list all codes for an editor: dates alone have thousands."""

    word: OneOf

    def read(self, node: Node, faults: list[Fault]) -> str | None:
        return self.word.read(node, faults)

    def schema(self) -> JsonSchema:
        # an editor takes a year for a number, and `yes` for a truth value
        return {"anyOf": [{"type": "string", "minLength": 1}, {"type": ["number", "boolean"]}]}


@dataclass(frozen=True)
class CellShape:
    """A mapping from dimensions to a code each."""

    codes: MapOf[str]

    def read(self, node: Node, faults: list[Fault]) -> Cell | None:
        written = self.codes.read(node, faults)
        return None if written is None else tuple(sorted(written))

    def schema(self) -> JsonSchema:
        return self.codes.schema()


def cells(words: Vocabulary | None) -> Shape[Any]:
    """A list of cells."""

    def code(name: str) -> Shape[str]:
        known = None if words is None else tuple(words.codes.get(name, ()))
        return Code(OneOf(message("code of %(name)s", name=name), known))

    dimensions = None if words is None else tuple(words.dimensions)
    never = frozenset[str]() if words is None else words.never_shared
    replaced = {} if words is None else words.replaced
    return ListOf(CellShape(MapOf("dimension", dimensions, code, never, replaced)), may_be_empty=True)


def cell_name(cell: Cell) -> str:
    """A cell as a message names cells."""
    return ", ".join(f"{dimension}={code}" for dimension, code in cell)
