"""Normalises words of a source for comparison, so that only differences visible to readers count."""

import unicodedata

from anonymisers.identity.burmese_encoding import in_unicode
from anonymisers.identity.normalisation import INVISIBLE, TO_ASCII_DIGITS

_DROPPED = {ord(c): None for c in INVISIBLE} | TO_ASCII_DIGITS


def plain(text: str) -> str:
    """NFKC, Burmese in Unicode, no invisible characters, ASCII digits, single spaces, capitals folded."""
    if text.isascii():
        return " ".join(text.split()).casefold()
    seen = in_unicode(text).text.translate(_DROPPED)
    return " ".join(unicodedata.normalize("NFKC", seen).split()).casefold()
