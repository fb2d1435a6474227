"""The one spelling of an identifier or a name, so that the same person gives the same pseudonym.

A national number may be written in Khmer, Lao, Thai or Burmese digits, in full-width letters, with hyphens,
with invisible characters from a web page. The rules, in order: Burmese that was certainly typed for the
Zawgyi font becomes Unicode, invisible characters go, compatibility
normalisation (Unicode NFKC, UAX #15), every decimal digit becomes ASCII; then identifiers lose spaces and
separators, names everything but letters, marks and single spaces; case folding last. Burmese typists write
U+1009 (nya) for U+1025 (the vowel u) and U+101D (wa) for the digit zero; both are put right.
"""

import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from anonymisers.identity.burmese_encoding import has_burmese, in_unicode

BURMESE_NYA, BURMESE_U, BURMESE_WA = "\u1009", "\u1025", "\u101d"

_WA_AS_ZERO = re.compile(f"{BURMESE_WA}+(?=[0-9])|(?<=[0-9]){BURMESE_WA}+")
_LINE = "\n"
"""Separates the values of a column normalised together; normalisation never crosses a separator."""


PLANES = (range(0x20000), range(0xE0000, 0xE1000))
"""The Unicode planes with relevant characters; a walk over all of Unicode would delay every start by
0.1 s."""


def characters(planes: Iterable[range] = PLANES) -> dict[str, list[str]]:
    """Return every character of the relevant categories, in one walk over Unicode."""
    found: dict[str, list[str]] = {category: [] for category in ("Cf", "Nd", "Pd", "Ps", "Pe", "Zs")}
    for character in map(chr, chain.from_iterable(planes)):
        if (category := unicodedata.category(character)) in found:
            found[category].append(character)
    return found


_BY_CATEGORY = characters()
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
    return unicodedata.normalize("NFKC", in_unicode(text).text.translate(_BEFORE))


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
    """Apply `canonical_identifier` to every value of a column, several times faster than one by one.

    The values are normalised as one text with a line feed between values; values containing a line feed are
    normalised by themselves.
    """
    return _column(values, _identifiers, canonical_identifier)


def canonical_names(values: Sequence[str]) -> list[str]:
    """`canonical_name` of every value, several times faster for a column."""
    return _column(values, _names, canonical_name)


def _column(
    values: Sequence[str], together: Callable[[str], list[str]], alone: Callable[[str], str]
) -> list[str]:
    joined = _LINE.join(values)
    if has_burmese(joined):
        joined = _LINE.join(values := [in_unicode(value).text for value in values])
    if joined.count(_LINE) == len(values) - 1:
        return together(joined)
    parts = iter(together(_LINE.join(value for value in values if _LINE not in value)))
    return [alone(value) if _LINE in value else next(parts) for value in values]


def _identifiers(joined: str) -> list[str]:
    if joined.isascii():
        compact = joined.translate(_COMPACT_COLUMN)
    else:
        compact = _translated(_normalised_column(joined), "compact")
    return _zeros(compact.casefold()).split(_LINE)


def _names(joined: str) -> list[str]:
    kept = _translated(joined if joined.isascii() else _normalised_column(joined), "names")
    names = kept.casefold().split(_LINE)
    if any(loose in f"\n{kept}\n" for loose in ("  ", " \n", "\n ")):
        return [" ".join(name.split()) for name in names]
    return names


def _normalised_column(joined: str) -> str:
    return unicodedata.normalize("NFKC", _translated(joined, "before"))


def _translated(text: str, which: str) -> str:
    """Apply str.translate to a long text, as one look-up in an array."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    translated = _array(which)[codes]
    kept: bytes = translated[translated != _GONE].tobytes()
    return kept.decode("utf-32-le", "surrogatepass")


@cache
def _array(which: str) -> NDArray[np.uint32]:
    table = np.arange(sys.maxunicode + 1, dtype="<u4")
    changes: Mapping[int, str | None] = {"before": _BEFORE, "compact": _COMPACT_COLUMN}.get(
        which
    ) or _of_names()
    for code, instead in changes.items():
        table[code] = _GONE if instead is None else ord(instead)
    return table


@cache
def _of_names() -> dict[int, str | None]:
    """Map every character that is neither letter nor mark; the line feed between two names stays."""
    others = (c for c in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(c)[0] not in "LM")
    return {ord(c): " " if c.isspace() else None for c in others if c != _LINE}
