"""Patch a policy document: change some keys, leave everything else as written. Pure.

A form knows keys and values; the document has comments, order and spaces besides. So only the lines of
changed keys are written anew; in a mapping with a line for each key, only the lines of keys that changed. A
comment inside such lines is kept behind a single line, and is listed where the comment had to be dropped.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from policies.model.strict_yaml import Entry, Items, Node, Table, Word, read_yaml

Data: TypeAlias = "str | list[Data] | dict[str, Data]"
"""A value as the document writes it: every word is text, without types."""

Changes: TypeAlias = "Mapping[str, Data | None]"
"""Keys with their new values; None removes a key."""

_PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._/()-]*[A-Za-z0-9._/()-])?")
"""Words that need no quotes anywhere, also in a list or a mapping on one line."""
_ODD_BREAK = re.compile("[\r\x85\u2028\u2029]")
"""The ends of a line in YAML besides the usual line feed."""
_COMMENT = re.compile(
    r"""(?:[^\s"'#]|"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|\s(?!\#)|(?<=\S)\#)*(?P<comment>\s\#.*)?"""
)


@dataclass(frozen=True)
class Patched:
    """The new document, and the comments that could not be kept."""

    text: str
    lost: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Block:
    """The lines of one key, from `first` up to `end`, counted from 0."""

    key: str
    first: int
    end: int


def raw(text: str) -> dict[str, Data] | None:
    """The keys of a document with their values as written; None without a readable mapping."""
    node, faults = read_yaml(text)
    if not isinstance(node, Table) or any(not fault.key for fault in faults):
        return None
    return _table(node)


def patched(text: str, changes: Changes) -> Patched:
    """The document with these keys set anew, or removed (None). The document must be readable: see `raw`."""
    node, _ = read_yaml(text)
    assert isinstance(node, Table)  # noqa: S101 - the caller has read it
    if not changes:
        return Patched(text)
    if any(entry.position.column != 1 for entry in node.entries) or _ODD_BREAK.search(text):
        return _anew(text, node, changes)
    meant = {key: value for key, value in {**_table(node), **changes}.items() if value is not None}
    for line_by_line in (True, False):
        lines, lost = text.rstrip("\n").split("\n"), list[str]()
        _edit(lines, _Place(node.entries, len(lines), len(lines)), changes, lost, line_by_line=line_by_line)
        made = Patched("\n".join(lines) + "\n", tuple(lost))
        if raw(made.text) == meant:
            break  # else a mapping only looked as if each key had a line
    return made


def written(key: str, value: Data) -> list[str]:
    """A key with its value, as lines: a list of mappings has a line for each, other values one line."""
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return [f"{key}:", *(f"  - {inline(item)}" for item in value)]
    return [f"{key}: {inline(value)}"]


def inline(value: Data) -> str:
    """A value on one line."""
    if isinstance(value, list):
        return f"[{', '.join(map(inline, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {inline(each)}' for key, each in value.items())}}}"
    return value if _PLAIN.fullmatch(value) else f'"{"".join(map(_escaped, value))}"'


def _escaped(character: str) -> str:
    """A character between double quotes."""
    if character in '"\\':
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08x}"


@dataclass(frozen=True)
class _Place:
    """The keys of one mapping; its lines go up to `end`, and a new key is put before line `new`."""

    entries: tuple[Entry, ...]
    end: int
    new: int | None = None


def _edit(lines: list[str], place: _Place, changes: Changes, lost: list[str], *, line_by_line: bool) -> None:
    """Change, in place, the lines of a mapping that has a line or more for each of its keys."""
    margin = " " * (place.entries[0].position.column - 1)
    blocks = _blocks(place.entries, lines, place.end)
    known = {block.key for block in blocks}
    at = blocks[-1].end if place.new is None else place.new
    for key, value in reversed(list(changes.items())):
        if key not in known and value is not None:
            lines[at:at] = [margin + line for line in written(key, value)]
    for entry, block in reversed(list(zip(place.entries, blocks, strict=True))):
        if block.key not in changes:
            continue
        value = changes[block.key]
        inner = _inner(entry, value, lines) if line_by_line else None
        if inner is not None:
            assert isinstance(entry.value, Table)  # noqa: S101 - `_inner` has looked
            _edit(lines, _Place(entry.value.entries, block.end), inner, lost, line_by_line=True)
        else:
            lines[block.first : block.end] = _replaced(
                lines[block.first : block.end], block, value, lost, margin
            )


def _inner(entry: Entry, value: "Data | None", lines: list[str]) -> "Changes | None":
    """The changes within a mapping that has a line for each key; None for a mapping written otherwise."""
    if not isinstance(entry.value, Table) or not isinstance(value, dict):
        return None
    positions = [entry.position, *(inner.position for inner in entry.value.entries)]
    each_on_its_own = all(one.line < other.line for one, other in pairwise(positions))
    at_the_margin = all(not lines[position.line - 1][: position.column - 1].strip() for position in positions)
    before = _table(entry.value)
    if not (set(before) & set(value) and each_on_its_own and at_the_margin):
        return None
    changed = {key: each for key, each in value.items() if before.get(key) != each}
    return {**changed, **{key: None for key in before if key not in value}}


def _replaced(
    lines: list[str], block: _Block, value: "Data | None", lost: list[str], margin: str
) -> list[str]:
    comments = [comment for line in lines if (comment := _comment(line))]
    new = [] if value is None else [margin + line for line in written(block.key, value)]
    if len(lines) == 1 and len(new) == 1 and comments:
        return [f"{new[0]}  {comments[0]}"]
    lost[:0] = comments
    return new


def _blocks(entries: tuple[Entry, ...], lines: list[str], last: int) -> list[_Block]:
    """Blank lines and comments between two keys belong to the key that follows."""
    firsts = [entry.position.line - 1 for entry in entries]
    comment = " " * (entries[0].position.column - 1) + "#"
    blocks = []
    for entry, first, following in zip(entries, firsts, [*firsts[1:], last], strict=True):
        end = following
        while end > first + 1 and (not lines[end - 1].strip() or lines[end - 1].startswith(comment)):
            end -= 1
        blocks.append(_Block(entry.key, first, end))
    return blocks


def _anew(text: str, node: Table, changes: Changes) -> Patched:
    """Rewrite a document that is written in one pair of braces as a whole."""
    kept = {key: value for key, value in {**_table(node), **changes}.items() if value is not None}
    lines = [line for key, value in kept.items() for line in written(key, value)]
    comments = tuple(comment for line in text.split("\n") if (comment := _comment(line)))
    return Patched("\n".join(lines) + "\n", comments)


def _comment(line: str) -> str:
    """The comment of a line, from its sign on; empty without one."""
    if line.lstrip().startswith("#"):
        return line.strip()
    found = _COMMENT.match(line)
    comment = found["comment"] if found else None
    return comment.strip() if comment else ""


def _table(node: Table) -> dict[str, Data]:
    return {entry.key: _data(entry.value) for entry in node.entries}


def _data(node: Node) -> Data:
    if isinstance(node, Word):
        return node.text
    if isinstance(node, Items):
        return [_data(item) for item in node.items]
    return _table(node)
