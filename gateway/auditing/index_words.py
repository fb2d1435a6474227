"""The words of an entry by which an index finds it, and its time: of what searches ask for, and no more.

An entry that is not canonical, or of a kind that is not known here, may have any words or none: no search
shows it.
"""

from typing import Any, Final

from audit.errors import MalformedError
from audit.formats.canonical import canonical_json, parse_json_object

Word = tuple[str, str]
"""A field and its value. A member or a reason may stand in several fields, and has none here."""

NAMED: Final = ("type", "organisation", "purpose", "question_id")


def words_in(entry: bytes) -> tuple[set[Word], int]:
    """The words of an entry, and its time as a number such as 20260131120000, 0 without one."""
    try:
        value = parse_json_object(entry, "entry")
    except MalformedError:
        return set(), 0
    words = {(name, value[name]) for name in NAMED if type(value.get(name)) is str}
    for name in ("member", "reason"):
        if type(value.get(name)) is str:
            words.add(("", value[name]))
    for name in ("members", "reasons"):
        words.update(("", word) for word in _list(value, name) if type(word) is str)
    for each in _list(value, "outcomes"):
        if type(each) is dict:
            member, outcome = each.get("member"), each.get("outcome")
            if type(member) is str and type(outcome) is str:
                words.update((("", member), ("outcome", outcome), ("outcome", f"{member}:{outcome}")))
            if reasons := _list(each, "reasons"):
                words.update(("", word) for word in reasons if type(word) is str)
    return words, _time(value.get("asked_at", value.get("at")))


def term(word: Word) -> bytes:
    """The term of a word in an index. Raises MalformedError for one that UTF-8 cannot encode."""
    name, text = word
    return f"{name}=".encode() + canonical_json(text)[1:-1]


def _list(value: dict[str, Any], name: str) -> list[Any]:
    several = value.get(name)
    return several if type(several) is list else []


def _time(text: object) -> int:
    if type(text) is not str:
        return 0
    digits = text[:4] + text[5:7] + text[8:10] + text[11:13] + text[14:16] + text[17:19]
    return int(digits) if digits.isdecimal() else 0
