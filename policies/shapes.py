"""Shapes of a document: each reads a node into a value, notes every fault, and describes itself.

The description is JSON Schema. One source serves the reader and the editor, so the two cannot drift apart.
A shape returns None for what it could not read; the fault is then noted.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from policies.errors import Fault, quoted
from policies.strict_yaml import Items, Node, Table, Word
from policies.vocabulary import nearest

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
JsonSchema: TypeAlias = dict[str, Any]


class Shape(Protocol[T_co]):
    """Reads one kind of value."""

    def read(self, node: Node, faults: list[Fault]) -> T_co | None:
        """The value, or None after a fault."""
        ...

    def schema(self) -> JsonSchema:
        """JSON Schema, draft 2020-12."""
        ...


def word_of(node: Node, faults: list[Fault], wanted: str) -> str | None:
    """The text of a word that is not empty."""
    if not isinstance(node, Word):
        kind = "a list" if isinstance(node, Items) else "a mapping"
        faults.append(node.spot.fault(f"{kind} stands where {wanted} is expected"))
    elif node.faulty:
        return None
    elif not node.text.strip():
        faults.append(node.spot.fault(f"nothing stands where {wanted} is expected"))
    else:
        return node.text
    return None


@dataclass(frozen=True)
class OneOf:
    """A word of a closed list; `words` is None where the list is not known (a schema without vocabulary)."""

    kind: str
    words: tuple[str, ...] | None
    never: frozenset[str] = frozenset()

    def read(self, node: Node, faults: list[Fault]) -> str | None:
        text = word_of(node, faults, f"a {self.kind}")
        if text is None or self.words is None or text in self.words:
            return text
        if text in self.never:
            faults.append(node.spot.fault(f"{quoted(text)} is about one person and no policy can share it"))
        else:
            problem = f"{quoted(text)} is not a known {self.kind}"
            hint = nearest(text, self.words)
            if hint is None and len(self.words) <= 12:
                problem += f" (known: {', '.join(self.words) or 'none'})"
            faults.append(node.spot.fault(problem, hint))
        return None

    def schema(self) -> JsonSchema:
        if self.words is None:
            return {"type": "string", "minLength": 1}
        # an editor that reads YAML 1.1 takes these two words for truth values
        truths: list[bool] = [w == "yes" for w in self.words if w in ("yes", "no")]
        return {"enum": [*self.words, *truths]}


@dataclass(frozen=True)
class Meaning(Generic[T]):
    """A word of a closed list that stands for a value."""

    kind: str
    values: Mapping[str, T]

    def read(self, node: Node, faults: list[Fault]) -> T | None:
        text = self._words().read(node, faults)
        return None if text is None else self.values[text]

    def schema(self) -> JsonSchema:
        return self._words().schema()

    def _words(self) -> OneOf:
        return OneOf(self.kind, tuple(self.values))


@dataclass(frozen=True)
class Text:
    """Free text on one line."""

    longest: int = 200

    def read(self, node: Node, faults: list[Fault]) -> str | None:
        text = word_of(node, faults, "a line of text")
        if text is None:
            return None
        if len(text) > self.longest or not text.isprintable() or text != text.strip():
            faults.append(node.spot.fault(f"one line of at most {self.longest} characters is expected"))
            return None
        return text

    def schema(self) -> JsonSchema:
        return {"type": "string", "minLength": 1, "maxLength": self.longest}


@dataclass(frozen=True)
class Number:
    """A whole number in ordinary digits, in a closed range."""

    low: int
    high: int

    def read(self, node: Node, faults: list[Fault]) -> int | None:
        wanted = f"a whole number from {self.low} to {self.high}"
        text = word_of(node, faults, wanted)
        if text is None:
            return None
        plain = isinstance(node, Word) and node.plain
        if plain and re.fullmatch(r"0|[1-9][0-9]{0,8}", text) and self.low <= int(text) <= self.high:
            return int(text)
        faults.append(node.spot.fault(f"{quoted(text)} is not {wanted}"))
        return None

    def schema(self) -> JsonSchema:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True)
class Day:
    """A date as YYYY-MM-DD (ISO 8601)."""

    def read(self, node: Node, faults: list[Fault]) -> date | None:
        text = word_of(node, faults, "a date")
        if text is None:
            return None
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            try:
                return date.fromisoformat(text)
            except ValueError:
                pass
        faults.append(node.spot.fault(f"{quoted(text)} is not a date; write it as 2026-01-31"))
        return None

    def schema(self) -> JsonSchema:
        return {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}


@dataclass(frozen=True)
class Phrase(Generic[T]):
    """A phrase of a fixed form such as `90 days`; `build` returns None where the numbers in it do not fit."""

    form: str
    pattern: str
    build: Callable[[re.Match[str]], T | None]

    def read(self, node: Node, faults: list[Fault]) -> T | None:
        wanted = f"a phrase such as {quoted(self.form)}"
        text = word_of(node, faults, wanted)
        if text is None:
            return None
        match = re.fullmatch(self.pattern, text)
        value = self.build(match) if match else None
        if value is None:
            faults.append(node.spot.fault(f"{quoted(text)} is not {wanted}"))
        return value

    def schema(self) -> JsonSchema:
        return {"type": "string", "pattern": f"^(?:{self.pattern})$", "examples": [self.form]}


@dataclass(frozen=True)
class AnyForm(Generic[T]):
    """A word in one of several forms: the first shape that can read it; else the faults of the first."""

    shapes: tuple[Shape[T], ...]

    def read(self, node: Node, faults: list[Fault]) -> T | None:
        first: list[Fault] = []
        for number, shape in enumerate(self.shapes):
            mine: list[Fault] = []
            value = shape.read(node, mine)
            if not mine:
                return value
            if number == 0:
                first = mine
        faults.extend(first)
        return None

    def schema(self) -> JsonSchema:
        return {"anyOf": [shape.schema() for shape in self.shapes]}


@dataclass(frozen=True)
class ByNode(Generic[T]):
    """One shape for a word, another for a mapping or list, chosen by what stands there."""

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
                node.spot.fault("an empty list permits nothing; name something or leave the key out")
            )
            return None
        before = len(faults)
        values: list[T] = []
        for one in nodes:
            value = self.item.read(one, faults)
            if value is None:
                continue
            if value in values and not self.may_repeat:
                faults.append(one.spot.fault("this stands in the list already"))
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
    """A key of a record: the shape of its value, whether it must stand, and what it means."""

    shape: Shape[Any]
    meaning: str
    required: bool = False


@dataclass(frozen=True)
class Record(Generic[T]):
    """A mapping with known keys; `build` makes the value of the keys that stand there."""

    what: str
    keys: Mapping[str, Key]
    build: Callable[[dict[str, Any], Table, list[Fault]], T | None]

    def read(self, node: Node, faults: list[Fault]) -> T | None:
        if not isinstance(node, Table):
            faults.append(node.spot.fault(f"{self.what} is expected: keys with their values"))
            return None
        before = len(faults)
        values: dict[str, Any] = {}
        for entry in node.entries:
            key = self.keys.get(entry.key)
            if key is None:
                unknown = f"{quoted(entry.key)} is not a known key of {self.what}"
                faults.append(entry.spot.fault(unknown, nearest(entry.key, self.keys)))
                continue
            values[entry.key] = key.shape.read(entry.value, faults)
        standing = {entry.key for entry in node.entries}
        faults.extend(
            node.spot.fault(f"the key {quoted(name)} is missing: {key.meaning}")
            for name, key in self.keys.items()
            if key.required and name not in standing
        )
        # what needs several keys at once is judged also when others are at fault: every fault in one go
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

    `value` gives the shape for each key; for a schema without vocabulary it is asked for the key "".
    """

    kind: str
    keys: tuple[str, ...] | None
    value: Callable[[str], Shape[T]]
    never: frozenset[str] = frozenset()

    def read(self, node: Node, faults: list[Fault]) -> tuple[tuple[str, T], ...] | None:
        if not isinstance(node, Table) or not node.entries:
            faults.append(node.spot.fault(f"a mapping from {self.kind} to a value is expected"))
            return None
        before = len(faults)
        pairs: list[tuple[str, T]] = []
        for entry in node.entries:
            key = OneOf(self.kind, self.keys, self.never).read(Word(entry.key, True, entry.spot), faults)
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
