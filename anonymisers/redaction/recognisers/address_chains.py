"""An address as one stretch: its parts in any order, and what stands between them.

"House 12B, behind Wat Svay Leu, Street 19": each part alone may be found elsewhere, but what locates a home
is the chain. Parts are a numbered house, a street, a building, a floor, a post box, a kilometre stone, a
quarter, a district, a postcode, and a landmark. A chain counts where at least one part says which house,
street or box is meant; a district alone, or a landmark alone, may be where the accident happened.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from anonymisers.redaction.recognisers import address_words as words
from anonymisers.redaction.recognisers.address_parts import NUMBER
from anonymisers.redaction.spans import Evidence, Kind, Span, Stretch
from anonymisers.redaction.text_reading import fold, is_latin

MOST_PARTS = 40
"""Parts of one chain, a bound on the time for any text."""
MOST_WORDS = 3
"""Words of one name."""
MOST_LANDMARK_WORDS = 6
LONGEST_ABBREVIATION = 4
LONGEST_INITIAL = 3
"""Letters of an abbreviation in a name: 'T. Iskandar', 'Sta. Cruz'."""
MOST_BEHIND = 2
"""Towns behind the last part, which no word announces: ', Kota Marudu, Sabah'."""
LONGEST_TOWN = 12
"""Letters of a town in a script without spaces; longer stretches go on with what happened there."""
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_WORDS = re.compile(r"[^\W\d_]+(?:[ '-][^\W\d_]+)*")
_SCRIPTS = r"\u0e00-\u0eff\u1000-\u1049\u104c-\u109f\u1780-\u17d3"
_CHUNK = re.compile(rf"[{_SCRIPTS}]{{2,24}}(?:-[{_SCRIPTS}]{{2,24}})?(?![{_SCRIPTS}])")
_CHUNK_BEFORE = re.compile(rf"(?<![{_SCRIPTS}])[{_SCRIPTS}]{{2,24}}(?:-[{_SCRIPTS}]{{2,24}})?$")
_POSTCODE = re.compile(r"(?<![\w+.,/-])\d{5,6}(?![\w/-]|[.,]\d)")
_SEPARATOR = re.compile(r"[\s,./#():\u104a\u00b7-]{0,4}")
_ACCENTED = re.compile("[\u1ea0-\u1ef9\u0103\u0111\u01a1\u01b0]")
"""Letters that only Vietnamese typed with its accents has."""
_END = re.compile(r"\s*(?:[,.;:()?!\n|\u104a\u104b-]|$)")
_BEHIND = re.compile(r" (?:no\.? ?)?\d{1,6}[a-z]?(?:/\d{1,4})?(?![\w/])")
"""The number behind the name of a street, or the postcode behind a town's."""
_CODE_BEHIND = re.compile(r",? (?P<code>\d{5,6})(?![\w/-]|[.,]\d)")
_LAST = re.compile(r" ([^\W\d_]{2,15})(?=[,;)])")
"""A word more before a comma, in small letters: 'jln kg pandan dlm,'."""
_TO_TOWN = re.compile(r"\)? ?(?:\.,|[,\u104a]) ?(?:\d{4,6} (?=[^\W\d_]))?")
_LINKING = frozenset({"of", "de", "da", "do", "dos", "das", "del", "la", "ng", "na", "sa"})
"""Small words inside names written with capitals."""
_WORD_BEFORE = re.compile(r"(?:^|(?<=[\s,.(]))([^\W\d_]+(?:['-][^\W\d_]*)*|[a-z]\.|\d{1,3}(?:st|nd|rd|th)) $")
_NUMBER_BEFORE = re.compile(rf"(?<![\w.,/-])#?{NUMBER} $")
_NEW_SENTENCE = re.compile(r"\.\)? +\(?(?=[A-Z\u00c0-\u00de])")
_NO_PLACES = frozenset({Kind.NATIONAL_ID, Kind.PHONE, Kind.EMAIL, Kind.GPS, Kind.DATE_OF_BIRTH})
_STRONG = frozenset({"box", "house", "stone", "sign"})


@dataclass(frozen=True)
class Part:
    """A stretch that may belong to an address; a `strong` one says which house, street or box is meant."""

    start: int
    end: int
    strong: bool
    box: bool = False
    """A post box, which is an address by itself."""
    landmark: bool = False


def address_chains(
    plain: str, found: Sequence[Span], stays: Sequence[Stretch], stops: Collection[str], language: str
) -> Iterator[Span]:
    """Return the chains of two and more parts of an address.

    `found` are the spans of other recognisers in order, `stays` the stretches that name no place of a person,
    such as provinces, and `stops` ordinary words of the language, which are in no name.
    """
    low = "".join((fold(c) or c)[0] for c in plain)
    reader = _Reader(plain, low, stays, stops, language)
    others = [s for s in found if s.kind in _NO_PLACES]
    parts = {p for p in reader.parts() if not any(s.start <= p.start < s.end for s in others)}
    known = {
        Part(s.start, s.end, strong=s.kind == Kind.ADDRESS)
        for s in found
        if s.kind in (Kind.ADDRESS, Kind.VILLAGE)
    }
    chain: list[Part] = []
    for part in [*sorted(parts | known, key=lambda part: (part.start, -part.end)), None]:
        if part is not None and (not chain or (len(chain) < MOST_PARTS and reader.continues(chain, part))):
            chain.append(part)
            continue
        span = _whole(chain, known, reader)
        if span is not None:
            yield span
        chain = [part] if part is not None else []
    yield from reader.postcodes()


def _whole(chain: Sequence[Part], known: Collection[Part], reader: "_Reader") -> Span | None:
    """Return a chain as one span, or None where it says no address."""
    places = [part for part in chain if part in known]
    strong = any(part.strong for part in chain)
    if strong and (len(chain) > 1 or places or chain[0].box or reader.has_town(chain[0])):
        kind, chosen = Kind.ADDRESS, reader.from_house(chain)
    elif places:
        first = next(i for i, part in enumerate(chain) if not part.landmark)
        last = next(i for i in reversed(range(len(chain))) if not chain[i].landmark)
        kind, chosen = Kind.VILLAGE, chain[first : last + 1]
    else:
        return None
    end = reader.qualified(max(part.end for part in chosen))
    if kind == Kind.ADDRESS:
        end = reader.behind(chosen[0].start, end, box=chosen[-1].box, whole=len(chosen) > 1)
    return Span(chosen[0].start, end, kind, Evidence.CUE)


class _Reader:
    """One text: `low` has its letters small and without accents, character by character."""

    def __init__(
        self, plain: str, low: str, stays: Sequence[Stretch], stops: Collection[str], language: str
    ) -> None:
        self.plain, self.low, self.stops, self.language = plain, low, stops, language
        self.never = words.never(language)
        self.vietnamese = language == "vi"
        self.accented = self.vietnamese and _ACCENTED.search(plain) is not None
        self.stays = [s for s in stays if not any(c.isdigit() for c in plain[s.start : s.end])]
        self.stays += [Stretch(*match.span()) for match in words.provinces().finditer(low)]

    def parts(self) -> Iterator[Part]:
        """Return the parts that words announce."""
        for match in filter(self._spelt, words.numbered(self.language).finditer(self.low)):
            yield Part(*match.span(), strong=match.lastgroup in _STRONG, box=match.lastgroup == "box")
        for match in filter(self._spelt, words.heads(self.language).finditer(self.low)):
            spelt_out = len(match.group()) > LONGEST_ABBREVIATION and self.low.startswith(".", match.end())
            end = match.end() if spelt_out else self._name(match.end(), street=match.lastgroup == "street")
            if end > match.end():
                yield Part(match.start(), end, strong=match.lastgroup == "street")
        for match in words.endings(self.language).finditer(self.low):
            start = self._name_before(match.start())
            if start < match.start():
                yield Part(start, match.end(), strong=match.lastgroup == "street")
        for match in filter(self._spelt, words.landmarks(self.language).finditer(self.low)):
            end = self._landmark(match.end())
            if end > match.end():
                yield Part(match.start(), end, strong=False, landmark=True)
        for match in _POSTCODE.finditer(self.low):
            yield Part(match.start(), self._name(match.end()), strong=False)

    def continues(self, chain: Sequence[Part], part: Part) -> bool:
        """Return whether a part belongs to the chain before it."""
        end = max(p.end for p in chain)
        if part.start <= end:
            return True
        gap = self.low[end : part.start]
        if "\n" in gap or self._ends_sentence(end, part.start):
            return False
        if _SEPARATOR.fullmatch(gap) or words.connected(self.language).fullmatch(gap):
            return True
        bare = gap.strip(" ,-/")
        latin = _WORDS.fullmatch(bare) is not None and is_latin(bare[0])
        capitals = any(c.isupper() for c in self.plain[chain[0].start : end])
        if latin and gap == f" {bare} " and self._is_name(end, part.start, capitals=capitals):
            return True
        inner = bool(bare) and gap[0] in " ,(-/\u104a" and gap.rstrip(" (-").endswith((",", ")", "\u104a"))
        return inner and self._is_name(end, part.start, capitals=capitals)

    def from_house(self, chain: Sequence[Part]) -> Sequence[Part]:
        """Return a chain without the landmark before it, unless a mark parts the two: 'near House 12'."""
        first = 0
        while chain[first].landmark and "," not in self.low[chain[first].end : chain[first + 1].start]:
            first += 1
        return chain[first:]

    def has_town(self, part: Part) -> bool:
        """Return whether a town stands behind a numbered part with no other: 'Stall 33, Taibesi'."""
        end = self.behind(part.start, part.end, box=False, whole=False)
        return end > part.end and self.plain[part.start].isupper()

    def postcodes(self) -> Iterator[Span]:
        """Return the postcodes behind provinces, which tell a district."""
        for stretch in self.stays:
            code = _CODE_BEHIND.match(self.low, stretch.end)
            if code is not None:
                yield Span(code.start("code"), code.end(), Kind.ADDRESS, Evidence.CUE)

    def qualified(self, end: int) -> int:
        """Return the end of words such as 'Laut' behind a name."""
        match = words.qualified().match(self.low, end)
        return match.end() if match else end

    def behind(self, begin: int, end: int, *, box: bool, whole: bool) -> int:
        """Return the end of the towns behind the last part."""
        if box and self.low[end : end + 1] == " ":
            end = self._name(end)
        capitals = any(c.isupper() for c in self.plain[begin:end])
        last = _LAST.match(self.low, end) if whole and not capitals else None
        if last and last.group(1) not in self.never and not self._stays(*last.span(1)):
            end = last.end()
        for _ in range(MOST_BEHIND):
            comma = _TO_TOWN.match(self.low, end)  # and a postcode before the town
            if comma is None:
                break
            stop = self._name(comma.end(), most=MOST_WORDS + 1)
            chunk = _CHUNK.match(self.low, comma.end())
            if chunk is not None and len(chunk.group()) > LONGEST_TOWN:
                break
            ends = chunk or _END.match(self.low, stop) or self._stays(stop, stop + 2)
            if stop == comma.end() or not ends:
                break
            small = self.plain[comma.end()].islower() and is_latin(self.plain[comma.end()])
            if small and capitals:
                break
            end = stop
        return end

    def _ends_sentence(self, end: int, start: int) -> bool:
        stop = _NEW_SENTENCE.search(self.plain, end, start + 1)
        last = re.search(r"[^\W\d_]*$", self.plain[max(0, end - 8) : end])
        return stop is not None and not (last and 0 < len(last.group()) <= LONGEST_ABBREVIATION)

    def _stays(self, start: int, end: int) -> bool:
        if any(s.start < end and start < s.end for s in self.stays):
            return True
        return self.plain[start:end] in words.provinces_in_scripts()

    def _is_stop(self, word: re.Match[str], i: int = 0, *, street: bool = False) -> bool:
        """Return whether word i of a name is an ordinary one, as it is spelt: "ba" is a name, "bà" a woman.

        Streets are named after islands and mosques too, and most Vietnamese names have two words.
        """
        spelt = self.plain[word.start() : word.end()].lower()
        if spelt in self.never:
            return True
        if (i == 0 and street) or (i <= 1 and self.vietnamese) or (i and word.group() in words.qualifiers()):
            return False
        return spelt in self.stops

    def _is_name(self, start: int, end: int, *, capitals: bool) -> bool:
        """Return whether a segment between two parts is names and numbers alone."""
        if self._stays(start, end):
            return False
        if not is_latin(self.low[start:end].strip(" ,(\u104a")[:1] or "a"):
            return _CHUNK.fullmatch(self.low[start:end].strip(" ,()\u104a")) is not None
        segment = list(_WORD.finditer(self.low, start, end))
        if not segment or len(segment) > MOST_WORDS + 2:
            return False
        named = [w for w in segment if w.group() not in _LINKING]
        capital = bool(named) and all(self.plain[w.start()].isupper() for w in named)
        if capitals:
            return capital
        if len(segment) == 1:
            return segment[0].group() not in self.never
        return capital or (len(segment) <= MOST_WORDS and not any(map(self._is_stop, segment)))

    def _name(self, at: int, most: int = MOST_WORDS, *, street: bool = False) -> int:
        """Return the end of the name, and of a number behind it, that begins at a place or a space behind."""
        end, start = at, at + len(self.low[at : at + 2]) - len(self.low[at : at + 2].lstrip(". :"))
        chunk = _CHUNK.match(self.low, start)
        if chunk:
            if self._stays(*chunk.span()):
                return at
            number = _BEHIND.match(self.low, chunk.end())
            return number.end() if number else chunk.end()
        for i in range(most):
            word = _WORD.match(self.low, start)
            if word and i and self.plain[end - 1] != "." and self._small_after_capital(at, word):
                break
            kept = self._stays(*word.span()) if word and not (street and i == 0) else False
            if word is None or kept or self._is_stop(word, i, street=street):
                break
            if end > at and self._begins_part(start):
                break
            end = word.end()
            if end - word.start() <= LONGEST_INITIAL and self.low.startswith(". ", end):
                if i and self.plain[end + 2 : end + 3].isupper():
                    break
                end += 1
            if self.low[end : end + 1] != " ":
                break
            start = end + 1
        number = _BEHIND.match(self.low, end)
        return number.end() if number and end > at else end

    def _small_after_capital(self, at: int, word: re.Match[str]) -> bool:
        """Return whether a name with a capital goes on with a word of the story: 'Suco Uma-Ki'ik was'."""
        first = _WORD.search(self.plain, at)
        capital = first is not None and first.group()[0].isupper()
        return capital and self.plain[word.start()].islower() and word.group() not in _LINKING

    def _name_before(self, at: int) -> int:
        """Return the start of the name, and of a number before it, that ends at a place."""
        chunk = _CHUNK_BEFORE.search(self.low, max(0, at - 50), at)
        if chunk:
            return at if self._stays(*chunk.span()) else chunk.start()
        start = at
        for _ in range(MOST_WORDS):
            word = _WORD_BEFORE.search(self.low, max(0, start - 24), start)
            if (
                word is None
                or self.plain[word.start(1) : word.end(1)].lower() in self.stops
                or (start < at and self._stays(word.start(1), word.end(1)))
            ):
                break
            start = word.start(1)
        number = _NUMBER_BEFORE.search(self.low, max(0, start - 14), start)
        return number.start() if number and start < at else start

    def _begins_part(self, at: int) -> bool:
        """Return whether a word that announces another part stands at a place."""
        patterns = (words.heads(self.language), words.numbered(self.language))
        return any((match := pattern.match(self.low, at)) and self._spelt(match) for pattern in patterns)

    def _spelt(self, match: re.Match[str]) -> bool:
        """Return whether a word means what its letters say: "chợ" in accents and not "cho"; no kilograms."""
        if match.group() == "kg" and self.low[: match.start()].rstrip(" ")[-1:].isdigit():
            return False
        if not self.accented:
            return True
        letters = re.match(r"(?:[^\W\d_]+\.?)(?: [^\W\d_]+)*", self.plain[match.start() : match.end()])
        spelt = letters.group().lower() if letters else ""
        return fold(spelt) not in words.vietnamese() or spelt in words.vietnamese()[fold(spelt)]

    def _landmark(self, at: int) -> int:
        """Return the end of what a landmark is, which ends at a mark or where another part begins."""
        start = at + self.low.startswith(" ", at)
        if self._begins_part(start):
            return at
        chunk = _CHUNK.match(self.low, start)
        if chunk:
            return chunk.end()
        end = at
        for i in range(MOST_LANDMARK_WORDS):
            word = _WORD.match(self.low, start)
            ordinary = word is not None and self.plain[word.start() : word.end()].lower() in self.never
            if word is None or (ordinary and i):
                break
            end = word.end()
            if _END.match(self.low, end):
                return end
            if self.low[end] != " ":
                break
            start = end + 1
            if self._begins_part(start):
                return end
        return at
