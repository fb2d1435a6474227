"""A reader of what comes from outside, and how a valid input of it is changed by its structure."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Any

from changed_texts import PIECES, WORDS_OF_STRANGERS

from audit.errors import AuditError
from audit.formats.canonical import canonical_json


class Shape(StrEnum):
    """How an input is built, so that a change keeps the rest readable."""

    TEXT = "text"
    JSON = "JSON"
    CANONICAL = "canonical JSON"
    INDENTED = "JSON as a person reads it"
    ZIP = "zip"


@dataclass(frozen=True)
class Reader:
    """`begins`: valid inputs. `read` takes an input, or raises one of `refuses`: anything else is a fault."""

    name: str
    begins: tuple[bytes, ...]
    read: Callable[[bytes], Any]
    refuses: tuple[type[Exception], ...]
    shape: Shape = Shape.TEXT

    def tried(self, data: bytes) -> bool:
        """Whether an input is accepted. Raises what the reader should not raise."""
        try:
            self.read(data)
        except self.refuses:
            return False
        return True


NUMBERS: tuple[Any, ...] = (
    0,
    -1,
    1,
    2**31,
    2**53,
    2**63,
    10**400,
    0.5,
    -0.0,
    1e308,
    float("nan"),
    float("inf"),
)
DEEP = b"[" * 50_000
Changing = Callable[[bytes], bytes]


def changed(data: bytes, shape: Shape, random: Random, bytewise: Changing | None = None) -> bytes:
    """An input in which one to three places say something else, are gone, or stand twice.

    `bytewise` changes the bytes of one part; unless given, pieces of it are replaced.
    """
    bytewise = bytewise or (lambda part: _pieces(part, random))
    if shape is Shape.TEXT or random.random() < 0.25:
        return bytewise(data)
    if shape is Shape.ZIP:
        return _repacked(data, random, bytewise)
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return bytewise(data)
    holder = [document]
    for _ in range(random.randint(1, 3)):
        _change_one(holder, random)
    try:
        return _written(holder[0], shape, random)
    except (AuditError, ValueError, RecursionError):  # nothing that JSON can say
        return bytewise(data)


def _written(document: Any, shape: Shape, random: Random) -> bytes:
    """A document of JSON in the spelling of its shape."""
    if shape is Shape.CANONICAL:
        return canonical_json(document)
    if shape is Shape.INDENTED:
        return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "surrogatepass")
    return json.dumps(document, ensure_ascii=random.random() < 0.5).encode("utf-8", "surrogatepass")


def _pieces(data: bytes, random: Random) -> bytes:
    for _ in range(random.randint(1, 3)):
        start = random.randint(0, len(data))
        end = min(len(data), start + random.randint(0, 12))
        words = [word.encode("utf-8", "surrogatepass") for word in WORDS_OF_STRANGERS]
        piece = random.choice([*words, *PIECES, DEEP, data[start:end] * 2, random.randbytes(4), b""])
        data = data[:start] + piece + data[end:]
    return data


def _change_one(whole: list[Any], random: Random) -> None:
    places = list(_places(whole))
    holder, key = random.choice(places)
    way = random.choice(["other", "other", "gone", "more", "moved"])
    if way == "other" or holder is whole:
        holder[key] = _value(random)
    elif way == "gone":
        del holder[key]
    elif way == "moved":
        there, name = random.choice(places)
        holder[key] = deepcopy(there[name])
    elif isinstance(holder, list):
        holder.insert(key, deepcopy(holder[key]))
    else:
        holder[random.choice(WORDS_OF_STRANGERS)] = deepcopy(holder[key])


def _value(random: Random) -> Any:
    return random.choice([
        None, True, False, [], {}, [[[[[[[[[[]]]]]]]]]], {"a": {"a": []}},
        random.choice(NUMBERS), random.choice(NUMBERS),
        random.choice(WORDS_OF_STRANGERS), random.choice(WORDS_OF_STRANGERS),
    ])  # fmt: skip


def _places(holder: Any, depth: int = 0) -> Iterator[tuple[Any, Any]]:
    inside = holder.items() if isinstance(holder, dict) else enumerate(holder)
    for key, value in list(inside):
        yield holder, key
        if isinstance(value, dict | list) and depth < 40:
            yield from _places(value, depth + 1)


def _repacked(data: bytes, random: Random, bytewise: Changing) -> bytes:
    """A zip in which one part is changed, renamed or stands twice; packed again."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            if sum(info.file_size for info in package.infolist()) > 10 << 20:
                return bytewise(data)
            parts = [(info.filename, package.read(info)) for info in package.infolist()]
    except Exception:  # noqa: BLE001 - a changed zip breaks in many ways, and none is of interest here
        return bytewise(data)
    if not parts:
        return bytewise(data)
    which = random.randrange(len(parts))
    name, part = parts[which]
    way = random.random()
    if way < 0.8:
        parts[which] = (name, bytewise(part))
    elif way < 0.9:
        parts[which] = (random.choice(["../x.csv", "/etc/x", "a/b/c.csv", "", name + "/"]), part)
    else:
        parts.append((name, part))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", random.choice([zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])) as package:
        for place, content in parts:
            package.writestr(zipfile.ZipInfo(place or "x"), content)
    return out.getvalue()
