"""Messages that remember their source text and values.

Printed, a message is English. A page in another language looks the text up in its catalogue and fills in the
values anew; values that are messages are translated likewise.
"""

from collections.abc import Mapping
from typing import Self, TypeAlias

Value: TypeAlias = "str | int"


class Message(str):
    """An English message. `text` is the source text, with `%(name)s` for each of `values`."""

    text: str
    values: Mapping[str, Value]

    def __new__(cls, text: str, values: Mapping[str, Value]) -> Self:
        made = super().__new__(cls, text % values if values else text)
        made.text = text
        made.values = values
        return made

    def __getnewargs__(self) -> tuple[str, Mapping[str, Value]]:  # type: ignore[override]  # a copy is made of these
        return self.text, self.values


def message(text: str, /, **values: Value) -> Message:
    """Return the message of a text and its values. The extraction of texts for translators looks for calls of
    `message`."""
    return Message(text, values)


def word_of(text: str) -> Message:
    """A text of a table, or a message already, as a part of another message that is translated by itself."""
    return text if isinstance(text, Message) else Message(text, {})
