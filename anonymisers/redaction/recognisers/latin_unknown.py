"""Words of an English text in small letters and in no dictionary: names typed without capitals."""

from collections.abc import Iterator

from anonymisers.redaction.profiles import latin_words
from anonymisers.redaction.recognisers.latin_text import LatinText
from anonymisers.redaction.tokens import FIGURE, LOWER


def unknown_small(text: LatinText) -> Iterator[int]:
    """Return the unknown words and adjoining parts of the names."""
    for i, word in enumerate(text.words):
        if word.case != LOWER and not text.shouted[i]:
            continue
        if text.taken[i] or text.allowed[i] or len(word.folded) < 2:
            continue
        if not text.is_unknown(word) and not _follows_kin(text, i):
            continue
        yield i
        yield from _neighbours(text, i)
        if i and word.gap == " " and _is_odd(text, i - 1):
            yield i - 1


def _follows_kin(text: LatinText, i: int) -> bool:
    """'wife lek arrived': a short and rare word right after one for a relative."""
    word = text.words[i]
    rare = text.is_rare_short(word) and word.lower not in text.profile.common and word.gap == " "
    return rare and i > 0 and text.words[i - 1].lower in latin_words("kin_en")


def _neighbours(text: LatinText, i: int) -> Iterator[int]:
    """'may' and 'win' beside an unknown word are parts of the name."""
    for step in (-1, 1):
        for j in (i + step, i + 2 * step):
            if not 0 <= j < len(text):
                break
            word, gap = text.words[j], text.words[max(j, j - step)].gap
            name = text.is_ambiguous(word) or text.is_rare_short(word)
            if gap != " " or text.taken[j] or word.case not in (LOWER, text.words[i].case) or not name:
                break
            yield j


def _is_odd(text: LatinText, i: int) -> bool:
    """Handle 'maria': in the dictionary, but before an unknown word, and neither verb nor trade."""
    word = text.words[i]
    if text.taken[i] or word.case == FIGURE or word.lower in text.profile.common:
        return False
    if word.folded in text.profile.person_cues:
        return False
    return (word.case == LOWER or text.shouted[i]) and not word.folded.endswith(
        tuple(latin_words("word_endings"))
    )
