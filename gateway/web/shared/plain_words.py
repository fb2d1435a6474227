"""Words as people type them: without capitals and without the marks of Latin letters. Pure."""

import re
import unicodedata
from functools import lru_cache

_LATIN_MARKS = re.compile("[\u0300-\u036f]")


@lru_cache(maxsize=1 << 14)
def plain(text: str) -> str:
    """The text without capitals and without the marks of Latin letters, so that `Dak Nong` finds Đắk Nông."""
    folded = unicodedata.normalize("NFKD", text.casefold()).replace("đ", "d")
    return unicodedata.normalize("NFC", _LATIN_MARKS.sub("", folded))
