"""Names of provinces and districts as registers write them: with the word for it, without accents, on a path.

What is read here is certain: a name that two places could have, and a path on which two stand, are read as
none.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from gateway.dictionary import Dictionary
from gateway.sources.model.words import plain

_PATH = re.compile(r"\s*[/>|\\\u00bb\u203a]\s*")
_KIND_OF_PLACE = re.compile(
    r"^(?:tỉnh|thành phố|tp\.?|จังหวัด|จว\.|จ\.|changwat|ແຂວງ|khoueng|ខេត្ត|រាជធានី"
    r"|province(?: of)?|prov\.?|provinsi|propinsi|prop\.|negeri|lalawigan(?: ng)?|probinsya(?: ng)?"
    r"|munisípiu|munisipiu|município(?: de)?)\s*"
    r"|\s*(?:province|prov\.?|state|region|division|ပြည်နယ်|တိုင်းဒေသကြီး|တိုင်း)$"
)
"""Words for "province" before and after its name."""

# As plain words are written: Thai "am" is two signs there.
_MARKED = re.compile(
    unicodedata.normalize(
        "NFKC",
        r"(?:(?<![^\s,;/(])(?:tỉnh|tp\.|จ\.)|จังหวัด|ແຂວງ|ខេត្ត)\s*"
        r"(.+?)\s*(?=$|[,;/()\d]|(?<!\S)(?:huyện|thị xã|xã|ต\.|อ\.|tp\.)|ตำบล|อำเภอ|ເມືອງ|ບ້ານ|ស្រុក|ឃុំ)",
    )
)
"""The name behind the word for "province" in an address, up to a sign, a number or a word like "district"."""


def place_words(dictionary: Dictionary, member: str) -> dict[str, str]:
    """The names and codes of a member's provinces, as plain words, with the code of each."""
    words: dict[str, str] = {}
    for province in dictionary.places.provinces.values():
        if province.member == member:
            for name in (*province.other_names, province.name, province.code):
                words[plain(name)] = province.code
    return words


@lru_cache(maxsize=20_000)  # a word is compared with places of this state and of all others
def place_key(word: str) -> str:
    """The core of the name of a province: without the word for it, blanks, strokes, points and accents."""
    core = re.sub(r"[\s_.-]", "", _KIND_OF_PLACE.sub("", word.replace("_", " "))).replace("đ", "d")
    return re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFD", core)) if not core.isascii() else core


@dataclass(frozen=True)
class PlaceNames:
    """Reads the provinces of one member. `words`: plain words with the code of each."""

    words: Mapping[str, str]

    def code(self, word: str) -> str:
        """The code of a plain word: a name in any usual spelling, a path from the state down, or an address
        that says which part of it is the province; "" where none.
        """
        known = self.words.get(word) or self._cores.get(place_key(word), "")
        return known or self.on_the_path(word) or self.in_an_address(word)

    def in_an_address(self, word: str) -> str:
        """The province that an address calls so: "อ.อรัญประเทศ จ.สระแก้ว 27120"; "" where none or several."""
        named = {self._cores.get(place_key(name), "") for name in _MARKED.findall(word)}
        return named.pop() if len(named) == 1 else ""

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


def foreign_places(dictionary: Dictionary, member: str) -> PlaceNames:
    """The provinces of all other members; a name that several of them share has a code all the same."""
    others = (other for other in dictionary.members if other != member)
    return PlaceNames(
        {word: code for other in others for word, code in place_words(dictionary, other).items()}
    )


_BEFORE_A_DISTRICT = {
    "district": (
        "อำเภอ", "อ.", "amphoe", "amphur", "huyện", "h.", "ស្រុក", "srok", "ເມືອງ", "ມ.", "muang", "mueang",
        "meuang", "kabupaten", "kab.", "kab", "daerah", "municipality of", "mun. of", "mun.", "bayan ng",
        "posto administrativo", "postu administrativu", "district of",
    ),
    "branch district": ("กิ่งอำเภอ", "กิ่ง อ."),
    "urban district": ("เขต", "khet", "quận", "q.", "ខណ្ឌ", "khan"),
    "city": (
        "thành phố", "tp.", "tp", "ក្រុង", "krong", "ນະຄອນ", "kota administrasi", "kota", "city of",
        "lungsod ng",
    ),
    "town": ("thị xã", "tx.", "tx"),
    "township": ("thị trấn", "tt."),
    "subdistrict": ("kecamatan", "kec.", "kec"),
    "commune": ("ตำบล", "ต.", "tambon", "xã", "x.", "ឃុំ", "khum", "suco", "suku"),
    "ward": ("แขวง", "phường", "p.", "សង្កាត់", "sangkat"),
}  # fmt: skip
"""Words before a name, by what they say of it: a city and the district of its name are two."""
_BEHIND_A_DISTRICT = {
    "district": ("district", "dist.", "municipality", "township", "tsp", "မြို့နယ်"),
    "city": ("city",),
    "subdistrict": ("subdistrict", "sub-district"),
    "commune": ("commune", "village tract", "ကျေးရွာအုပ်စု"),
}
_BEFORE = {plain(word): kind for kind, words in _BEFORE_A_DISTRICT.items() for word in words}
_BEHIND = {plain(word): kind for kind, words in _BEHIND_A_DISTRICT.items() for word in words}


def _alternatives(words: Iterable[str], ends: str) -> str:
    """The words, longest first, and `ends` behind those that end with a Latin letter."""
    longest = sorted(words, key=len, reverse=True)
    return "|".join(re.escape(w) + (ends if w[-1].isascii() and w[-1].isalpha() else "") for w in longest)


_HEAD = re.compile(rf"({_alternatives(_BEFORE, r'(?=[ ])')})\s*(?=\S)")
_TAIL = re.compile(rf"(?<=\S)(?:\s+|(?=[^\x00-\x7f]))({_alternatives(_BEHIND, '')})$")


def _kind_and_core(word: str) -> tuple[str, str]:
    """The kind of district that a plain word names, "" where it names none, and the core of its name."""
    if head := _HEAD.match(word):
        return _BEFORE[head.group(1)], place_key(word[head.end() :])
    if tail := _TAIL.search(word):
        return _BEHIND[tail.group(1)], place_key(word[: tail.start()])
    return "", place_key(word)


class DistrictNames:
    """Reads the districts or communes that a mapping names, in other spellings.

    `words`: plain words with codes. `อ.อรัญประเทศ` is read as `อรัญประเทศ`, `H. Huong Hoa` as `Hướng Hóa`.
    `Kota Bogor` and `Kab. Bogor` are two: a name with another kind than the mapping's is read as none.
    """

    def __init__(self, words: Mapping[str, str]) -> None:
        self._by_core: dict[str, set[tuple[str, str]]] = {}
        for word, code in words.items():
            kind, core = _kind_and_core(word)
            self._by_core.setdefault(core, set()).add((kind, code))

    def code(self, word: str) -> str:
        """The code of a plain word; "" where the mapping names none, or several."""
        kind, core = _kind_and_core(word)
        named = self._by_core.get(core, set())
        codes = {code for other, code in named if not kind or not other or kind == other}
        return codes.pop() if len(codes) == 1 else ""
