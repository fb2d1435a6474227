"""A mapping document as plain data, to be changed and written again.

Every word stays as it was written: only the reader of a mapping gives words a meaning.
"""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from gateway.sources.mapping.draft_rules import yaml_word
from policies.model.strict_yaml import Items, Node, Table, Word, read_yaml

Data: TypeAlias = "str | list[Data] | dict[str, Data]"
"""A word, a list or a mapping of a document."""

_NUMBERS = frozenset({"mapping", "repeat", "header", "header_lines", "units", "pivot", "least_counted"})
"""Keys whose values are numbers, which are written without quotation marks."""


def document_data(text: str) -> dict[str, Data]:
    """The data of a document; nothing for a text that is no mapping."""
    node, _faults = read_yaml(text)
    found = {} if node is None else _data(node)
    return found if isinstance(found, dict) else {}


def _data(node: Node) -> Data:
    if isinstance(node, Table):
        return {entry.key: _data(entry.value) for entry in node.entries}
    if isinstance(node, Items):
        return [_data(item) for item in node.items]
    assert isinstance(node, Word)  # noqa: S101 - a node is one of the three
    return node.text


def document_text(data: Mapping[str, Data]) -> str:
    """The text of a document, in which each word is quoted where it must be."""
    return "\n".join(_lines(data, "")) + "\n"


def _lines(data: Mapping[str, Data], indent: str) -> Iterator[str]:
    for key, value in data.items():
        name = f"{indent}{yaml_word(key)}:"
        if isinstance(value, dict) and value:
            yield name
            yield from _lines(value, indent + "  ")
        elif isinstance(value, dict):
            yield f"{name} {{}}"
        elif isinstance(value, list):
            yield f"{name} [{', '.join(yaml_word(one) for one in value if isinstance(one, str))}]"
        else:
            yield f"{name} {value if key in _NUMBERS and value.isdigit() else yaml_word(value)}"
