"""Types Burmese as for the Zawgyi font: the way back of `anonymisers.identity.zawgyi`, for tests alone."""

import re

STACK, ASAT = "\u1039", "\u103a"
_KINZI = f"\u1004{ASAT}{STACK}"
_BELOW = dict(
    zip(
        "\u1000\u1001\u1002\u1003\u1005\u1006\u1007\u1008\u100b\u100c\u100f\u1010\u1011\u1012\u1013\u1014"
        "\u1015\u1016\u1017\u1018\u1019\u101c",
        "\u1060\u1061\u1062\u1063\u1065\u1066\u1068\u1069\u106c\u106d\u1070\u1071\u1073\u1075\u1076\u1077"
        "\u1078\u1079\u107a\u107b\u107c\u1085",
        strict=True,
    )
)
_PAIRS = {"\u100d\u1039\u100d": "\u106e", "\u100d\u1039\u100e": "\u106f", "\u100f\u1039\u100d": "\u1091",
          "\u100b\u1039\u100c": "\u1092", "\u100b\u1039\u100b": "\u1097"}  # fmt: skip
_MARKS = {ASAT: "\u1039", "\u103b": "\u103a", "\u103d": "\u103c", "\u103e": "\u103d"}
_JOINED = {"\u103c\u103d": "\u108a", "\u103d\u102f": "\u1088", "\u103d\u1030": "\u1089"}
_SYLLABLE = re.compile(
    f"({_KINZI})?([\u1000-\u102a\u103f](?:{STACK}[\u1000-\u1021])?)([\u102b-\u1030\u1032\u1036-\u1038\u103a-\u103e\u1031]*)"
)


def typed_for_zawgyi(text: str) -> str:
    """Return a Burmese text as somebody types it who uses the Zawgyi font."""
    return _SYLLABLE.sub(_typed, text)


def _typed(match: re.Match[str]) -> str:
    kinzi, letters, marks = match.groups()
    before = "".join(code for mark, code in (("\u1031", "\u1031"), ("\u103c", "\u103b")) if mark in marks)
    base = _PAIRS.get(letters) or letters[0].replace("\u103f", "\u1086") + "".join(
        map(_BELOW.__getitem__, letters[2:])
    )
    after = "".join(_MARKS.get(mark, mark) for mark in marks if mark not in "\u1031\u103c")
    for two, one in _JOINED.items():
        after = after.replace(two, one)
    return before + base + ("\u1064" if kinzi else "") + after
