"""Normalises words of a source for comparison, so that only differences visible to readers count."""

import unicodedata

from anonymisers.identity.normalisation import INVISIBLE, TO_ASCII_DIGITS

_DROPPED = {ord(c): None for c in INVISIBLE} | TO_ASCII_DIGITS


def plain(text: str) -> str:
    """NFKC, no invisible characters, ASCII digits, single spaces, capitals folded."""
    if text.isascii():
        return " ".join(text.split()).casefold()
    return " ".join(unicodedata.normalize("NFKC", text.translate(_DROPPED)).split()).casefold()
