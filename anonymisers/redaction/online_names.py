"""Names and addresses on the internet: `@kakngah`, `nidnoi_99`, the name after "Facebook" or "Line ID"."""

import re
from collections.abc import Callable, Iterator
from functools import cache

from anonymisers.redaction.profiles import MARKS, RANGES, alternatives, data
from anonymisers.redaction.spans import Evidence, Kind, Span

MOST_WORDS = 4
LONGEST_WORD = 20
_HANDLE = re.compile(
    r"(?<![\w@.])@[A-Za-z0-9][A-Za-z0-9_.]{2,30}"
    r"|(?<![\w@./<-])(?=[A-Za-z0-9_.]{0,30}[a-z])[A-Za-z0-9][A-Za-z0-9.]{0,30}_"
    r"[A-Za-z0-9_.]{0,30}[A-Za-z0-9](?![\w@>])"
)
_LABEL = r"(?:\s?(?:id|name|account|acc|user|page|nama|akun|tên|nick|ชื่อ|ຊື່|ឈ្មោះ|ဟု|အမည်)(?![a-z]))?"
_NAMED = r"(?:\s?[:=(\"'\u17d6-]\s?|\s+(?:(?:is|as|named|called|là|ay|si|of)\s)?)"


def online_names(plain: str, taken: Callable[[int, int], bool]) -> Iterator[Span]:
    """Return names and addresses on the internet, where nothing else is `taken` to stand."""
    for match in _HANDLE.finditer(plain):
        if not taken(*match.span()):
            yield Span(*match.span(), Kind.EMAIL, Evidence.FORM)
    for match in _announced().finditer(plain):
        group = "handle" if match.group("handle") else "name"
        if not taken(*match.span(group)):
            kind = Kind.EMAIL if group == "handle" else Kind.PERSON
            yield Span(*match.span(group), kind, Evidence.CUE)


@cache
def _announced() -> re.Pattern[str]:
    words = alternatives(data("plates_and_accounts")["accounts"])
    capital = rf"[A-Z\u00c0-\u00de\u0110\u01a0\u01af][\w'-]{{0,{LONGEST_WORD}}}"
    scripts = "|".join(
        rf"(?![{MARKS[s]}])[{RANGES[s]}]{{2,{LONGEST_WORD}}}(?: [{RANGES[s]}]{{2,{LONGEST_WORD}}})?"
        for s in RANGES
    )
    handle = r"(?=[a-z._-]*[0-9]|[a-z0-9]+[._-][a-z0-9])[A-Za-z][A-Za-z0-9._-]{2,30}[A-Za-z0-9](?!\w)"
    spelt = r"(?<=[:=] )[a-z][a-z0-9]{3,20}(?=[.,;\n]|$)"
    name = rf"{capital}(?: {capital}){{0,{MOST_WORDS - 1}}}|{scripts}"
    return re.compile(
        rf"(?:(?:(?i:{words})|LINE|Line(?=:)){_LABEL}){_NAMED}"
        rf"(?:(?P<handle>{handle}|{spelt})|(?P<name>{name}))"
    )
