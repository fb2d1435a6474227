"""Choose the language profile of a text, and withhold texts without a fitting profile."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

from anonymisers.redaction.profiles import latin_profiles, script_profiles
from anonymisers.redaction.recognisers.script_names import scripts_in
from anonymisers.redaction.text_reading import is_latin

LONGEST = 50_000
"""Limit in characters. A narrative is a page; a longer text is no narrative, and would delay the rest."""
LEAST_EVIDENCE = 0.2
"""Least share of words of a language in a text of that language."""

_WORD = re.compile(r"[^\W\d_]+")
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_SCRIPT_NAMES = (
    "LATIN",
    "KHMER",
    "LAO",
    "THAI",
    "MYANMAR",
    "FULLWIDTH",
    "MODIFIER",
    "FEMININE",
    "MASCULINE",
    "MICRO",
    "SUPERSCRIPT",
)


class Withheld(Exception):  # noqa: N818 - a decision that the caller reports, not a failure
    """The text cannot be redacted and must not be shared. `reason` is from a closed list."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@cache
def _tags() -> Mapping[str, str]:
    latin = {tag: p.language for p in latin_profiles().values() for tag in p.tags}
    return latin | {tag: p.language for p in script_profiles().values() for tag in p.tags}


def supported_tags() -> tuple[str, ...]:
    """Return the language tags (BCP 47, primary subtag) with a profile."""
    return tuple(sorted(_tags()))


def language_of(text: str, plain: str, tag: str | None) -> str:
    """Return the language of the profile used. Raises Withheld."""
    _check_characters(text, plain)
    declared = None
    if tag is not None:
        declared = _tags().get(tag.lower().replace("_", "-").split("-")[0])
        if declared is None:
            raise Withheld("language without a profile")
    scripts = scripts_in(plain)
    if declared is not None:
        return declared
    if scripts:
        longest = max(
            scripts, key=lambda s: sum(1 for c in plain if unicodedata.name(c, "").startswith(s.upper()))
        )
        return script_profiles()[longest].language
    return _latin_language(plain)


def _check_characters(text: str, plain: str) -> None:
    if not text.strip():
        raise Withheld("empty text")
    if len(text) > LONGEST:
        raise Withheld("text too long")
    if any(c in _BIDI for c in text):
        raise Withheld("right-to-left or direction marks")
    for character in set(plain):
        category = unicodedata.category(character)
        if category in ("Cc", "Cs", "Co", "Cn") and character not in "\n\r\t":
            raise Withheld("control characters or binary data")
        known = unicodedata.name(character, "").startswith(_SCRIPT_NAMES)
        if category[0] == "L" and (not known or _is_dressed_up(character)):
            raise Withheld("script without a profile")


def _is_dressed_up(character: str) -> bool:
    """Return whether a Latin letter appears in no word list: small capitals, phonetic letters."""
    return unicodedata.name(character).startswith("LATIN") and not is_latin(character)


def _latin_language(plain: str) -> str:
    words = [word.lower() for word in _WORD.findall(plain)]
    if not words:
        return "en"
    if re.search("[ăđơưĂĐƠƯ\u1ea0-\u1ef9]", plain):
        return "vi"
    shares = {
        language: sum(word in profile.function for word in words) / len(words)
        for language, profile in latin_profiles().items()
    }
    best = max(shares, key=lambda language: shares[language])
    if shares[best] < LEAST_EVIDENCE:
        raise Withheld("language without a profile")
    return best
