"""The words that a policy may use. A policy knows no dictionary: the caller gives the words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property

from policies.model.frozen import FrozenMap

ROOT = "all"
"""Name of a dimension's root where the vocabulary gives no other: everybody, nothing distinguished."""


@dataclass(frozen=True)
class Vocabulary:
    """Words of the region's dictionary.

    - `dimensions`: name -> its levels, finest first, without the root;
      `injury.EYE` is about one value of the multi-valued `injury`; a policy may name the family;
    - `roots`: name of a dimension's root where it is not `all` (place: `country`);
    - `former_levels`: dimension -> its only level of an earlier version, which `yes` still means;
    - `sensitive`: dimensions that say something about a person that others must not learn;
    - `measures`, `purposes`: word -> what it means, in a sentence;
    - `members`: ISO 3166 codes of the states; `recipients`, `roles`: who may be named in a policy;
    - `ready_made`: names of the region's ready-made questions, `packs`: names of lists of them;
    - `consents`: consents that permit any sharing, `record_consent`: the one that permits sharing a single
      record, `victims`: kinds of victim;
    - `bands`: date levels that are fixed periods of so many years;
    - `publishing`: purposes that mean publication to everyone, `unbound`: recipients who are nobody in
      particular, so that no obligation can bind them;
    - `never_shared`: attributes that no policy can release, kept to say so when one is named;
    - `replaced`: dimensions and families of before -> what replaces each, to say so when one is named;
    - `apart`: measures behind which nobody stands -> their own dimensions, which no other measure has;
    - `broken_down`: measure -> all dimensions that it can be broken down by, where some measures have others;
    - `of_one_code`: dimensions of which a table always has one code, which count for none of its dimensions;
    - `texts`: word -> how a sentence says it ("quarter" -> "quarters");
    - `codes`: dimension -> the codes of its cells, each with the coarsest level at which it stands.
    """

    dimensions: Mapping[str, tuple[str, ...]]
    measures: Mapping[str, str]
    purposes: Mapping[str, str]
    recipients: frozenset[str]
    members: frozenset[str]
    roots: Mapping[str, str] = field(default_factory=FrozenMap)
    former_levels: Mapping[str, str] = field(default_factory=FrozenMap)
    sensitive: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset({"analyst"})
    ready_made: frozenset[str] = frozenset()
    packs: Mapping[str, tuple[str, ...]] = field(default_factory=FrozenMap)
    consents: frozenset[str] = frozenset({"AGG", "REC"})
    record_consent: str = "REC"
    victims: frozenset[str] = frozenset({"DIR", "FAM"})
    bands: Mapping[str, int] = field(default_factory=lambda: {"year_band5": 5})
    publishing: frozenset[str] = frozenset({"public-information"})
    unbound: frozenset[str] = frozenset({"public"})
    never_shared: frozenset[str] = frozenset()
    replaced: Mapping[str, str] = field(default_factory=FrozenMap)
    apart: Mapping[str, tuple[str, ...]] = field(default_factory=FrozenMap)
    broken_down: Mapping[str, tuple[str, ...]] = field(default_factory=FrozenMap)
    of_one_code: frozenset[str] = frozenset()
    texts: Mapping[str, str] = field(default_factory=FrozenMap)
    # Thousands of words that belong to the dimensions: vocabularies need not be compared by them.
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=FrozenMap, compare=False, repr=False)

    def __post_init__(self) -> None:
        for name in (
            "dimensions",
            "measures",
            "purposes",
            "roots",
            "former_levels",
            "packs",
            "bands",
            "replaced",
            "apart",
            "broken_down",
            "texts",
        ):
            object.__setattr__(self, name, FrozenMap(getattr(self, name)))
        codes = {dimension: FrozenMap(each) for dimension, each in self.codes.items()}
        object.__setattr__(self, "codes", FrozenMap(codes))
        for dimension, levels in self.dimensions.items():
            if not levels or len(set(levels)) != len(levels) or self.root(dimension) in levels:
                message = f"dimension {dimension}: levels must be named, distinct and without the root"
                raise ValueError(message)
        for pack, questions in self.packs.items():
            if not self.ready_made.issuperset(questions):
                message = f"pack {pack} holds a question that is not ready-made"
                raise ValueError(message)

    def root(self, dimension: str) -> str:
        """The level above all levels of `dimension`."""
        return self.roots.get(dimension, ROOT)

    @cached_property
    def families(self) -> Mapping[str, tuple[str, ...]]:
        """Multi-valued attribute -> its dimensions, one for each value."""
        names = dict.fromkeys(d.partition(".")[0] for d in self.dimensions if "." in d)
        return {name: tuple(d for d in self.dimensions if d.startswith(f"{name}.")) for name in names}

    def family_levels(self, family: str) -> tuple[str, ...]:
        """The levels of a family whose dimensions have several, without the value; none for yes or no."""
        levels = self.dimensions[self.families[family][0]]
        return tuple(level.partition(".")[0] for level in levels) if len(levels) > 1 else ()

    def sensitive_among(self, names: Iterable[str]) -> tuple[str, ...]:
        """The names of sensitive dimensions, of their levels or of their families, sorted."""
        words = {level for name in self.sensitive for level in self.dimensions.get(name, ())}
        families = {name for name, parts in self.families.items() if self.sensitive.intersection(parts)}
        return tuple(sorted((self.sensitive | words | families).intersection(names)))

    def from_level(self, dimension: str, finest: str) -> tuple[str, ...]:
        """`finest` and every coarser level of `dimension`, finest first; none for the root."""
        levels = self.dimensions[dimension]
        return levels[levels.index(finest) :] if finest in levels else ()

    def rank(self, dimension: str, level: str) -> int:
        """How fine a level is: 0 for the root, then counting up towards the finest."""
        return len(self.from_level(dimension, level))

    def coarser(self, dimension: str, one: str, other: str) -> str:
        """The coarser of two levels of one dimension."""
        return min(one, other, key=lambda level: self.rank(dimension, level))

    def has(self, measure: str, dimension: str) -> bool:
        """Whether a measure can be broken down by a dimension."""
        if measure in self.broken_down:
            return dimension in self.broken_down[measure]
        own = {name for names in self.apart.values() for name in names}
        return dimension in self.apart[measure] if measure in self.apart else dimension not in own

    def say(self, word: str) -> str:
        """A word as a sentence says it."""
        return self.texts.get(word, word.replace("_", " "))


def nearest(word: str, valid: Mapping[str, object] | frozenset[str] | tuple[str, ...]) -> str | None:
    """The valid word that `word` most likely stands for, or None.

    Ratcliff/Obershelp similarity as in difflib, capitals and the signs - _ and space taken as alike; where no
    word is similar, the only valid word with the same beginning.
    """
    plain = {_plain(candidate): candidate for candidate in sorted(valid)}
    close = get_close_matches(_plain(word), list(plain), n=1, cutoff=0.6)
    if close:
        return plain[close[0]]
    begins = [full for key, full in plain.items() if _plain(word) and key.startswith(_plain(word))]
    return begins[0] if len(begins) == 1 else None


def _plain(word: str) -> str:
    return word.casefold().replace("_", " ").replace("-", " ").strip()
