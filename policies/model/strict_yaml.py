"""Text to nodes: the part of YAML 1.2 that a person needs, and nothing that can hide a meaning.

One document of mappings, lists and words. Anchors, aliases, merge keys, tags, directives, duplicate keys,
keys that are not plain words and several documents are faults. The text is read event by event and cut off at
fixed sizes, so no input can grow large (aliases, the means of the "billion laughs", never expand). Words get
no types here: `NO` stays `NO`, and the reader of each key gives the meaning.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NoReturn, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)
from ruamel.yaml.reader import ReaderError

from policies.model.errors import Fault, quoted
from policies.model.messages import message

LONGEST_TEXT = 64 * 1024
"""Characters of a document."""
DEEPEST = 8
"""Mappings and lists within each other."""
MOST_NODES = 4000
"""Words, lists and mappings of a document."""


@dataclass(frozen=True)
class Position:
    """A place in the document: line and column from 1, and the path of keys to the place."""

    line: int
    column: int
    key: str = ""

    def fault(self, problem: str, suggestion: str | None = None) -> Fault:
        """A fault at this place."""
        return Fault(self.line, self.column, self.key, problem, suggestion)


@dataclass(frozen=True)
class Word:
    """A scalar, as written. `plain` is false for a scalar in quotes or in a block.

    `faulty`: the scalar is at fault already (an alias), whatever its text.
    """

    text: str
    plain: bool
    position: Position
    faulty: bool = False


@dataclass(frozen=True)
class Items:
    """A list."""

    items: tuple["Node", ...]
    position: Position


@dataclass(frozen=True)
class Entry:
    """A key with its value; `position` is the key's position."""

    key: str
    value: "Node"
    position: Position


@dataclass(frozen=True)
class Table:
    """A mapping; no key occurs twice."""

    entries: tuple[Entry, ...]
    position: Position


Node: TypeAlias = Word | Items | Table


class _StopReadingError(Exception):
    """The rest of the text cannot be read; the fault is noted already."""


def read_yaml(text: str) -> tuple[Node | None, list[Fault]]:
    """Read one document. Returns the readable part and every fault; never raises on any text."""
    if len(text) > LONGEST_TEXT:
        return None, [
            Fault(1, 1, "", message("the document is longer than %(most)s characters", most=LONGEST_TEXT))
        ]
    node, faults = _read_once(text)
    return node, list(faults)


@lru_cache(maxsize=8)
def _read_once(text: str) -> tuple[Node | None, tuple[Fault, ...]]:
    """Parsing is most of the time that a document takes, and a document is often read several times: first
    with the words of every member, since the document itself names its member, and then with the words of
    that member.
    """
    node, faults = _parsed(text)
    return node, tuple(faults)


def _parsed(text: str) -> tuple[Node | None, list[Fault]]:
    reader = _Reader()
    try:
        # "safe": the scanner without comments is a third faster, and gives the same events
        return reader.document(YAML(typ="safe", pure=True).parse(text)), reader.faults
    except _StopReadingError:
        return None, reader.faults
    except ReaderError as error:
        return None, [*reader.faults, _character_fault(text, error)]
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        position = Position(mark.line + 1, mark.column + 1) if mark else Position(1, 1)
        problem = message("this is not YAML: %(what)s", what=str(error.problem or error.context))
        return None, [*reader.faults, position.fault(problem)]
    except (YAMLError, ValueError, OverflowError, RecursionError):
        # ruamel lets a few of these through for hostile escapes such as an impossible code point
        return None, [*reader.faults, Fault(1, 1, "", message("this is not YAML"))]


def _character_fault(text: str, error: ReaderError) -> Fault:
    before = text[: error.position] if isinstance(error.position, int) else ""
    line = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1) + 1
    return Fault(line, column, "", message("a character that a text file must not contain"))


class _Reader:
    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self._nodes = 0

    def document(self, events: Iterator[Event]) -> Node | None:
        root: Node | None = None
        documents = 0
        for event in events:
            if isinstance(event, StreamStartEvent | StreamEndEvent | DocumentEndEvent):
                continue
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._stop(_position(event), message("a second document; a policy is one document"))
                if event.version or event.tags:
                    problem = message("directives (%(words)s) are not accepted", words="%YAML, %TAG")
                    self.faults.append(_position(event).fault(problem))
                continue
            root = self._node(event, events, _position(event), 0)
        return root

    def _node(self, event: Event, events: Iterator[Event], position: Position, depth: int) -> Node:
        self._nodes += 1
        if self._nodes > MOST_NODES:
            self._stop(position, message("more than %(most)s words, lists and mappings", most=MOST_NODES))
        if depth > DEEPEST:
            self._stop(
                position, message("more than %(most)s lists and mappings within each other", most=DEEPEST)
            )
        self._refuse_magic(event, position)
        if isinstance(event, MappingStartEvent):
            return self._table(events, position, depth)
        if isinstance(event, SequenceStartEvent):
            return self._items(events, position, depth)
        if isinstance(event, ScalarEvent):
            return Word(str(event.value), event.style is None, position)
        return Word("", True, position, faulty=True)

    def _items(self, events: Iterator[Event], position: Position, depth: int) -> Items:
        items: list[Node] = []
        for event in events:
            if isinstance(event, SequenceEndEvent):
                break
            place = Position(*_mark(event), f"{position.key}[{len(items) + 1}]")
            items.append(self._node(event, events, place, depth + 1))
        return Items(tuple(items), position)

    def _table(self, events: Iterator[Event], position: Position, depth: int) -> Table:
        entries: dict[str, Entry] = {}
        for event in events:
            if isinstance(event, MappingEndEvent):
                break
            if not isinstance(event, ScalarEvent):
                self._stop(Position(*_mark(event), position.key), message("a key must be a word"))
            key = str(event.value)
            label = quoted(key)[1:-1]
            key_position = Position(*_mark(event), f"{position.key}.{label}" if position.key else label)
            self._refuse_magic(event, key_position)
            value_event = next(events)
            place = _mark(value_event) if getattr(value_event, "value", True) else _mark(event)
            value = self._node(value_event, events, Position(*place, key_position.key), depth + 1)
            if key == "<<":
                problem = message("merge keys (%(key)s) are not accepted; write the keys out", key=key)
                self.faults.append(key_position.fault(problem))
            elif key in entries:
                first = str(entries[key].position.line)
                problem = message("the key %(key)s is already on line %(line)s", key=quoted(key), line=first)
                self.faults.append(key_position.fault(problem))
            else:
                entries[key] = Entry(key, value, key_position)
        return Table(tuple(entries.values()), position)

    def _refuse_magic(self, event: Event, position: Position) -> None:
        anchor = getattr(event, "anchor", None)
        if isinstance(event, AliasEvent):
            problem = message("aliases (*%(name)s) are not accepted; write the value out", name=str(anchor))
            self.faults.append(position.fault(problem))
        elif anchor is not None:
            self.faults.append(
                position.fault(message("anchors (&%(name)s) are not accepted", name=str(anchor)))
            )
        if getattr(event, "ctag", None) is not None:
            self.faults.append(position.fault(message("tags (!) are not accepted")))

    def _stop(self, position: Position, problem: str) -> NoReturn:
        self.faults.append(position.fault(problem))
        raise _StopReadingError


def _mark(event: Event) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _position(event: Event) -> Position:
    return Position(*_mark(event))
