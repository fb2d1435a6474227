"""Sentences that remember the text and the values that they were made of.

To whoever prints one it is its English. A page in another language looks the text up in its catalogue and
fills the values in anew, times and numbers as its readers write them.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Self, TypeAlias

Value: TypeAlias = "str | int | datetime"


class Said(str):
    """An English sentence. `text` is what it was made of, with `%(name)s` for each of `values`."""

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


def said(text: str, /, **values: Value) -> Said:
    """The sentence of a text and its values. What gathers texts for translators looks for these calls."""
    return Said(text, values)


def msgid(text: str) -> str:
    """Marks a text that becomes a sentence elsewhere."""
    return text


def joined(between: str, words: Iterable[str]) -> Said:
    """Sentences after each other, each of which is translated by itself."""
    values = {f"part_{number}": word for number, word in enumerate(words)}
    return Said(between.join(f"%({name})s" for name in values), values)


def say_time(time: datetime) -> str:
    """A time as people read it, in UTC."""
    return f"{time.isoformat(sep=' ')[:19]}Z"


def _english(value: Value) -> str:
    return say_time(value) if isinstance(value, datetime) else str(value)
