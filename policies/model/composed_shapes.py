"""Shapes made of other shapes: lists, records, mappings of a document, and a choice by the kind of node."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from policies.model.errors import Fault, quoted
from policies.model.frozen import FrozenMap
from policies.model.messages import message, word_of
from policies.model.shapes import JsonSchema, OneOf, Shape
from policies.model.strict_yaml import Items, Node, Table, Word
from policies.model.vocabulary import nearest

T = TypeVar("T")


@dataclass(frozen=True)
class ByNode(Generic[T]):
    """One shape for a word, another for a mapping or list, chosen by the kind of node."""

    word: Shape[T]
    other: Shape[T]
    other_is: type[Table] | type[Items] = Table

    def read(self, node: Node, faults: list[Fault]) -> T | None:
        return (self.other if isinstance(node, self.other_is) else self.word).read(node, faults)

    def schema(self) -> JsonSchema:
        return {"anyOf": [self.word.schema(), self.other.schema()]}


@dataclass(frozen=True)
class ListOf(Generic[T]):
    """A list without repetition. A single word may stand for a list of one."""

    item: Shape[T]
    may_be_empty: bool = False
    may_repeat: bool = False

    def read(self, node: Node, faults: list[Fault]) -> tuple[T, ...] | None:
        nodes = node.items if isinstance(node, Items) else (node,)
        if not nodes and not self.may_be_empty:
            faults.append(
                node.position.fault(
                    message("an empty list permits nothing; name something or leave the key out")
                )
            )
            return None
        before = len(faults)
        values: list[T] = []
        for one in nodes:
            value = self.item.read(one, faults)
            if value is None:
                continue
            if value in values and not self.may_repeat:
                faults.append(one.position.fault(message("this is already in the list")))
            values.append(value)
        return tuple(values) if len(faults) == before else None

    def schema(self) -> JsonSchema:
        many: JsonSchema = {"type": "array", "items": self.item.schema()}
        if not self.may_be_empty:
            many["minItems"] = 1
        if not self.may_repeat:
            many["uniqueItems"] = True
        return {"anyOf": [many, self.item.schema()]}


@dataclass(frozen=True)
class Key:
    """A key of a record: the shape of its value, whether the key is required, and its meaning."""

    shape: Shape[Any]
    meaning: str
    required: bool = False


@dataclass(frozen=True)
class Record(Generic[T]):
    """A mapping with known keys; `build` makes the value of the keys that are present."""

    what: str
    keys: Mapping[str, Key]
    build: Callable[[dict[str, Any], Table, list[Fault]], T | None]

    def read(self, node: Node, faults: list[Fault]) -> T | None:
        if not isinstance(node, Table):
            problem = message("%(what)s is expected: keys with their values", what=word_of(self.what))
            faults.append(node.position.fault(problem))
            return None
        before = len(faults)
        values: dict[str, Any] = {}
        for entry in node.entries:
            key = self.keys.get(entry.key)
            if key is None:
                what, named = word_of(self.what), quoted(entry.key)
                unknown = message("%(key)s is not a known key of %(what)s", key=named, what=what)
                faults.append(entry.position.fault(unknown, nearest(entry.key, self.keys)))
                continue
            values[entry.key] = key.shape.read(entry.value, faults)
        given = {entry.key for entry in node.entries}
        faults.extend(
            node.position.fault(
                message("the key %(key)s is missing: %(what)s", key=quoted(name), what=word_of(key.meaning))
            )
            for name, key in self.keys.items()
            if key.required and name not in given
        )
        # rules on several keys are checked even when other keys are at fault, to report all faults at once
        value = self.build({k: v for k, v in values.items() if v is not None}, node, faults)
        return value if len(faults) == before else None

    def schema(self) -> JsonSchema:
        properties = {
            name: {**key.shape.schema(), "description": key.meaning} for name, key in self.keys.items()
        }
        required = [name for name, key in self.keys.items() if key.required]
        schema: JsonSchema = {"type": "object", "additionalProperties": False, "properties": properties}
        return {**schema, "required": required} if required else schema


@dataclass(frozen=True)
class MapOf(Generic[T]):
    """A mapping whose keys are words of a closed list (None: not known) and whose values share a kind.

    `value` gives the shape for each key; for a schema without vocabulary `value` is called with the key "".
    """

    kind: str
    keys: tuple[str, ...] | None
    value: Callable[[str], Shape[T]]
    never: frozenset[str] = frozenset()
    replaced: Mapping[str, str] = field(default_factory=FrozenMap)

    def read(self, node: Node, faults: list[Fault]) -> tuple[tuple[str, T], ...] | None:
        if not isinstance(node, Table) or not node.entries:
            problem = message("a mapping from %(kind)s to a value is expected", kind=word_of(self.kind))
            faults.append(node.position.fault(problem))
            return None
        before = len(faults)
        pairs: list[tuple[str, T]] = []
        for entry in node.entries:
            known = OneOf(self.kind, self.keys, self.never, self.replaced)
            key = known.read(Word(entry.key, True, entry.position), faults)
            value = None if key is None else self.value(key).read(entry.value, faults)
            if key is not None and value is not None:
                pairs.append((key, value))
        return tuple(pairs) if len(faults) == before else None

    def schema(self) -> JsonSchema:
        schema: JsonSchema = {"type": "object", "minProperties": 1}
        if self.keys is None:
            return {**schema, "additionalProperties": self.value("").schema()}
        properties = {key: self.value(key).schema() for key in self.keys}
        return {**schema, "additionalProperties": False, "properties": properties}
