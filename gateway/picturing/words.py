"""The language of tables and pictures: English sentences are the keys of their translations.

The extraction of texts for translators looks for the calls `say("...")` and `msgid("...")`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from gateway.wire.cells import Status

WITHHELD = "◊"
"""Reserved in every table, picture and export for 'withheld to protect people', and for nothing else."""


def msgid(text: str) -> str:
    """Marks an English text that is translated at its use."""
    return text


@dataclass(frozen=True)
class Words:
    """`say` translates an English text, `number` writes a number in that language."""

    say: Callable[[str], str]
    number: Callable[[float], str]

    def remembered(self) -> "Words":
        """The same words, each looked up once: a table uses a few words thousands of times."""
        return Words(cache(self.say), cache(self.number))

    def filled(self, text: str, **values: str | int) -> str:
        """The translation of a text with `%(name)s` in the text; numbers are written out."""
        said = {k: self.number(v) if isinstance(v, int) else v for k, v in values.items()}
        return self.say(text) % said

    def listed(self, words: Iterable[str]) -> str:
        """`a, b and c`."""
        *first, last = words
        return (
            self.filled(msgid("%(first)s and %(last)s"), first=", ".join(first), last=last) if first else last
        )


def _english(number: float) -> str:
    return f"{number:,}"


ENGLISH = Words(say=str, number=_english)

SHORT = {
    Status.NOT_SHARED: msgid("not shared"),
    Status.NO_ANSWER: msgid("no answer"),
    Status.NOT_COLLECTED: msgid("not collected"),
}
"""The text of a cell without a number, other than a withheld cell."""

MEANINGS = {
    Status.WITHHELD: msgid("withheld to protect people"),
    Status.NOT_SHARED: msgid("not released by the member's policy"),
    Status.NO_ANSWER: msgid("the member did not answer in time"),
    Status.NOT_COLLECTED: msgid("not covered by the member's records"),
}


def capital(text: str) -> str:
    """The text with a capital at its beginning."""
    return text[:1].upper() + text[1:]
