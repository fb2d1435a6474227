"""The one spelling of an identifier or a name, so that the same person gives the same pseudonym.

A national number may be written in Khmer, Lao, Thai or Burmese digits, in full-width letters, with hyphens,
with invisible characters from a web page. The rules, in order: invisible characters go, compatibility
normalisation (Unicode NFKC, UAX #15), every decimal digit becomes ASCII; then identifiers lose spaces and
separators, names everything but letters, marks and single spaces; case folding last. Burmese typists write
U+1009 (nya) for U+1025 (the vowel u) and U+101D (wa) for the digit zero; both are put right.
"""

import re
import sys
import unicodedata
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

BURMESE_NYA, BURMESE_U, BURMESE_WA = "\u1009", "\u1025", "\u101d"

_WA_AS_ZERO = re.compile(f"{BURMESE_WA}+(?=[0-9])|(?<=[0-9]){BURMESE_WA}+")
_LINE = "\n"
"""Stands between the values of a column normalised together; normalisation never crosses it."""


def _characters() -> dict[str, list[str]]:
    """Every character of the categories that matter here, in one walk over Unicode."""
    found: dict[str, list[str]] = {category: [] for category in ("Cf", "Nd", "Pd", "Ps", "Pe", "Zs")}
    for character in map(chr, range(sys.maxunicode + 1)):
        if (category := unicodedata.category(character)) in found:
            found[category].append(character)
    return found


_BY_CATEGORY = _characters()
# Low quotation marks are filed under opening punctuation, but they are no brackets.
_BRACKETS = {*_BY_CATEGORY["Ps"], *_BY_CATEGORY["Pe"], *"<>"} - set("\u201a\u201e\u2e42")
# The minus sign and the hyphen bullet have the Unicode property Dash without its category.
_DASHES = {*_BY_CATEGORY["Pd"], *"\u2212\u2043"}
_SLASHES = set("/\\\u2044\u2215\u29f8")
_DOTS = set(".\u00b7\u2022\u2027\u2219\u22c5\u30fb")
_SPACES = {*_BY_CATEGORY["Zs"], *"\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029"}

INVISIBLE = frozenset(_BY_CATEGORY["Cf"])
"""Format characters: zero-width spaces and joiners, the soft hyphen, marks of writing direction."""

_BEFORE = {ord(c): None for c in INVISIBLE} | {ord(BURMESE_NYA): BURMESE_U}
TO_ASCII_DIGITS = {ord(c): str(unicodedata.decimal(c)) for c in _BY_CATEGORY["Nd"] if not c.isascii()}
"""For str.translate: every decimal digit of every script to ASCII."""
_COMPACT = TO_ASCII_DIGITS | {ord(c): None for c in _BRACKETS | _DASHES | _SLASHES | _DOTS | _SPACES}
_GONE = np.uint32(0xFFFFFFFF)
_COMPACT_COLUMN = {k: v for k, v in _COMPACT.items() if k != ord(_LINE)}


def _normalised(text: str) -> str:
    return unicodedata.normalize("NFKC", text.translate(_BEFORE))


def _zeros(text: str) -> str:
    if BURMESE_WA not in text:
        return text
    return _WA_AS_ZERO.sub(lambda m: "0" * len(m.group()), text)


def canonical_identifier(value: str) -> str:
    """Canonical spelling of a national number, case number or telephone number; may be empty."""
    return _zeros(_normalised(value).translate(_COMPACT).casefold())


def canonical_name(value: str) -> str:
    """Canonical spelling of a person's name: letters, marks and single spaces, case-folded; may be empty."""
    kept = "".join(
        c if unicodedata.category(c)[0] in "LM" else " " if c.isspace() else "" for c in _normalised(value)
    )
    return " ".join(kept.split()).casefold()


def canonical_identifiers(values: Sequence[str]) -> list[str]:
    """`canonical_identifier` of every value, several times faster for a column.

    The values are normalised as one text with a line feed between them. A value that itself holds a line
    feed makes the column go value by value.
    """
    joined = _LINE.join(values)
    if joined.isascii():
        compact = joined.translate(_COMPACT_COLUMN)
    else:
        normal = unicodedata.normalize("NFKC", _translated(joined, "before"))
        compact = _translated(normal, "compact")
    parts = _zeros(compact.casefold()).split(_LINE)
    if len(parts) != len(values):
        return [canonical_identifier(value) for value in values]
    return parts


def _translated(text: str, which: str) -> str:
    """str.translate for a long text that is not ASCII, as one look-up in an array."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    translated = _array(which)[codes]
    kept: bytes = translated[translated != _GONE].tobytes()
    return kept.decode("utf-32-le", "surrogatepass")


@cache
def _array(which: str) -> NDArray[np.uint32]:
    table = np.arange(sys.maxunicode + 1, dtype="<u4")
    for code, instead in (_BEFORE if which == "before" else _COMPACT_COLUMN).items():
        table[code] = _GONE if instead is None else ord(instead)
    return table
