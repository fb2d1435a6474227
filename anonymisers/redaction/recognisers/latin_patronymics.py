"""Patronymics: the words on either side are names, whatever their other meaning.

"Sabtu" is Saturday in Malay, and "Jainal bin Sabtu" a man.
"""

from collections.abc import Iterator

from anonymisers.redaction.profiles import latin_words
from anonymisers.redaction.recognisers.latin_text import LatinText
from anonymisers.redaction.tokens import FIGURE


def patronymics(text: LatinText) -> Iterator[int]:
    """The words beside 'bin', 'binti', 'a/l' and the like."""
    for i, word in enumerate(text.words):
        if word.folded not in latin_words("patronymics") or word.begins:
            continue
        before, after = (text.words[i - 1] if i else None), text.after(i)
        if before is None or after is None or word.gap != " " or after.gap != " ":
            continue
        if not (before.capital and after.capital) or FIGURE in (before.case, after.case):
            continue
        # In capitals throughout "THE BIN WAS FULL" looks the same.
        if text.shouted[i] and not (text.is_no_word(i - 1) or text.is_no_word(i + 1)):
            continue
        yield from (i - 1, i + 1)
