"""What is in a column, in words and with a few examples, for whoever says what the column means.

A value is an example only where several rows have it, and most rows of the column have one of few values: a
name is a name also where ten people have it. Everything else is stated by its form alone ("aa-9999").
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from audit.reading.messages import message
from gateway.sources.mapping.sampled_cells import Cells
from gateway.sources.model.cells import NATIVE_DATE

SEVERAL_ROWS = 3
"""Rows that must have a value before the value is an example."""

MOST_EXAMPLES = 4
LONGEST_EXAMPLE = 40
_MANY = 0.9
_FEW = 0.2
"""Part of the filled rows that the number of different values is at most, in a column with examples."""
_WHOLE = re.compile(r"-?[0-9]{1,9}(?:\.0)?")
_MOST_FORMS = 2


@dataclass(frozen=True)
class Contents:
    """`says`: what is in the column; `examples`: frequent values; `forms`: forms of the others."""

    says: str
    examples: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()


def contents_of(cells: Cells, *, personal: bool = False) -> Contents:
    """Describe the cells of a column. `personal`: its values name or reach people, and are no examples."""
    words = cells.words
    if not words:
        return Contents(message("nothing is filled in"))
    shown: dict[str, str] = {}
    for value in cells.values:
        shown.setdefault(_plain(value), value.strip())
    counts = Counter(_plain(value) for value in cells.values if value.strip())
    few = not personal and len(counts) <= _FEW * len(words)
    often = [word for word, n in counts.most_common(MOST_EXAMPLES) if few and n >= SEVERAL_ROWS]
    examples = tuple(_day(shown[word]) for word in often if len(word) <= LONGEST_EXAMPLE)
    forms = Counter(_form(word) for word, n in counts.items() if not (few and n >= SEVERAL_ROWS))
    rest = tuple(form for form, _n in forms.most_common(_MOST_FORMS)) if len(examples) < 2 else ()
    return Contents(_says(words, len(counts)), examples, rest)


def _says(words: Sequence[str], different: int) -> str:
    numbers = [int(float(word)) for word in words if _WHOLE.fullmatch(word)]
    if len(numbers) >= _MANY * len(words):
        return message("whole numbers from %(least)s to %(most)s", least=min(numbers), most=max(numbers))
    if different == len(words) > 1:
        return message("another value in each row")
    length = sum(map(len, words)) / len(words)
    if length > LONGEST_EXAMPLE:
        return message("texts of about %(n)s letters", n=round(length))
    return message("%(n)s different values", n=different)


def _plain(value: str) -> str:
    return " ".join(value.split()).casefold()


def _day(value: str) -> str:
    return value.removeprefix(NATIVE_DATE)


def _form(word: str) -> str:
    """The form of a value: `9` for a digit, `a` for a letter of any script, signs as they are."""
    letters = []
    for sign in _day(word)[:LONGEST_EXAMPLE]:
        kind = unicodedata.category(sign)[0]
        if kind == "M":
            continue
        letters.append("9" if kind == "N" else "a" if kind == "L" else sign)
    return re.sub(r"a{4,}", "aaa…", re.sub(r"9{6,}", "99999…", "".join(letters)))
