"""Names of provinces as registers write them: with the word for province, without accents, on a path.

What is read here is certain: a name that two provinces could have, and a path on which two stand, are read as
none.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from gateway.dictionary import Dictionary
from gateway.sources.model.words import plain

_PATH = re.compile(r"\s*[/>|\\\u00bb\u203a]\s*")
_KIND_OF_PLACE = re.compile(
    r"^(?:tỉnh|thành phố|tp\.?|จังหวัด|จ\.|ແຂວງ|ខេត្ត|រាជធានី|province(?: of)?|prov\.?|provinsi|propinsi"
    r"|negeri|lalawigan(?: ng)?|munisípiu|munisipiu)\s*|\s*(?:province|prov\.?|state|region|ပြည်နယ်)$"
)
"""Words for "province" before and after its name."""


def place_words(dictionary: Dictionary, member: str) -> dict[str, str]:
    """The names and codes of a member's provinces, as plain words, with the code of each."""
    words: dict[str, str] = {}
    for province in dictionary.places.provinces.values():
        if province.member == member:
            for name in (*province.other_names, province.name, province.code):
                words[plain(name)] = province.code
    return words


def place_key(word: str) -> str:
    """The core of the name of a province: without the word for it, blanks, strokes, points and accents."""
    core = re.sub(r"[\s_.-]", "", _KIND_OF_PLACE.sub("", word.replace("_", " ")))
    return re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFD", core)) if not core.isascii() else core


def foreign_places(dictionary: Dictionary, member: str) -> frozenset[str]:
    """The plain names and codes of the provinces of all other members."""
    others = (other for other in dictionary.members if other != member)
    return frozenset(word for other in others for word in place_words(dictionary, other))


@dataclass(frozen=True)
class PlaceNames:
    """Reads the provinces of one member. `words`: plain words with the code of each."""

    words: Mapping[str, str]

    def code(self, word: str) -> str:
        """The code of a plain word: a name in any usual spelling, or a path from the state down; "" where
        none.
        """
        return self.words.get(word) or self._cores.get(place_key(word), "") or self.on_the_path(word)

    def on_the_path(self, word: str) -> str:
        """The one province on the path of a place: "Lao PDR/Attapeu/Sanxay"; "" where none or several."""
        parts = _PATH.split(word)
        codes = {code for part in parts if (code := self._cores.get(place_key(part), ""))}
        return codes.pop() if len(parts) > 1 and len(codes) == 1 else ""

    @cached_property
    def _cores(self) -> Mapping[str, str]:
        """The provinces by the core of their names, without cores that two of them share."""
        cores: dict[str, set[str]] = {}
        for word, code in self.words.items():
            cores.setdefault(place_key(word), set()).add(code)
        return {core: codes.pop() for core, codes in cores.items() if len(codes) == 1}
