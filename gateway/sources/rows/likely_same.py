"""Rows that are likely one casualty under two case numbers: for the state's own eyes, never merged.

Names are compared by the sounds of their consonants, in whatever script and order of words they are written.
Two cases are likely the same where a name sounds alike, month, province, sex, age band and outcome agree, and
they are not known to be two people by their national numbers.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from anonymisers.identity.normalisation import canonical_name
from anonymisers.redaction.consonant_skeleton import skeleton
from gateway.member.model.snapshot import Snapshot
from gateway.sources.rows.vault_values import NAMES, Values

_WHOLE_NAMES = NAMES[:3]
"""Fields that name the casualty, unlike that of a parent."""

_AGREE = ("date", "place", "sex", "age", "outcome")
_LEAST_SOUNDS = 3
"""Consonants that a name needs: of shorter names too many are alike."""

_MANY = 20
"""Cases of one name, month, province, sex and age from which the name says nothing."""


def sound_of(name: str) -> str:
    """The sounds of a name, its words in any order; "" for a name with too few consonants."""
    words = sorted(filter(None, map(skeleton, canonical_name(name).split())))
    return "|".join(words) if sum(map(len, words)) >= _LEAST_SOUNDS else ""


@dataclass
class LikelySame:
    """Gathers the sounds of names while a source is read. Names themselves are not kept."""

    _known: dict[str, str] = field(default_factory=dict)
    _rows: list[tuple[str, int, frozenset[str]]] = field(default_factory=list)

    def add(self, cases: Sequence[str], lines: Sequence[int], rows: Sequence[Values]) -> None:
        """Take a chunk of rows: for each the pseudonym of its case, its line and its personal values."""
        for case, line, values in zip(cases, lines, rows, strict=True):
            names = (values[name] for name in _WHOLE_NAMES if values.get(name))
            sounds = frozenset(sound for name in names if (sound := self._sound(name)))
            if sounds:
                self._rows.append((case, line, sounds))

    def groups(self, snapshot: Snapshot) -> list[tuple[int, ...]]:
        """Groups of lines whose cases are likely the same, each with its lines in order, the first first."""
        known = {name: snapshot.columns[name].values() for name in _AGREE if name in snapshot.columns}
        if "date" not in known or "sex" not in known:
            return []  # month and sex are the least that must agree
        place = dict(zip(_text(snapshot.links["case"]), range(len(snapshot)), strict=True))
        people = _text(snapshot.links["person"])
        alike: dict[tuple[str, ...], dict[str, int]] = defaultdict(dict)
        for case, line, sounds in self._rows:
            row = place.get(case)
            if row is None:
                continue  # the row does not count
            codes = tuple(values[row] for values in known.values())
            for sound in sounds:
                alike[sound, *codes].setdefault(case, line)
        apart = (_not_two_people(cases, place, people) for cases in alike.values() if 1 < len(cases) < _MANY)
        return sorted({tuple(sorted(cases.values())) for cases in apart if len(cases) > 1})

    def _sound(self, name: str) -> str:
        if name not in self._known:
            self._known[name] = sound_of(name)
        return self._known[name]


def _not_two_people(
    cases: Mapping[str, int], place: Mapping[str, int], people: Sequence[str]
) -> Mapping[str, int]:
    """The cases without those whose national number says that they are of nobody else here.

    A person without a national number has the pseudonym of the case.
    """
    person = {case: people[place[case]] for case in cases}
    numbered = [one for case, one in person.items() if one != case]
    if len(numbered) < len(cases):
        return cases
    return {case: line for case, line in cases.items() if numbered.count(person[case]) > 1}


def _text(pseudonyms: NDArray[np.bytes_]) -> list[str]:
    return [one.decode("ascii") for one in pseudonyms.tolist()]
