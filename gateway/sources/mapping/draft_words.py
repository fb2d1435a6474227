"""Words of a column of codes with the codes that they mean, and unknown words with their counts.

For `map suggest` only.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from gateway.member.model.snapshot import CONSENT
from gateway.sources.mapping.column_evidence import Witness
from gateway.sources.mapping.draft_columns import Column
from gateway.sources.mapping.sampled_cells import Cells, parts_of
from gateway.sources.model.targets import PLACES, Kind, Target
from gateway.sources.model.words import plain
from gateway.sources.rows.age_words import years_in_words

MOST_WORDS = 100
LONGEST_WORD = 60

_NEAR = 0.75
"""Likeness of two spellings of one word."""


@dataclass(frozen=True)
class Words:
    """`coded`: a word as written, its code and a mark. `strange`: words that mean nothing known, with their
    counts; `listed`: whether they may be written out, because the column has few words. `only_yes`: beside
    empty cells there is nothing but yes.
    """

    separator: str
    cells: Cells
    coded: Sequence[tuple[str, str, str]]
    strange: Sequence[tuple[str, int]]
    listed: bool = False
    only_yes: bool = False

    @staticmethod
    def of(column: Column, target: Target, witness: Witness) -> "Words":
        """The words of a column for a target."""
        separator, parts = "", column.written
        if target.kind is Kind.SEVERAL:
            separator, apart = parts_of(column.written, witness.words(target))
            parts = Cells(apart)
        coded, strange = _coded(column, parts, target, witness)
        yes = {witness.meaning(word, target) for word in parts.counts} == {"YES"}
        few = len(parts.counts) < MOST_WORDS
        return Words(separator, parts, coded, strange, few, yes and parts.filled < 1)


def _coded(
    column: Column, cells: Cells, target: Target, witness: Witness
) -> tuple[list[tuple[str, str, str]], list[tuple[str, int]]]:
    known = witness.words(target)
    own = {plain(code) for code in target.codes}
    spelling = {plain(value): value.strip() for value in cells.values}
    coded: list[tuple[str, str, str]] = []
    strange: list[tuple[str, int]] = []
    for word, times in cells.counts.most_common(MOST_WORDS):
        meant = plain(column.labels.get(word, word))
        number = word.lstrip("-").isdigit() or years_in_words(word) is not None
        years = target.kind is Kind.AGE and number
        if years or meant in witness.lexicon.unknown or len(word) > LONGEST_WORD:
            continue
        code = witness.meaning(meant, target)
        readable = word == meant and _is_read(word, target, witness, own)
        near = [] if code else get_close_matches(meant, known, n=1, cutoff=_NEAR)
        if code and not readable:
            coded.append((spelling[word], code, ""))
        elif near:
            coded.append((spelling[word], known[near[0]], "  # ?"))
        elif target.name in PLACES and witness.foreign.code(word):
            strange.append((spelling[word], times))  # a load says that it is of another state
        elif not code:
            strange.append((spelling[word], times))
            if line := _not_known(spelling[word], times, cells.counts, target):
                coded.append(line)
    for word, name in column.labels.items():
        code = witness.meaning(plain(name), target)
        if code and word not in cells.counts and len(coded) < MOST_WORDS:
            coded.append((word, code, ""))  # an option that nobody has chosen yet
    if (
        target.name not in PLACES
        and target.kind is not Kind.AGE
        and any(plain(w) not in own for w, _, _ in coded)
    ):
        # given a list of codes, the dictionary's own words are no longer read by default
        coded += [(spelling[w], known[w], "") for w in cells.counts if w in own and w not in column.labels]
    return coded, strange


def _is_read(word: str, target: Target, witness: Witness, own: set[str]) -> bool:
    """Whether a load reads a word without a code in the mapping; of paths there are as many as places."""
    if target.name not in PLACES:
        return word in own
    return word in witness.words(target) or bool(
        witness.place_names.in_an_address(word) or witness.place_names.on_the_path(word)
    )


def _not_known(word: str, times: int, counts: Counter[str], target: Target) -> tuple[str, str, str] | None:
    """The line of a word that is not known: it means unknown, until a person says what it means."""
    code = "N" if target.name == CONSENT else target.unknown or ""
    if code not in target.codes or len(counts) >= MOST_WORDS:
        return None
    return word, code, f"  # ? not recognised ({times})"
