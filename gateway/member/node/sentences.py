"""Sentences on their way from one process to another: with the text and the values in the text.

A page in another language than English needs both; see `audit.reading.messages`.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

from audit.reading.messages import Message
from policies.model.messages import Message as PolicyMessage

SentenceJson: TypeAlias = "str | Mapping[str, Any]"
"""A plain text, or an object with `text` and `values`; each value is a number or again a text or object."""


def as_json(sentence: str) -> SentenceJson:
    """A sentence for another process. Times must not be among its values."""
    if isinstance(sentence, Message | PolicyMessage):
        values = {n: v if isinstance(v, int) else as_json(str_of(v)) for n, v in sentence.values.items()}
        return {"text": sentence.text, "values": values}
    return str(sentence)


def from_json(found: SentenceJson) -> str:
    """A sentence from another process."""
    if isinstance(found, str):
        return found
    values = {n: v if isinstance(v, int) else from_json(v) for n, v in found["values"].items()}
    return Message(found["text"], values)


def str_of(value: object) -> str:
    """A value as text."""
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} is no part of a sentence between processes")
    return value
