"""Writes the words of Khmer, Lao, Thai, Burmese and Indonesian for redaction.

    icupkg -x '*dict.dict' -d FOLDER icudt76l.dat    (ICU 76.1, in Debian the source of icu)
    python tests/support/make_vocabularies.py FOLDER WHEEL

WHEEL is spacy_lookups_data-1.0.5-py2.py3-none-any.whl, for Indonesian.
ICU keeps each dictionary as a trie of bytes; its layout is described in ICU's `bytestrie.h` and
`dictionarydata.h`. Only the words are taken, not how frequent they are.
"""

import gzip
import json
import lzma
import re
import struct
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from zipfile import ZipFile

DATA = Path(__file__).parents[2] / "anonymisers" / "redaction" / "data"
NAMES = {"th": "thai", "lo": "lao", "km": "khmer", "my": "burmese"}
LONGEST = 20
"""Characters; longer ones are whole sentences of law and religion."""
TRIE_OF_BYTES, LINEAR, VALUE = 0, 0x10, 0x20
MOST_IN_A_ROW = 5
"""Branches up to this number are stored one after the other, others as halves."""
JOINERS = {0xFE: "\u200c", 0xFF: "\u200d"}


class Trie:
    """The bytes of a dictionary, and the letter that its bytes count from."""

    def __init__(self, content: bytes) -> None:
        (head,) = struct.unpack_from("<H", content)
        start, _, _, end, kind, first, *_ = struct.unpack_from("<8i", content, head)
        if kind & 7 != TRIE_OF_BYTES:
            raise ValueError("no trie of bytes: this dictionary is of another script")
        self.bytes = content[head + start : head + end if end > start else None]
        self.first = first & 0x1FFFFF

    def letter(self, byte: int) -> str:
        return JOINERS.get(byte) or chr(self.first + byte)

    def value(self, at: int) -> tuple[int, int]:
        """Return the number at a place, and where it ends."""
        lead = self.bytes[at] >> 1
        if lead < 0x51:
            return lead - 0x10, at + 1
        for limit, base, more in ((0x6C, 0x51, 1), (0x7E, 0x6C, 2)):
            if lead < limit:
                return (lead - base) << 8 * more | self._number(at + 1, more), at + 1 + more
        more = 3 if lead == 0x7E else 4
        return self._number(at + 1, more), at + 1 + more

    def jump(self, at: int) -> tuple[int, int]:
        """Return where a jump leads, and where its own bytes end."""
        lead = self.bytes[at]
        if lead < 0xC0:
            return at + 1 + lead, at + 1
        for limit, base, more in ((0xF0, 0xC0, 1), (0xFE, 0xF0, 2)):
            if lead < limit:
                end = at + 1 + more
                return end + ((lead - base) << 8 * more | self._number(at + 1, more)), end
        end = at + (4 if lead == 0xFE else 5)
        return end + self._number(at + 1, end - at - 1), end

    def _number(self, at: int, length: int) -> int:
        return int.from_bytes(self.bytes[at : at + length], "big")


def words(trie: Trie) -> Iterator[str]:
    """The words of a dictionary, in no order."""
    waiting = [(0, "", 0)]
    while waiting:
        at, so_far, branches = waiting.pop()
        byte = trie.bytes[at]
        if branches == 0 and byte >= VALUE:
            yield so_far
            if not byte & 1:
                waiting.append((trie.value(at)[1], so_far, 0))
            continue
        if branches == 0 and byte >= LINEAR:
            end = at + 2 + byte - LINEAR
            waiting.append((end, so_far + "".join(map(trie.letter, trie.bytes[at + 1 : end])), 0))
            continue
        if branches == 0:
            branches, at = (byte, at + 1) if byte else (trie.bytes[at + 1], at + 2)
            branches += 1
        if branches > MOST_IN_A_ROW:
            lower, end = trie.jump(at + 1)
            waiting += [(lower, so_far, branches // 2), (end, so_far, branches - branches // 2)]
            continue
        for _ in range(branches - 1):
            word, final = so_far + trie.letter(trie.bytes[at]), trie.bytes[at + 1] & 1
            value, at = trie.value(at + 1)
            if final:
                yield word
            else:
                waiting.append((at + value, word, 0))
        waiting.append((at + 1, so_far + trie.letter(trie.bytes[at]), 0))


def indonesian(wheel: Path) -> set[str]:
    """The words of the Indonesian lookup tables, inflected and base forms."""
    found: set[str] = set()
    with ZipFile(wheel) as packed:
        for table in ("lemma_lookup", "lexeme_norm"):
            content = packed.read(f"spacy_lookups_data/data/id_{table}.json.gz")
            for pair in json.loads(gzip.decompress(content)).items():
                found.update(word.lower() for word in pair if re.fullmatch("[A-Za-z]{2,20}", word))
    return found


def write(language: str, words: Iterable[str]) -> None:
    packed = lzma.compress("".join(f"{word}\n" for word in sorted(words)).encode("utf-8"), preset=9)
    (DATA / f"words_{language}.txt.xz").write_bytes(packed)


def main() -> None:
    folder, wheel = map(Path, sys.argv[1:])
    for language, name in NAMES.items():
        (path,) = folder.rglob(f"{name}dict.dict")
        write(language, {word for word in words(Trie(path.read_bytes())) if 0 < len(word) <= LONGEST})
    write("id", indonesian(wheel))


if __name__ == "__main__":
    main()
