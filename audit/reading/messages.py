"""Messages that remember their source text and values.

Printed, a message is English. A page in another language looks the text up in its catalogue and fills in the
values anew, with times and numbers in the readers' form.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Self, TypeAlias

Value: TypeAlias = "str | int | datetime"


class Message(str):
    """An English message. `text` is the source text, with `%(name)s` for each of `values`."""

    text: str
    values: Mapping[str, Value]

    def __new__(cls, text: str, values: Mapping[str, Value]) -> Self:
        english = text % {name: _english(value) for name, value in values.items()} if values else text
        made = super().__new__(cls, english)
        made.text = text
        made.values = values
        return made

    def __getnewargs__(self) -> tuple[str, Mapping[str, Value]]:  # type: ignore[override]  # a copy is made of these
        return self.text, self.values


def message(text: str, /, **values: Value) -> Message:
    """Return the message of a text and its values. The extraction of texts for translators looks for calls of
    `message`."""
    return Message(text, values)


def msgid(text: str) -> str:
    """Mark a text that is translated elsewhere."""
    return text


def joined(between: str, words: Iterable[str]) -> Message:
    """Concatenate messages, each translated by itself."""
    values = {f"part_{number}": word for number, word in enumerate(words)}
    return Message(between.join(f"%({name})s" for name in values), values)


def say_time(time: datetime) -> str:
    """Return a time in a readable form, in UTC."""
    return f"{time.isoformat(sep=' ')[:19]}Z"


def _english(value: Value) -> str:
    return say_time(value) if isinstance(value, datetime) else str(value)
