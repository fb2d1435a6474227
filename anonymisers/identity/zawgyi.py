"""Burmese typed for the Zawgyi font, as Burmese in Unicode.

Zawgyi-One gives the code points of Unicode other meanings: a letter that stands under another has a code of
its own, and marks are typed in the order in which they are seen, the vowel e and the medial ra before their
consonant. Read as Unicode such a text is nonsense in which no name and no province is found. The table of
codes and the order of marks follow Unicode Technical Note 11 and the transform `Zawgyi-my` of Unicode's
Common Locale Data Repository, whose results the tests hold.
"""

import re
from collections.abc import Iterator

_E, _ASAT, _STACK, _ANUSVARA = "\u1031", "\u103a", "\u1039", "\u1036"
_I, _II, _AI, _U, _UU, _DOT, _VISARGA = "\u102d", "\u102e", "\u1032", "\u102f", "\u1030", "\u1037", "\u1038"
_YA, _RA, _WA, _HA = "\u103b", "\u103c", "\u103d", "\u103e"
_KINZI = f"\u1004{_ASAT}{_STACK}"
"""The small nga above a consonant. Unicode writes it before this consonant."""
_LETTERS = {
    "\u106a": "\u1009", "\u106b": "\u100a", "\u108f": "\u1014", "\u1090": "\u101b", "\u1086": "\u103f",
    "\u106e": f"\u100d{_STACK}\u100d", "\u106f": f"\u100d{_STACK}\u100e", "\u1091": f"\u100f{_STACK}\u100d",
    "\u1092": f"\u100b{_STACK}\u100c", "\u1097": f"\u100b{_STACK}\u100b",
}  # fmt: skip
"""Other shapes of letters, and pairs of letters with one code."""
_BELOW = {
    "\u1060": "\u1000", "\u1061": "\u1001", "\u1062": "\u1002", "\u1063": "\u1003", "\u1065": "\u1005",
    "\u1066": "\u1006", "\u1067": "\u1006", "\u1068": "\u1007", "\u1069": "\u1008", "\u106c": "\u100b",
    "\u106d": "\u100c", "\u1070": "\u100f", "\u1071": "\u1010", "\u1072": "\u1010", "\u1073": "\u1011",
    "\u1074": "\u1011", "\u1075": "\u1012", "\u1076": "\u1013", "\u1077": "\u1014", "\u1078": "\u1015",
    "\u1079": "\u1016", "\u107a": "\u1017", "\u107b": "\u1018", "\u1093": "\u1018", "\u107c": "\u1019",
    "\u1085": "\u101c",
}  # fmt: skip
"""A letter below another, and the letter that it is."""
_MARKS = {
    "\u1039": _ASAT, "\u103a": _YA, "\u107d": _YA, "\u103c": _WA, "\u103d": _HA, "\u1087": _HA,
    "\u108a": _WA + _HA, "\u1088": _HA + _U, "\u1089": _HA + _UU, "\u1033": _U, "\u1034": _UU,
    "\u103f": _UU, "\u105a": f"\u102b{_ASAT}", "\u108e": _I + _ANUSVARA, "\u1094": _DOT, "\u1095": _DOT,
    "\u1064": _KINZI, "\u108b": _KINZI + _I, "\u108c": _KINZI + _II, "\u108d": _KINZI + _ANUSVARA,
    "\u1096": f"{_STACK}\u1010{_WA}",
    **{code: _STACK + letter for code, letter in _BELOW.items()},
    **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff", ""),
    **{mark: mark for mark in f"\u102b\u102c{_I}{_II}{_U}{_UU}{_AI}{_ANUSVARA}{_DOT}{_VISARGA}"},
}  # fmt: skip
_BEFORE = dict.fromkeys("\u103b\u107e\u107f\u1080\u1081\u1082\u1083\u1084", _RA) | {_E: _E}
"""Marks that Zawgyi has before their consonant."""
_ORDER = f"{_YA}{_RA}{_WA}{_HA}{_E}{_I}{_II}{_AI}{_U}{_UU}\u102b\u102c{_ANUSVARA}{_DOT}{_ASAT}{_VISARGA}"
"""The marks after a consonant in the order of Unicode."""
_PLACE = {mark: place for place, mark in enumerate(_ORDER)}

_LETTER = "\u1000-\u102a" + "".join(_LETTERS)
_PREFIX, _MARK = "".join(_BEFORE), "".join(_MARKS)
_DIGIT = "\u1040-\u1049"
_CLUSTER = re.compile(
    f"[{_PREFIX}]*(?:[{_LETTER}]"
    f"|(?<![{_DIGIT}])\u1040(?![{_DIGIT}])(?:(?=[{_PREFIX}{_LETTER}{_MARK}])|(?<=[{_LETTER}{_MARK}].))"
    f"|\u1047(?=[\u102b-\u1030\u1032\u1036\u103c\u103d\u1033\u1034\u1088-\u108a])"
    f"|(?<=[{_PREFIX}])\u1047)[{_MARK}]*"
)
"""A letter with the marks around it. The digits zero and seven are typed for the letters wa and ra."""
_TYPED_FOR = {"\u1040": "\u101d", "\u1047": "\u101b"}
_KILLED_FIRST = re.compile(f"{_ASAT}.*[\u102b\u102c]")
"""A consonant that ends one syllable and begins the next one, as in the word for a man."""
_WRITTEN_SO = (
    (re.compile(f"\u1025(?={_DOT}?[{_ASAT}\u102c]|{_STACK})"), "\u1009"),
    (re.compile(f"\u1025{_II}"), "\u1026"),
    (re.compile(f"\u1005{_YA}"), "\u1008"),
    (re.compile(f"\u1029{_E}\u102c{_ASAT}"), "\u102a"),
)
"""Letters put together from others of the same look."""


def converted(text: str) -> Iterator[tuple[int, str]]:
    """Yield the text in Unicode piece by piece, each with its place in the text for Zawgyi."""
    at = 0
    for match in _CLUSTER.finditer(text):
        yield from _outside(text, at, match.start())
        yield match.start(), _syllable(match.group())
        at = match.end()
    yield from _outside(text, at, len(text))


def to_unicode(text: str) -> str:
    """Return a text for Zawgyi in Unicode."""
    return "".join(piece for _, piece in converted(text))


def _outside(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    for at in range(start, end):
        yield at, _alone(text, at)


def _alone(text: str, at: int) -> str:
    """A character that belongs to no letter."""
    if text[at] == "\u104e" and not text.startswith("\u1004\u1039\u1038", at + 1):
        return f"\u104e\u1004{_ASAT}{_VISARGA}"
    return _MARKS.get(text[at], _BEFORE.get(text[at], text[at]))


def _syllable(typed: str) -> str:
    start = next(n for n, code in enumerate(typed) if code not in _BEFORE)
    letter = _LETTERS.get(typed[start]) or _TYPED_FOR.get(typed[start]) or typed[start]
    rest = "".join(_MARKS[code] for code in typed[start + 1 :])
    kinzi, rest = (_KINZI, rest.replace(_KINZI, "")) if _KINZI in rest else ("", rest)
    stacked = re.findall(f"{_STACK}.", rest)
    rest = re.sub(f"{_STACK}.", "", rest)
    killed, rest = (_ASAT, rest.replace(_ASAT, "")) if re.search(_KILLED_FIRST, rest) else ("", rest)
    marks = set(rest) | {_BEFORE[code] for code in typed[:start]}
    written = "".join((kinzi, letter, killed, *stacked, *sorted(marks, key=_PLACE.__getitem__)))
    for look, instead in _WRITTEN_SO:
        written = look.sub(instead, written)
    return written
