"""Names spelt with something between their letters: 'S o k D a r a', 'S.o.k'."""

import re
from collections.abc import Iterator

from anonymisers.redaction.spans import Evidence, Kind, Span

_LETTER = r"[^\W\d_]"
_SPACED = re.compile(rf"(?<![\w.]){_LETTER}(?:[ ._*-]{{1,2}}{_LETTER}){{3,}}(?!\w)")


def spaced_out(plain: str) -> Iterator[Span]:
    """Four letters or more, one by one. In capitals throughout they are an acronym: 'U.N.D.P.'."""
    for match in _SPACED.finditer(plain):
        if match.group()[0].isupper() and not match.group().isupper():
            yield Span(*match.span(), Kind.PERSON, Evidence.GUESS)
