"""Shapes of a document: each reads a node into a value, notes every fault, and describes itself.

The description is JSON Schema. One source serves the reader and the editor, so the two cannot drift apart. A
shape returns None for an unreadable node, and notes the fault.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from policies.model.errors import Fault, quoted
from policies.model.frozen import FrozenMap
from policies.model.messages import Message, message, word_of
from policies.model.strict_yaml import Items, Node, Word
from policies.model.vocabulary import nearest

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
JsonSchema: TypeAlias = dict[str, Any]

MOST_NAMED = 12
"""Words of a closed list that a message names."""
_NOTHING = ("null", "Null", "NULL", "~")
"""The null words of YAML: no law, order or name is called so."""


class Shape(Protocol[T_co]):
    """Reads one kind of value."""

    def read(self, node: Node, faults: list[Fault]) -> T_co | None:
        """The value, or None after a fault."""
        ...

    def schema(self) -> JsonSchema:
        """JSON Schema, draft 2020-12."""
        ...


def text_of(node: Node, faults: list[Fault], wanted: Message) -> str | None:
    """The text of a word that is not empty."""
    if not isinstance(node, Word):
        if isinstance(node, Items):
            problem = message("found a list where %(wanted)s is expected", wanted=wanted)
        else:
            problem = message("found a mapping where %(wanted)s is expected", wanted=wanted)
        faults.append(node.position.fault(problem))
    elif node.faulty:
        return None
    elif not node.text.strip() or (node.plain and node.text in _NOTHING):
        faults.append(
            node.position.fault(message("found nothing where %(wanted)s is expected", wanted=wanted))
        )
    else:
        return node.text
    return None


@dataclass(frozen=True)
class OneOf:
    """A word of a closed list; `words` is None where the list is not known (a schema without vocabulary)."""

    kind: str
    words: tuple[str, ...] | None
    never: frozenset[str] = frozenset()
    replaced: Mapping[str, str] = field(default_factory=FrozenMap)

    def read(self, node: Node, faults: list[Fault]) -> str | None:
        text = text_of(node, faults, message("a %(kind)s", kind=word_of(self.kind)))
        if text is None or self.words is None or text in self.words:
            return text
        if (by := self._replacement(text)) is not None:
            problem = message("%(word)s is no longer known: %(by)s replaces it", word=quoted(text), by=by)
            faults.append(node.position.fault(problem, by))
            return None
        if text in self.never:
            problem = message("%(word)s is about one person and no policy can share it", word=quoted(text))
            faults.append(node.position.fault(problem))
        else:
            hint = nearest(text, self.words)
            faults.append(node.position.fault(self._unknown(text, hint, self.words), hint))
        return None

    def _replacement(self, word: str) -> str | None:
        """What replaces a word of before: `status.REH` for `need.REH` where `status` replaces `need`; for
        `barrier.DIST` the one dimension that replaces all barriers.
        """
        family, dot, value = word.partition(".")
        if (by := self.replaced.get(family)) is None:
            return None
        single = by in (self.words or ()) and f"{by}.{value}" not in (self.words or ())
        return by if single else f"{by}{dot}{value}"

    def _unknown(self, text: str, hint: str | None, words: tuple[str, ...]) -> Message:
        kind = word_of(self.kind)
        if hint is not None or len(words) > MOST_NAMED:
            return message("%(word)s is not a known %(kind)s", word=quoted(text), kind=kind)
        known = ", ".join(words) or message("none")
        text = quoted(text)
        return message(
            "%(word)s is not a known %(kind)s (known: %(known)s)", word=text, kind=kind, known=known
        )

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
        text = text_of(node, faults, message("a line of text"))
        if text is None:
            return None
        if len(text) > self.longest or not text.isprintable() or text != text.strip():
            problem = message("one line of at most %(longest)s characters is expected", longest=self.longest)
            faults.append(node.position.fault(problem))
            return None
        return text

    def schema(self) -> JsonSchema:
        text: JsonSchema = {"type": "string", "pattern": r"^\S(?:.*\S)?$", "maxLength": self.longest}
        # an editor takes a line of digits, or `yes`, for something else than text
        return {"anyOf": [text, {"type": ["number", "boolean"]}]}


@dataclass(frozen=True)
class Number:
    """A whole number in ordinary digits, in a closed range."""

    low: int
    high: int

    def read(self, node: Node, faults: list[Fault]) -> int | None:
        wanted = message("a whole number from %(low)s to %(high)s", low=str(self.low), high=str(self.high))
        text = text_of(node, faults, wanted)
        if text is None:
            return None
        plain = isinstance(node, Word) and node.plain
        if plain and re.fullmatch(r"0|[1-9][0-9]{0,8}", text) and self.low <= int(text) <= self.high:
            return int(text)
        faults.append(
            node.position.fault(message("%(word)s is not %(wanted)s", word=quoted(text), wanted=wanted))
        )
        return None

    def schema(self) -> JsonSchema:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True)
class Day:
    """A date as YYYY-MM-DD (ISO 8601)."""

    def read(self, node: Node, faults: list[Fault]) -> date | None:
        text = text_of(node, faults, message("a date"))
        if text is None:
            return None
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            try:
                return date.fromisoformat(text)
            except ValueError:
                pass
        problem = message("%(word)s is not a date; write it as 2026-01-31", word=quoted(text))
        faults.append(node.position.fault(problem, _day_meant(text)))
        return None

    def schema(self) -> JsonSchema:
        return {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}


def _day_meant(text: str) -> str | None:
    """The day that a text names with other signs or without zeros; None for none or for two possible days."""
    parts = re.findall(r"[0-9]+", text, re.ASCII)
    if not re.fullmatch(r"[0-9]+\W+[0-9]+\W+[0-9]+", text, re.ASCII):
        return None
    year, month, day = map(int, parts if len(parts[0]) == 4 else reversed(parts))
    if len(parts[0]) != 4 and day <= 12:
        return None  # only the author knows whether day or month comes first
    try:
        return date(year, month, day).isoformat()
    except (ValueError, OverflowError):
        return None


@dataclass(frozen=True)
class Phrase(Generic[T]):
    """A phrase of a fixed form such as `90 days`; `build` returns None for numbers that do not fit.

    `forms`: the ways to write the phrase, with # for each number, to propose the intended form. `number`: the
    phrase is a number, and a schema that is asked about numbers has to know.
    """

    form: str
    pattern: str
    build: Callable[[re.Match[str]], T | None]
    forms: tuple[str, ...] = ()
    number: bool = False

    def read(self, node: Node, faults: list[Fault]) -> T | None:
        wanted = message("a phrase such as %(form)s", form=quoted(self.form))
        text = text_of(node, faults, wanted)
        if text is None:
            return None
        match = re.fullmatch(self.pattern, text)
        value = self.build(match) if match else None
        if value is None:
            problem = message("%(word)s is not %(wanted)s", word=quoted(text), wanted=wanted)
            faults.append(node.position.fault(problem, nearest(text, self._with_numbers_of(text))))
        return value

    def _with_numbers_of(self, text: str) -> tuple[str, ...]:
        """The forms with the numbers of a text, as far as the result is valid."""
        found = []
        for form in self.forms:
            filled = form
            for number in re.findall(r"[0-9]+", text, re.ASCII):
                filled = filled.replace("#", number, 1)
            match = re.fullmatch(self.pattern, filled)
            if match and self.build(match) is not None:
                found.append(filled)
        return tuple(found)

    def schema(self) -> JsonSchema:
        words = {"type": "string", "pattern": f"^(?:{self.pattern})$", "examples": [self.form]}
        return {"anyOf": [words, {"type": "number"}]} if self.number else words


@dataclass(frozen=True)
class AnyForm(Generic[T]):
    """A word in one of several forms: the first shape that can read the word.

    Where no shape can, the faults come from the first shape that recognises the intended form, else from the
    first shape.
    """

    shapes: tuple[Shape[T], ...]

    def read(self, node: Node, faults: list[Fault]) -> T | None:
        refused: list[list[Fault]] = []
        for shape in self.shapes:
            mine: list[Fault] = []
            value = shape.read(node, mine)
            if not mine:
                return value
            refused.append(mine)
        faults.extend(next((one for one in refused if one[0].suggestion is not None), refused[0]))
        return None

    def schema(self) -> JsonSchema:
        return {"anyOf": [shape.schema() for shape in self.shapes]}
